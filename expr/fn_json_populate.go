package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// json_populate_record and its like fill a row from a JSON object: its columns are those of the first argument, and what
// the object does not name stays as it is there (jsonfuncs.c). In FROM the row is spread out.

var jsonPopulateKernels = map[string]Kernel{
	"json_populate_record": populateRecord("json_populate_record"), "jsonb_populate_record": populateRecord("jsonb_populate_record"),
}

var jsonPopulateSets = map[string]SetKernel{
	"json_populate_record": populateRow("json_populate_record"), "jsonb_populate_record": populateRow("jsonb_populate_record"),
	"json_populate_recordset": jsonToRecordset("json_populate_recordset", 1), "jsonb_populate_recordset": jsonToRecordset("jsonb_populate_recordset", 1),
}

// populateRecord gives the record as one value.
func populateRecord(name string) Kernel {
	fill := populateRow(name)
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			if c.Args[1].Null(i) && c.Args[0].Null(i) && c.ArgTypes[0].OID == types.RecordOID {
				out.SetNull(i)
				continue
			}
			err := fill(c, i, func(values []types.Datum) bool {
				cols, _ := populated(c, i, name)
				r := &types.Record{Fields: append([]types.Datum(nil), values...)}
				for _, col := range cols {
					r.Types, r.Names = append(r.Types, col.Type), append(r.Names, col.Name)
				}
				out.Records[i] = r
				return true
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
}

func populateRow(name string) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) error {
		cols, err := populated(c, row, name)
		if err != nil {
			return err
		}
		if c.Args[1].Null(row) {
			values := make([]types.Datum, len(cols))
			for i := range values {
				values[i] = types.NullDatum
			}
			if base := baseOf(c, row); base != nil {
				copy(values, base)
			}
			emit(values)
			return nil
		}
		values, err := populateObject(cols, c.Args[1].Bytes(row), baseOf(c, row), c.Env.Style)
		if err == nil {
			emit(values)
		}
		return err
	}
}

// populated gives the columns to fill: those known from the query, or those of the first argument's value.
func populated(c *Call, row int32, name string) ([]types.Column, error) {
	if c.Columns != nil {
		return c.Columns, nil
	}
	if c.ArgTypes[0].OID != types.RecordOID {
		return nil, pgerr.New(pgerr.DatatypeMismatch, "first argument of %s must be a row type", name)
	}
	if c.ArgTypes[0].OID == types.RecordOID && !c.Args[0].Null(row) {
		var cols []types.Column
		r := c.Args[0].Records[row]
		for i, t := range r.Types {
			cols = append(cols, types.Column{Name: r.Names[i], Type: t})
		}
		return cols, nil
	}
	return nil, pgerr.New(pgerr.FeatureNotSupported, "could not determine row type for result of %s", name).
		WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
}

// baseOf gives the first argument's fields, nil where it is NULL or there is none.
func baseOf(c *Call, row int32) []types.Datum {
	if c.ArgTypes[0].OID != types.RecordOID || c.Args[0].Null(row) {
		return nil
	}
	return c.Args[0].Records[row].Fields
}

// populateObject takes a JSON object's members by the names of the columns; of several of one name the last counts.
func populateObject(cols []types.Column, v []byte, base []types.Datum, s *types.Style) ([]types.Datum, error) {
	switch jsonTypeName(v) {
	case "object":
	case "array":
		return nil, badJSONCall("cannot call %s on an array", "populate_composite")
	default:
		return nil, badJSONCall("cannot call %s on a scalar", "populate_composite")
	}
	out := make([]types.Datum, len(cols))
	for i := range cols {
		out[i] = types.NullDatum
		member := jsonMember(v, []byte(cols[i].Name))
		switch {
		case member == nil:
			if i < len(base) {
				out[i] = base[i]
			}
		case string(member) != "null":
			var err error
			if out[i], err = populateColumn(&cols[i], member, s); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// populateColumn makes a column's value of a JSON value other than null.
func populateColumn(col *types.Column, v []byte, s *types.Style) (d types.Datum, err error) {
	if v[0] == '"' {
		if col.Record == nil {
			return types.ScalarOfJSON(col.Type, v, s)
		}
		text, err := types.AppendUnescaped(nil, v)
		if err != nil {
			return d, err
		}
		return types.ParseField(col, text, s)
	}
	if elem := types.ElemOf(col.Type.OID); elem != types.InvalidOID {
		if d.Array, err = types.ArrayOfJSON(types.Type{OID: elem, Typmod: col.Type.Typmod}, v, s); err != nil {
			if e := pgerr.From(err); e.Message == "expected JSON array" {
				err = e.Clone().WithHint(`See the value of key "%s".`, col.Name)
			}
		}
		return d, err
	}
	if col.Record == nil {
		return types.ScalarOfJSON(col.Type, v, s)
	}
	r := &types.Record{}
	if r.Fields, err = populateObject(col.Record.Columns, v, nil, s); err != nil {
		return d, err
	}
	for _, c := range col.Record.Columns {
		r.Types, r.Names = append(r.Types, c.Type), append(r.Names, c.Name)
	}
	d.Record = r
	return d, nil
}
