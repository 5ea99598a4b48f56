package meter

import (
	"sync"
	"testing"
)

func TestPartsAddUpToTheWhole(t *testing.T) {
	var whole Scan
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var part Scan
			part.BytesRead.Add(10)
			part.Requests.Add(1)
			part.RowsDecoded.Add(5)
			part.RowsKept.Add(2)
			part.Retries.Add(3)
			part.BytesTotal.Add(20)
			whole.Add(part.Read())
		})
	}
	wg.Wait()
	want := Counts{BytesRead: 80, BytesTotal: 160, Requests: 8, RowsDecoded: 40, RowsKept: 16, Retries: 24}
	if got := whole.Read(); got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}
