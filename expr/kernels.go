package expr

import (
	"strings"
	"sync"

	"howdah/internal/pgdata"
	"howdah/pgerr"
	"howdah/types"
)

var aggregates = sync.OnceValue(func() map[string]NewAggregate { return join(aggregateFamilies) })

var setKernels = sync.OnceValue(func() map[string]SetKernel { return join(setFamilies) })

func join[V any](families []map[string]V) map[string]V {
	out := map[string]V{}
	for _, f := range families {
		for k, v := range f {
			out[k] = v
		}
	}
	return out
}

func kernelOf(p *pgdata.Proc) (Kernel, error) {
	if k, ok := KernelOf(p); ok {
		return k, nil
	}
	if recordFunctions[p.Src] { // of what columns, nobody says in a select list
		return nil, pgerr.New(pgerr.FeatureNotSupported, "could not determine row type for result of %s", p.Name).
			WithHint("Provide a non-null record argument, or call the function in the FROM clause using a column definition list.")
	}
	return nil, unsupported(p)
}

func unsupported(p *pgdata.Proc) error {
	names := make([]string, len(p.ArgTypes))
	for i, a := range p.ArgTypes {
		names[i] = TypeName(types.OID(a))
	}
	return pgerr.New(pgerr.FeatureNotSupported, "function %s(%s) is not supported", p.Name, strings.Join(names, ", "))
}

// AggregateOf finds the aggregate's implementation; 0A000 if there is none.
func AggregateOf(p *pgdata.Proc) (NewAggregate, error) {
	if a, ok := sqlJSONAggregate(p); ok {
		return a, nil
	}
	if a, ok := aggregates()[signature(p)]; ok {
		return a, nil
	}
	return nil, unsupported(p)
}

// SetOf finds the set-returning function's implementation; 0A000 if there is none.
func SetOf(p *pgdata.Proc) (SetKernel, error) {
	if k, ok := sqlJSONSet(p); ok {
		return k, nil
	}
	if k, ok := setKernels()[p.Src]; ok {
		return k, nil
	}
	if k, ok := setKernels()[signature(p)]; ok {
		return k, nil
	}
	return nil, unsupported(p)
}

// windowFunctions are the window functions proper, by prosrc: an executor of windows computes them, since they look at
// other rows than their own.
var windowFunctions = map[string]bool{
	"window_row_number": true, "window_rank": true, "window_dense_rank": true, "window_percent_rank": true,
	"window_cume_dist": true, "window_ntile": true, "window_lag": true, "window_lag_with_offset": true,
	"window_lag_with_offset_and_default": true, "window_lead": true, "window_lead_with_offset": true,
	"window_lead_with_offset_and_default": true, "window_first_value": true, "window_last_value": true,
	"window_nth_value": true,
}

// Implemented tells whether a kernel (or an aggregate, or a set-returning kernel) exists for the function.
func Implemented(p *pgdata.Proc) bool {
	var err error
	switch {
	case p.Kind == 'a':
		_, err = AggregateOf(p)
	case p.Kind == 'w':
		return windowFunctions[p.Src]
	case p.RetSet, recordFunctions[p.Src]:
		_, err = SetOf(p)
	default:
		_, err = kernelOf(p)
	}
	return err == nil
}

// Supported says 0A000 if something below e has no implementation, so that nothing fails for it at run time.
func Supported(e Expr) error {
	var err error
	check := func(p *pgdata.Proc) {
		if err == nil && !Implemented(p) {
			err = unsupported(p)
		}
	}
	Walk(e, func(e Expr) bool {
		switch e := e.(type) {
		case *Func:
			check(e.Proc)
		case *AnyAll:
			check(e.Op)
		case *Agg:
			check(e.Proc)
		case *WindowCall:
			check(e.Proc)
		case *Sublink:
			if e.Cmp != nil && err == nil {
				err = Supported(e.Cmp)
			}
		}
		return err == nil
	})
	return err
}
