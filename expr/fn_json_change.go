package expr

import (
	"bytes"
	"slices"

	"howdah/pgerr"
	"howdah/types"
)

// pathOp is what happens at the end of a path (setPath's op_type).
type pathOp uint8

const (
	pathCreate pathOp = iota // replace, or add where nothing is
	pathReplace
	pathDelete
	pathBefore // insert
	pathAfter
)

func (o pathOp) adds() bool { return o == pathCreate || o == pathBefore || o == pathAfter }

// setPath changes what the path leads to, from its level-th step on.
func setPath(trees *jsonTrees, v *types.JSON, path []types.Datum, level int, value types.JSON, op pathOp) error {
	step := path[level]
	if step.Null {
		return pgerr.New(pgerr.NullValueNotAllowed, "path element at position %d is null", level+1)
	}
	switch v.Kind {
	case types.JSONObject:
		return setMember(trees, v, path, level, value, op)
	case types.JSONArray:
		return setElement(trees, v, path, level, value, op)
	}
	return nil
}

func setMember(trees *jsonTrees, v *types.JSON, path []types.Datum, level int, value types.JSON, op pathOp) error {
	key, last := path[level].Bytes, level == len(path)-1
	at, found := slices.BinarySearchFunc(v.Keys, key, types.CompareJSONKeys)
	switch {
	case found && !last:
		return setPath(trees, &v.Elems[at], path, level+1, value, op)
	case found && (op == pathBefore || op == pathAfter):
		return badJSONCallHint("cannot replace existing key", "Try using the function jsonb_set to replace key value.")
	case found && op == pathDelete:
		v.Keys, v.Elems = slices.Delete(v.Keys, at, at+1), slices.Delete(v.Elems, at, at+1)
	case found:
		v.Elems[at] = value
	case last && op.adds():
		trees.Grow(v, 1)
		v.Keys, v.Elems = slices.Insert(v.Keys, at, key), slices.Insert(v.Elems, at, value)
	}
	return nil
}

func badJSONCallHint(message, hint string) error {
	return pgerr.New(pgerr.InvalidParameterValue, "%s", message).WithHint("%s", hint)
}

func setElement(trees *jsonTrees, v *types.JSON, path []types.Datum, level int, value types.JSON, op pathOp) error {
	n, last := int64(len(v.Elems)), level == len(path)-1
	at, ok := pathIndex(path[level].Bytes)
	if !ok {
		return pgerr.New(pgerr.InvalidTextRepresentation, "path element at position %d is not an integer: \"%s\"", level+1, path[level].Bytes)
	}
	front := false
	if at < 0 {
		front = -at > n
		at += n
	}
	switch {
	case front || at >= n:
		if last && op.adds() {
			if front {
				at = 0
			} else {
				at = n
			}
			trees.Grow(v, 1)
			v.Elems = slices.Insert(v.Elems, int(at), value)
		}
	case !last:
		return setPath(trees, &v.Elems[at], path, level+1, value, op)
	case op == pathDelete:
		v.Elems = slices.Delete(v.Elems, int(at), int(at)+1)
	case op == pathBefore:
		trees.Grow(v, 1)
		v.Elems = slices.Insert(v.Elems, int(at), value)
	case op == pathAfter:
		trees.Grow(v, 1)
		v.Elems = slices.Insert(v.Elems, int(at)+1, value)
	default:
		v.Elems[at] = value
	}
	return nil
}

func changePath(c *Call, v *types.JSON, i int32, scalar string, value types.JSON, op pathOp) error {
	path := c.Args[1].Arrays[i]
	if len(path.Dims) > 1 {
		return pgerr.New(pgerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	if v.Kind < types.JSONArray {
		return badJSONCall("cannot %s path in scalar", scalar)
	}
	if len(path.Elems) == 0 || len(v.Elems) == 0 && !op.adds() {
		return nil
	}
	return setPath(ready[jsonTrees](c), v, path.Elems, 0, value, op)
}

func jsonbSet(c *Call, v *types.JSON, i int32) error {
	value, err := jsonbTree(c, 2, i)
	if err != nil {
		return err
	}
	op := pathReplace
	if c.Args[3].Bools[i] {
		op = pathCreate
	}
	return changePath(c, v, i, "set", value, op)
}

func jsonbInsert(c *Call, v *types.JSON, i int32) error {
	value, err := jsonbTree(c, 2, i)
	if err != nil {
		return err
	}
	op := pathBefore
	if c.Args[3].Bools[i] {
		op = pathAfter
	}
	return changePath(c, v, i, "set", value, op)
}

func jsonbDeletePath(c *Call, v *types.JSON, i int32) error {
	return changePath(c, v, i, "delete", types.JSON{}, pathDelete)
}

// deleteKeys drops members of those names, or string elements.
func deleteKeys(v *types.JSON, is func(key []byte) bool) error {
	if v.Kind < types.JSONArray {
		return badJSONCall("cannot delete from scalar")
	}
	n := 0
	for k := range v.Elems {
		if v.Kind == types.JSONObject {
			if is(v.Keys[k]) {
				continue
			}
			v.Keys[n] = v.Keys[k]
		} else if v.Elems[k].Kind == types.JSONString && is(v.Elems[k].Text) {
			continue
		}
		v.Elems[n] = v.Elems[k]
		n++
	}
	v.Elems = v.Elems[:n]
	if v.Kind == types.JSONObject {
		v.Keys = v.Keys[:n]
	}
	return nil
}

func jsonbDelete(c *Call, v *types.JSON, i int32) error {
	return deleteKeys(v, func(key []byte) bool { return bytes.Equal(key, c.Args[1].Bytes(i)) })
}

func jsonbDeleteArray(c *Call, v *types.JSON, i int32) error {
	keys := c.Args[1].Arrays[i]
	if len(keys.Dims) > 1 {
		return pgerr.New(pgerr.ArraySubscriptError, "wrong number of array subscripts")
	}
	return deleteKeys(v, func(key []byte) bool {
		for k := range keys.Elems {
			if !keys.Elems[k].Null && bytes.Equal(keys.Elems[k].Bytes, key) {
				return true
			}
		}
		return false
	})
}

func jsonbDeleteIndex(c *Call, v *types.JSON, i int32) error {
	if v.Kind < types.JSONArray {
		return badJSONCall("cannot delete from scalar")
	}
	if v.Kind == types.JSONObject {
		return badJSONCall("cannot delete from object using integer index")
	}
	at, n := c.Args[1].Ints[i], int64(len(v.Elems))
	if at < 0 {
		at += n
	}
	if at >= 0 && at < n {
		v.Elems = slices.Delete(v.Elems, int(at), int(at)+1)
	}
	return nil
}

// jsonbConcat is ||: objects are merged, all else is joined as arrays.
func jsonbConcat(c *Call, v *types.JSON, i int32) error {
	b, err := jsonbTree(c, 1, i)
	if err != nil {
		return err
	}
	trees := ready[jsonTrees](c)
	if v.Kind == types.JSONObject && b.Kind == types.JSONObject {
		trees.Grow(v, len(b.Elems))
		v.Keys, v.Elems = append(v.Keys, b.Keys...), append(v.Elems, b.Elems...)
		v.SortKeys()
		return nil
	}
	both := types.JSON{Kind: types.JSONArray}
	trees.Grow(&both, len(v.Elems)+len(b.Elems)+2)
	for _, x := range [...]*types.JSON{v, &b} {
		if x.Kind == types.JSONArray {
			both.Elems = append(both.Elems, x.Elems...)
		} else {
			both.Elems = append(both.Elems, *x)
		}
	}
	*v = both
	return nil
}

var jsonChangeKernels = map[string]Kernel{
	"jsonb_set": jsonbChange(jsonbSet), "jsonb_insert": jsonbChange(jsonbInsert), "jsonb_delete_path": jsonbChange(jsonbDeletePath),
	"jsonb_delete": jsonbChange(jsonbDelete), "jsonb_delete_array": jsonbChange(jsonbDeleteArray),
	"jsonb_delete_idx": jsonbChange(jsonbDeleteIndex), "jsonb_concat": jsonbChange(jsonbConcat),
}
