package cfb

import (
	"io"
	"slices"
	"sort"
)

// Stream is one stream's bytes. ReadAt may be called by several goroutines; Read is for one. It is good until the
// file's Close.
type Stream struct {
	f    *File
	size int64
	runs []run  // where it lies in the file
	data []byte // or, if it is small, its bytes
	pos  int64
}

// run is sectors of a stream that lie one after the other.
type run struct {
	index uint32 // of the first sector in the stream
	at    uint32 // in the file
}

const runBytes = 8

// Size is the stream's length in bytes.
func (s *Stream) Size() int64 { return s.size }

// Read reads on from where the last Read ended.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.ReadAt(p, s.pos)
	s.pos += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

// ReadAt is io.ReaderAt's.
func (s *Stream) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	if int64(len(p)) > s.size-off {
		p, err = p[:s.size-off], io.EOF
	}
	if s.data != nil {
		return copy(p, s.data[off:]), err
	}
	shift := s.f.shift
	for at := s.runAt(off); n < len(p); at++ {
		r := s.runs[at]
		have := s.runEnd(at) - off
		part := p[n:]
		if int64(len(part)) > have {
			part = part[:have]
		}
		if err := s.f.readAt(part, s.f.offset(r.at)+off-int64(r.index)<<shift); err != nil {
			return n, err
		}
		n, off = n+len(part), off+int64(len(part))
	}
	return n, err
}

// runAt is the index of the run in which an offset within the stream lies.
func (s *Stream) runAt(off int64) int {
	index := uint32(off >> s.f.shift)
	return sort.Search(len(s.runs), func(i int) bool { return s.runs[i].index > index }) - 1
}

// runEnd is where a run ends in the stream.
func (s *Stream) runEnd(i int) int64 {
	if i+1 < len(s.runs) {
		return int64(s.runs[i+1].index) << s.f.shift
	}
	return s.size
}

// chain follows a stream's sectors as far as size bytes reach; size -1 is to the end of the chain, whose last sector
// must be whole.
func (f *File) chain(what string, start uint32, size int64) (*Stream, error) {
	s := &Stream{f: f, size: size}
	want := int64(f.sectors) + 1
	if size >= 0 {
		want = (size + 1<<f.shift - 1) >> f.shift
	}
	if want > int64(f.sectors) && size >= 0 {
		return nil, f.corrupt("Its stream %s would be of %d bytes, more than the file.", what, size)
	}
	seen := make([]uint64, f.sectors/64+1) // a bit per sector
	next, count := start, int64(0)
	for ; count < want; count++ {
		if next == endOfChain && size < 0 {
			break
		}
		if next >= f.sectors || int(next) >= len(f.fat) {
			return nil, f.corrupt("Its stream %s goes on in sector %d after %d of %d bytes.", what, next, count<<f.shift, max(size, 0))
		}
		if seen[next/64]&(1<<(next%64)) != 0 {
			return nil, f.corrupt("Its stream %s runs in circles.", what)
		}
		seen[next/64] |= 1 << (next % 64)
		if n := len(s.runs); n == 0 || s.runs[n-1].at+uint32(count)-s.runs[n-1].index != next {
			if n == cap(s.runs) {
				if err := f.pay(int64(max(n, 8)) * runBytes); err != nil {
					return nil, err
				}
				s.runs = append(make([]run, 0, n+max(n, 8)), s.runs...)
			}
			s.runs = append(s.runs, run{uint32(count), next})
		}
		// The last sector of the file may be cut, if the stream ends before.
		end := f.offset(next) + 1<<f.shift
		if size >= 0 && count == want-1 {
			end -= want<<f.shift - size
		}
		if end > f.size {
			return nil, f.corrupt("It is cut: its stream %s lies beyond its end.", what)
		}
		next = f.fat[next]
	}
	if size < 0 {
		s.size = count << f.shift
	}
	return s, nil
}

// small reads a stream that lies in the mini stream.
func (f *File) small(what string, start uint32, size int64) (*Stream, error) {
	if f.mini == nil {
		var err error
		if f.mini, err = f.chain("of mini sectors", f.entries[0].start, f.entries[0].size); err != nil {
			return nil, err
		}
	}
	if f.miniFAT == nil && size > 0 {
		table, err := f.chain("of mini sectors' table", f.miniAt, -1)
		if err != nil {
			return nil, err
		}
		if err := f.pay(2 * table.size); err != nil {
			return nil, err
		}
		buf := make([]byte, table.size)
		if _, err := io.ReadFull(io.NewSectionReader(table, 0, table.size), buf); err != nil {
			return nil, err
		}
		f.miniFAT = appendNumbers(make([]uint32, 0, len(buf)/4), buf)
	}
	if err := f.pay(size); err != nil {
		return nil, err
	}
	s := &Stream{f: f, size: size, data: make([]byte, size)}
	next := start
	var seen []uint32
	for off := int64(0); off < size; off += 1 << miniShift {
		part := s.data[off:min(off+1<<miniShift, size)]
		if int64(next) >= int64(len(f.miniFAT)) || int64(next)<<miniShift+int64(len(part)) > f.mini.size {
			return nil, f.corrupt("Its stream %s goes on in mini sector %d after %d of %d bytes.", what, next, off, size)
		}
		if _, err := f.mini.ReadAt(part, int64(next)<<miniShift); err != nil && err != io.EOF {
			return nil, err
		}
		if slices.Contains(seen, next) {
			return nil, f.corrupt("Its stream %s runs in circles.", what)
		}
		seen = append(seen, next)
		next = f.miniFAT[next]
	}
	return s, nil
}
