package expr

import (
	"bytes"
	"slices"
	"strings"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// fdwKernels hold postgresql_fdw_validator, which knows the options of libpq that a wrapper's server or user mapping may
// have (foreign.c).
var fdwKernels = map[string]Kernel{"postgresql_fdw_validator": fdwValidator}

// The catalogs that tell what an option is of.
const (
	foreignServerCatalog = 1417
	userMappingCatalog   = 1418
)

var libpqOptions = map[int64][]string{
	foreignServerCatalog: {"authtype", "service", "connect_timeout", "dbname", "host", "hostaddr", "port", "tty", "options", "requiressl", "sslmode", "gsslib"},
	userMappingCatalog:   {"user", "password"},
}

func fdwValidator(c *Call, out *vector.Column, sel []int32) error {
	for _, i := range sel {
		valid := libpqOptions[c.Args[1].Ints[i]]
		options := c.Args[0].Arrays[i].Elems
		if slices.ContainsFunc(options, func(e types.Datum) bool { return e.Null }) {
			return pgerr.New(pgerr.NullValueNotAllowed, "null array element not allowed in this context")
		}
		for _, e := range options {
			name, _, _ := bytes.Cut(e.Bytes, []byte("="))
			if slices.ContainsFunc(valid, func(v string) bool { return v == string(name) }) {
				continue
			}
			err := pgerr.New(pgerr.SyntaxError, "invalid option \"%s\"", name)
			if valid == nil {
				return err.WithHint("There are no valid options in this context.")
			}
			return err.WithHint("Valid options in this context are: %s", strings.Join(valid, ", "))
		}
		out.Bools[i] = true
	}
	return nil
}
