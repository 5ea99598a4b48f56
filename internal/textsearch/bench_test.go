package textsearch

import (
	"math"
	"math/rand/v2"
	"testing"
)

func benchText() []byte { return []byte(simpleText(rand.New(rand.NewPCG(1, 1)), 400)) }

func BenchmarkParser(b *testing.B) {
	text := benchText()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	p := NewParser(text)
	for b.Loop() {
		for p.Reset(text); p.Next(); {
		}
	}
}

func BenchmarkDocument(b *testing.B) {
	for _, config := range []string{"simple", "english"} {
		b.Run(config, func(b *testing.B) {
			text, d := benchText(), &Document{}
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			var v []byte
			for b.Loop() {
				d.Reset(configOf(config))
				d.Add(text)
				var err error
				if v, err = d.AppendVector(v[:0]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMatches(b *testing.B) {
	v := makeVector("english", string(benchText()))
	for _, text := range []string{"cat & rat", "cat <-> rat", "run:* | !sky", "'quickly' <2> 'cat' & the"} {
		b.Run(text, func(b *testing.B) {
			q, err := ParseQuery(nil, []byte(text))
			if err != nil {
				b.Fatal(err)
			}
			root := Query(q).Tree()
			b.ReportAllocs()
			for b.Loop() {
				v.Matches(root)
			}
		})
	}
}

func BenchmarkRank(b *testing.B) {
	v := makeVector("english", string(benchText()))
	q, err := ParseQuery(nil, []byte("cat & rat | sky"))
	if err != nil {
		b.Fatal(err)
	}
	root := Query(q).Tree()
	for name, rank := range map[string]func(Weights, Vector, *Node, int, Logarithm) float32{"plain": Rank, "cover": RankCover} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				rank(DefaultWeights, v, root, 1, math.Log)
			}
		})
	}
}

func BenchmarkHeadline(b *testing.B) {
	text, h, c := benchText(), &Headline{}, configOf("english")
	q, err := ParseQuery(nil, []byte("cat & rat | sky"))
	if err != nil {
		b.Fatal(err)
	}
	root := Query(q).Tree()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var out []byte
	for b.Loop() {
		if out, err = h.Append(out[:0], c, text, root, nil); err != nil {
			b.Fatal(err)
		}
	}
}
