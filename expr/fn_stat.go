package expr

import (
	"howdah/vector"
)

// statKernels are the statistics functions (https://www.postgresql.org/docs/15/monitoring-stats.html). This server keeps
// no such counters: they say what PostgreSQL's say of an object without statistics.
var statKernels = map[string]Kernel{}

func init() {
	for kernel, names := range map[*Kernel][]string{
		&zeroInt: {
			"analyze_count", "autoanalyze_count", "autovacuum_count", "bgwriter_buf_written_checkpoints", "bgwriter_buf_written_clean",
			"bgwriter_maxwritten_clean", "bgwriter_requested_checkpoints", "bgwriter_timed_checkpoints", "blocks_fetched", "blocks_hit",
			"buf_alloc", "buf_fsync_backend", "buf_written_backend", "dead_tuples", "function_calls", "ins_since_vacuum", "live_tuples",
			"mod_since_analyze", "numscans", "tuples_deleted", "tuples_fetched", "tuples_hot_updated", "tuples_inserted",
			"tuples_returned", "tuples_updated", "vacuum_count", "xact_blocks_fetched", "xact_blocks_hit", "xact_function_calls",
			"xact_numscans", "xact_tuples_deleted", "xact_tuples_fetched", "xact_tuples_hot_updated", "xact_tuples_inserted",
			"xact_tuples_returned", "xact_tuples_updated",
		},
		&zeroFloat: {
			"checkpoint_sync_time", "checkpoint_write_time", "function_self_time", "function_total_time", "xact_function_self_time",
			"xact_function_total_time",
		},
		&nothing: {
			"bgwriter_stat_reset_time", "last_analyze_time", "last_autoanalyze_time", "last_autovacuum_time", "last_vacuum_time",
			"snapshot_timestamp",
		},
	} {
		for _, n := range names {
			statKernels["pg_stat_get_"+n] = *kernel
		}
	}
}

var (
	zeroInt   Kernel = sessionlessInt(0)
	zeroFloat Kernel = func(_ *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Floats[i] = 0
		}
		return nil
	}
	nothing Kernel = null
)

func sessionlessInt(v int64) Kernel {
	return func(_ *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			out.Ints[i] = v
		}
		return nil
	}
}
