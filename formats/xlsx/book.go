package xlsx

import (
	"io"
	"math"
	"path"
	"strconv"
	"strings"

	"howdah/formats"
	"howdah/formats/internal/sheet"
	"howdah/pgerr"
)

// The most that a workbook may declare; Excel's own limits are below.
const (
	maxSheets  = 10_000
	maxNames   = 100_000
	maxStyles  = math.MaxUint16
	maxCodes   = 100_000
	maxPhrases = 1 << 28
)

// book is an opened workbook.
type book struct {
	a        *archive
	path     string // of the workbook's part
	rels     map[string]relation
	sheets   []sheetInfo
	names    []definedName
	date1904 bool
	formats  []sheet.Format
	styled   bool
	strings  *phrases
}

type relation struct{ kind, target string }

type sheetInfo struct {
	sheet.Info
	rel   string
	place int // among all sheets, charts too
}

type definedName struct {
	name, ref string
	sheet     int // -1 = the workbook's
}

var _ sheet.Book = (*book)(nil)

// openBook reads the directory and what the workbook says of its sheets.
func openBook(in *formats.Input) (*book, error) {
	a, err := openArchive(in)
	if err != nil {
		return nil, err
	}
	b := &book{a: a}
	if err := b.read(); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *book) close() error {
	if b.strings != nil {
		b.strings.close()
	}
	b.a.close()
	return nil
}

// File is the file's name.
func (b *book) File() string { return fileName(b.a.in) }

// Sheets lists the worksheets.
func (b *book) Sheets() []sheet.Info {
	var infos []sheet.Info
	for i := range b.sheets {
		infos = append(infos, b.sheets[i].Info)
	}
	return infos
}

// each calls f with each tag of a part, to its end.
func (b *book) each(name string, f func(t *tokens) error) error {
	p, err := b.a.part(name)
	if err != nil {
		return err
	}
	defer p.Close()
	t := newTokens(p)
	for {
		err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(t); err != nil {
			return err
		}
		if t.err != nil {
			return t.err
		}
	}
}

func (b *book) read() error {
	b.path = "xl/workbook.xml"
	if !b.a.has(b.path) {
		top, err := b.relations("")
		if err != nil {
			return err
		}
		b.path = ""
		for _, r := range top {
			if r.kind == "officeDocument" {
				b.path = r.target
			}
		}
		if b.path == "" {
			return b.a.corrupt("It has no workbook in it.")
		}
	}
	var err error
	if b.rels, err = b.relations(b.path); err != nil {
		return err
	}
	place := 0
	return b.each(b.path, func(t *tokens) error {
		switch {
		case t.is("workbookPr"):
			b.date1904 = t.yes("date1904")
		case t.is("sheet"):
			if len(b.sheets) >= maxSheets {
				return b.tooMany("sheets")
			}
			state := t.attr("state")
			s := sheetInfo{Info: sheet.Info{Name: t.attr("name"), Hidden: state == "hidden" || state == "veryHidden"}, rel: t.attr("id"), place: place}
			place++
			if kind := b.rels[s.rel].kind; kind == "worksheet" || kind == "" {
				b.sheets = append(b.sheets, s)
			} // charts and macros have no cells
		case t.is("definedName"):
			if len(b.names) >= maxNames {
				return b.tooMany("names")
			}
			n := definedName{name: t.attr("name"), sheet: -1}
			if local, err := strconv.Atoi(t.attr("localSheetId")); err == nil {
				n.sheet = local
			}
			if t.empty {
				return nil
			}
			ref, err := t.text(nil)
			n.ref = string(ref)
			b.names = append(b.names, n)
			return err
		}
		return nil
	})
}

func (b *book) tooMany(what string) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many %s", b.a.in.Info().Path, what)
}

// relations reads what a part refers to, by id. The name "" is the package's own.
func (b *book) relations(of string) (map[string]relation, error) {
	dir, base := path.Split(of)
	name := dir + "_rels/" + base + ".rels"
	rels := map[string]relation{}
	if !b.a.has(name) {
		return rels, nil
	}
	return rels, b.each(name, func(t *tokens) error {
		if !t.is("Relationship") || t.attr("TargetMode") == "External" {
			return nil
		}
		if len(rels) > maxSheets {
			return b.tooMany("relations")
		}
		target := t.attr("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		rels[t.attr("Id")] = relation{path.Base(t.attr("Type")), strings.TrimPrefix(path.Clean(target), "/")}
		return nil
	})
}

// related gives the part of a kind that the workbook refers to, "" if there is none.
func (b *book) related(kind string) string {
	for _, r := range b.rels {
		if r.kind == kind && b.a.has(r.target) {
			return r.target
		}
	}
	return ""
}

// sheetPart is the part of a sheet.
func (b *book) sheetPart(i int) (string, error) {
	r, ok := b.rels[b.sheets[i].rel]
	if !ok {
		return "", b.a.corrupt("Its sheet %q has no part.", b.sheets[i].Name)
	}
	return r.target, nil
}

// Named looks a name up among the defined names and then among the tables.
func (b *book) Named(name string, at int) (string, error) {
	best := ""
	for _, n := range b.names {
		if !strings.EqualFold(n.name, name) {
			continue
		}
		if at >= 0 && n.sheet == b.sheets[at].place {
			return n.ref, nil
		}
		if n.sheet < 0 || best == "" {
			best = n.ref
		}
	}
	if best != "" {
		return best, nil
	}
	return b.tableNamed(name)
}

// tableNamed finds a table of some sheet. Its row of totals is no part of it.
func (b *book) tableNamed(name string) (string, error) {
	for i := range b.sheets {
		part, err := b.sheetPart(i)
		if err != nil {
			return "", err
		}
		rels, err := b.relations(part)
		if err != nil {
			return "", err
		}
		for _, r := range rels {
			if r.kind != "table" {
				continue
			}
			found, ref, totals := false, "", 0
			err := b.each(r.target, func(t *tokens) error {
				if t.is("table") {
					found = strings.EqualFold(t.attr("name"), name) || strings.EqualFold(t.attr("displayName"), name)
					ref = t.attr("ref")
					totals, _ = strconv.Atoi(t.attr("totalsRowCount"))
				}
				return nil
			})
			if err != nil {
				return "", err
			}
			if !found {
				continue
			}
			if rng, ok := sheet.ParseRange(ref); ok && totals > 0 {
				ref = sheet.ColumnName(rng.FirstCol) + strconv.FormatInt(rng.FirstRow, 10) + ":" +
					sheet.ColumnName(rng.LastCol) + strconv.FormatInt(max(rng.FirstRow, rng.LastRow-int64(totals)), 10)
			}
			return "'" + strings.ReplaceAll(b.sheets[i].Name, "'", "''") + "'!" + ref, nil
		}
	}
	return "", nil
}

// styles gives the number format of each cell style.
func (b *book) styles() ([]sheet.Format, error) {
	name := b.related("styles")
	if b.styled || name == "" {
		return b.formats, nil
	}
	b.formats = nil
	codes := map[int]sheet.Format{}
	inCells := false
	err := b.each(name, func(t *tokens) error {
		switch {
		case t.is("numFmt") && !inCells:
			id, err := strconv.Atoi(t.attr("numFmtId"))
			if err != nil {
				return t.bad("a number format has no id")
			}
			if len(codes) >= maxCodes {
				return b.tooMany("number formats")
			}
			code := t.attr("formatCode")
			codes[id] = sheet.ParseFormat(code[:min(len(code), 1024)])
		case t.is("cellXfs"):
			inCells = !t.empty
		case t.ends("cellXfs"):
			inCells = false
		case inCells && t.is("xf"):
			if len(b.formats) >= maxStyles {
				return b.tooMany("styles")
			}
			id, _ := strconv.Atoi(t.attr("numFmtId"))
			f, ok := codes[id]
			if !ok {
				f = sheet.Builtin(id)
			}
			b.formats = append(b.formats, f)
		}
		return nil
	})
	if err != nil {
		b.formats = nil
		return nil, err
	}
	b.styled = true
	return b.formats, nil
}
