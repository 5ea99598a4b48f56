package xlsx

import (
	"io"
	"math"
	"path"
	"strconv"
	"strings"

	"howdah/formats"
	"howdah/formats/internal/blob"
	"howdah/formats/internal/cfb"
	"howdah/formats/internal/sheet"
	"howdah/formats/internal/xml"
	"howdah/formats/internal/zip"
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
	content  blob.Blob // the object's
	compound *cfb.File // of an encrypted workbook
	blob     blob.Blob // the workbook's package; content, if it is not encrypted
	a        *zip.Archive
	path     string // of the workbook's part
	rels     map[string]relation
	sheets   []sheetInfo
	names    []definedName
	date1904 bool
	formats  []sheet.Format
	styled   bool
	strings  *sharedTexts
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

// openBook reads the directory and what the workbook says of its sheets. The password is for those that are encrypted.
func openBook(in *formats.Input, password string) (*book, error) {
	content, err := blob.Open(in)
	if err != nil {
		return nil, err
	}
	b := &book{content: content}
	if err := b.open(in, password); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

func (b *book) open(in *formats.Input, password string) (err error) {
	if err := b.unlock(in, password); err != nil {
		return err
	}
	b.a, err = zip.Open(b.blob, zip.Origin{Path: in.Info().Path, Kind: "a valid xlsx workbook", Budget: in.Budget()})
	if err != nil {
		return err
	}
	return b.read()
}

func (b *book) close() error {
	if b.strings != nil {
		b.strings.close()
	}
	if b.a != nil {
		b.a.Close()
	}
	if b.compound != nil {
		if b.blob != nil {
			b.blob.Close()
		}
		b.compound.Close()
	}
	return b.content.Close()
}

// File is the file's name.
func (b *book) File() string { return path.Base(b.a.Path) }

// Sheets lists the worksheets.
func (b *book) Sheets() []sheet.Info {
	var infos []sheet.Info
	for i := range b.sheets {
		infos = append(infos, b.sheets[i].Info)
	}
	return infos
}

// each calls f with each tag of a part, to its end.
func (b *book) each(name string, f func(t *xml.Tokens) error) error {
	p, err := b.a.Open(name)
	if err != nil {
		return err
	}
	defer p.Close()
	t := xml.New(p)
	for {
		err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(t); err != nil {
			return err
		}
		if err := t.Err(); err != nil {
			return err
		}
	}
}

func (b *book) read() error {
	b.path = "xl/workbook.xml"
	if !b.a.Has(b.path) {
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
			return b.a.Corrupt("It has no workbook in it.")
		}
	}
	var err error
	if b.rels, err = b.relations(b.path); err != nil {
		return err
	}
	place := 0
	return b.each(b.path, func(t *xml.Tokens) error {
		switch {
		case t.Is("workbookPr"):
			b.date1904 = t.Yes("date1904")
		case t.Is("sheet"):
			if len(b.sheets) >= maxSheets {
				return b.tooMany("sheets")
			}
			state := t.Attr("state")
			s := sheetInfo{Info: sheet.Info{Name: t.Attr("name"), Hidden: state == "hidden" || state == "veryHidden"}, rel: t.Attr("id"), place: place}
			place++
			if kind := b.rels[s.rel].kind; kind == "worksheet" || kind == "" {
				b.sheets = append(b.sheets, s)
			} // charts and macros have no cells
		case t.Is("definedName"):
			if len(b.names) >= maxNames {
				return b.tooMany("names")
			}
			n := definedName{name: t.Attr("name"), sheet: -1}
			if local, err := strconv.Atoi(t.Attr("localSheetId")); err == nil {
				n.sheet = local
			}
			if t.Empty {
				return nil
			}
			ref, err := t.Text(nil)
			n.ref = string(ref)
			b.names = append(b.names, n)
			return err
		}
		return nil
	})
}

func (b *book) tooMany(what string) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "file %q has too many %s", b.a.Path, what)
}

// relations reads what a part refers to, by id. The name "" is the package's own.
func (b *book) relations(of string) (map[string]relation, error) {
	dir, base := path.Split(of)
	name := dir + "_rels/" + base + ".rels"
	rels := map[string]relation{}
	if !b.a.Has(name) {
		return rels, nil
	}
	return rels, b.each(name, func(t *xml.Tokens) error {
		if !t.Is("Relationship") || t.Attr("TargetMode") == "External" {
			return nil
		}
		if len(rels) > maxSheets {
			return b.tooMany("relations")
		}
		target := t.Attr("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		rels[t.Attr("Id")] = relation{path.Base(t.Attr("Type")), strings.TrimPrefix(path.Clean(target), "/")}
		return nil
	})
}

// related gives the part of a kind that the workbook refers to, "" if there is none.
func (b *book) related(kind string) string {
	for _, r := range b.rels {
		if r.kind == kind && b.a.Has(r.target) {
			return r.target
		}
	}
	return ""
}

// sheetPart is the part of a sheet.
func (b *book) sheetPart(i int) (string, error) {
	r, ok := b.rels[b.sheets[i].rel]
	if !ok {
		return "", b.a.Corrupt("Its sheet %q has no part.", b.sheets[i].Name)
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
			err := b.each(r.target, func(t *xml.Tokens) error {
				if t.Is("table") {
					found = strings.EqualFold(t.Attr("name"), name) || strings.EqualFold(t.Attr("displayName"), name)
					ref = t.Attr("ref")
					totals, _ = strconv.Atoi(t.Attr("totalsRowCount"))
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
	err := b.each(name, func(t *xml.Tokens) error {
		switch {
		case t.Is("numFmt") && !inCells:
			id, err := strconv.Atoi(t.Attr("numFmtId"))
			if err != nil {
				return t.Bad("a number format has no id")
			}
			if len(codes) >= maxCodes {
				return b.tooMany("number formats")
			}
			code := t.Attr("formatCode")
			codes[id] = sheet.ParseFormat(code[:min(len(code), 1024)])
		case t.Is("cellXfs"):
			inCells = !t.Empty
		case t.Ends("cellXfs"):
			inCells = false
		case inCells && t.Is("xf"):
			if len(b.formats) >= maxStyles {
				return b.tooMany("styles")
			}
			id, _ := strconv.Atoi(t.Attr("numFmtId"))
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
