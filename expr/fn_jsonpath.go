package expr

import (
	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// jsonPathKernels are the functions over jsonpath (jsonpath_exec.c). Those with _tz may compare times of which
// only one has a zone.
var jsonPathKernels = map[string]Kernel{
	"jsonb_path_exists": pathKernel(pathExists, false), "jsonb_path_exists_tz": pathKernel(pathExists, true), "jsonb_path_exists_opr": pathKernel(pathExists, false),
	"jsonb_path_match": pathKernel(pathMatch, false), "jsonb_path_match_tz": pathKernel(pathMatch, true), "jsonb_path_match_opr": pathKernel(pathMatch, false),
	"jsonb_path_query_array": pathKernel(pathQueryArray, false), "jsonb_path_query_array_tz": pathKernel(pathQueryArray, true),
	"jsonb_path_query_first": pathKernel(pathQueryFirst, false), "jsonb_path_query_first_tz": pathKernel(pathQueryFirst, true),
	"jsonpath_send": func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			dst := out.Build()
			out.Built(i, append(append(dst, 1), c.Args[0].Bytes(i)...), len(dst))
		}
		return nil
	},
}

// jsonPathSets are the set-returning ones.
var jsonPathSets = map[string]SetKernel{"jsonb_path_query": pathQuery(false), "jsonb_path_query_tz": pathQuery(true)}

// pathCall is a call's arguments in one row, ready to run.
type pathCall struct {
	run    pathRun
	path   *types.JSONPath
	target types.JSON
	found  pathItems
	silent bool
}

// pathState is what a call keeps: the path parsed last with the templates of its datetime(), and memory.
type pathState struct {
	text      []byte
	path      *types.JSONPath
	templates map[*types.PathItem]*types.DateTemplate
	trees     jsonTrees
	call      pathCall
}

// parse reads a path, unless it is the last one.
func (s *pathState) parse(text []byte) (*types.JSONPath, error) {
	if s.path == nil || string(text) != string(s.text) {
		s.text = append(s.text[:0:0], text...)
		p, err := types.StoredJSONPath(s.text)
		if err != nil {
			return nil, err
		}
		s.path, s.templates = p, nil
	}
	return s.path, nil
}

// pathOf reads row i's arguments: target, path, and where they are given vars and silent.
func pathOf(c *Call, i int32, tz bool) (*pathCall, error) {
	cache := ready[pathState](c)
	path, err := cache.parse(c.Args[1].Bytes(i))
	if err != nil {
		return nil, err
	}
	p := &cache.call
	*p = pathCall{path: path, found: p.found[:0], silent: len(c.Args) == 2}
	cache.trees.Reset()
	if p.target, err = cache.trees.Parse(c.Args[0].Bytes(i)); err != nil {
		return nil, err
	}
	if len(c.Args) > 2 {
		if p.run.vars, err = cache.trees.Parse(c.Args[2].Bytes(i)); err != nil {
			return nil, err
		}
		if p.run.vars.Kind != types.JSONObject {
			return nil, pgerr.New(pgerr.InvalidParameterValue, `"vars" argument is not an object`).
				WithDetail(`Jsonpath parameters should be encoded as key-value pairs of "vars" object.`)
		}
		p.silent = c.Args[3].Bools[i]
	}
	p.run.cache, p.run.tz = cache, tz
	p.run.begin(p.path, &p.target, !p.silent, c.Env)
	return p, nil
}

func pathKernel(f func(p *pathCall, out *vector.Column, i int32) error, tz bool) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			p, err := pathOf(c, i, tz)
			if err != nil {
				return err
			}
			if err := f(p, out, i); err != nil {
				return err
			}
		}
		return nil
	}
}

func pathExists(p *pathCall, out *vector.Column, i int32) error {
	res, err := p.run.execute(p.path, nil)
	if err != nil {
		return err
	}
	if res == pathFailed {
		out.SetNull(i)
	} else {
		out.Bools[i] = res == pathFound
	}
	return nil
}

func pathMatch(p *pathCall, out *vector.Column, i int32) error {
	if _, err := p.run.execute(p.path, &p.found); err != nil {
		return err
	}
	if len(p.found) == 1 {
		switch p.found[0].Kind {
		case types.JSONBool:
			out.Bools[i] = p.found[0].Bool
			return nil
		case types.JSONNull:
			out.SetNull(i)
			return nil
		}
	}
	if !p.silent {
		return pgerr.New(pgerr.SingletonSQLJSONItemRequired, "single boolean result is expected")
	}
	out.SetNull(i)
	return nil
}

func pathQueryArray(p *pathCall, out *vector.Column, i int32) error {
	if _, err := p.run.execute(p.path, &p.found); err != nil {
		return err
	}
	dst := out.Build()
	at := len(dst)
	dst = append(dst, '[')
	for k, v := range p.found {
		if k > 0 {
			dst = append(dst, ", "...)
		}
		dst = v.Append(dst)
	}
	out.Built(i, append(dst, ']'), at)
	return nil
}

func pathQueryFirst(p *pathCall, out *vector.Column, i int32) error {
	if _, err := p.run.execute(p.path, &p.found); err != nil {
		return err
	}
	if len(p.found) == 0 {
		out.SetNull(i)
		return nil
	}
	dst := out.Build()
	out.Built(i, p.found[0].Append(dst), len(dst))
	return nil
}

func pathQuery(tz bool) SetKernel {
	return func(c *Call, row int32, emit func([]types.Datum) bool) error {
		p, err := pathOf(c, row, tz)
		if err != nil {
			return err
		}
		if _, err := p.run.execute(p.path, &p.found); err != nil {
			return err
		}
		for _, v := range p.found {
			if !emit([]types.Datum{{Bytes: v.Append(nil)}}) {
				return nil
			}
		}
		return nil
	}
}
