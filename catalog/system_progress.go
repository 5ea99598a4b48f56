package catalog

import (
	"time"

	"howdah/types"
)

// ScanProgress is one running scan of a table over files.
type ScanProgress struct {
	PID                   int32
	Hidden                bool // of another user, whose work the asking one may not see
	Relation              types.OID
	Schema, Table         string
	Format, Location      string
	Began                 time.Time
	BytesTotal, BytesRead int64 // of the files as they lie there, compressed or not
	Rows, RowsDecoded     int64
	Requests, Retries     int64
}

// Progress is implemented by sessions that know the scans of their server.
type Progress interface{ Scans() []ScanProgress }

// progressView is the one relation of pg_catalog that PostgreSQL does not have, named and shaped as its own of the kind.
const progressView = "pg_stat_progress_howdah_scan"

func init() {
	ownViews[name{"pg_catalog", progressView}] = &ownView{
		[]types.Column{
			column("pid", types.Int4OID), column("datid", types.OidOID), column("datname", types.NameOID), column("relid", types.OidOID),
			column("schemaname", types.NameOID), column("relname", types.NameOID), column("format", types.TextOID), column("location", types.TextOID),
			column("scan_start", types.TimestamptzOID), column("bytes_total", types.Int8OID), column("bytes_read", types.Int8OID), column("rows", types.Int8OID),
			column("rows_decoded", types.Int8OID), column("requests", types.Int8OID), column("retries", types.Int8OID),
		},
		"how far the running scans of files are", fillProgress,
	}
}

func fillProgress(w *rowWriter) error {
	s, ok := w.Session.(Progress)
	if !ok {
		return nil
	}
	for _, p := range s.Scans() {
		w.row().int("pid", int64(p.PID)).oid("datid", databaseOID).text("datname", w.Database())
		if p.Hidden {
			continue
		}
		w.oid("relid", p.Relation).text("schemaname", p.Schema).text("relname", p.Table).text("format", p.Format).text("location", p.Location).
			time("scan_start", p.Began).int("bytes_total", p.BytesTotal).int("bytes_read", p.BytesRead).int("rows", p.Rows).
			int("rows_decoded", p.RowsDecoded).int("requests", p.Requests).int("retries", p.Retries)
	}
	return nil
}
