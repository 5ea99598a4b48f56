package plan

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// TestExplainFormats: the three structured formats say the same, and can be read again.
func TestExplainFormats(t *testing.T) {
	scan := &step{kind: "Foreign Scan", on: " on public.orders o", relation: "orders", schema: "public", alias: "o", cost: Cost{Total: 5, Rows: 3, Width: 40}}
	scan.add("Columns", "id")
	scan.add("Qual (exact)", `(note <> 'a "b" & c'::text)`)
	scan.count("Rows Kept", 3)
	root := &step{kind: "Sort", inputs: []*step{scan}}
	root.add("Sort Key", "id", "note DESC")

	js := structured(root, ExplainOptions{Format: ExplainJSON, Costs: true}, nil)
	var read []map[string]any
	if err := json.Unmarshal([]byte(js), &read); err != nil {
		t.Fatalf("%v in\n%s", err, js)
	}
	below := read[0]["Plan"].(map[string]any)["Plans"].([]any)[0].(map[string]any)
	if below["Relation Name"] != "orders" || below["Qual (exact)"] != `(note <> 'a "b" & c'::text)` || below["Rows Kept"] != 3.0 {
		t.Errorf("JSON: %v", below)
	}

	x := structured(root, ExplainOptions{Format: ExplainXML}, nil)
	d := xml.NewDecoder(strings.NewReader(x))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, x)
		}
	}
	want := `<explain xmlns="http://www.postgresql.org/2009/explain">
  <Query>
    <Plan>
      <Node-Type>Sort</Node-Type>
      <Parallel-Aware>false</Parallel-Aware>
      <Async-Capable>false</Async-Capable>
      <Sort-Key>
        <Item>id</Item>
        <Item>note DESC</Item>
      </Sort-Key>
      <Plans>
        <Plan>
          <Node-Type>Foreign Scan</Node-Type>
          <Operation>Select</Operation>
          <Parent-Relationship>Outer</Parent-Relationship>
          <Parallel-Aware>false</Parallel-Aware>
          <Async-Capable>false</Async-Capable>
          <Relation-Name>orders</Relation-Name>
          <Alias>o</Alias>
          <Columns>
            <Item>id</Item>
          </Columns>
          <Qual--exact->(note &lt;&gt; 'a "b" &amp; c'::text)</Qual--exact->
          <Rows-Kept>3</Rows-Kept>
        </Plan>
      </Plans>
    </Plan>
  </Query>
</explain>`
	if x != want {
		t.Errorf("XML: got\n%s\nwant\n%s", x, want)
	}

	y := structured(root, ExplainOptions{Format: ExplainYAML, Costs: true}, nil)
	want = `- Plan: 
    Node Type: "Sort"
    Parallel Aware: false
    Async Capable: false
    Startup Cost: 0.00
    Total Cost: 0.00
    Plan Rows: 0
    Plan Width: 0
    Sort Key: 
      - "id"
      - "note DESC"
    Plans: 
      - Node Type: "Foreign Scan"
        Operation: "Select"
        Parent Relationship: "Outer"
        Parallel Aware: false
        Async Capable: false
        Relation Name: "orders"
        Alias: "o"
        Startup Cost: 0.00
        Total Cost: 5.00
        Plan Rows: 3
        Plan Width: 40
        Columns: 
          - "id"
        Qual (exact): "(note <> 'a \"b\" & c'::text)"
        Rows Kept: 3`
	if y != want {
		t.Errorf("YAML: got\n%s\nwant\n%s", y, want)
	}
}
