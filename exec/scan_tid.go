package exec

import (
	"strconv"

	"howdah/pgerr"
	"howdah/types"
)

// tid makes the ctid of a record number: (row >> 16, row & 65535).
func tid(row int64) (types.Datum, error) {
	text := append([]byte{'('}, strconv.FormatInt(row>>16, 10)...)
	text = append(text, ',')
	text = strconv.AppendInt(text, row&0xFFFF, 10)
	return types.ParseText(types.Of(types.TidOID), append(text, ')'), types.DefaultStyle())
}

// atObject says in which object a partition's value is wrong.
func atObject(err error, path, column string) error {
	return pgerr.From(err).Clone().At("%s, column %s", path, column)
}
