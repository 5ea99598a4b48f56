package expr

import (
	"howdah/pgerr"
	"howdah/types"
)

// jsonRecordSets make rows of JSON objects, of the columns that FROM's column definition list gives (jsonfuncs.c).
var jsonRecordSets = map[string]SetKernel{
	"json_to_record": jsonToRecord, "jsonb_to_record": jsonToRecord,
	"json_to_recordset": jsonToRecordset("json_to_recordset"), "jsonb_to_recordset": jsonToRecordset("jsonb_to_recordset"),
}

// recordFunctions give one record each: in FROM they are sets of one row.
var recordFunctions = map[string]bool{"json_to_record": true, "jsonb_to_record": true}

func jsonToRecord(c *Call, row int32, emit func([]types.Datum) bool) error {
	if c.Columns == nil {
		return pgerr.New(pgerr.FeatureNotSupported, "could not determine row type for result of json_to_record").
			WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
	}
	if c.Args[0].Null(row) {
		nulls := make([]types.Datum, len(c.Columns))
		for i := range nulls {
			nulls[i] = types.NullDatum
		}
		emit(nulls)
		return nil
	}
	v := c.Args[0].Bytes(row)
	switch jsonTypeName(v) {
	case "object":
	case "array":
		return badJSONCall("cannot call %s on an array", "populate_composite")
	default:
		return badJSONCall("cannot call %s on a scalar", "populate_composite")
	}
	values, err := recordOf(c, v)
	if err == nil {
		emit(values)
	}
	return err
}

func jsonToRecordset(name string) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) error {
		if c.Columns == nil {
			return pgerr.New(pgerr.FeatureNotSupported, "could not determine row type for result of %s", name).
				WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
		}
		if c.Args[0].Null(row) {
			return nil
		}
		v := c.Args[0].Bytes(row)
		binary := c.ArgTypes[0].OID == types.JSONBOID
		switch kind := jsonTypeName(v); {
		case kind == "array":
		case binary:
			return badJSONCall("cannot call %s on a non-array", name)
		case kind == "object":
			return badJSONCall("cannot call %s on an object", name)
		default:
			return badJSONCall("cannot call %s on a scalar", name)
		}
		var err error
		types.EachJSON(v, func(_, value []byte) bool {
			if value[0] != '{' {
				err = badJSONCall("argument of %s must be an array of objects", name)
				return false
			}
			var values []types.Datum
			values, err = recordOf(c, value)
			return err == nil && emit(values)
		})
		return err
	}
}

// recordOf takes an object's members by the names of the columns; of several of one name the last counts.
func recordOf(c *Call, object []byte) ([]types.Datum, error) {
	out := make([]types.Datum, len(c.Columns))
	for i, col := range c.Columns {
		out[i] = types.NullDatum
		v := jsonMember(object, []byte(col.Name))
		if v == nil || string(v) == "null" {
			continue
		}
		var err error
		elem := types.ElemOf(col.Type.OID)
		if elem != types.InvalidOID && v[0] != '"' {
			if out[i].Array, err = types.ArrayOfJSON(types.Type{OID: elem, Typmod: col.Type.Typmod}, v, c.Env.Style); err != nil {
				if e := pgerr.From(err); e.Message == "expected JSON array" {
					err = e.Clone().WithHint(`See the value of key "%s".`, col.Name)
				}
			}
			out[i].Null = false
		} else {
			out[i], err = types.ScalarOfJSON(col.Type, v, c.Env.Style)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
