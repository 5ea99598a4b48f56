package plan

import (
	"encoding/json"
	"strconv"
	"strings"
)

// ExplainFormat is how EXPLAIN prints.
type ExplainFormat uint8

const (
	ExplainText ExplainFormat = iota
	ExplainJSON
	ExplainXML
	ExplainYAML
)

// field is one property of a node, or of the whole answer, in the structured formats: a value, a list, or nodes.
type field struct {
	name   string
	value  string
	bare   bool // a number or a truth value: not quoted
	items  []string
	isList bool
	nodes  [][]field
	group  []field // a part with fields of its own
}

// buffers are PostgreSQL's counts of pages: files are not read by way of any.
var buffers = func() (out []field) {
	for _, name := range []string{"Shared Hit", "Shared Read", "Shared Dirtied", "Shared Written", "Local Hit", "Local Read", "Local Dirtied", "Local Written", "Temp Read", "Temp Written"} {
		out = append(out, field{name: name + " Blocks", value: "0", bare: true})
	}
	return out
}()

// lists are the properties that are lists even of one item.
var lists = map[string]bool{"Columns": true, "Output": true, "Sort Key": true, "Group Key": true, "Hash Key": true}

// fields gives what a node has, in PostgreSQL's order.
func (s *step) fields(o ExplainOptions, parent string) []field {
	var out []field
	text := func(name, value string) {
		if value != "" {
			out = append(out, field{name: name, value: value})
		}
	}
	bare := func(name, value string) { out = append(out, field{name: name, value: value, bare: true}) }
	if s.node == "" {
		s.node = s.kind
	}
	text("Node Type", s.node)
	text("Strategy", s.strategy)
	if s.node == "Aggregate" {
		text("Partial Mode", "Simple")
	}
	if s.node == "Foreign Scan" {
		text("Operation", "Select")
	}
	text("Parent Relationship", parent)
	text("Subplan Name", s.role)
	bare("Parallel Aware", "false")
	bare("Async Capable", "false")
	text("Join Type", s.join)
	text("Command", s.command)
	text("Relation Name", s.relation)
	text("Function Name", s.function)
	if o.Verbose {
		text("Schema", s.schema)
	}
	text("CTE Name", s.cte)
	text("Alias", s.alias)
	if o.Costs {
		bare("Startup Cost", fixed(s.cost.Startup))
		bare("Total Cost", fixed(s.cost.Total))
		bare("Plan Rows", strconv.FormatFloat(s.cost.Rows, 'f', 0, 64))
		bare("Plan Width", strconv.Itoa(s.cost.Width))
	}
	if a := s.actual; a != nil {
		if o.Timing {
			bare("Actual Startup Time", millis(a.First))
			bare("Actual Total Time", millis(a.Total))
		}
		loops := max(a.Loops, 1)
		bare("Actual Rows", strconv.FormatInt((a.Rows+loops/2)/loops, 10))
		bare("Actual Loops", strconv.FormatInt(a.Loops, 10))
	}
	if len(s.output) > 0 {
		out = append(out, field{name: "Output", items: s.output, isList: true})
	}
	for i, p := range s.props {
		if p.text {
			continue
		}
		var same []string // lines of one name, such as verdicts on several quals, are one list
		earlier := false
		for k, other := range s.props {
			if other.name != p.name || other.text {
				continue
			}
			earlier = earlier || k < i
			same = append(same, other.values...)
		}
		switch {
		case earlier:
		case p.number:
			bare(p.name, p.values[0])
		case len(same) == 1 && !lists[p.name]:
			text(p.name, same[0])
		default:
			out = append(out, field{name: p.name, items: same, isList: true})
		}
	}
	if o.Buffers {
		out = append(out, buffers...)
	}
	var below [][]field
	for _, in := range s.inits {
		below = append(below, in.fields(o, "InitPlan"))
	}
	for i, in := range s.inputs {
		parent := "Outer"
		switch {
		case s.node == "Append" || s.node == "SetOp":
			parent = "Member"
		case i == 1:
			parent = "Inner"
		}
		below = append(below, in.fields(o, parent))
	}
	for _, in := range s.subs {
		below = append(below, in.fields(o, "SubPlan"))
	}
	if len(below) > 0 {
		out = append(out, field{name: "Plans", nodes: below})
	}
	return out
}

// structured prints a plan in a format that programs read.
func structured(root *step, o ExplainOptions, times *Actuals) string {
	rest := []field{}
	if o.Buffers {
		rest = append(rest, field{name: "Planning", group: buffers})
	}
	if o.Summary && times != nil {
		rest = append(rest, field{name: "Planning Time", value: millis(times.Planning), bare: true})
	}
	if o.Analyze {
		rest = append(rest, field{name: "Triggers", isList: true})
	}
	if o.Summary && times != nil {
		if o.Analyze {
			rest = append(rest, field{name: "Execution Time", value: millis(times.Execution), bare: true})
		}
	}
	var b strings.Builder
	switch plan := root.fields(o, ""); o.Format {
	case ExplainXML:
		b.WriteString("<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n  <Query>\n    <Plan>\n")
		writeXML(&b, plan, "      ")
		b.WriteString("    </Plan>\n")
		writeXML(&b, rest, "    ")
		b.WriteString("  </Query>\n</explain>")
	case ExplainYAML:
		b.WriteString("- Plan: \n")
		writeYAML(&b, plan, "    ", "    ")
		writeYAML(&b, rest, "  ", "  ")
		return strings.TrimSuffix(b.String(), "\n")
	default:
		b.WriteString("[\n  {\n    \"Plan\": {\n")
		writeJSON(&b, plan, "      ")
		b.WriteString("\n    }")
		if len(rest) > 0 {
			b.WriteString(",\n")
			writeJSON(&b, rest, "    ")
		}
		b.WriteString("\n  }\n]")
	}
	return b.String()
}

func (f field) scalar() string {
	if f.bare {
		return f.value
	}
	return quoteJSON(f.value)
}

func writeJSON(b *strings.Builder, fields []field, indent string) {
	for i, f := range fields {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString(indent + quoteJSON(f.name) + ": ")
		switch {
		case f.nodes != nil:
			b.WriteString("[\n")
			for k, n := range f.nodes {
				if k > 0 {
					b.WriteString(",\n")
				}
				b.WriteString(indent + "  {\n")
				writeJSON(b, n, indent+"    ")
				b.WriteString("\n" + indent + "  }")
			}
			b.WriteString("\n" + indent + "]")
		case f.group != nil:
			b.WriteString("{\n")
			writeJSON(b, f.group, indent+"  ")
			b.WriteString("\n" + indent + "}")
		case f.isList && f.items == nil:
			b.WriteString("[\n" + indent + "]")
		case f.isList:
			quoted := make([]string, len(f.items))
			for k, item := range f.items {
				quoted[k] = quoteJSON(item)
			}
			b.WriteString("[" + strings.Join(quoted, ", ") + "]")
		default:
			b.WriteString(f.scalar())
		}
	}
}

// writeYAML prints fields; first is what stands before the first of them, such as the dash of a list.
func writeYAML(b *strings.Builder, fields []field, first, indent string) {
	for i, f := range fields {
		lead := indent
		if i == 0 {
			lead = first
		}
		b.WriteString(lead + f.name + ": ")
		switch {
		case f.nodes != nil:
			b.WriteString("\n")
			for _, n := range f.nodes {
				writeYAML(b, n, indent+"  - ", indent+"    ")
			}
		case f.group != nil:
			b.WriteString("\n")
			writeYAML(b, f.group, indent+"  ", indent+"  ")
		case f.isList:
			b.WriteString("\n")
			for _, item := range f.items {
				b.WriteString(indent + "  - " + quoteJSON(item) + "\n")
			}
		default:
			b.WriteString(f.scalar() + "\n")
		}
	}
}

var escapeXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#x0d;")

func writeXML(b *strings.Builder, fields []field, indent string) {
	for _, f := range fields {
		tag := xmlTag(f.name)
		switch {
		case f.nodes != nil:
			b.WriteString(indent + "<" + tag + ">\n")
			for _, n := range f.nodes {
				b.WriteString(indent + "  <Plan>\n")
				writeXML(b, n, indent+"    ")
				b.WriteString(indent + "  </Plan>\n")
			}
			b.WriteString(indent + "</" + tag + ">\n")
		case f.group != nil:
			b.WriteString(indent + "<" + tag + ">\n")
			writeXML(b, f.group, indent+"  ")
			b.WriteString(indent + "</" + tag + ">\n")
		case f.isList:
			b.WriteString(indent + "<" + tag + ">\n")
			for _, item := range f.items {
				b.WriteString(indent + "  <Item>" + escapeXML.Replace(item) + "</Item>\n")
			}
			b.WriteString(indent + "</" + tag + ">\n")
		default:
			b.WriteString(indent + "<" + tag + ">" + escapeXML.Replace(f.value) + "</" + tag + ">\n")
		}
	}
}

// xmlTag makes a tag of a property's name: what a tag cannot hold becomes a dash.
func xmlTag(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '-'
	}, name)
}

func quoteJSON(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}
