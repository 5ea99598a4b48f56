package expr

// What the registry's test looks into.
var (
	KernelFamilies    = kernelFamilies
	AggregateFamilies = aggregateFamilies
)
