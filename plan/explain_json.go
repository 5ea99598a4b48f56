package plan

import (
	"encoding/json"
	"strconv"
	"strings"
)

// jsonPlan prints EXPLAIN (FORMAT JSON) in PostgreSQL's layout.
func jsonPlan(root *step, o ExplainOptions, actual *Actuals) string {
	var b strings.Builder
	b.WriteString("[\n  {\n    \"Plan\": {\n")
	root.json(&b, "      ", o)
	b.WriteString("\n    }")
	if o.Summary && actual != nil {
		b.WriteString(",\n    \"Planning Time\": " + millis(actual.Planning))
		if o.Analyze {
			b.WriteString(",\n    \"Execution Time\": " + millis(actual.Execution))
		}
	}
	b.WriteString("\n  }\n]")
	return b.String()
}

func (s *step) json(b *strings.Builder, indent string, o ExplainOptions) {
	first := true
	field := func(name, value string) {
		if !first {
			b.WriteString(",\n")
		}
		first = false
		b.WriteString(indent + quoteJSON(name) + ": " + value)
	}
	field("Node Type", quoteJSON(s.kind))
	if s.role != "" {
		field("Subplan Name", quoteJSON(s.role))
	}
	if on := strings.TrimPrefix(s.on, " on "); on != "" {
		relation, alias, found := strings.Cut(on, " ")
		field("Relation Name", quoteJSON(relation))
		if found {
			field("Alias", quoteJSON(alias))
		}
	}
	if o.Costs {
		field("Startup Cost", fixed(s.cost.Startup))
		field("Total Cost", fixed(s.cost.Total))
		field("Plan Rows", strconv.FormatFloat(s.cost.Rows, 'f', 0, 64))
		field("Plan Width", strconv.Itoa(s.cost.Width))
	}
	if a := s.actual; a != nil {
		if o.Timing {
			field("Actual Startup Time", millis(a.First))
			field("Actual Total Time", millis(a.Total))
		}
		loops := max(a.Loops, 1)
		field("Actual Rows", strconv.FormatInt((a.Rows+loops/2)/loops, 10))
		field("Actual Loops", strconv.FormatInt(a.Loops, 10))
	}
	for i, p := range s.props {
		var same []string // lines of one name, such as verdicts on several quals, are one list
		earlier := false
		for k, other := range s.props {
			if other.name != p.name {
				continue
			}
			earlier = earlier || k < i
			same = append(same, other.values...)
		}
		switch {
		case earlier:
		case p.number:
			field(p.name, p.values[0])
		case len(same) == 1 && p.name != "Columns" && p.name != "Output":
			field(p.name, quoteJSON(same[0]))
		default:
			for k := range same {
				same[k] = quoteJSON(same[k])
			}
			field(p.name, "["+strings.Join(same, ", ")+"]")
		}
	}
	below := append(append([]*step(nil), s.inputs...), s.subs...)
	if len(below) == 0 {
		return
	}
	if !first {
		b.WriteString(",\n")
	}
	b.WriteString(indent + "\"Plans\": [\n")
	for i, in := range below {
		if i > 0 {
			b.WriteString(",\n")
		}
		b.WriteString(indent + "  {\n")
		in.json(b, indent+"    ", o)
		b.WriteString("\n" + indent + "  }")
	}
	b.WriteString("\n" + indent + "]")
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
