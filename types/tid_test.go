package types

import (
	"errors"
	"testing"

	"howdah/pgerr"
)

func TestTid(t *testing.T) {
	tid := Of(TidOID)
	for in, out := range map[string]string{"(0,1)": "(0,1)", "( 7, 9)": "(7,9)", "(4294967295,65535)": "(4294967295,65535)", "(-1,0)": "(4294967295,0)"} {
		d, err := ParseText(tid, []byte(in), DefaultStyle())
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := string(AppendText(nil, tid, &d, DefaultStyle())); got != out {
			t.Errorf("%s: got %s, want %s", in, got, out)
		}
		b, err := AppendBinary(nil, tid, &d)
		if err != nil || len(b) != 6 {
			t.Errorf("%s: binary %x, %v", in, b, err)
		}
		if back, err := ParseBinary(tid, b); err != nil || Compare(TidOID, &d, &back, 0) != 0 {
			t.Errorf("%s: %v", in, err)
		}
	}
	for _, in := range []string{"", "(1)", "(1,70000)", "(4294967296,1)", "(x,1)"} {
		if _, err := ParseText(tid, []byte(in), DefaultStyle()); !errors.Is(err, pgerr.InvalidTextRepresentation) {
			t.Errorf("%q: %v, want 22P02", in, err)
		}
	}
	a, b := Datum{Bytes: AppendTid(nil, 1, 9)}, Datum{Bytes: AppendTid(nil, 2, 1)}
	if Compare(TidOID, &a, &b, 0) >= 0 {
		t.Error("(1,9) is not before (2,1)")
	}
}
