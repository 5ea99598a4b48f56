package expr

import (
	"howdah/pgerr"
	"howdah/types"
)

// jsonRecordSets make rows of JSON objects, of the columns that FROM's column definition list gives (jsonfuncs.c).
var jsonRecordSets = map[string]SetKernel{
	"json_to_record": jsonToRecord, "jsonb_to_record": jsonToRecord,
	"json_to_recordset": jsonToRecordset("json_to_recordset", 0), "jsonb_to_recordset": jsonToRecordset("jsonb_to_recordset", 0),
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
	values, err := populateObject(c.Columns, c.Args[0].Bytes(row), nil, c.Env.Style)
	if err == nil {
		emit(values)
	}
	return err
}

// jsonToRecordset makes a row of each of an array's objects; at is the argument that holds the array, and what stands
// before it the row to begin with.
func jsonToRecordset(name string, at int) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) error {
		cols, base := c.Columns, []types.Datum(nil)
		var err error
		if at > 0 {
			if cols, err = populated(c, row, name); err != nil {
				return err
			}
			base = baseOf(c, row)
		} else if cols == nil {
			return pgerr.New(pgerr.FeatureNotSupported, "could not determine row type for result of %s", name).
				WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
		}
		if c.Args[at].Null(row) {
			return nil
		}
		v := c.Args[at].Bytes(row)
		binary := c.ArgTypes[at].OID == types.JSONBOID
		switch kind := jsonTypeName(v); {
		case kind == "array":
		case binary:
			return badJSONCall("cannot call %s on a non-array", name)
		case kind == "object":
			return badJSONCall("cannot call %s on an object", name)
		default:
			return badJSONCall("cannot call %s on a scalar", name)
		}
		types.EachJSON(v, func(_, value []byte) bool {
			if value[0] != '{' {
				err = badJSONCall("argument of %s must be an array of objects", name)
				return false
			}
			var values []types.Datum
			values, err = populateObject(cols, value, base, c.Env.Style)
			return err == nil && emit(values)
		})
		return err
	}
}
