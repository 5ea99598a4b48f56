package expr

import (
	"strings"
	"sync"

	"howdah/internal/pgdata"
)

// The families of kernels, by pg_proc.prosrc. Each family is one map in one file beside its kernels; a key stands in
// one family only (a test checks it).
var kernelFamilies = []map[string]Kernel{
	boolKernels, intKernels, floatKernels, mathKernels, numericKernels, numberHashKernels, inRangeKernels, timeInRangeKernels, jsonPathKernels, transitionKernels, supportKernels, orderKernels, asciiKernels, hashKernels,
	timeCompareKernels, timeArithmeticKernels, timeCastKernels, timePartKernels, intervalKernels, formatKernels,
	sessionKernels, catalogKernels, privilegeKernels, aclKernels, statKernels, randomKernels, sampleKernels, sizeKernels, genericKernels, textHashKernels,
	textCompareKernels, textCaseKernels, textCastKernels, textSliceKernels, textBuildKernels, textQuoteKernels, likeKernels, regexKernels, arrayKernels,
	jsonBuildKernels, jsonKernels, jsonChangeKernels, jsonObjectKernels, jsonPopulateKernels, partitionKernels, fdwKernels, byteaKernels, uuidKernels, textUnicodeKernels, inetKernels, macaddrKernels, moneyKernels, rangeKernels, bitKernels, tsearchKernels, tsearchTextKernels,
}

// The families of aggregates, by name and argument types as pg_proc has them: "sum(int4)".
var aggregateFamilies = []map[string]NewAggregate{
	coreAggregates, sumAggregates, spreadAggregates, regressionAggregates, minmaxAggregates, orderedAggregates, hypotheticalAggregates,
	stringAggregates, arrayAggregates, jsonAggregates, timeAggregates, moneyAggregates, rangeAggregates, bitAggregates,
}

// The families of set-returning functions, by pg_proc.prosrc.
var setFamilies = []map[string]SetKernel{
	seriesSets, catalogSets, aclSets, regexSetKernels, arraySetKernels, jsonSetKernels, jsonPathSets, jsonRecordSets, jsonPopulateSets, partitionSets, timeSets, rangeSetKernels, tsearchSets,
}

var kernels = sync.OnceValue(func() map[string]Kernel {
	all := map[string]Kernel{}
	for _, family := range kernelFamilies {
		for src, k := range family {
			all[src] = k
		}
	}
	return all
})

// KernelOf finds the kernel of a function: by its prosrc, or by its signature ("round(numeric)") where PostgreSQL has
// written it in SQL.
func KernelOf(p *pgdata.Proc) (Kernel, bool) {
	if p.OID == 0 {
		return sqlJSONKernel(p)
	}
	const langSQL = 14
	key := p.Src
	if p.Lang == langSQL {
		key = signature(p)
	}
	k, ok := kernels()[key]
	return k, ok
}

// signature is the function's name and argument types: "sum(int4)", "count()".
func signature(p *pgdata.Proc) string {
	names := make([]string, len(p.ArgTypes))
	for i, a := range p.ArgTypes {
		names[i] = pgdata.TypeByOID(a).Name
	}
	return p.Name + "(" + strings.Join(names, ",") + ")"
}
