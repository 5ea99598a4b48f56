package json

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"howdah/formats"
	"howdah/internal/budget"
	"howdah/internal/meter"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/vector"
)

// What is no JSON is an error with its place, also in members that nobody asked for.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"[{\"a\":1},\n {\"a\":2,}]", `22P02 Expected string or "}", but found "}". @ x, line 2, byte 9 of the line, row 2`},
		{`[{"a":1},]`, `22P02 Expected JSON value, but found "]". @ x, line 1, byte 10 of the line, row 2`},
		{`[{"a":1}{"a":2}]`, `22P02 Expected "," or "]", but found "{". @ x, line 1, byte 9 of the line, row 2`},
		{`[{"a":NaN}]`, `22P02 Expected JSON value, but found "NaN". @ x, line 1, byte 7 of the line, row 1`},
		{`[{"a":-Infinity}]`, `22P02 Token "-Infinity" is invalid. @ x, line 1, byte 7 of the line, row 1`},
		{`[{"a":01}]`, `22P02 Expected "," or "}", but found "1". @ x, line 1, byte 8 of the line, row 1`},
		{`[{"a":1.}]`, `22P02 Token "1." is invalid. @ x, line 1, byte 7 of the line, row 1`},
		{`[{"a":.5}]`, `22P02 Expected JSON value, but found ".5". @ x, line 1, byte 7 of the line, row 1`},
		{`[{"a":1e}]`, `22P02 Token "1e" is invalid. @ x, line 1, byte 7 of the line, row 1`},
		{`[{"a":+1}]`, `22P02 Expected JSON value, but found "+1". @ x, line 1, byte 7 of the line, row 1`},
		{`[{"a":0x10}]`, `22P02 Expected "," or "}", but found "x10". @ x, line 1, byte 8 of the line, row 1`},
		{`[{"a":truth}]`, `22P02 Token "truth" is invalid. @ x, line 1, byte 7 of the line, row 1`},
		{`[{'a':1}]`, `22P02 Expected string or "}", but found "'". @ x, line 1, byte 3 of the line, row 1`},
		{`[{a:1}]`, `22P02 Expected string or "}", but found "a". @ x, line 1, byte 3 of the line, row 1`},
		{`[{"a" 1}]`, `22P02 Expected ":", but found "1". @ x, line 1, byte 7 of the line, row 1`},
		{`[{"b":[1}]`, `22P02 Expected "," or "]", but found "}". @ x, line 1, byte 9 of the line, row 1`},
		{`[{"b":{"c":1]]`, `22P02 Expected "," or "}", but found "]". @ x, line 1, byte 13 of the line, row 1`},
		{`[{"b":{"c":[1,]}}]`, `22P02 Expected JSON value, but found "]". @ x, line 1, byte 15 of the line, row 1`},
		{`[{"b":{,}}]`, `22P02 Expected string or "}", but found ",". @ x, line 1, byte 8 of the line, row 1`},
		{"[{\"b\":\"x\ty\"}]", `22P02 Character with value 0x09 must be escaped. @ x, line 1, byte 9 of the line, row 1`},
		{"[{\"b\":\"x\x00y\"}]", `22P02 Character with value 0x00 must be escaped. @ x, line 1, byte 9 of the line, row 1`},
		{"[{\"b\":\x00}]", "22P02 Expected JSON value, but found \"\x00\". @ x, line 1, byte 7 of the line, row 1"},
		{`[{"b":"\x41"}]`, `22P02 Escape sequence "\x" is invalid. @ x, line 1, byte 9 of the line, row 1`},
		{`[{"b":"\u12g4"}]`, `22P02 "\u" must be followed by four hexadecimal digits. @ x, line 1, byte 12 of the line, row 1`},
		{`[{"b":"\ud83d"}]`, `22P02 Unicode low surrogate must follow a high surrogate. @ x, line 1, byte 8 of the line, row 1`},
		{`[{"b":"\ud83dx"}]`, `22P02 Unicode low surrogate must follow a high surrogate. @ x, line 1, byte 8 of the line, row 1`},
		{`[{"b":"\ud83d\u0041"}]`, `22P02 Unicode low surrogate must follow a high surrogate. @ x, line 1, byte 8 of the line, row 1`},
		{`[{"b":"\ude00"}]`, `22P02 Unicode low surrogate must follow a high surrogate. @ x, line 1, byte 8 of the line, row 1`},
		{`[{"\ude00":1}]`, `22P02 Unicode low surrogate must follow a high surrogate. @ x, line 1, byte 4 of the line, row 1`},
		{"[{\"b\":\"M\xfcller\"}]", `22021 invalid byte sequence for encoding "UTF8": 0xfc @ x, line 1, byte 9 of the line, row 1`},
		{"[{\"b\":\"\xc0\x80\"}]", `22021 invalid byte sequence for encoding "UTF8": 0xc0 0x80 @ x, line 1, byte 8 of the line, row 1`},
		{"[{\"b\":\"\xed\xa0\x80\"}]", `22021 invalid byte sequence for encoding "UTF8": 0xed 0xa0 0x80 @ x, line 1, byte 8 of the line, row 1`},
		{"[{\"b\xff\":1}]", `22021 invalid byte sequence for encoding "UTF8": 0xff @ x, line 1, byte 5 of the line, row 1`},
		{"[{\"a\":1}]\n x", `22P02 Expected end of input, but found "x". @ x, line 2, byte 2 of the line, row 2`},
		{"[[1]]\n[2]", `22P02 Expected end of input, but found "[". @ x, line 2, byte 1 of the line, row 2`},
		{`{"a":1} ]`, `22P02 Expected JSON value, but found "]". @ x, line 1, byte 9 of the line, row 2`},
		{"", `22P02 The input string ended unexpectedly. @ x, line 1, byte 1 of the line`},
		{" \n", `22P02 The input string ended unexpectedly. @ x, line 2, byte 1 of the line`},
		{`[{"a":1}`, `22P02 The input string ended unexpectedly. @ x, line 1, byte 9 of the line`},
		{`[{"a":"x`, `22P02 The input string ended unexpectedly. @ x, line 1, byte 9 of the line`},
		{"\xff\xfe[\x001\x00]\x00", `22021 the content is UTF-16, but JSON is UTF-8 @ x, line 1, byte 1 of the line`},
		{`[1]`, `22P02 a row is neither an object nor an array that the columns can be taken from: "1" @ x, line 1, byte 2 of the line, row 1`},
	} {
		for _, size := range []int{0, 9} {
			f := Format{chunkBytes: size}
			rows, err := all(f, []byte(c.data), &formats.Scan{Schema: schemaOf("a json")})
			if err == nil {
				t.Errorf("%q: rows %q and no error", c.data, rows)
				continue
			}
			e := errorOf(err)
			text := e.Detail
			if text == "" {
				text = e.Message
			} else if e.Message != "invalid input syntax for type json" {
				t.Errorf("%q: %s", c.data, e.Message)
			}
			if got := fmt.Sprintf("%s %s @ %s", string(e.Code), text, e.Where); got != c.want {
				t.Errorf("%q, buffer of %d:\n got %s\nwant %s", c.data, size, got, c.want)
			}
		}
	}
}

// Lines must hold one value each: so a file can be read from the middle.
func TestFaultsOfLines(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{"{\"a\":1} {\"a\":2}\n", `Expected end of line, but found "{". @ x, line 1, byte 9 of the line, row 2`},
		{"{\"a\":1}\n{\"a\":\n2}\n", `A value goes over several lines. @ x, line 3, byte 3 of the line, row 3`},
		{"{\"a\":1}\n{\"a\":2", `The input string ended unexpectedly. @ x, line 2, byte 7 of the line`},
		{"{\"a\":1},\n{\"a\":2}\n", `Expected end of line, but found ",". @ x, line 1, byte 8 of the line, row 2`},
	} {
		_, err := all(Format{Lines: true}, []byte(c.data), &formats.Scan{Schema: schemaOf("a int")})
		e := errorOf(err)
		if got := e.Detail + " @ " + e.Where; err == nil || got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.data, got, c.want)
		}
	}
	for _, data := range []string{"", "\n\n \n"} {
		if rows, err := all(Format{Lines: true}, []byte(data), &formats.Scan{Schema: schemaOf("a int")}); err != nil || rows != nil {
			t.Errorf("%q: %q, %v", data, rows, err)
		}
	}
}

// Depth is bounded wherever it is: in a member that is skipped, wanted, or on the way to the rows.
func TestDepth(t *testing.T) {
	start := time.Now()
	for _, n := range []int{100, 100_000} {
		for _, kind := range []string{"[", `{"a":`} {
			deep := strings.Repeat(kind, n) + "1" + strings.Repeat(map[string]string{"[": "]", `{"a":`: "}"}[kind], n)
			for what, data := range map[string]string{"skipped": `[{"z":` + deep + `}]`, "wanted": `[{"v":` + deep + `}]`, "before": `{"z":` + deep + `,"rows":[{}]}`, "row": deep} {
				f, opt := Format{}, formats.Options{}
				if what == "before" {
					opt["json_path"] = "rows"
				}
				rows, err := all(f, []byte(data), &formats.Scan{Schema: schemaOf("v jsonb"), Options: opt})
				switch {
				case n == 100 && (err != nil || len(rows) != 1):
					t.Errorf("%s %d deep: %d rows, %v", what, n, len(rows), where(err))
				case n > maxDepth && (err == nil || errorOf(err).Code != pgerr.StatementTooComplex || !strings.HasPrefix(errorOf(err).Where, "x, line 1, byte ")):
					t.Errorf("%s %d deep: %s", what, n, where(err))
				}
			}
		}
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}

// endless is a source of a string that never ends.
type endless struct{ head string }

func (e *endless) Read(p []byte) (int, error) {
	if e.head != "" {
		n := copy(p, e.head)
		e.head = e.head[n:]
		return n, nil
	}
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A value that does not fit the budget is an error that says where it begins; what lies before the rows needs no memory.
func TestStringBeyondBudget(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 3<<20)
	data := append(append([]byte("[{\"a\":1},\n{\"b\":\""), big...), "\"}]"...)
	b := budget.New("query", 1<<20, nil)
	src := &sourcetest.Memory{Data: data, NoSize: true}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, b)
	r := &pushdown.Request{Limit: -1}
	reader, err := Format{}.Open(in, &formats.Scan{Schema: schemaOf("a text"), Request: r, Answer: r.RefuseAll()})
	if err != nil {
		t.Fatal(err)
	}
	batch := &vector.Batch{}
	if err := reader.Next(batch); err != nil || batch.N != 1 {
		t.Fatal(batch.N, err)
	}
	err = reader.Next(batch)
	if e := pgerr.From(err); err == nil || e.Code != pgerr.OutOfMemory || e.Where != "x, line 2, byte 1 of the line" {
		t.Fatalf("%v @ %s", err, e.Where)
	}
	reader.Close()
	in.Close()
	if b.Used() != 0 {
		t.Fatalf("%d bytes not given back", b.Used())
	}

	// A row that never ends stops at the bound, whatever is left of the budget.
	c := &chunk{}
	if err := c.open("x", &endless{head: `{"a":"`}, budget.New("query", 24<<20, nil), 1<<20, false); err != nil {
		t.Fatal(err)
	}
	for err = nil; err == nil; {
		err = c.fill()
	}
	if e := errorOf(err); e.Code != pgerr.OutOfMemory || c.budget.Used() > 24<<20 {
		t.Fatal(where(err))
	}
	c.close()

	// 3 MiB of a string, of its name, of an array: all of them before the rows.
	for _, before := range []string{`"z":"` + string(big) + `"`, `"z":[` + strings.Repeat(`"\u00e4",1.5,`, 200_000) + `null]`} {
		data = []byte(`{` + before + `,"rows":[{"a":7}]}`)
		src = &sourcetest.Memory{Data: data, NoSize: true}
		b = budget.New("query", 400<<10, nil)
		in = formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, b)
		r = &pushdown.Request{Limit: -1, Columns: []pushdown.Column{{Ordinal: 0}}}
		reader, err = Format{}.Open(in, &formats.Scan{Schema: schemaOf("a text"), Options: formats.Options{"json_path": "rows.item"}, Request: r, Answer: r.RefuseAll()})
		if err != nil {
			t.Fatal(err)
		}
		if err := reader.Next(batch); err != nil || batch.N != 1 || string(batch.Cols[0].Bytes(0)) != "7" {
			t.Fatal(batch.N, where(err))
		}
		if err := reader.Next(batch); err != io.EOF {
			t.Fatal(err)
		}
		reader.Close()
		in.Close()
	}
}

// Whatever is asked of a document that is cut anywhere, the answer is an error.
func TestEveryCutOfADocument(t *testing.T) {
	data := []byte(`{"meta":{"n":[1.5e-3,"\ud83d\ude00ü"]},"data":[{"a":1,"b":null},{"b":"xü\n\u00e4","a":-20.5e2},[3,true]]}`)
	for n := range len(data) {
		for _, sch := range []string{"a json", ""} {
			s := schemaOf()
			if sch != "" {
				s = schemaOf(sch)
			}
			for _, path := range []string{"data", ""} {
				for _, size := range []int{0, 5} {
					if rows, err := all(Format{chunkBytes: size}, data[:n], &formats.Scan{Schema: s, Options: formats.Options{"json_path": path}}); err == nil {
						t.Fatalf("%q, path %q: %q", data[:n], path, rows)
					}
				}
			}
		}
	}
}

// Many names, long names, and more of them than are remembered.
func TestManyNames(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, `{"k%d":%d,"%s":1,"v":%d}`+"\n", i, i, strings.Repeat("n", i%400), i)
	}
	rows, err := all(Format{Lines: true}, []byte(b.String()), &formats.Scan{Schema: schemaOf("v int", "k2999 int")})
	if err != nil || len(rows) != 3000 || rows[2998] != `2998|\N` || rows[2999] != "2999|2999" {
		t.Fatal(len(rows), err)
	}
}

func TestNothingAtThePath(t *testing.T) {
	for path, data := range map[string]string{"data.itme": `{"data":[1]}`, "/x": `[]`, "$.a[3]": `{"a":[1,2]}`} {
		_, err := all(Format{}, []byte(data), &formats.Scan{Schema: schemaOf("a int"), Options: formats.Options{"json_path": path}})
		if err == nil || errorOf(err).Code != pgerr.NoSQLJSONItem {
			t.Errorf("%s: %v", path, err)
		}
	}
	for path, data := range map[string]string{"data.item": `{"data":[]}`, "data": `{"data":null}`, "/data": `{"data":[]}`, "data.item.x.item": `{"data":[]}`, "$.*": `{}`} {
		if rows, err := all(Format{}, []byte(data), &formats.Scan{Schema: schemaOf("a int"), Options: formats.Options{"json_path": path}}); len(rows) > 0 || err != nil {
			t.Errorf("%s: %q, %v", path, rows, err)
		}
	}
}
