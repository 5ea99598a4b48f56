package xlsx

import (
	"bytes"
	"math"

	"howdah/formats/internal/sheet"
)

// quickCell reads a cell that looks as nearly all do: <c r="B7" s="1" t="s"><v>42</v></c>, or without a value <c r="B7" s="1"/>,
// whole and in the buffer. It gives the cell's column, or -1 where there is another thing, of which nothing is passed.
func (r *rows) quickCell(row *sheet.Row, before int) (int, error) {
	b := r.t.Ahead()
	if len(b) < 4 || b[0] != '<' || b[1] != 'c' {
		return -1, nil
	}
	i, column, style, kind := 2, before+1, 0, typeNumber
	for ; i+4 < len(b) && b[i] == ' ' && b[i+2] == '=' && b[i+3] == '"'; i++ {
		name := b[i+1]
		i += 4
		switch name {
		case 'r':
			begin := i
			for i < len(b) && b[i] != '"' {
				i++
			}
			at, ok := cellColumn(b[begin:i], r.row)
			if !ok || at <= before {
				return -1, nil
			}
			column = at
		case 's':
			if b[i] == '"' {
				return -1, nil
			}
			for style = 0; i < len(b) && b[i] >= '0' && b[i] <= '9'; i++ {
				if style = style*10 + int(b[i]-'0'); style > math.MaxUint16 {
					return -1, nil
				}
			}
		case 't':
			begin := i
			for i < len(b) && b[i] != '"' && b[i] != '<' {
				i++
			}
			kind = cellKind(b[begin:i])
		default:
			return -1, nil
		}
		if i >= len(b) || b[i] != '"' {
			return -1, nil
		}
	}
	if column >= sheet.MaxColumns || i+1 >= len(b) {
		return -1, nil
	}
	if b[i] == '/' && b[i+1] == '>' {
		r.t.Pass(i + 2)
		return column, nil
	}
	const open, end = "><v>", "</v></c>"
	if len(b)-i < len(open) || string(b[i:i+len(open)]) != open {
		return -1, nil
	}
	i += len(open)
	n := bytes.IndexByte(b[i:], '<')
	if n < 0 || len(b)-i-n < len(end) || string(b[i+n:i+n+len(end)]) != end {
		return -1, nil
	}
	v := b[i : i+n]
	if !plain(v) {
		return -1, nil
	}
	if len(v) > 0 || kind == typeFormula {
		if column < len(r.slots) && r.slots[column] >= 0 {
			if err := r.value(row, r.slots[column], kind, uint16(style), v); err != nil {
				return -1, err
			}
		}
		row.Filled = row.Filled || column >= r.first && column <= r.last
	}
	r.t.Pass(i + n + len(end))
	return column, nil
}
