package catalog

import (
	"context"

	"howdah/formats"
	"howdah/internal/reject"
	"howdah/sources"
	"howdah/types"
	"howdah/vector"
)

// Relation is something that a query can read by name. It is immutable.
type Relation struct {
	OID     types.OID
	Schema  string
	Name    string
	Kind    Relkind
	Columns []Column // in attnum order; hidden ones come last
	Comment string
	Rows    float64 // estimate for planning; -1 = unknown
	Bytes   int64   // size of the objects; -1 = unknown

	Options []string // a view's reloptions

	File     *FileTable  // of a table over files
	View     string      // a view's SELECT
	ViewPath []string    // the search path under which View is bound; nil for system views
	System   SystemTable // of a table whose rows the server holds: of the system catalogs, or a temporary one
	Temp     *TempTable  // of a temporary table
}

// Relkind is pg_class.relkind; tables over files say 'r' (an ADR tells why).
type Relkind byte

const (
	RelTable Relkind = 'r'
	RelView  Relkind = 'v'
)

// Column is a column of a relation.
type Column struct {
	types.Column
	AttNum  int16
	NotNull bool
	Hidden  bool // shown only when named: _path, _sheet, _row, _size, _modified, _version
	Comment string
	Options map[string]string
	Role    ColumnRole
	Ordinal int // FromFile: the index into FileTable.Schema.Columns
}

// ColumnRole says where a file table's column gets its value.
type ColumnRole uint8

const (
	FromFile       ColumnRole = iota
	Partition                 // a k=v folder's name: Info's path tells it
	HiddenPath                // _path text
	HiddenRow                 // _row bigint
	HiddenSheet               // _sheet text: the same for all rows of an object, but known only when it is open
	HiddenSize                // _size bigint
	HiddenModified            // _modified timestamptz
	HiddenVersion             // _version text
	SystemCtid                // ctid tid: (row >> 16, row & 65535) of the record number
	SystemTableOID            // tableoid oid
)

// FileTable is how the rows of a table over files are read.
type FileTable struct {
	Source   sources.Source
	Location string // as the DDL or the command line said it, without credentials
	Pattern  string // what Source.List takes
	Format   formats.Format
	Options  formats.Options // for the format, dialect included
	Schema   types.Schema    // the file's own columns
	Columns  []formats.Options
	Rejects  reject.Policy // what becomes of rows that do not fit
	// PartitionOf gives the text of partition columns from an object's path, by column name; nil without partitions.
	PartitionOf func(path string) map[string]string

	place  sources.Location // Location, parsed
	picked formats.Options  // which of the files' tables it is, where a discovered file has several
}

// SystemTable is a table of pg_catalog or information_schema, or a temporary one.
type SystemTable interface {
	// Scan calls emit with batches of rows (columns as Relation.Columns) until it returns false.
	Scan(ctx context.Context, s Session, r SystemRequest, emit func(*vector.Batch) bool) error
}

// SystemRequest is what a query needs of a system table. It saves work and decides nothing: rows and values beyond it
// may come, and the query's own conditions are applied to them.
type SystemRequest struct {
	Columns []int                 // ordinals of the values that are looked at; nil = all
	Only    map[int][]types.Datum // by ordinal: rows with another value, or NULL, are not wanted
}

// Session is what catalog tables show of, and need from, the session that asks.
type Session interface {
	User() string
	Database() string
	View() View
}

// View is the catalog as one transaction sees it.
type View interface {
	// Lookup finds a relation; schema "" means along path. UndefinedTable if there is none, with PostgreSQL's text.
	// The first look at a file may read a sample of it.
	Lookup(ctx context.Context, path []string, schema, name string) (*Relation, error)
	// ByOID finds a relation by OID, or nil.
	ByOID(ctx context.Context, oid types.OID) (*Relation, error)
	// Relations lists all relations of a schema ("" = all), sorted by name, without sampling files where not known yet
	// unless columns is set.
	Relations(ctx context.Context, schema string, columns bool) ([]*Relation, error)
	// Schemas lists the schemas with their OIDs.
	Schemas() []Schema
	// Snapshot pins the versions of files for this transaction or statement.
	Snapshot() *sources.Snapshot
}

// Schema is a namespace.
type Schema struct {
	OID     types.OID
	Name    string
	Owner   string
	Comment string
}
