package expr

// The families of kernels, by pg_proc.prosrc. Each family is one map in one file beside its kernels; a key stands in
// one family only (a test checks it).
var kernelFamilies = []map[string]Kernel{}

// The families of aggregates, by name and argument types as pg_proc has them: "sum(int4)".
var aggregateFamilies = []map[string]NewAggregate{}

// The families of set-returning functions, by pg_proc.prosrc.
var setFamilies = []map[string]SetKernel{}
