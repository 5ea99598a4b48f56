package budget

import (
	"errors"
	"sync"
	"testing"

	"howdah/pgerr"
)

func TestGrowIsCountedAllTheWayUp(t *testing.T) {
	server := New("server", 100, nil)
	query := New("query", 60, server)
	sort := New("sort", 0, query)
	if err := sort.Grow(50); err != nil {
		t.Fatal(err)
	}
	sort.Shrink(20)
	for _, b := range []*Budget{server, query, sort} {
		if b.Used() != 30 || b.Peak() != 50 {
			t.Fatalf("%s: used %d, peak %d", b.name, b.Used(), b.Peak())
		}
	}
	sort.Close()
	sort.Close()
	query.Close()
	if server.Used() != 0 {
		t.Fatalf("server still has %d bytes", server.Used())
	}
	if err := sort.Grow(1); !pgerr.HasCode(err, pgerr.InternalError) {
		t.Fatalf("Grow after Close: %v", err)
	}
}

func TestRefusalNamesTheBudgetAndGrantsNothing(t *testing.T) {
	server := New("server", 100, nil).RaisedBy("--memory")
	first := New("first", 0, server)
	second := New("second", 90, server).RaisedBy("--query-memory")
	if err := first.Grow(30); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		n      int64
		detail string
		hint   string
	}{
		{80, `Failed on request of size 80 in memory budget "server": 30 of 100 bytes are in use.`, "Raise --memory, or make the query hold fewer rows."},
		{91, `Failed on request of size 91 in memory budget "second": 0 of 90 bytes are in use.`, "Raise --query-memory, or make the query hold fewer rows."},
		{1<<63 - 1, `Failed on request of size 9223372036854775807 in memory budget "second": 0 of 90 bytes are in use.`, "Raise --query-memory, or make the query hold fewer rows."},
	} {
		err := second.Grow(c.n)
		if !errors.Is(err, pgerr.OutOfMemory) {
			t.Fatalf("Grow(%d): %v", c.n, err)
		}
		e := pgerr.From(err)
		if e.Message != "out of memory" || e.Detail != c.detail || e.Hint != c.hint {
			t.Errorf("Grow(%d): %q, %q, %q", c.n, e.Message, e.Detail, e.Hint)
		}
		if second.Used() != 0 || server.Used() != 30 {
			t.Errorf("a refusal left bytes behind: %d, %d", second.Used(), server.Used())
		}
	}
}

func TestConcurrentGrowNeverPassesTheLimit(t *testing.T) {
	server := New("server", 1000, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			b := New("query", 0, server)
			defer b.Close()
			for i := range int64(2000) {
				if b.Grow(i%300+1) == nil && i%3 != 0 {
					b.Shrink(i%300 + 1)
				} else if b.Used() > 0 {
					b.Shrink(b.Used())
				}
			}
		})
	}
	wg.Wait()
	if server.Used() != 0 {
		t.Fatalf("%d bytes left", server.Used())
	}
	if server.Peak() > 1000 || server.Peak() == 0 {
		t.Fatalf("peak %d", server.Peak())
	}
}

func TestShrinkOfMoreThanGrantedPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Fatal("no panic")
		}
	}()
	New("b", 0, nil).Shrink(1)
}

func TestNilBudgetHasNoLimit(t *testing.T) {
	var b *Budget
	if err := b.Grow(1 << 60); err != nil {
		t.Fatal(err)
	}
	b.Shrink(1 << 60)
	b.Close()
	if b.Used() != 0 || b.Peak() != 0 || b.Limit() != 0 {
		t.Fatal("a nil budget counts")
	}
}

func TestFloorIsGrantedBeyondTheLimit(t *testing.T) {
	server := New("server", 100, nil)
	query := New("query", 50, server)
	scan := query.Floor("scan", 20)
	if err := query.Grow(45); err != nil {
		t.Fatal(err)
	}
	if err := scan.Grow(15); err != nil || query.Used() != 60 || server.Used() != 60 {
		t.Fatalf("%v, query %d, server %d", err, query.Used(), server.Used())
	}
	if err := scan.Grow(6); !errors.Is(err, pgerr.OutOfMemory) {
		t.Errorf("beyond the floor: %v", err)
	}
	if err := query.Grow(1); !errors.Is(err, pgerr.OutOfMemory) {
		t.Errorf("the query beyond its limit: %v", err)
	}
	other := New("other", 0, server)
	if err := other.Grow(38); err != nil {
		t.Fatal(err)
	}
	if err := scan.Grow(5); !errors.Is(err, pgerr.OutOfMemory) {
		t.Errorf("beyond the server's limit: %v", err)
	}
	scan.Shrink(15)
	query.Shrink(45)
	other.Close()
	if query.Used() != 0 || server.Used() != 0 {
		t.Errorf("query %d, server %d bytes left", query.Used(), server.Used())
	}
	if (*Budget)(nil).Floor("scan", 1) != nil {
		t.Error("no budget has a floor")
	}
}

func TestWatchIsToldInSteps(t *testing.T) {
	b := New("server", 0, nil)
	var told []int64
	b.Watch(10, func(used int64) { told = append(told, used) })
	for _, n := range []int64{4, 5, 3, 30} {
		b.Grow(n)
	}
	b.Shrink(5)
	b.Shrink(30)
	if len(told) != 3 || told[0] != 12 || told[1] != 42 || told[2] != 7 {
		t.Errorf("told %v", told)
	}
}
