package exprtest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"howdah/expr"
	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// Aggregates compares aggregates, by signature ("sum(int4)"), with PostgreSQL's: groups of random rows, each alone and
// all of them interleaved. Options.Rows is the number of groups. The arguments of polymorphic ones come from
// Options.Signatures, their results' types from Options.Result.
func Aggregates(t *testing.T, opt Options, signatures ...string) {
	t.Helper()
	conn := Connect(t, opt.Setup+"create temp table rows (n int, g int, a text, b text)")
	for _, sig := range signatures {
		p := aggregate(sig)
		if p == nil {
			t.Errorf("%s: no such aggregate", sig)
			continue
		}
		for _, args := range opt.signatures(p) {
			if !opt.knows(p, args) {
				t.Errorf("%s: no operands for it", sig)
				continue
			}
			groups := opt.Rows
			if groups == 0 {
				groups = 60
			}
			r := rand.New(rand.NewPCG(opt.Seed, uint64(p.OID)))
			tuples, group := aggregateRows(r, &opt, p, args, groups)
			var insert strings.Builder
			insert.WriteString("truncate rows; insert into rows values (0, -1, null, null)")
			for i, tuple := range tuples {
				fmt.Fprintf(&insert, ", (%d, %d", i, group[i])
				for a := range 2 {
					if a < len(tuple) && tuple[a] != null {
						insert.WriteString(", " + literal(tuple[a]))
					} else {
						insert.WriteString(", null")
					}
				}
				insert.WriteString(")")
			}
			if err := conn.Exec(insert.String()); err != nil {
				t.Fatal(err)
			}
			var names []string
			for a, typ := range args {
				names = append(names, string("ab"[a])+"::"+typeName(typ))
			}
			list := strings.Join(names, ", ")
			if len(args) == 0 {
				list = "*"
			}
			queries := make([]string, groups)
			for g := range queries {
				queries[g] = `(select pg_catalog."` + p.Name + `"(` + list + `) from (select * from rows where g = ` + strconv.Itoa(g) + ` order by n offset 0) rows)`
			}
			aggregateGroups(t, &opt, p, args, tuples, group, Ask(t, conn, queries))
		}
	}
}

func aggregate(sig string) *pgdata.Proc {
	for i := range pgdata.Procs() {
		if p := &pgdata.Procs()[i]; p.Kind == 'a' && Signature(p) == sig {
			return p
		}
	}
	return nil
}

// aggregateRows makes rows of groups, of which some are empty and some are all NULL.
func aggregateRows(r *rand.Rand, opt *Options, p *pgdata.Proc, args []types.OID, groups int) (tuples [][]string, group []int) {
	for g := range groups {
		rows, nulls := r.IntN(12), r.IntN(4)
		// Extreme values everywhere would make most groups fail alike.
		tame := r.IntN(3) > 0
		for range rows {
			tuple := make([]string, len(args))
			for a, typ := range args {
				tuple[a] = opt.generator(p, a, typ)(r)
				if k := types.KindOf(typ); tame && len(tuple[a]) > 8 && (k == types.KindFloat || k == types.KindNumeric) {
					tuple[a] = strconv.FormatFloat(float64(r.IntN(20001)-10000)/100, 'f', r.IntN(4), 64)
				}
				if nulls == 0 && r.IntN(3) > 0 || nulls == 1 && rows < 3 {
					tuple[a] = null
				}
			}
			tuples, group = append(tuples, tuple), append(group, g)
		}
	}
	r.Shuffle(len(tuples), func(i, j int) {
		tuples[i], tuples[j] = tuples[j], tuples[i]
		group[i], group[j] = group[j], group[i]
	})
	return tuples, group
}

func aggregateGroups(t *testing.T, opt *Options, p *pgdata.Proc, args []types.OID, tuples [][]string, group []int, want []Outcome) {
	t.Helper()
	build, err := expr.AggregateOf(p)
	if err != nil {
		t.Errorf("%s: %v", Signature(p), err)
		return
	}
	c := newCall(t, opt, p, args, tuples)
	bad := 0
	var together []int32
	for g := range want {
		var sel []int32
		for i := range tuples {
			if group[i] == g {
				sel = append(sel, int32(i))
			}
		}
		got := aggregateOnce(build, c, make([]int32, len(sel)), sel, 1)[0]
		if got != want[g] && (opt.Same == nil || got.Failed || want[g].Failed || !opt.Same(p, got.Text, want[g].Text)) {
			if bad++; bad <= 6 {
				rows := make([]string, len(sel))
				for k, i := range sel {
					rows[k] = strings.ReplaceAll(strings.Join(tuples[i], ","), null, "NULL")
				}
				t.Errorf("%s of %s\n\tgot  %v\n\twant %v", Signature(p), strings.Join(rows, " "), got, want[g])
			}
		}
		if !got.Failed {
			together = append(together, sel...)
		}
	}
	if bad > 6 {
		t.Errorf("%s: %d of %d groups differ", Signature(p), bad, len(want))
	}
	// All groups that succeed at once, in batches of a few rows, in the rows' order.
	in := make([]bool, len(tuples))
	for _, i := range together {
		in[i] = true
	}
	var sel, ids []int32
	for i := range tuples {
		if in[i] {
			sel, ids = append(sel, int32(i)), append(ids, int32(group[i]))
		}
	}
	for g, got := range aggregateOnce(build, c, ids, sel, len(want)) {
		if !want[g].Failed && got != want[g] && (opt.Same == nil || !opt.Same(p, got.Text, want[g].Text)) && bad == 0 {
			t.Errorf("%s: group %d among others gave %v, alone %v", Signature(p), g, got, want[g])
		}
	}
}

// aggregateOnce feeds rows in batches of seven and gives each group's outcome; an error is every group's.
func aggregateOnce(mk expr.NewAggregate, c *expr.Call, ids, sel []int32, groups int) []Outcome {
	res := make([]Outcome, groups)
	fail := func(err error) []Outcome {
		for g := range res {
			res[g] = failure(pgerr.From(err))
		}
		return res
	}
	a := mk(c)
	for len(sel) > 0 {
		n := min(7, len(sel))
		most := int32(0)
		for _, g := range ids[:n] {
			most = max(most, g)
		}
		a.Resize(int(most) + 1)
		if err := a.Add(c, ids[:n], sel[:n]); err != nil {
			return fail(err)
		}
		ids, sel = ids[n:], sel[n:]
	}
	a.Resize(groups)
	out := vector.New(c.Result, groups)
	if err := a.Result(c, 0, groups, out); err != nil {
		return fail(err)
	}
	for g := range res {
		if out.Null(int32(g)) {
			res[g].Text = null
			continue
		}
		res[g].Text = string(vector.AppendText(nil, out, int32(g), c.Env.Style))
	}
	return res
}
