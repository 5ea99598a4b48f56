package regex

import (
	"context"
	"strings"
	"testing"
	"time"
)

func FuzzCompileAndFind(f *testing.F) {
	f.Add("(a|b)*?c{2,3}", "abcc")
	f.Add(`(?i)[[:alpha:]]\m(.)\1(?=x)`, "éaaX")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		if len(pattern) > 40 || len(text) > 60 {
			return
		}
		re, err := Compile(pattern, Advanced, false)
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		re.Load([]byte(text))
		if _, err := re.Find(ctx, 0); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
	})
}

// Back-references can take forever; a cancel ends them.
func TestCancelInterrupts(t *testing.T) {
	re, err := Compile(`(a*)*(a*)*(a*)*(a*)*(a*)*\1\2\3\4\5b\5`, Advanced, false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	begin := time.Now()
	_, err = re.Match(ctx, []byte(strings.Repeat("a", 300)+"b"+strings.Repeat("a", 20)+"c"))
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v (%v)", took, err)
	}
	if err == nil {
		t.Error("it should not have finished")
	}
}

func BenchmarkMatch(b *testing.B) {
	text := []byte(strings.Repeat("the quick brown fox jumps over the lazy dog ", 25))
	for name, pattern := range map[string]string{"literal": "lazy cat", "class": `[0-9]+x`, "alternatives": "cat|bird|cow", "word": `\mfoxes\M`} {
		re, err := Compile(pattern, Advanced, false)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if ok, _ := re.Match(context.Background(), text); ok {
					b.Fatal("matched")
				}
			}
		})
	}
}
