package csv

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"unicode"
	"unicode/utf8"

	"howdah/formats"
	"howdah/internal/ident"
	"howdah/pgerr"
	"howdah/types"
)

const (
	headBytes   = 256 << 10 // of the beginning
	placeBytes  = 32 << 10  // of each further place
	localPlaces = 6         // the last one is the tail
	farPlaces   = 2
	dialectRows = 500 // records that decide on the dialect
	// dialectBytes is where they are looked for first: most often it suffices, and eight dialects are tried.
	dialectBytes = 64 << 10
)

// Infer looks at the head and, where the source reads at offsets, at places of the body and the tail.
func (f Format) Infer(in *formats.Input, opt formats.Options) (formats.Inference, error) {
	inf := formats.Inference{Options: formats.Options{}, Rows: -1}
	given, err := parse(opt)
	if err != nil {
		return inf, err
	}
	s := sample{in: in, opt: opt, d: given, inf: &inf, dirty: f.dirty}
	if err := s.head(); err != nil {
		return inf, err
	}
	if err := s.dialect(); err != nil {
		return inf, err
	}
	if len(s.records) == 0 {
		inf.Notes = append(inf.Notes, "the file is empty")
		inf.Rows = 0
		return inf, nil
	}
	s.guess()
	s.header()
	for _, r := range s.records[s.skip:] {
		s.learn(r)
	}
	if err := s.places(); err != nil {
		return inf, err
	}
	s.finish()
	return inf, nil
}

// sample is what has been seen of a file.
type sample struct {
	in    *formats.Input
	opt   formats.Options
	d     *dialect
	inf   *formats.Inference
	text  []byte // of the head, in UTF-8
	whole bool   // and it is all
	dirty bool   // what is no character is taken for a question mark
	told  bool   // its first line tells the delimiter

	records [][]cell
	used    int // bytes that records take
	width   int
	skip    int // 1 = the first record is the header
	names   []string
	odd     int // records of another width
	learned int
	guesses []guess
}

// cell is one field.
type cell struct {
	value  []byte
	quoted bool
	loose  bool // there are quotes, but not around all of it
}

func (s *sample) given(names ...string) bool {
	for _, n := range names {
		if _, ok := s.opt[n]; ok {
			return true
		}
	}
	return false
}

// head reads the beginning, finds the encoding, and refuses what is no text.
func (s *sample) head() error {
	raw, err := s.in.Reader()
	if err != nil {
		return err
	}
	defer raw.Close()
	first := make([]byte, 4096)
	n, err := io.ReadFull(raw, first)
	first = first[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if isUTF16(first) && !s.given("encoding") {
		s.d.enc = "UTF16"
		s.inf.Options["encoding"] = "UTF16"
		s.inf.Notes = append(s.inf.Notes, "encoding UTF16: the file begins with its byte order mark")
	}
	text, err := transcode(io.MultiReader(bytes.NewReader(first), raw), s.d.enc, name(s.in), s.dirty)
	if err != nil {
		return err
	}
	s.text, err = io.ReadAll(io.LimitReader(text, headBytes))
	if err != nil {
		return err
	}
	s.whole = len(s.text) < headBytes
	s.text = bytes.TrimPrefix(s.text, []byte("\xEF\xBB\xBF"))
	start := s.text[:min(len(s.text), 4096)]
	if err := notCSV(s.in, start); err != nil {
		return err
	}
	if !s.given("delimiter", "quote", "header", "columns") && isJSON(start) {
		return pgerr.New(pgerr.BadCopyFileFormat, "the content is JSON, not CSV").
			WithHint("Set format to json or ndjson, or delimiter if each line is one field.").At("%s", name(s.in))
	}
	if !s.whole {
		for i := 0; i < utf8.UTFMax && len(s.text) > 0; i++ { // a character may be cut
			if r, size := utf8.DecodeLastRune(s.text); r != utf8.RuneError || size > 1 {
				break
			}
			s.text = s.text[:len(s.text)-1]
		}
	}
	if s.dirty {
		s.text = bytes.ReplaceAll(bytes.ToValidUTF8(s.text, []byte{'?'}), []byte{0}, []byte{'?'})
	}
	if !utf8.Valid(s.text) {
		return s.badText()
	}
	s.separatorLine()
	for range s.d.skip {
		end, _ := lineEnd(s.text, true)
		s.text = s.text[end:]
	}
	return nil
}

// separatorLine obeys a first line such as sep=; by which spreadsheets are told the delimiter.
func (s *sample) separatorLine() {
	if s.given("skip", "delimiter", "sep") {
		return
	}
	end, whole := lineEnd(s.text, s.whole)
	line := bytes.Trim(bytes.TrimRight(s.text[:end], "\r\n"), `"`)
	if !whole || len(line) != 5 || !bytes.EqualFold(line[:4], []byte("sep=")) {
		return
	}
	delim, err := single("delimiter", string(line[4:]))
	if err != nil || delim == s.d.quote {
		return
	}
	s.d.delim, s.d.skip, s.told = delim, 1, true
	s.inf.Options["skip"], s.inf.Options["delimiter"] = "1", string(delim)
	s.inf.Notes = append(s.inf.Notes, "skip 1: the first line tells the delimiter")
}

// badText is the error for a sample that is not UTF-8. Which encoding it is instead nobody can tell for sure.
func (s *sample) badText() error {
	p := 0
	for p < len(s.text) {
		r, size := utf8.DecodeRune(s.text[p:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		p += size
	}
	line := bytes.LastIndexByte(s.text[:p], '\n') + 1
	return badBytes("UTF8", s.text[p:min(p+1, len(s.text))]).
		At("%s, line %d, byte %d of the line", name(s.in), countLines(s.text[:p])+1+s.d.skip, p-line+1).
		WithHint("Set the option encoding to the file's, such as WIN1252 or LATIN1.")
}

// dialect tries the delimiters, with quotes and without, and keeps what gives most records of one width.
func (s *sample) dialect() error {
	delims := []byte{s.d.delim}
	if !s.told && !s.given("delimiter", "sep") {
		delims = []byte(delimiters)
	}
	quotes := []byte{s.d.quote}
	if !s.given("quote", "quote_char", "escape") {
		quotes = append(quotes, noQuote)
	}
	var best dialect
	bestShare := -1.0
	for i, q := range quotes {
		found, share := s.bestDelimiter(delims, q)
		// A file without quotes is one that fits well without, and badly with them. A quote that is merely left open
		// somewhere must stay an error.
		if i == 0 || share > 0.99 && bestShare < 0.9 && !s.opens(&found) {
			best, bestShare = found, share
		}
	}
	*s.d = best
	var err error
	s.records, s.used, err = s.parse(s.d, s.text, s.whole, 1<<30)
	if err != nil {
		return err
	}
	if !s.given("delimiter", "sep") {
		s.inf.Options["delimiter"] = string(s.d.delim)
	}
	if s.d.quote == noQuote && !s.given("quote", "quote_char") {
		s.inf.Options["quote"] = "none"
		s.inf.Notes = append(s.inf.Notes, "quote none: with quotes the records would not fit each other")
	}
	return nil
}

// opens tells whether a field begins with a quote that does not end it: then quotes are meant, and one may be missing.
func (s *sample) opens(d *dialect) bool {
	recs, _, _ := s.parse(d, s.text, s.whole, dialectRows)
	for _, r := range recs {
		for _, c := range r {
			if v := c.value; len(v) > 0 && v[0] == '"' && (len(v) == 1 || v[len(v)-1] != '"') {
				return true
			}
		}
	}
	return false
}

// bestDelimiter tries the delimiters with one quote. The share is of records that fit, less where quotes stand amid fields.
func (s *sample) bestDelimiter(delims []byte, quote byte) (best dialect, bestShare float64) {
	best = *s.d
	bestScore := -1.0
	if quote != best.quote {
		best.quote, best.escape = quote, quote
	}
	for _, delim := range delims {
		d := best
		d.delim = delim
		part := s.text[:min(len(s.text), dialectBytes)]
		recs, _, _ := s.parse(&d, part, s.whole && len(part) == len(s.text), dialectRows)
		if len(recs) < dialectRows && len(part) < len(s.text) {
			recs, _, _ = s.parse(&d, s.text, s.whole, dialectRows)
		}
		if len(recs) == 0 {
			continue
		}
		width, share := mode(recs)
		share *= tidy(recs)
		score := share
		if width == 1 && len(delims) > 1 {
			score /= 4 // any text has one column
		}
		score -= 0.05 * mingled(recs) // decides where both delimiters part all records alike: 1,5;2,5
		if score += float64(min(width, 400)) / 1e5; score > bestScore+1e-9 {
			best, bestScore, bestShare = d, score, share
		}
	}
	return best, bestShare
}

// tidy is the share of quoted fields that are quoted as a whole.
func tidy(recs [][]cell) float64 {
	quoted, loose := 0, 0
	for _, r := range recs {
		for _, c := range r {
			if c.quoted {
				quoted++
			}
			if c.loose {
				loose++
			}
		}
	}
	if quoted == 0 {
		return 1
	}
	return 1 - float64(loose)/float64(quoted)
}

// parse gives the records of a text; unless it is whole, a last incomplete one is left out.
func (s *sample) parse(d *dialect, text []byte, whole bool, most int) (recs [][]cell, used int, err error) {
	dd := *d
	var c chunk
	c.places, c.inner = true, true
	c.name, c.d, c.eof = name(s.in), &dd, whole
	if err := c.room(max(len(text), 1)); err != nil {
		return nil, 0, err
	}
	defer c.close()
	c.n = copy(c.buf, text)
	if err := c.reindex(); err != nil {
		return nil, 0, err
	}
	if err := c.check(); err != nil {
		return nil, 0, err
	}
	before := -1
	for ; c.next < len(c.last) && len(recs) < most; c.next++ {
		l := int(c.last[c.next])
		start, end := c.pos, int(c.sep[l])
		c.pos = end + 1
		if c.returns && end > start && c.buf[end] == '\n' && c.buf[end-1] == '\r' {
			end--
		}
		if c.leftOut(start, end, l-before) {
			before = l
			continue
		}
		rec := make([]cell, 0, l-before)
		at := start
		for k := before + 1; k <= l; k++ {
			e := int(c.sep[k])
			if k == l {
				e = end
			}
			from, to := uint32(at), uint32(e)
			if d.trim {
				from, to = c.trimmed(from, to)
			}
			v := c.buf[from:to]
			quoted := d.quote != noQuote && bytes.IndexByte(v, d.quote) >= 0
			loose := quoted && (v[0] != d.quote || v[len(v)-1] != d.quote)
			if quoted {
				v = c.appendValue(nil, v)
			} else {
				v = bytes.Clone(v)
			}
			rec = append(rec, cell{v, quoted, loose})
			at = int(c.sep[k]) + 1
		}
		recs = append(recs, rec)
		before = l
	}
	if whole && c.openQuote {
		return recs, c.pos, c.place(pgerr.New(pgerr.BadCopyFileFormat, "unterminated CSV quoted field"), c.end)
	}
	return recs, c.pos, nil
}

// delimiters are those that are tried.
const delimiters = ",;\t|"

// mingled is the share of fields without quotes that hold one of the delimiters, but for decimal commas.
func mingled(recs [][]cell) float64 {
	all, odd := 0, 0
	for _, r := range recs {
		for _, c := range r {
			all++
			if !c.quoted && bytes.ContainsAny(c.value, delimiters) && !decimalComma(c.value) {
				odd++
			}
		}
	}
	return float64(odd) / float64(max(all, 1))
}

func decimalComma(v []byte) bool {
	whole, part, ok := bytes.Cut(bytes.TrimLeft(v, "-"), []byte(","))
	digits := func(b []byte) bool { return len(b) > 0 && len(bytes.Trim(b, "0123456789")) == 0 }
	return ok && digits(part) && digits(bytes.ReplaceAll(whole, []byte("."), nil))
}

// mode gives the most frequent width and its share. Empty lines count for nothing.
func mode(recs [][]cell) (width int, share float64) {
	count := map[int]int{}
	all := 0
	for _, r := range recs {
		if !blank(r) {
			count[len(r)]++
			all++
		}
	}
	n := 0
	for w, k := range count {
		if k > n || k == n && w > width {
			width, n = w, k
		}
	}
	if all == 0 {
		return 1, 1
	}
	return width, float64(n) / float64(all)
}

func blank(r []cell) bool { return len(r) == 1 && len(r[0].value) == 0 && !r[0].quoted }

// guess settles the width and takes empty lines out.
func (s *sample) guess() {
	s.width, _ = mode(s.records)
	if s.width > 1 && !s.d.noBlank {
		kept := s.records[:0]
		for _, r := range s.records {
			if !blank(r) {
				kept = append(kept, r)
			}
		}
		if len(kept) < len(s.records) && len(kept) > 0 && !s.given("blank_lines") {
			s.skipBlank()
		}
		s.records = kept
	}
	if len(s.records) > 0 && s.d.header != headerNo && len(s.records[0]) > s.width {
		s.width = len(s.records[0])
	}
	s.guesses = make([]guess, s.width)
}

func (s *sample) skipBlank() {
	if s.inf.Options["blank_lines"] == "" {
		s.inf.Options["blank_lines"] = "skip"
		s.inf.Notes = append(s.inf.Notes, "blank_lines skip: there are empty lines among records of several fields")
	}
}

// header decides whether the first record holds names, and makes the columns' names.
func (s *sample) header() {
	if s.d.header != headerNo || !s.given("header") && s.looksLikeHeader() {
		s.skip = 1
	}
	if !s.given("header") {
		s.inf.Options["header"] = strconv.FormatBool(s.skip == 1)
	}
	raw := make([]string, s.width)
	if s.skip == 1 {
		for i := range min(s.width, len(s.records[0])) {
			raw[i] = string(s.records[0][i].value)
		}
	}
	s.names = ident.Columns(raw)
}

// looksLikeHeader: all fields are text that could be names, and not of the type that the column below has. Where all
// columns are text, no two names may be alike, nor a value below. Names may be missing at the end of a header above
// columns that are empty: lines that end with a delimiter.
func (s *sample) looksLikeHeader() bool {
	first := s.records[0]
	if len(first) > s.width {
		return false
	}
	seen := map[string]bool{}
	named, unique := 0, true
	for _, c := range first {
		var g guess
		g.learn(c)
		if len(c.value) == 0 {
			continue // a column without a name
		}
		if g.typeOID() != types.TextOID || !nameLike(c.value) {
			return false
		}
		unique = unique && !seen[string(c.value)]
		seen[string(c.value)] = true
		named++
	}
	if named == 0 || named*2 < s.width {
		return false
	}
	body := make([]guess, s.width)
	again := false
	for _, r := range s.records[1:] {
		for i := range min(len(r), s.width) {
			body[i].learn(r[i])
			if i < len(first) {
				again = again || bytes.Equal(r[i].value, first[i].value) && len(r[i].value) > 0
			} else if len(r[i].value) > 0 {
				return false
			}
		}
	}
	for i := range body {
		if body[i].typeOID() != types.TextOID {
			return true
		}
	}
	return s.width > 1 && unique && !again
}

// nameLike: there is a letter, it is no address, and it is not long.
func nameLike(v []byte) bool {
	return len(v) <= 128 && bytes.IndexFunc(v, unicode.IsLetter) >= 0 && bytes.IndexByte(v, '@') < 0
}

// learn takes a record in.
func (s *sample) learn(r []cell) {
	if len(r) != s.width {
		s.odd++
		return
	}
	s.learned++
	for i := range r {
		s.guesses[i].learn(r[i])
	}
}

// places looks at parts of the body and at the tail, where a beginning of a record can be told.
func (s *sample) places() error {
	if s.whole || s.width < 1 || s.d.quote != noQuote && !s.d.toggles() {
		return nil
	}
	if dec, _ := decoder(s.d.enc); dec != nil {
		return nil
	}
	if ok, err := s.in.Ranges(); err != nil || !ok {
		return err
	}
	places := int64(localPlaces)
	if s.in.Remote() {
		places = farPlaces
	}
	p := prober{in: s.in, d: s.d, width: s.width}
	size := s.in.Size()
	for i := int64(1); i <= places; i++ {
		off := headBytes + (size-headBytes-placeBytes)*i/places
		if off < headBytes {
			continue
		}
		if err := p.read(off, placeBytes); err != nil {
			return err
		}
		first, fits, broken := p.try(false)
		if s.d.quote != noQuote {
			inside, fitsInside, brokenInside := p.try(true)
			if fitsInside && broken {
				first, fits = inside, true
			} else if !brokenInside && bytes.IndexByte(p.buf[1:], s.d.quote) >= 0 {
				fits = false
			}
		}
		if !fits || first == 0 {
			continue
		}
		text := p.buf[1+first : len(p.buf)-pad]
		if !s.validTail(text) {
			continue
		}
		recs, _, err := s.parse(s.d, text, off+placeBytes >= size, 1<<30)
		if err != nil {
			continue
		}
		for _, r := range recs {
			if blank(r) && s.width > 1 {
				if !s.given("blank_lines") {
					s.skipBlank()
				}
				continue
			}
			s.learn(r)
		}
	}
	return nil
}

// validTail: UTF-8 but for a character that is cut at the end.
func (s *sample) validTail(text []byte) bool {
	for i := 0; i < utf8.UTFMax && len(text) > 0; i++ {
		if r, size := utf8.DecodeLastRune(text); r != utf8.RuneError || size > 1 {
			break
		}
		text = text[:len(text)-1]
	}
	return utf8.Valid(text)
}

// finish makes the schema, the estimates and the notes.
func (s *sample) finish() {
	for i := range s.guesses {
		oid := s.guesses[i].typeOID()
		c := types.Column{Name: s.names[i], Type: types.Of(oid)}
		if oid == types.TextOID {
			c.Collation = types.CCollation
		}
		s.inf.Schema.Columns = append(s.inf.Schema.Columns, c)
	}
	n := max(len(s.records), 1)
	s.inf.Width = max(s.used/n, 1)
	switch {
	case s.whole:
		s.inf.Rows = int64(len(s.records) - s.skip)
	case s.in.Size() > 0:
		if compressed, err := s.in.Compressed(); err == nil && !compressed {
			s.inf.Rows = s.in.Size() / int64(s.inf.Width)
		}
	}
	s.inf.Notes = append(s.inf.Notes, fmt.Sprintf("%d records sampled", s.learned))
	if s.odd > 0 {
		s.inf.Notes = append(s.inf.Notes, fmt.Sprintf("%d sampled records do not have %d fields: the option ragged says what becomes of them", s.odd, s.width))
	}
}
