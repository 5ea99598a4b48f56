package csv

import (
	"bytes"
	"io"

	"howdah/formats"
)

const (
	splitProbe    = 64 << 10 // looked at first around a cut
	splitProbeMax = 1 << 20
)

// Splits cuts at record boundaries. In the middle of a file a line end may lie within quotes, so a cut needs a proof:
//
// A window after the wanted place is read twice, as if it began outside and inside of quotes. If the records of one
// reading all have the file's width and the other reading has one that has not, the other one means a malformed file.
// The reader of each split insists on ending at a record's end; the first begins right, so by induction either all
// cuts are right, or some reader reports an error, and a whole scan would have done so too. Where the window does not
// decide, a local file's quotes are counted since the cut before; elsewhere there is no cut.
func (Format) Splits(in *formats.Input, opt formats.Options, target int64) ([]formats.Split, error) {
	d, err := parse(opt)
	if err != nil {
		return nil, err
	}
	whole := []formats.Split{{}}
	size := in.Size()
	if ranges, err := in.Ranges(); err != nil || !ranges || target < 1 || size <= target {
		return whole, err
	}
	if dec, _ := decoder(d.enc); dec != nil || d.quote != noQuote && !d.toggles() {
		return whole, nil
	}
	first, data, err := headOf(in, d)
	if err != nil || len(first) == 0 {
		return whole, err
	}
	p := prober{in: in, d: d, width: len(first)}
	cuts := []int64{}
	last := data
	for want := target; want < size; want += target {
		if want <= last {
			continue
		}
		at, ok, err := p.cut(last, want)
		if err != nil {
			return nil, err
		}
		if ok && at > last && at < size {
			cuts = append(cuts, at)
			last = at
		}
	}
	if len(cuts) == 0 {
		return whole, nil
	}
	splits := []formats.Split{{Len: cuts[0]}}
	for i, at := range cuts {
		s := formats.Split{Off: at, Len: size - at}
		if i+1 < len(cuts) {
			s.Len = cuts[i+1] - at
		}
		splits = append(splits, s)
	}
	return splits, nil
}

// headOf gives the first record, and the offset where it ends: the first place that is surely a record's beginning.
func headOf(in *formats.Input, d *dialect) ([]string, int64, error) {
	raw, text, err := openBytes(in, d.enc, formats.Split{}, true)
	if err != nil {
		return nil, 0, err
	}
	defer raw.Close()
	c := chunk{forgiving: true} // of other records than the first the readers say what is wrong
	defer c.close()
	if err := c.open(name(in), d, text, in.Budget()); err != nil {
		return nil, 0, err
	}
	first, err := c.firstRecord(true)
	return first, c.offset + int64(c.pos), err
}

// prober decides where records begin in the middle of a file.
type prober struct {
	in    *formats.Input
	d     *dialect
	width int
	buf   []byte
	x     index
}

// cut finds a record's beginning near want, beyond from, which is one.
func (p *prober) cut(from, want int64) (int64, bool, error) {
	for n := int64(splitProbe); ; n *= 4 {
		if err := p.read(want-1, n); err != nil {
			return 0, false, err
		}
		atEnd := want-1+n >= p.in.Size()
		outside, fits, broken := p.try(false)
		if p.d.quote == noQuote {
			if outside > 0 {
				return want - 1 + int64(outside), true, nil
			}
		} else if !p.d.pad && !p.d.cut && !p.d.noBlank {
			inside, fitsInside, brokenInside := p.try(true)
			if fits && brokenInside {
				return want - 1 + int64(outside), true, nil
			}
			if fitsInside && broken {
				return want - 1 + int64(inside), true, nil
			}
		}
		if atEnd || n >= splitProbeMax {
			break
		}
	}
	if p.in.Remote() || p.d.quote == noQuote {
		return 0, false, nil
	}
	open, err := p.parity(from, want-1)
	if err != nil {
		return 0, false, err
	}
	at, _, _ := p.try(open)
	return want - 1 + int64(at), at > 0, nil
}

// try reads the window as if it began inside or outside of quotes. first is where the first record ends, 0 if none
// does; fits says that at least two more are complete and have the file's width; broken, that some has another.
func (p *prober) try(inside bool) (first int, fits, broken bool) {
	buf := p.buf[1:]
	if inside {
		buf = p.buf
		buf[0] = p.d.quote
	}
	p.x.build(buf, len(buf)-pad, p.d.quote, p.d.delim, true, false, false)
	last := p.x.last
	if len(last) == 0 {
		return 0, false, false
	}
	first = int(p.x.sep[last[0]]) + 1
	if inside {
		first--
	}
	for i := 1; i < len(last); i++ {
		if int(last[i]-last[i-1]) != p.width {
			return first, false, true
		}
	}
	return first, len(last) > 2, false
}

// read fills the window with n bytes from off on. buf[0] is left free, and pad bytes at the end.
func (p *prober) read(off, n int64) error {
	n = min(n, p.in.Size()-off)
	r, err := p.in.ReadRange(off, n)
	if err != nil {
		return err
	}
	defer r.Close()
	p.buf = make([]byte, 1+n+pad)
	_, err = io.ReadFull(r, p.buf[1:1+n])
	return err
}

// parity tells whether a quote is open at the offset to, none being open at from.
func (p *prober) parity(from, to int64) (bool, error) {
	r, err := p.in.ReadRange(from, to-from)
	if err != nil {
		return false, err
	}
	defer r.Close()
	buf := make([]byte, chunkBytes)
	quotes := 0
	for {
		n, err := r.Read(buf)
		quotes += bytes.Count(buf[:n], []byte{p.d.quote})
		if err == io.EOF {
			return quotes%2 == 1, nil
		}
		if err != nil {
			return false, err
		}
	}
}
