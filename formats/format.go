package formats

import (
	"howdah/expr"
	"howdah/internal/reject"
	"howdah/pushdown"
	"howdah/types"
	"howdah/vector"
)

// Options are a table's options for its format, by name, as in the DDL. Checked against Spec.Options beforehand.
type Options map[string]string

// Format is a kind of file. It is an immutable value, safe for concurrent use.
type Format interface {
	Spec() Spec
	// Infer reads a sample of the file and tells its columns and the options that it found (dialect, header), so that
	// a table defined by both reads the file without guessing. Options that are given are obeyed, not found.
	Infer(in *Input, opt Options) (Inference, error)
	// Offer answers a request for a table of that schema. It is pure: no I/O, same answer each time.
	Offer(sch types.Schema, opt Options, r *pushdown.Request) pushdown.Answer
	// Open starts reading one split. It may read; the rows come by Next.
	Open(in *Input, scan *Scan) (Reader, error)
}

// Splitter is implemented by formats that can start in the middle of a file.
type Splitter interface {
	// Splits cuts the file into parts of about target bytes whose rows, one after the other, are the whole file's.
	Splits(in *Input, opt Options, target int64) ([]Split, error)
}

// Forgiver is implemented by formats whose Infer fails for rows that do not fit, though a scan may leave these out.
type Forgiver interface {
	// Forgiving is the format with an Infer that takes no notice of such rows.
	Forgiving() Format
}

// Sheeter is implemented by formats whose files may hold several tables.
type Sheeter interface {
	// Tables lists the tables of a file that a person would see, in order. It reads no more than it must. Of the options
	// only those that open the file count, such as its password.
	Tables(in *Input, opt Options) ([]Table, error)
}

// SheetReader is implemented by the readers of Sheeters whose tables are sheets; it fills the hidden column _sheet.
type SheetReader interface {
	Reader
	// Sheet is the name of the sheet that is read, as the file has it. It is known from Open on.
	Sheet() string
}

// Table is one of several tables in a file.
type Table struct {
	Name    string  // as the file has it
	Options Options // what names it
}

// Spec declares a format.
type Spec struct {
	Name       string   // as in OPTIONS (format '…')
	Extensions []string // lower case with the dot: ".csv"
	// Sniff tells from the first bytes (decompressed, up to 4 KiB) whether the content is surely, perhaps, or not of this format.
	Sniff   func(head []byte) Likelihood
	Options any // the table's options: a struct as package internal/options reads it
	Column  any // one column's options, likewise
	// ByName says that each file has its columns by name, whatever their order, and that one which it lacks is NULL: files
	// that differ in them are of one table.
	ByName bool
}

// Likelihood is a sniffer's belief.
type Likelihood uint8

const (
	No Likelihood = iota
	Perhaps
	Surely
)

// Inference is what a sample told.
type Inference struct {
	Schema  types.Schema
	Columns []Options // per column its own options, such as its name in the file; nil or parallel to Schema.Columns
	Options Options   // found, to be added to those given
	Notes   []string  // why, one line each, for `howdah inspect`
	Rows    int64     // estimated rows of the whole file; -1 = unknown
	Width   int       // estimated bytes a row in the file
	Blank   []bool    // columns without a value in the sample, whose types say nothing; nil or parallel to Schema.Columns
}

// Scan is what Open reads: the request that was offered, and what was answered.
type Scan struct {
	Schema  types.Schema
	Columns []Options // per column its own options; nil or parallel to Schema.Columns
	Options Options
	Request *pushdown.Request
	Answer  pushdown.Answer
	Env     *expr.Env // what the quals' programs see
	Split   Split     // the zero Split is the whole file
	Table   string    // the relation's name, for errors

	Rejects *reject.Scan // what becomes of rows that do not fit; nil = they are errors

	// Sought is of the joins above: the rows that they do not want may be left out. Its columns are among Request's, and
	// there is no limit with it.
	Sought []pushdown.Sought
}

// Split is a part of a file. First and Rows are for the format; Off and Len are bytes of the raw object.
type Split struct {
	Off, Len int64 // Len 0 = to the end
	FirstRow int64 // record number of the first row; 0 = unknown (then Rows cannot be served) or first
	State    int64 // the format's own
}

// Reader yields one split's rows in file order (or in the order taken by Answer.Sort). One goroutine at a time calls
// it; none of its own outlives Close.
type Reader interface {
	// Next fills b with up to b.Cap() rows, in b.Cols at the ordinals of Request.Columns (other entries are nil). Rows
	// that a taken qual drops are left out or not selected. io.EOF comes only with b empty; an error too. What b holds
	// dies with the next call. Errors are *pgerr.Error with Where naming file, row and column.
	Next(b *vector.Batch) error
	Close() error
}

// Registry is the formats that are known, in the order in which they are sniffed.
type Registry []Format

// ByName finds a format, or nil.
func (r Registry) ByName(name string) Format {
	for _, f := range r {
		if f.Spec().Name == name {
			return f
		}
	}
	return nil
}

// Names lists them.
func (r Registry) Names() []string {
	var n []string
	for _, f := range r {
		n = append(n, f.Spec().Name)
	}
	return n
}
