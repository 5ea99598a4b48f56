package csv

import "math/bits"

// index is the structure of a chunk that begins at a record's first byte: where its fields and records end.
type index struct {
	blocks []block
	crs    []block  // of chunks with CRs: delim is where these are
	sep    []uint32 // places of the bytes that end a field, ascending; only if asked for
	last   []uint32 // per complete record: the number (in sep) of the separator that ends it
	end    int      // where the last complete record ends, its line end included

	returns   bool // there are CRs
	odd       bool // there may be bytes beyond ASCII, or NULs
	openQuote bool // the chunk ends within quotes
	softLines int  // line ends within quotes, of the whole chunk
	quoted    bool // there are quotes
	loose     bool // of a masked index: some quote is neither at an end of its field nor half of a doubled one
}

// pad is how many bytes past the data must be readable and are overwritten with zeros.
const pad = 64

// build indexes buf[:n], which has pad bytes beyond n, for dialects in which each quote toggles. With atEOF a last
// record without a line end is complete: it must be given one (see chunk). With places, sep is filled; masked, the
// blocks themselves are left with nothing but the ends of fields (delim) and of records (line).
func (x *index) build(buf []byte, n int, quote, delim byte, places, masked, atEOF bool) {
	clear(buf[n : n+pad])
	x.classify(buf, n, quote, delim)
	if masked {
		x.mask()
	} else {
		x.resolve(n, places)
	}
	if x.returns && !atEOF && x.end == n && n > 0 && buf[n-1] == '\r' {
		x.dropLast(buf) // it may be the first half of a CRLF
	}
}

// dropLast takes the last record back.
func (x *index) dropLast(buf []byte) {
	x.last = x.last[:len(x.last)-1]
	x.end = x.recordEnd(len(x.last))
}

// recordEnd finds where the first n records end. It works without places, too, and is not for hot paths.
func (x *index) recordEnd(n int) int {
	if n == 0 {
		return 0
	}
	var inside uint64
	for i := range x.blocks {
		b := &x.blocks[i]
		within := inside
		if b.quote != 0 {
			within ^= prefixXor(b.quote)
			inside = uint64(int64(within) >> 63)
		}
		lines := b.line &^ within
		if k := bits.OnesCount64(lines); k < n {
			n -= k
			continue
		}
		for ; n > 1; n-- {
			lines &= lines - 1
		}
		return i*64 + bits.TrailingZeros64(lines) + 1
	}
	return 0
}

// classify looks at each byte once; at those of chunks with CR twice.
func (x *index) classify(buf []byte, n int, quote, delim byte) {
	nb := (n + 63) / 64
	x.blocks = room(x.blocks, nb)
	x.returns = classify(x.blocks, buf[:nb*64], quote, delim)
	if !x.returns {
		return
	}
	x.crs = room(x.crs, nb)
	classify(x.crs, buf[:nb*64], quote, '\r')
	for i := range x.blocks {
		b := &x.blocks[i]
		followed := b.line >> 1
		if i+1 < nb {
			followed |= x.blocks[i+1].line << 63
		}
		b.line |= x.crs[i].delim &^ followed
	}
}

func room(s []block, n int) []block {
	if cap(s) < n {
		return make([]block, n)
	}
	return s[:n]
}

// resolve takes what is within quotes out, and lists the ends of fields and records.
func (x *index) resolve(n int, places bool) {
	if places {
		need := n + pad
		if n > 4*chunkBytes || n < chunkBytes/2 { // for a huge record, or a small file: four bytes for each of its own would be far too many
			need = x.ends() + pad
		}
		if cap(x.sep) < need {
			x.sep = make([]uint32, need)
		}
	}
	x.sep = x.sep[:cap(x.sep)]
	x.last = x.last[:0]
	x.end, x.softLines = 0, 0
	var inside, odd, quoted uint64 // inside: all ones while a quote is open at the block's begin
	count := 0
	for i := range x.blocks {
		b := &x.blocks[i]
		odd |= b.odd
		if b.quote|b.delim|b.line == 0 { // the middle of a long field
			continue
		}
		within := inside
		if b.quote != 0 {
			within ^= prefixXor(b.quote)
			inside = uint64(int64(within) >> 63)
			quoted = 1
		}
		lines := b.line &^ within
		seps := b.delim&^within | lines
		if soft := b.line & within; soft != 0 {
			x.softLines += bits.OnesCount64(soft)
		}
		if lines != 0 {
			x.end = i*64 + 64 - bits.LeadingZeros64(lines)
			for ; lines != 0; lines &= lines - 1 {
				x.last = append(x.last, uint32(count+bits.OnesCount64(seps&(lines&-lines-1))))
			}
		}
		k := bits.OnesCount64(seps)
		if places {
			flatten(x.sep[count:], uint32(i*64), seps, k)
		}
		count += k
	}
	x.sep = x.sep[:min(count, len(x.sep))]
	x.odd = odd != 0
	x.quoted = quoted != 0
	x.openQuote = inside != 0
}

// mask is resolve without places: it leaves the blocks' line with the ends of records, and delim with those of fields,
// and looks for loose quotes.
func (x *index) mask() {
	x.last = x.last[:0]
	x.end, x.softLines = 0, 0
	var inside, odd, quoted, loose uint64
	edge := uint64(1) // the byte before the block ends a field, or is a quote
	count := 0
	for i := range x.blocks {
		b := &x.blocks[i]
		odd |= b.odd
		within := inside
		edges := x.edges(i)
		if edges == 0 {
			edge = 0
			continue
		}
		if b.quote != 0 {
			within ^= prefixXor(b.quote)
			inside = uint64(int64(within) >> 63)
			quoted = 1
			after := edges >> 1
			if i+1 < len(x.blocks) {
				after |= x.edges(i+1) << 63
			}
			loose |= b.quote&within&^(edges<<1|edge) | b.quote&^within&^after
		}
		edge = edges >> 63
		lines := b.line &^ within
		seps := b.delim&^within | lines
		if soft := b.line & within; soft != 0 {
			x.softLines += bits.OnesCount64(soft)
		}
		b.line, b.delim = lines, seps
		if lines != 0 {
			x.end = i*64 + 64 - bits.LeadingZeros64(lines)
			for ; lines != 0; lines &= lines - 1 {
				x.last = append(x.last, uint32(count+bits.OnesCount64(seps&(lines&-lines-1))))
			}
		}
		count += bits.OnesCount64(seps)
	}
	x.odd, x.quoted, x.openQuote, x.loose = odd != 0, quoted != 0, inside != 0, loose != 0
}

// edges are the bytes of a block next to which a quote may stand: those that end fields, wherever they are, and quotes.
func (x *index) edges(i int) uint64 {
	b := &x.blocks[i]
	e := b.delim | b.line | b.quote
	if x.returns {
		e |= x.crs[i].delim
	}
	return e
}

// ends is an upper bound of the number of separators.
func (x *index) ends() int {
	n := 0
	for i := range x.blocks {
		n += bits.OnesCount64(x.blocks[i].delim | x.blocks[i].line)
	}
	return n
}

// flatten writes the places of the bits; it may write up to 8 entries past the k-th, or all 64.
func flatten(dst []uint32, base uint32, set uint64, k int) {
	p := (*[64]uint32)(dst)
	for i := 0; i < 8; i++ {
		p[i] = base + uint32(bits.TrailingZeros64(set))
		set &= set - 1
	}
	for i := 8; i < k; i++ {
		p[i&63] = base + uint32(bits.TrailingZeros64(set))
		set &= set - 1
	}
}

// prefixXor gives for each bit the parity of all bits up to and including it: the inside of quotes, opening one included.
func prefixXor(b uint64) uint64 {
	b ^= b << 1
	b ^= b << 2
	b ^= b << 4
	b ^= b << 8
	b ^= b << 16
	b ^= b << 32
	return b
}
