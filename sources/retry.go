package sources

import (
	"context"
	"math/rand/v2"
	"time"
)

// Attempts is how often a request is tried in all before its transient failure is reported.
const Attempts = 6

// Pause waits before the attempt-th repetition, counted from 1: 4 ms, since most cuts are alone, then four times as long
// each time, at most 1 s; between half and all of it, so that many who failed together do not come back together.
// It returns early, with ctx's cause, when ctx ends.
func Pause(ctx context.Context, attempt int) error {
	wait := min(4*time.Millisecond<<min(2*(attempt-1), 10), time.Second)
	wait = wait/2 + rand.N(wait/2)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Retry calls do until it succeeds, fails for good, or has failed Attempts times.
func Retry(ctx context.Context, do func() error) error {
	for attempt := 1; ; attempt++ {
		err := do()
		if err == nil || !IsTransient(err) || attempt == Attempts {
			return err
		}
		if stop := Pause(ctx, attempt); stop != nil {
			return stop
		}
	}
}
