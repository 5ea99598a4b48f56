package options

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"howdah/pgerr"
)

type access struct {
	Key    string `option:"key" help:"who"`
	Secret int64  `option:"secret" secret:"true" help:"a number nobody sees"`
}

type config struct {
	access
	Delimiter string        `option:"delimiter" alias:"sep,delim" default:"," help:"between fields"`
	Header    bool          `option:"header" default:"true" help:"first row has names"`
	Skip      int           `option:"skip" help:"rows to skip"`
	Ratio     float64       `option:"ratio" help:"a ratio"`
	Timeout   time.Duration `option:"timeout" default:"30s" help:"how long"`
	Chunk     Bytes         `option:"chunk" default:"8MB" help:"how much"`
	Roots     []string      `option:"roots" help:"where"`
	OnError   string        `option:"on_error" enum:"stop,ignore" default:"stop" help:"then what"`
	hidden    string
}

type other struct {
	Timeout time.Duration `option:"timeout" help:"how long"`
	Sheet   string        `option:"sheet" help:"which"`
}

func TestOfListsDeclarationsInOrder(t *testing.T) {
	got := Of(&config{hidden: "x"})
	var names []string
	for _, o := range got {
		names = append(names, o.Name+":"+string(o.Type))
	}
	want := "key:string secret:integer delimiter:string header:boolean skip:integer ratio:floating point timeout:duration chunk:size roots:list on_error:enum"
	if s := strings.Join(names, " "); s != want {
		t.Fatalf("got  %s\nwant %s", s, want)
	}
	if !got[1].Secret || !reflect.DeepEqual(got[2].Aliases, []string{"sep", "delim"}) || got[2].Default != "," || got[2].Help != "between fields" {
		t.Fatalf("%+v", got[1:3])
	}
	if !reflect.DeepEqual(got[9].Enum, []string{"stop", "ignore"}) {
		t.Fatalf("%+v", got[9])
	}
}

func TestDecode(t *testing.T) {
	var c config
	c.Skip = 7
	err := Decode(map[string]string{
		"key": "k", "secret": " 42 ", "sep": "\t", "header": "OFF", "ratio": "0.5", "timeout": "1.5 min", "chunk": "64kB",
		"roots": "/a, /b", "on_error": "Ignore",
	}, &c)
	if err != nil {
		t.Fatal(err)
	}
	want := config{access{"k", 42}, "\t", false, 7, 0.5, 90 * time.Second, 64 << 10, []string{"/a", "/b"}, "ignore", ""}
	if !reflect.DeepEqual(c, want) {
		t.Fatalf("got  %+v\nwant %+v", c, want)
	}
	var d config
	if err := Decode(nil, &d); err != nil {
		t.Fatal(err)
	}
	want = config{Delimiter: ",", Header: true, Timeout: 30 * time.Second, Chunk: 8 << 20, OnError: "stop"}
	if !reflect.DeepEqual(d, want) {
		t.Fatalf("got  %+v\nwant %+v", d, want)
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, c := range []struct {
		values             map[string]string
		code               pgerr.Code
		message, rest, not string
	}{
		{map[string]string{"foo": "x", "zoo": "y"}, "HV00D", `invalid option "foo"`,
			"Valid options in this context are: key, secret, delimiter, header, skip, ratio, timeout, chunk, roots, on_error", ""},
		{map[string]string{"header": "yes"}, "42601", "header requires a Boolean value", "", ""},
		{map[string]string{"skip": "x"}, "22023", `invalid value for integer option "skip": x`, "", ""},
		{map[string]string{"ratio": "x"}, "22023", `invalid value for floating point option "ratio": x`, "", ""},
		{map[string]string{"secret": "canary"}, "22023", `invalid value for integer option "secret"`, "", "canary"},
		{map[string]string{"timeout": "-3s"}, "22023", `invalid value for option "timeout": -3s`, "A duration is seconds, or a number with one of the units ms, s, min, h, d.", ""},
		{map[string]string{"timeout": "1e300"}, "22023", `invalid value for option "timeout": 1e300`, "A duration is seconds, or a number with one of the units ms, s, min, h, d.", ""},
		{map[string]string{"chunk": "9999999TB"}, "22023", `invalid value for option "chunk": 9999999TB`, `Valid units for this option are "B", "kB", "MB", "GB", and "TB".`, ""},
		{map[string]string{"on_error": "x"}, "22023", `invalid value for option "on_error": x`, "Available values: stop, ignore.", ""},
		{map[string]string{"sep": ";", "delimiter": ","}, "42710", `option "delimiter" provided more than once`, `"sep" is another name of the option.`, ""},
	} {
		e := pgerr.From(Decode(c.values, &config{}))
		if e == nil || e.Code != c.code || e.Message != c.message || e.Hint+e.Detail != c.rest {
			t.Errorf("%v: %+v", c.values, e)
		}
		if e != nil && c.not != "" && strings.Contains(e.Message+e.Detail+e.Hint, c.not) {
			t.Errorf("%v: the error shows a secret", c.values)
		}
	}
	if e := pgerr.From(Check(map[string]string{"a": "b"})); e.Hint != "There are no valid options in this context." {
		t.Errorf("%+v", e)
	}
}

func TestSplitGivesEachSpecItsOwn(t *testing.T) {
	parts, err := Split(map[string]string{"delim": ";", "timeout": "5", "sheet": "s"}, config{}, other{})
	if err != nil {
		t.Fatal(err)
	}
	want := []map[string]string{{"delimiter": ";", "timeout": "5"}, {"timeout": "5", "sheet": "s"}}
	if !reflect.DeepEqual(parts, want) {
		t.Fatalf("got %v, want %v", parts, want)
	}
	if err := Check(map[string]string{"sheet": "s", "skip": "x"}, config{}, other{}); !pgerr.HasCode(err, pgerr.InvalidParameterValue) {
		t.Fatal(err)
	}
	e := pgerr.From(Check(map[string]string{"sheets": "s"}, config{}, other{}))
	if e.Code != pgerr.FDWInvalidOptionName || !strings.HasSuffix(e.Hint, "on_error, sheet") || strings.Count(e.Hint, "timeout") != 1 {
		t.Fatalf("%+v", e)
	}
}

func TestRedactedShowsNoSecretAndNothingUnknown(t *testing.T) {
	got := Redacted(map[string]string{"key": "k", "secret": "1", "sep": ";", "pasword": "typo"}, config{})
	want := map[string]string{"key": "k", "secret": "********", "sep": ";", "pasword": "********"}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestRedactedURLs(t *testing.T) {
	for text, want := range map[string]string{
		"./x.csv?y#z@":                     "./x.csv?y#z@",
		"s3://bucket/a?b.csv":              "s3://bucket/a?b.csv",
		"https://host/@me/x.csv":           "https://host/@me/x.csv",
		"https://me:pw@host/x.csv?sig=1#f": "https://********@host/x.csv?********",
		"HTTP://host/x.csv?sig=1":          "http://host/x.csv?********",
		"http://host/x#f":                  "http://host/x?********",
		"http://me:p/w@host/x":             "http://********",
		"http://me:pw@ho st/x":             "http://********",
	} {
		if got := Redacted(map[string]string{"key": text}, config{})["key"]; got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestWrongDeclarationsPanic(t *testing.T) {
	for name, cfg := range map[string]any{
		"no help": struct {
			A string `option:"a"`
		}{},
		"type": struct {
			A map[string]string `option:"a" help:"h"`
		}{},
		"default": struct {
			A int `option:"a" help:"h" default:"x"`
		}{},
		"clash": struct {
			A int `option:"a" help:"h"`
			B int `option:"b" alias:"a" help:"h"`
		}{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			Of(cfg)
		}()
	}
}

func TestAStructWithoutTagsHasNoOptions(t *testing.T) {
	if got := Of(struct{ A int }{}); len(got) != 0 {
		t.Fatalf("%v", got)
	}
}
