package formattest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/formats"
	"howdah/internal/meter"
	"howdah/internal/reject"
	"howdah/pgerr"
	"howdah/pushdown"
	"howdah/sources/sourcetest"
	"howdah/types"
	"howdah/vector"
)

// Case is one file and what to ask of it. It is well-formed, or has a policy for what is not.
type Case struct {
	Name    string
	Data    []byte
	Schema  types.Schema
	Options formats.Options
	Columns []formats.Options
	Quals   []expr.Expr          // tried one by one and in pairs
	Sorts   [][]pushdown.SortKey // tried with limits
	Rows    int                  // that the file has
	// Text is the rows, values as PostgreSQL prints them, joined by "|", NULL as "\N"; nil = not checked.
	Text []string

	Policy   reject.Policy // what becomes of rows that do not fit
	Numbers  []int64       // the rows' numbers in the file; nil = 1, 2, …
	Rejected []string      // what does not fit: "row number|column|SQLSTATE|action|value"
}

// Run runs the suite for a format over its cases.
func Run(t *testing.T, f formats.Format, cases []Case) {
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			s := &suite{f: f, c: c}
			defer sourcetest.NoLeaks(t)()
			s.all = s.mustScan(t, s.request(), query{refuse: true})
			if len(s.all) != c.Rows {
				t.Fatalf("%d rows, want %d", len(s.all), c.Rows)
			}
			if c.Text != nil {
				same(t, s.all, c.Text)
			}
			t.Run("batches", s.batches)
			t.Run("projections", s.projections)
			t.Run("quals", s.quals)
			t.Run("limits", s.limits)
			t.Run("sorts", s.sorts)
			t.Run("row numbers", s.numbers)
			if c.Policy.Action != reject.Stop {
				t.Run("rejects", s.rejects)
			}
			t.Run("splits", s.splits)
			t.Run("cuts", s.cuts)
			t.Run("faults", s.faults)
			t.Run("cancel", s.cancel)
			t.Run("close", s.closing)
		})
	}
}

type suite struct {
	f   formats.Format
	c   Case
	all []string    // the rows of a plain scan
	run *reject.Run // of the last reader, where the case has a policy
}

// query is how a request is put.
type query struct {
	refuse  bool // the format is told that nothing was taken
	batch   int  // rows a batch; 0 = as many as the reader likes
	split   formats.Split
	dribble bool
}

// request asks for all columns, half of them as text.
func (s *suite) request() *pushdown.Request {
	r := &pushdown.Request{Limit: -1}
	for i := range s.c.Schema.Columns {
		r.Columns = append(r.Columns, pushdown.Column{Ordinal: i, Text: i%2 == 0})
	}
	return r
}

func env() *expr.Env { return &expr.Env{Ctx: context.Background(), Style: types.DefaultStyle()} }

func (s *suite) open(in *formats.Input, r *pushdown.Request, q query) (formats.Reader, error) {
	a := s.f.Offer(s.c.Schema, s.c.Options, r)
	if q.refuse {
		a = r.RefuseAll()
	}
	if fault := r.Check(a); fault != "" {
		return nil, errors.New(fault)
	}
	scan := &formats.Scan{Schema: s.c.Schema, Columns: s.c.Columns, Options: s.c.Options, Request: r, Answer: a, Env: env(), Split: q.split, Table: "t"}
	if s.c.Policy.Action != reject.Stop {
		s.run = new(reject.Log).Begin(reject.Origin{}, nil)
		scan.Rejects = s.run.Scan("public", "t", s.c.Policy, nil)
		scan.Rejects.Begin("f")
	}
	return s.f.Open(in, scan)
}

func (s *suite) mustScan(t *testing.T, r *pushdown.Request, q query) []string {
	t.Helper()
	rows, err := s.scan(r, q)
	if err != nil {
		t.Fatalf("%v: %s", err, pgerr.From(err).Where)
	}
	return rows
}

func (s *suite) scan(r *pushdown.Request, q query) ([]string, error) {
	src := &sourcetest.Memory{Data: s.c.Data, Ranged: true, Dribble: q.dribble}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	defer in.Close()
	return s.read(in, r, q)
}

func (s *suite) read(in *formats.Input, r *pushdown.Request, q query) (rows []string, err error) {
	reader, err := s.open(in, r, q)
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	b := &vector.Batch{Max: q.batch}
	for {
		err := reader.Next(b)
		if err == io.EOF {
			if b.Live() != 0 {
				return rows, errors.New("rows at the end")
			}
			return rows, nil
		}
		if err != nil {
			return rows, err
		}
		if b.N > b.Cap() {
			return rows, fmt.Errorf("%d rows in a batch of %d", b.N, b.Cap())
		}
		rows = append(rows, render(b, r)...)
	}
}

// render prints the live rows of a batch.
func render(b *vector.Batch, r *pushdown.Request) (rows []string) {
	for _, i := range b.Sel {
		var parts []string
		for _, want := range r.Columns {
			col := b.Cols[want.Ordinal]
			switch {
			case col.Null(i):
				parts = append(parts, `\N`)
			case col.Form == vector.CanonicalText:
				parts = append(parts, string(col.Bytes(i)))
			default:
				d := col.Datum(i)
				parts = append(parts, string(types.AppendText(nil, col.Type, &d, types.DefaultStyle())))
			}
		}
		if r.Rows {
			parts = append(parts, fmt.Sprint(b.Rows[i]))
		}
		rows = append(rows, strings.Join(parts, "|"))
	}
	return rows
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = fmt.Sprintf("%q", got[i])
		}
		if i < len(want) {
			w = fmt.Sprintf("%q", want[i])
		}
		if g != w {
			t.Fatalf("row %d of %d (want %d): %s, want %s", i+1, len(got), len(want), g, w)
		}
	}
}

func (s *suite) batches(t *testing.T) {
	for _, n := range []int{1, 3, 1024} {
		same(t, s.mustScan(t, s.request(), query{batch: n}), s.all)
	}
	same(t, s.mustScan(t, s.request(), query{dribble: true}), s.all)
}

// pick gives the columns of rows.
func (s *suite) pick(rows []string, cols []pushdown.Column) (out []string) {
	for _, row := range rows {
		fields := s.cut(row)
		var parts []string
		for _, c := range cols {
			parts = append(parts, fields[c.Ordinal])
		}
		out = append(out, strings.Join(parts, "|"))
	}
	return out
}

// cut parts a rendered row; files of the suite keep "|" out of their values.
func (s *suite) cut(row string) []string { return strings.Split(row, "|") }

func (s *suite) projections(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	n := len(s.c.Schema.Columns)
	for k := range 2*n + 8 {
		r := &pushdown.Request{Limit: -1}
		for i := range n {
			if k < 2*n && i == k/2 || k > 2*n && random.IntN(2) == 0 {
				r.Columns = append(r.Columns, pushdown.Column{Ordinal: i, Text: (k+i)%2 == 0})
			}
		}
		same(t, s.mustScan(t, r, query{}), s.pick(s.all, r.Columns))
	}
}

// passing applies quals as the engine does, over all rows of a plain scan.
func (s *suite) passing(t *testing.T, quals []expr.Expr) (rows []string) {
	t.Helper()
	f, err := expr.CompileFilter(quals, env())
	if err != nil {
		t.Fatal(err)
	}
	r := &pushdown.Request{Limit: -1}
	for i := range s.c.Schema.Columns {
		r.Columns = append(r.Columns, pushdown.Column{Ordinal: i})
	}
	src := &sourcetest.Memory{Data: s.c.Data}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	defer in.Close()
	reader, err := s.open(in, r, query{refuse: true})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	b := &vector.Batch{}
	for {
		if err := reader.Next(b); err == io.EOF {
			return rows
		} else if err != nil {
			t.Fatal(err)
		}
		if err := f.Apply(b); err != nil {
			t.Fatal(err)
		}
		rows = append(rows, render(b, r)...)
	}
}

// subsets gives each qual alone and each with its neighbour.
func (s *suite) subsets() (sets [][]expr.Expr) {
	for i, q := range s.c.Quals {
		sets = append(sets, []expr.Expr{q})
		if i > 0 {
			sets = append(sets, []expr.Expr{q, s.c.Quals[i-1]}, []expr.Expr{s.c.Quals[i-1], q})
		}
	}
	return sets
}

func (s *suite) quals(t *testing.T) {
	for _, quals := range s.subsets() {
		want := s.passing(t, quals)
		r := s.request()
		r.Quals = quals
		a := s.f.Offer(s.c.Schema, s.c.Options, r)
		for i, v := range a.Quals {
			if v != pushdown.Exact {
				t.Errorf("qual %d of %d was not taken exactly", i, len(quals))
			}
		}
		for _, n := range []int{0, 1, 3} {
			same(t, s.mustScan(t, r, query{batch: n}), want)
		}
		r.Columns = nil
		if got := s.mustScan(t, r, query{}); len(got) != len(want) {
			t.Fatalf("%d rows counted, want %d", len(got), len(want))
		}
	}
}

func (s *suite) limits(t *testing.T) {
	sets := append(s.subsets(), nil)
	for _, quals := range sets {
		all := s.all
		if quals != nil {
			all = s.passing(t, quals)
		}
		for _, n := range []int{0, 1, 2, len(all), len(all) + 1} {
			r := s.request()
			r.Quals, r.Limit = quals, int64(n)
			if s.f.Offer(s.c.Schema, s.c.Options, r).Limit != pushdown.Exact {
				continue
			}
			same(t, s.mustScan(t, r, query{}), all[:min(n, len(all))])
			same(t, s.mustScan(t, r, query{batch: 1}), all[:min(n, len(all))])
		}
	}
}

func (s *suite) sorts(t *testing.T) {
	for _, keys := range s.c.Sorts {
		for _, quals := range append(s.subsets(), nil) {
			sorted := slices.Clone(s.all)
			if quals != nil {
				sorted = s.passing(t, quals)
			}
			slices.SortStableFunc(sorted, func(x, y string) int { return s.compare(t, keys, x, y) })
			for _, n := range []int{0, 1, 2, 5, len(sorted)} {
				r := s.request()
				r.Quals, r.Sort, r.Limit = quals, keys, int64(n)
				if a := s.f.Offer(s.c.Schema, s.c.Options, r); a.Limit != pushdown.Exact {
					continue
				}
				same(t, s.mustScan(t, r, query{}), sorted[:min(n, len(sorted))])
				same(t, s.mustScan(t, r, query{batch: 1}), sorted[:min(n, len(sorted))])
			}
		}
	}
}

// compare orders two rendered rows by the values that their texts stand for.
func (s *suite) compare(t *testing.T, keys []pushdown.SortKey, x, y string) int {
	a, b := s.cut(x), s.cut(y)
	for _, k := range keys {
		p, q := a[k.Ordinal], b[k.Ordinal]
		c := 0
		switch {
		case p == `\N` && q == `\N`:
			continue
		case p == `\N` || q == `\N`:
			if (p == `\N`) == k.NullsFirst {
				return -1
			}
			return 1
		default:
			v, err := types.ParseText(k.Type, []byte(p), types.DefaultStyle())
			if err != nil {
				t.Fatal(err)
			}
			w, err := types.ParseText(k.Type, []byte(q), types.DefaultStyle())
			if err != nil {
				t.Fatal(err)
			}
			c = types.Compare(k.Type.OID, &v, &w, types.CCollation)
		}
		if k.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func (s *suite) numbers(t *testing.T) {
	var want []string
	for i, row := range s.all {
		n := int64(i + 1)
		if s.c.Numbers != nil {
			n = s.c.Numbers[i]
		}
		want = append(want, fmt.Sprintf("%s|%d", row, n))
	}
	r := s.request()
	r.Rows = true
	same(t, s.mustScan(t, r, query{}), want)
	same(t, s.mustScan(t, r, query{batch: 3}), want)
	if len(r.Columns) > 0 && len(s.c.Quals) > 0 {
		r.Quals = s.c.Quals[:1]
		passed := s.mustScan(t, r, query{})
		for _, row := range passed {
			if !slices.Contains(want, row) {
				t.Fatalf("%q is no row with its number", row)
			}
		}
	}
}

// splits: whatever the wanted size, the parts one after the other are the whole.
func (s *suite) splits(t *testing.T) {
	sp, ok := s.f.(formats.Splitter)
	if !ok {
		t.Skip("the format cannot start in the middle")
	}
	most := 1
	for target := 1; target <= len(s.c.Data)+1; target += 1 + target/7 {
		src := &sourcetest.Memory{Data: s.c.Data, Ranged: true}
		in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
		parts, err := sp.Splits(in, s.c.Options, int64(target))
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for _, p := range parts {
			got, err := s.read(in, s.request(), query{split: p})
			if err != nil {
				t.Fatalf("target %d, split %+v of %v: %v: %s", target, p, parts, err, pgerr.From(err).Where)
			}
			rows = append(rows, got...)
		}
		in.Close()
		same(t, rows, s.all)
		most = max(most, len(parts))
	}
	t.Logf("up to %d splits", most)
}

// cuts: a file of which only a part arrives is an error, whatever is asked of it.
func (s *suite) cuts(t *testing.T) {
	for n := 1; n < len(s.c.Data); n++ { // a source that gives nothing at all is asked again, for seconds
		if n > 50 && n < len(s.c.Data)-50 {
			n += 6 // the source's retries take their time
		}
		for _, r := range []*pushdown.Request{s.request(), {Limit: -1}} {
			src := &sourcetest.Memory{Data: s.c.Data, Fault: func(int, int64, int64) (int64, error) { return int64(n), nil }}
			in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
			rows, err := s.read(in, r, query{})
			in.Close()
			if err == nil {
				t.Fatalf("cut after %d of %d bytes: %d rows and no error", n, len(s.c.Data), len(rows))
			}
		}
	}
}

// faults: a failing source is an error of its own, and rows before it are right.
func (s *suite) faults(t *testing.T) {
	fault := pgerr.New(pgerr.IOError, "the disk is gone")
	for n := range len(s.c.Data) {
		src := &sourcetest.Memory{Data: s.c.Data, Fault: func(int, int64, int64) (int64, error) { return int64(n), fault }}
		in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
		rows, err := s.read(in, s.request(), query{batch: 1})
		in.Close()
		if !errors.Is(err, pgerr.IOError) {
			t.Fatalf("fault after %d bytes: %v", n, err)
		}
		if len(rows) > len(s.all) {
			t.Fatalf("%d rows", len(rows))
		}
		same(t, rows, s.all[:len(rows)])
	}
}

// cancel: after a cancellation Next fails, and Close lets go.
func (s *suite) cancel(t *testing.T) {
	cause := pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
	for n := range min(len(s.all), 20) + 1 {
		ctx, stop := context.WithCancelCause(context.Background())
		src := &sourcetest.Memory{Data: s.c.Data}
		in := formats.NewInput(ctx, src, src.Info(), &meter.Scan{}, nil)
		reader, err := s.open(in, s.request(), query{})
		if err != nil {
			t.Fatal(err)
		}
		b := &vector.Batch{Max: 1}
		for range n {
			if err := reader.Next(b); err != nil {
				t.Fatal(err)
			}
		}
		stop(cause)
		if err := reader.Next(b); !errors.Is(err, pgerr.QueryCanceled) || b.Live() != 0 {
			t.Fatalf("after %d rows: %v", n, err)
		}
		if err := reader.Close(); err != nil {
			t.Fatal(err)
		}
		in.Close()
		if src.Open() != 0 {
			t.Fatal("a source is still open")
		}
	}
}

func (s *suite) closing(t *testing.T) {
	src := &sourcetest.Memory{Data: s.c.Data}
	in := formats.NewInput(context.Background(), src, src.Info(), &meter.Scan{}, nil)
	defer in.Close()
	reader, err := s.open(in, s.request(), query{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := reader.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := reader.Next(&vector.Batch{}); err == nil || err == io.EOF {
		t.Fatalf("Next after Close: %v", err)
	}
	if src.Open() != 0 {
		t.Fatal("a source is still open")
	}
}
