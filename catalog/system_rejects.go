package catalog

import (
	"fmt"

	"howdah/internal/reject"
	"howdah/types"
)

// ownSchema holds views of what only this server knows.
const ownSchema = "howdah"

// Rejects is implemented by sessions that know which rows their statements rejected.
type Rejects interface {
	// Rejected is the session's last run that rejected rows, or nil.
	Rejected() *reject.Run
	// RejectedRuns are the last runs of all sessions that the user may see, the oldest first.
	RejectedRuns() []*reject.Run
}

// ownView is a view that PostgreSQL does not have.
type ownView struct {
	columns []types.Column
	comment string
	fill    func(w *rowWriter) error
}

func column(name string, t types.OID) types.Column {
	c := types.Column{Name: name, Type: types.Of(t)}
	if t == types.TextOID {
		c.Collation = types.CCollation
	}
	return c
}

// entryColumns are those of one rejected row or value.
var entryColumns = []types.Column{
	column("run", types.Int8OID), column("table_name", types.TextOID), column("file", types.TextOID), column("sheet", types.TextOID),
	column("row_number", types.Int8OID), column("place", types.TextOID), column("column_name", types.TextOID), column("value", types.TextOID),
	column("raw", types.TextOID), column("reason", types.TextOID), column("sqlstate", types.TextOID), column("action", types.TextOID),
}

var ownViews = map[name]*ownView{
	{ownSchema, "rejects"}: {entryColumns, "what on_error left out or set to null in the session's last statement that had any of it", fillRejects},
	{ownSchema, "rejected_rows"}: {
		append([]types.Column{
			column("pid", types.Int4OID), column("user_name", types.TextOID), column("began", types.TimestamptzOID), column("query", types.TextOID),
		}, entryColumns...),
		"what on_error left out or set to null in the last statements of all sessions", fillRejectedRows},
}

func isOwn(n name) bool { return ownViews[n] != nil }

// ownRelation makes a relation of ownViews.
func (c *Catalog) ownRelation(n name) *Relation {
	v := ownViews[n]
	r := &Relation{OID: c.oids.of("class", n.schema, n.name), Schema: n.schema, Name: n.name, Kind: RelView, Comment: v.comment, Rows: 100, Bytes: 8192}
	for i, col := range v.columns {
		r.Columns = append(r.Columns, Column{Column: col, AttNum: int16(i + 1)})
	}
	r.System = &systemRows{rel: r, fill: v.fill}
	return r
}

func fillRejects(w *rowWriter) error {
	if s, ok := w.Session.(Rejects); ok {
		if r := s.Rejected(); r != nil {
			w.rejects(r, func(w *rowWriter) *rowWriter { return w })
		}
	}
	return nil
}

func fillRejectedRows(w *rowWriter) error {
	if s, ok := w.Session.(Rejects); ok {
		for _, r := range s.RejectedRuns() {
			w.rejects(r, func(w *rowWriter) *rowWriter {
				return w.int("pid", int64(r.PID)).text("user_name", r.User).time("began", r.Began).text("query", r.Query)
			})
		}
	}
	return nil
}

// rejects writes a run's entries, and per table how many were not kept.
func (w *rowWriter) rejects(r *reject.Run, head func(*rowWriter) *rowWriter) {
	for _, e := range r.Entries() {
		action := "skipped"
		if e.Nulled {
			action = "set to null"
		}
		row := head(w.row()).int("run", r.ID).text("table_name", e.Table).text("file", e.File).words("sheet", e.Sheet).words("place", e.Place).
			words("column_name", e.Column).text("value", e.Value).text("raw", e.Raw).text("reason", e.Reason).text("sqlstate", string(e.Code)).text("action", action)
		if e.Row > 0 {
			row.int("row_number", e.Row)
		}
	}
	tables, counts := r.Unkept()
	for i, t := range tables {
		head(w.row()).int("run", r.ID).text("table_name", t).text("reason", fmt.Sprintf("%d more were counted, but not kept", counts[i])).text("action", "not kept")
	}
}

// ownNamesOf lists those of ownViews that a listing of the schema, or of all, shows.
func ownNamesOf(schema string) []name {
	var all []name
	for n := range ownViews {
		if schema == "" || n.schema == schema {
			all = append(all, n)
		}
	}
	return all
}
