package plan

import (
	"strconv"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"howdah/expr"
	"howdah/pgerr"
)

// ExplainOptions are EXPLAIN's.
type ExplainOptions struct {
	Analyze, Verbose, Buffers, Timing, Summary, Settings bool
	Costs                                                bool
	Generic                                              bool // parameters have no values
	Format                                               ExplainFormat
}

// ParseExplain reads an EXPLAIN's options.
func ParseExplain(stmt *pg.ExplainStmt) (ExplainOptions, error) {
	o := ExplainOptions{Costs: true, Timing: true}
	timing, summary, wal := false, false, false
	for _, n := range stmt.Options {
		d := n.GetDefElem()
		if d.Defname == "format" {
			switch strings.ToLower(defText(d)) {
			case "text":
				o.Format = ExplainText
			case "json":
				o.Format = ExplainJSON
			case "xml":
				o.Format = ExplainXML
			case "yaml":
				o.Format = ExplainYAML
			default:
				return o, pgerr.New(pgerr.InvalidParameterValue, `unrecognized value for EXPLAIN option "format": "%s"`, defText(d))
			}
			continue
		}
		on, err := defBool(d)
		if err != nil {
			return o, err
		}
		switch d.Defname {
		case "analyze":
			o.Analyze = on
		case "verbose":
			o.Verbose = on
		case "costs":
			o.Costs = on
		case "buffers":
			o.Buffers = on
		case "generic_plan":
			o.Generic = on
		case "settings":
			o.Settings = on
		case "timing":
			o.Timing, timing = on, true
		case "summary":
			o.Summary, summary = on, true
		case "wal":
			wal = on
		default:
			return o, pgerr.New(pgerr.SyntaxError, `unrecognized EXPLAIN option "%s"`, d.Defname)
		}
	}
	if wal && !o.Analyze {
		return o, pgerr.New(pgerr.InvalidParameterValue, "EXPLAIN option WAL requires ANALYZE")
	}
	if o.Generic && o.Analyze {
		return o, pgerr.New(pgerr.InvalidParameterValue, "EXPLAIN options ANALYZE and GENERIC_PLAN cannot be used together")
	}
	if timing && o.Timing && !o.Analyze {
		return o, pgerr.New(pgerr.InvalidParameterValue, "EXPLAIN option TIMING requires ANALYZE")
	}
	if !summary {
		o.Summary = o.Analyze
	}
	return o, nil
}

func defText(d *pg.DefElem) string {
	if d.Arg == nil {
		return ""
	}
	switch a := d.Arg.Node.(type) {
	case *pg.Node_String_:
		return a.String_.Sval
	case *pg.Node_Integer:
		return strconv.Itoa(int(a.Integer.Ival))
	case *pg.Node_Boolean:
		return strconv.FormatBool(a.Boolean.Boolval)
	case *pg.Node_AConst:
		if s := a.AConst.GetSval(); s != nil {
			return s.Sval
		}
		if i := a.AConst.GetIval(); i != nil {
			return strconv.Itoa(int(i.Ival))
		}
	}
	return ""
}

func defBool(d *pg.DefElem) (bool, error) {
	if d.Arg == nil {
		return true, nil
	}
	switch strings.ToLower(defText(d)) {
	case "true", "on", "1":
		return true, nil
	case "false", "off", "0":
		return false, nil
	}
	return false, pgerr.New(pgerr.SyntaxError, "%s requires a Boolean value", d.Defname)
}

// Explain gives the lines of EXPLAIN's answer; in the other formats they are one value, joined by newlines. Only with ANALYZE does
// actual have more than the time of planning; nil is allowed without.
func Explain(q *Query, o ExplainOptions, times *Actuals) []string {
	var actual *Actuals
	if o.Analyze {
		actual = times
	}
	root := newDescriber(q, o, actual).tree(q.Root, nil)
	if o.Format != ExplainText {
		return strings.Split(structured(root, o, times), "\n")
	}
	var lines []string
	lines = root.text(lines, "", true, o)
	if o.Summary && times != nil {
		lines = append(lines, "Planning Time: "+millis(times.Planning)+" ms")
		if o.Analyze {
			lines = append(lines, "Execution Time: "+millis(times.Execution)+" ms")
		}
	}
	return lines
}

// step is one node as EXPLAIN shows it.
type step struct {
	kind string // "Foreign Scan"
	on   string // " on orders o"
	role string // "SubPlan 1", "CTE x"

	node, strategy, join, command          string // in the structured formats: what kind means
	relation, schema, function, cte, alias string // on's parts

	cost   Cost
	actual *Actual
	output []string // of VERBOSE
	props  []prop
	inits  []*step // what is run before: InitPlans and common table expressions
	inputs []*step
	subs   []*step // what is run within: SubPlans
}

// prop is a line below a node.
type prop struct {
	name   string
	values []string // joined by ", " in text
	number bool
	text   bool // of the text format only
	other  bool // of the structured formats only
}

// measure adds what the text format says in a line of its own, and the others in parts.
func (s *step) measure(name, value string, parts ...prop) {
	s.props = append(s.props, prop{name: name, values: []string{value}, text: true})
	s.props = append(s.props, parts...)
}

func number(name string, n int64) prop {
	return prop{name: name, values: []string{strconv.FormatInt(n, 10)}, number: true, other: true}
}

func (s *step) add(name string, values ...string) {
	if len(values) > 0 {
		s.props = append(s.props, prop{name: name, values: values})
	}
}

func (s *step) count(name string, n int64) {
	s.props = append(s.props, prop{name: name, values: []string{strconv.FormatInt(n, 10)}, number: true})
}

// text prints a node and what is below it in PostgreSQL's layout.
func (s *step) text(lines []string, indent string, top bool, o ExplainOptions) []string {
	line, under := indent, indent+"  "
	if s.role != "" {
		lines = append(lines, indent+s.role)
		indent += "  "
		line, under = indent+"->  ", indent+"      "
	} else if !top {
		line, under = indent+"->  ", indent+"      "
	}
	line += s.kind + s.on
	if o.Costs {
		line += "  (cost=" + fixed(s.cost.Startup) + ".." + fixed(s.cost.Total) + " rows=" + strconv.FormatFloat(s.cost.Rows, 'f', 0, 64) +
			" width=" + strconv.Itoa(s.cost.Width) + ")"
	}
	if s.actual != nil {
		line += s.actualText(o)
	}
	lines = append(lines, line)
	if len(s.output) > 0 {
		lines = append(lines, under+"Output: "+strings.Join(s.output, ", "))
	}
	for _, p := range s.props {
		if !p.other {
			lines = append(lines, under+p.name+": "+strings.Join(p.values, ", "))
		}
	}
	for _, in := range s.inits {
		lines = in.text(lines, under, false, o)
	}
	for _, in := range s.inputs {
		lines = in.text(lines, under, false, o)
	}
	for _, sub := range s.subs {
		lines = sub.text(lines, under, false, o)
	}
	return lines
}

func (s *step) actualText(o ExplainOptions) string {
	a := s.actual
	if a.Loops == 0 {
		return " (never executed)"
	}
	rows := strconv.FormatInt((a.Rows+a.Loops/2)/a.Loops, 10)
	loops := strconv.FormatInt(a.Loops, 10)
	if !o.Timing {
		return " (actual rows=" + rows + " loops=" + loops + ")"
	}
	return " (actual time=" + millis(a.First) + ".." + millis(a.Total) + " rows=" + rows + " loops=" + loops + ")"
}

func fixed(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

func (w shower) showAll(es []expr.Expr) []string {
	var out []string
	for _, e := range es {
		out = append(out, w.show(e))
	}
	return out
}

// condition prints conjuncts as one condition.
func (w shower) condition(quals []expr.Expr) string {
	if len(quals) == 1 {
		return w.show(quals[0])
	}
	return w.show(&expr.And{Args: quals})
}

// closes tells whether the first parenthesis closes at the very end.
func closes(s string) bool {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
			if depth == 0 && i < len(s)-1 {
				return false
			}
		}
	}
	return depth == 0
}

func (w shower) showKeys(keys []expr.SortKey) []string {
	var out []string
	for _, k := range keys {
		out = append(out, direction(w.show(k.Expr), k.Desc, k.NullsFirst))
	}
	return out
}

func direction(s string, desc, nullsFirst bool) string {
	switch {
	case desc && nullsFirst:
		return s + " DESC"
	case desc:
		return s + " DESC NULLS LAST"
	case nullsFirst:
		return s + " NULLS FIRST"
	}
	return s
}
