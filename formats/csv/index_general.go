package csv

// buildGeneral is build for dialects in which a quote does not always toggle: an escape of its own, or comments. It
// follows CopyReadAttributesCSV (copyfromparse.c): within quotes, escape makes a following quote or escape literal.
// Blocks hold the quote bytes alone, for the look-up of fields that have any.
func (x *index) buildGeneral(buf []byte, n int, d *dialect, atEOF bool) {
	clear(buf[n : n+pad])
	nb := (n + 63) / 64
	x.blocks = room(x.blocks, nb)
	x.returns = classify(x.blocks, buf[:nb*64], d.quote, d.delim)
	x.sep, x.last = x.sep[:0], x.last[:0]
	x.end, x.softLines, x.openQuote, x.odd, x.quoted = 0, 0, false, false, false
	for i := range x.blocks {
		x.odd = x.odd || x.blocks[i].odd != 0
		x.quoted = x.quoted || x.blocks[i].quote != 0
	}
	open, comment := false, d.comment != 0 && n > 0 && buf[0] == d.comment
	for i := 0; i < n; i++ {
		c := buf[i]
		switch {
		case open && c == d.escape && i+1 < n && (buf[i+1] == d.quote || buf[i+1] == d.escape):
			i++
		case open && c == d.quote:
			open = false
		case open:
			if c == '\n' || c == '\r' && buf[i+1] != '\n' {
				x.softLines++
			}
		case c == '\n', c == '\r' && buf[i+1] != '\n':
			if c == '\r' && i+1 == n && !atEOF {
				continue // perhaps half a CRLF
			}
			x.sep = append(x.sep, uint32(i))
			x.last = append(x.last, uint32(len(x.sep)-1))
			x.end = i + 1
			comment = d.comment != 0 && i+1 < n && buf[i+1] == d.comment
		case comment:
		case c == d.quote:
			open = true
		case c == d.delim:
			x.sep = append(x.sep, uint32(i))
		}
	}
	x.openQuote = open
}
