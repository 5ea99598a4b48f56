package expr

import (
	"strings"

	"howdah/pgerr"
	"howdah/types"
	"howdah/vector"
)

// No table is partitioned here: what PostgreSQL's functions of partitions say of other relations is all there is to say.

var partitionKernels = map[string]Kernel{
	"satisfies_hash_partition": hashPartition,
	"pg_partition_root":        null,
	"pg_relation_filenode":     null, // nothing is kept in files of the server's own
	"pg_relation_filepath":     null,
}

var partitionSets = map[string]SetKernel{"pg_partition_tree": emptySet, "pg_partition_ancestors": emptySet}

// hashPartition is satisfies_hash_partition(table, modulus, remainder, VARIADIC key).
func hashPartition(c *Call, out *vector.Column, sel []int32) error {
	bad := func(format string, args ...any) error {
		return pgerr.New(pgerr.InvalidParameterValue, format, args...)
	}
	for _, i := range sel {
		if c.Args[0].Null(i) || c.Args[1].Null(i) || c.Args[2].Null(i) {
			out.Bools[i] = false
			continue
		}
		table, modulus, remainder := types.OID(c.Args[0].Ints[i]), c.Args[1].Ints[i], c.Args[2].Ints[i]
		switch {
		case modulus <= 0:
			return bad("modulus for hash partition must be an integer value greater than zero")
		case remainder < 0:
			return bad("remainder for hash partition must be an integer value greater than or equal to zero")
		case remainder >= modulus:
			return bad("remainder for hash partition must be less than modulus")
		}
		if c.Env.Style.Names == nil {
			return noCatalog()
		}
		name, ok := c.Env.Style.Names.RegName(types.RegclassOID, table)
		if !ok {
			return pgerr.New(pgerr.InternalError, "could not open relation with OID %d", table)
		}
		return bad("\"%s\" is not a hash partitioned table", relationName(name))
	}
	return nil
}

// relationName takes schema and quotes off a name as regclass prints it.
func relationName(name string) string {
	if !strings.HasSuffix(name, `"`) {
		return name[strings.LastIndexByte(name, '.')+1:]
	}
	if i := strings.LastIndex(name[:len(name)-1], `."`); i >= 0 {
		name = name[i+1:]
	}
	return strings.ReplaceAll(strings.Trim(name, `"`), `""`, `"`)
}
