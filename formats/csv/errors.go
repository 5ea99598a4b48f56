package csv

import (
	"fmt"

	"howdah/formats/internal/text"
	"howdah/pgerr"
)

// badValue completes the error that a type's input function gave: where the value is, and how to make the column text.
func (r *reader) badValue(col *column, row int32, value []byte, cause error) error {
	if err := r.sift.Fail(row, value, cause); err != nil {
		return err
	}
	e := pgerr.From(cause).Clone()
	text.BadValue(e, r.table, col.name)
	return e.At("%s, %s, column %s: \"%s\"", r.chunk.name, r.whereIs(row), col.name, text.Clip(value))
}

// whereIs says which record a row of the batch is: by line and number, or by its offset in a split that knows neither.
func (r *reader) whereIs(row int32) string {
	if r.winners.Settled {
		return r.winners.Where(row)
	}
	where := r.chunk.whereIs(int(r.rows.start[row]))
	if r.unknownRows {
		return where
	}
	return fmt.Sprintf("%s, row %d", where, r.rowNumber(row))
}

// rowNumber is the record number of a row of the batch.
func (r *reader) rowNumber(row int32) int64 {
	if r.winners.Settled {
		return r.winners.Number(row)
	}
	if r.sift != nil {
		return r.numbers[row]
	}
	if r.chunk.masked {
		return r.done + r.chunk.recordsBefore(int(r.rows.start[row])) + 1
	}
	return r.done + int64(row) + 1
}
