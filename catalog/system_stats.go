package catalog

import (
	"slices"
	"time"

	"howdah/internal/pgdata"
	"howdah/types"
)

// What PostgreSQL's views compute with functions that look into its processes, and that this server says in its own way.
// It writes nothing, replicates nothing and keeps no counters, so most of them are empty or zero; none is made up.

func init() {
	for _, n := range []string{
		"pg_backend_memory_contexts", "pg_file_settings", "pg_hba_file_rules", "pg_ident_file_mappings", "pg_locks", "pg_policies",
		"pg_prepared_xacts", "pg_publication_tables", "pg_replication_origin_status", "pg_replication_slots", "pg_shmem_allocations",
		"pg_stat_gssapi", "pg_stat_progress_basebackup", "pg_stat_progress_create_index", "pg_stat_recovery_prefetch", "pg_stat_replication", "pg_stat_replication_slots",
		"pg_stat_slru", "pg_stat_ssl", "pg_stat_subscription", "pg_stat_subscription_stats", "pg_stat_wal_receiver", "pg_stats",
		"pg_stats_ext", "pg_stats_ext_exprs",
	} {
		systemFills["pg_catalog."+n] = fillNothing
	}
	systemFills["information_schema.triggers"] = fillNothing // numbers them with window functions; there are none
	for view, fill := range map[string]func(*rowWriter) error{
		"pg_stat_archiver":                fillArchiver,
		"pg_stat_wal":                     fillWAL,
		"pg_stat_database":                fillStatDatabase,
		"pg_stat_database_conflicts":      fillConflicts,
		"pg_available_extensions":         fillExtensions,
		"pg_available_extension_versions": fillExtensionVersions,
		"pg_config":                       fillConfig,
		"pg_timezone_names":               fillTimezones,
		"pg_timezone_abbrevs":             fillTimezoneAbbrevs,
	} {
		systemFills["pg_catalog."+view] = fill
	}
}

func fillNothing(*rowWriter) error { return nil }

func fillArchiver(w *rowWriter) error {
	w.row().int("archived_count", 0).int("failed_count", 0)
	return nil
}

func fillWAL(w *rowWriter) error {
	w.row().set("wal_bytes", types.Datum{Num: types.NumericFromInt(0)})
	for _, c := range []string{"wal_records", "wal_fpi", "wal_buffers_full", "wal_write", "wal_sync"} {
		w.int(c, 0)
	}
	w.float("wal_write_time", 0).float("wal_sync_time", 0)
	return nil
}

// databaseOID is that of the one database.
const databaseOID types.OID = 5

func fillStatDatabase(w *rowWriter) error {
	w.row().oid("datid", databaseOID).text("datname", w.Database())
	for _, c := range w.rel.Columns {
		switch c.Type.OID {
		case types.Int8OID, types.Int4OID:
			w.int(c.Name, 0)
		case types.Float8OID:
			w.float(c.Name, 0)
		}
	}
	if a, ok := w.Session.(Activities); ok {
		w.int("numbackends", int64(len(a.Activities())))
	}
	return nil
}

func fillConflicts(w *rowWriter) error {
	w.row().oid("datid", databaseOID).text("datname", w.Database())
	for _, c := range w.rel.Columns {
		if c.Type.OID == types.Int8OID {
			w.int(c.Name, 0)
		}
	}
	return nil
}

// extensions visits pg_extension's rows: what there is, is installed.
func extensions(visit func(name, version string)) {
	columns, rows := pgdata.Rows("pg_extension")
	name, version := slices.Index(columns, "extname"), slices.Index(columns, "extversion")
	for _, r := range rows {
		visit(r[name], r[version])
	}
}

func fillExtensions(w *rowWriter) error {
	extensions(func(name, version string) {
		w.row().text("name", name).text("default_version", version).text("installed_version", version)
	})
	return nil
}

func fillExtensionVersions(w *rowWriter) error {
	extensions(func(name, version string) {
		w.row().text("name", name).text("version", version).bool("installed", true).bool("superuser", true).bool("trusted", true).
			bool("relocatable", false).text("schema", "pg_catalog")
	})
	return nil
}

func fillConfig(w *rowWriter) error {
	if s, ok := w.Session.(Settings); ok {
		w.row().text("name", "VERSION").text("setting", "PostgreSQL "+s.AllSettings()["server_version"])
	}
	return nil
}

func fillTimezones(w *rowWriter) error {
	_, rows := pgdata.Rows("timezone_names")
	now := time.Now()
	for _, r := range rows {
		zone, ok := types.LoadZone(r[0])
		if !ok {
			continue
		}
		abbrev, east := now.In(zone).Zone()
		w.row().text("name", r[0]).text("abbrev", abbrev).seconds("utc_offset", east).bool("is_dst", now.In(zone).IsDST())
	}
	return nil
}

func (w *rowWriter) seconds(column string, n int) *rowWriter {
	return w.set(column, types.Datum{Interval: types.Interval{Micros: int64(n) * 1e6}})
}

func fillTimezoneAbbrevs(w *rowWriter) error {
	columns, rows := pgdata.Rows("timezone_abbrevs")
	at := func(n string) int { return slices.Index(columns, n) }
	abbrev, offset, dst, follows := at("abbrev"), at("utc_offset"), at("is_dst"), at("zone")
	for _, r := range rows {
		if r[offset] != pgdata.Null {
			east, err := types.ParseInt4([]byte(r[offset]))
			if err != nil {
				return err
			}
			w.row().text("abbrev", r[abbrev]).seconds("utc_offset", int(east)).bool("is_dst", r[dst] == "t")
			continue
		}
		if east, summer, ok := usage(r[abbrev], r[follows]); ok {
			w.row().text("abbrev", r[abbrev]).seconds("utc_offset", east).bool("is_dst", summer)
		}
	}
	return nil
}

// usage finds what an abbreviation that follows a zone means: as it is used there today, or was the last time; a zone that
// never used it gives what holds there today.
func usage(abbrev, zone string) (east int, dst, ok bool) {
	z, ok := types.LoadZone(zone)
	if !ok {
		return 0, false, false
	}
	t := time.Now()
	for range 4 * 150 { // a quarter at a time finds both halves of a year
		if name, east := t.In(z).Zone(); name == abbrev {
			return east, t.In(z).IsDST(), true
		}
		t = t.AddDate(0, -3, 0)
	}
	_, east = time.Now().In(z).Zone()
	return east, time.Now().In(z).IsDST(), true
}
