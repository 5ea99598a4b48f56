package e2e

import (
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"howdah/internal/pgtest"
)

// reply is what a query gave: column types and rows, or an error.
type reply struct {
	code, message string
	params        []uint32
	types         []uint32
	mods          []int32
	rows          []string // columns joined by tabs, escaped
}

func (r reply) String() string {
	if r.code != "" {
		return r.code + " " + r.message
	}
	n := len(r.rows)
	text := fmt.Sprintf("%v %d rows: %s", r.types, n, strings.Join(r.rows[:min(n, 5)], " | "))
	if len(text) > 700 {
		text = text[:700]
	}
	return text
}

// refused tells whether Howdah said that it lacks something.
func (r reply) refused() bool { return r.code == "0A000" || r.code == "42883" }

const askTimeout = 30 * time.Second

var escapeCell = strings.NewReplacer("\\", `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)

// send runs a query by the simple protocol, or by the extended one if it has parameters or wants binary results.
func send(c *pgtest.Conn, sql string, params []string, extended, binary bool) reply {
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	conn := c.Pg()
	fail := func(err error) reply {
		if pe, ok := errors.AsType[*pgconn.PgError](err); ok {
			return reply{code: pe.Code, message: pe.Message}
		}
		return reply{code: "?????", message: err.Error()}
	}
	var r reply
	read := func(rr *pgconn.ResultReader) error {
		for _, f := range rr.FieldDescriptions() {
			r.types, r.mods = append(r.types, f.DataTypeOID), append(r.mods, f.TypeModifier)
		}
		for rr.NextRow() {
			var b strings.Builder
			for i, v := range rr.Values() {
				if i > 0 {
					b.WriteByte('\t')
				}
				switch {
				case v == nil:
					b.WriteString(`\N`)
				case binary:
					fmt.Fprintf(&b, "%x", v)
				default:
					b.WriteString(escapeCell.Replace(string(v)))
				}
			}
			r.rows = append(r.rows, b.String())
		}
		_, err := rr.Close()
		return err
	}
	if !extended {
		mr := conn.Exec(ctx, sql)
		for mr.NextResult() {
			if read(mr.ResultReader()) != nil {
				break
			}
		}
		if err := mr.Close(); err != nil {
			return fail(err)
		}
		return r
	}
	d, err := conn.Prepare(ctx, "", sql, nil)
	if err != nil {
		return fail(err)
	}
	values := make([][]byte, len(params))
	for i, p := range params {
		values[i] = []byte(p)
	}
	var formats []int16
	if binary {
		formats = []int16{1}
	}
	if err := read(conn.ExecPrepared(ctx, "", values, nil, formats)); err != nil {
		return fail(err)
	}
	r.params = d.ParamOIDs
	return r
}

// difference tells in what two replies differ; "" = in nothing.
func (r reply) difference(o reply, t traits) string {
	if r.code != "" || o.code != "" {
		switch {
		case r.code == o.code:
			return ""
		case r.code != "" && o.code != "":
			return "errors"
		}
		return "one fails"
	}
	if !slices.Equal(r.params, o.params) {
		return fmt.Sprintf("parameter types %v %v", r.params, o.params)
	}
	if !slices.Equal(r.types, o.types) {
		return fmt.Sprintf("types %v %v", r.types, o.types)
	}
	for i, m := range r.mods {
		// PostgreSQL describes what is left after constants were computed, so that CASE and its like may have one.
		if m != o.mods[i] && m != -1 && o.mods[i] != -1 {
			return fmt.Sprintf("typmods %v %v", r.mods, o.mods)
		}
	}
	if sameRows(r.rows, o.rows, t.ordered) {
		return ""
	}
	if t.ties && !t.collapse && !t.floats && !sameRows(r.rows, o.rows, false) {
		return "rows"
	}
	if t.collapse || t.floats || t.ties {
		if sameRows(canonical(r, t), canonical(o, t), t.ordered) {
			return ""
		}
	}
	return "rows"
}

func sameRows(a, b []string, ordered bool) bool {
	if len(a) != len(b) {
		return false
	}
	if slices.Equal(a, b) {
		return true
	}
	return !ordered && slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

var (
	jsonNumber = regexp.MustCompile(`-?\d+\.\d+`)
	intervalRE = regexp.MustCompile(`^(?:(-?\+?\d+) years? ?)?(?:([-+]?\d+) mons? ?)?(?:([-+]?\d+) days? ?)?(?:([-+]?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?)?$`)
)

// canonical gives the rows with one form for equal values.
func canonical(r reply, t traits) []string {
	out := make([]string, len(r.rows))
	for i, row := range r.rows {
		cells := strings.Split(row, "\t")
		for j, c := range cells {
			if c == `\N` {
				continue
			}
			switch r.types[j] {
			case 1700: // numeric
				if strings.Contains(c, ".") {
					c = strings.TrimSuffix(strings.TrimRight(c, "0"), ".")
				}
				if c == "-0" {
					c = "0"
				}
			case 700, 701:
				if c == "-0" {
					c = "0"
				}
				if t.floats {
					if f, err := strconv.ParseFloat(c, 64); err == nil && !math.IsInf(f, 0) {
						digits := 12
						if r.types[j] == 700 {
							digits = 5
						}
						c = strconv.FormatFloat(f, 'e', digits-1, 64)
					}
				}
			case 1042: // bpchar
				c = strings.TrimRight(c, " ")
			case 3802:
				c = jsonNumber.ReplaceAllStringFunc(c, func(s string) string { return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") })
			case 1186:
				c = intervalMicros(c)
			}
			cells[j] = c
		}
		out[i] = strings.Join(cells, "\t")
	}
	return out
}

// intervalMicros is what PostgreSQL compares intervals by.
func intervalMicros(s string) string {
	m := intervalRE.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	n := func(i int) float64 { f, _ := strconv.ParseFloat(m[i], 64); return f }
	frac, _ := strconv.ParseFloat("0."+m[8]+"0", 64)
	seconds := n(5)*3600 + n(6)*60 + n(7) + frac
	if m[4] == "-" {
		seconds = -seconds
	}
	days := (n(1)*12+n(2))*30 + n(3)
	return fmt.Sprintf("%.6f", days*86400+seconds)
}
