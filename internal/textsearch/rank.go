package textsearch

import (
	"cmp"
	"math"
	"slices"

	"howdah/pgerr"
)

// Weights are those of positions of weight D, C, B and A.
type Weights [4]float32

// DefaultWeights are those of ts_rank and ts_rank_cd.
var DefaultWeights = Weights{0.1, 0.2, 0.4, 1.0}

// ParseWeights takes a user's list, in which negative numbers stand for the defaults.
func ParseWeights(list []float64) (Weights, error) {
	w := DefaultWeights
	if len(list) < len(w) {
		return w, pgerr.New(pgerr.ArraySubscriptError, "array of weight is too short")
	}
	for i := range w {
		if list[i] >= 0 {
			w[i] = float32(list[i])
		}
		if w[i] > 1 {
			return w, pgerr.New(pgerr.InvalidParameterValue, "weight out of range")
		}
	}
	return w, nil
}

// How ranks heed the length of documents, as bits of the functions' last argument.
const (
	normLogLength = 1 << iota
	normLength
	normExtentDistance
	normUnique
	normLogUnique
	normOneMore
)

// Logarithm is C's log as the engine computes it, to the last bit; the caller provides it.
type Logarithm func(float64) float64

// near[w] is how much two lexemes at the distance w count together.
var near = func() (out [101]float32) {
	for w := range out {
		out[w] = float32(1.0 / (1.005 + 0.05*math.Exp(float64(float32(w))/1.5-2)))
	}
	return out
}()

func nearness(distance int) float32 {
	if distance > 100 {
		return 1e-30
	}
	return near[distance]
}

// places is the number of positions of all lexemes, a lexeme without any counting as one.
func (v Vector) places() int {
	n := 0
	for i := range v.Len() {
		n += max(1, v.Count(i))
	}
	return n
}

// span gives the entries that an operand matches, whatever their weights.
func (v Vector) span(n *Node) (first, end int) {
	first, found := v.Find(n.Lexeme)
	end = first
	if n.Prefix {
		for end < v.Len() && hasPrefix(v.Lexeme(end), n.Lexeme) {
			end++
		}
	} else if found {
		end++
	}
	return first, end
}

// operands are the distinct operands of a query in order, of equal lexemes any one.
func operands(root *Node) []*Node {
	var out []*Node
	root.walk(func(n *Node) { out = append(out, n) })
	sortLikeServer(out, func(a, b *Node) int { return cmp.Compare(string(a.Lexeme), string(b.Lexeme)) })
	return slices.CompactFunc(out, func(a, b *Node) bool { return string(a.Lexeme) == string(b.Lexeme) })
}

// Rank is ts_rank of the vector for the query of the tree.
func Rank(w Weights, v Vector, root *Node, method int, log Logarithm) float32 {
	if v.Len() == 0 || root == nil {
		return 0
	}
	res := float32(0)
	if list := operands(root); (root.Op == And || root.Op == Phrase) && len(list) > 1 {
		res = rankTogether(w, v, list)
	} else {
		res = rankApart(w, v, list)
	}
	if res < 0 {
		res = 1e-20
	}
	if method&normLogLength != 0 {
		res = float32(float64(res) / (log(float64(v.places()+1)) / log(2)))
	}
	if method&normLength != 0 {
		if n := v.places(); n > 0 {
			res /= float32(n)
		}
	}
	if method&normUnique != 0 {
		res /= float32(v.Len())
	}
	if method&normLogUnique != 0 {
		res = float32(float64(res) / (log(float64(v.Len()+1)) / log(2)))
	}
	if method&normOneMore != 0 {
		res /= res + 1
	}
	return res
}

// rankTogether heeds how near the lexemes are to each other (calc_rank_and).
func rankTogether(w Weights, v Vector, list []*Node) float32 {
	nowhere := []Position{makePosition(maxPosition-1, 0)} // of lexemes without positions
	known := make([][]Position, len(list))
	unplaced := make([]bool, len(list))
	res := float32(-1)
	for i, n := range list {
		first, end := v.span(n)
		for e := first; e < end; e++ {
			known[i], unplaced[i] = nowhere, true
			if v.Count(e) > 0 {
				known[i], unplaced[i] = v.Positions(nil, e), false
			}
			for k := range i {
				for _, p := range known[i] {
					for _, q := range known[k] {
						d := p.Place() - q.Place()
						if d < 0 {
							d = -d
						}
						if d == 0 {
							if !unplaced[i] && !unplaced[k] {
								continue
							}
							d = maxPosition
						}
						pair := float32(w[p.Weight()] * w[q.Weight()])
						c := float32(math.Sqrt(float64(float32(pair * nearness(d)))))
						if res < 0 {
							res = c
						} else {
							res = float32(1.0 - float64((1.0-float64(res))*(1.0-float64(c))))
						}
					}
				}
			}
		}
	}
	return res
}

// rankApart adds up what each lexeme's positions count (calc_rank_or).
func rankApart(w Weights, v Vector, list []*Node) float32 {
	res := float32(0)
	for _, n := range list {
		first, end := v.span(n)
		for e := first; e < end; e++ {
			positions := []Position{0}
			if v.Count(e) > 0 {
				positions = v.Positions(nil, e)
			}
			sum, best, at := float32(0), float32(-1), 0
			for j, p := range positions {
				c := w[p.Weight()]
				sum += float32(c / float32((j+1)*(j+1)))
				if c > best {
					best, at = c, j
				}
			}
			part := float32(best + sum)
			part -= float32(best / float32((at+1)*(at+1)))
			res = float32(float64(res) + float64(part)/1.64493406685)
		}
	}
	if len(list) > 0 {
		res /= float32(len(list))
	}
	return res
}

// docPlace is a place of a document where operands of the query stand.
type docPlace struct {
	pos      Position
	entry    int
	operands []int // by their order in the query
}

// document lists the places of a query's operands in order (get_docrep).
func document(v Vector, list []*Node) []docPlace {
	numbers := make([]int, len(list))
	var all []docPlace
	for i, n := range list {
		numbers[i] = i
		first, end := v.span(n)
		for e := first; e < end; e++ {
			for k := range v.Count(e) {
				if p := v.Position(e, k); n.Weights == 0 || n.Weights&(1<<p.Weight()) != 0 {
					all = append(all, docPlace{p, e, numbers[i : i+1 : i+1]})
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b docPlace) int {
		return cmp.Or(a.pos.Place()-b.pos.Place(), a.pos.Weight()-b.pos.Weight(), a.entry-b.entry)
	})
	out := all[:0]
	for _, d := range all {
		if n := len(out); n > 0 && out[n-1].pos == d.pos && out[n-1].entry == d.entry {
			out[n-1].operands = append(out[n-1].operands, d.operands...)
		} else {
			out = append(out, d)
		}
	}
	return out
}

// cover is a shortest part of a document that satisfies the query: doc[begin] to doc[end], and their places.
type cover struct {
	next       int // where to look on
	begin, end int
	from, to   int
}

// coverFinder keeps where operands were met.
type coverFinder struct {
	doc      []docPlace
	root     *Node
	operands []*Node
	met      [][]Position // per operand
	reverse  bool
}

// forget empties what was met; places come in descending order from now on, or ascending.
func (f *coverFinder) forget(reverse bool) {
	for i := range f.met {
		f.met[i] = f.met[i][:0]
	}
	f.reverse = reverse
}

// meet notes the operands of a place.
func (f *coverFinder) meet(d *docPlace) {
	for _, n := range d.operands {
		list := f.met[n]
		if len(list) == 0 || list[len(list)-1].Place() != d.pos.Place() {
			f.met[n] = append(list, d.pos)
		}
	}
}

func (f *coverFinder) check(n *Node, at *places) verdict {
	list := f.met[slices.Index(f.operands, n)]
	if len(list) == 0 {
		return no
	}
	if at != nil {
		at.list = append([]Position(nil), list...)
		if f.reverse {
			slices.Reverse(at.list)
		}
	}
	return yes
}

func (f *coverFinder) satisfied() bool { return execute(f.root, f.check) != no }

// find gives the next cover (Cover).
func (f *coverFinder) find(c *cover) bool {
	for {
		f.forget(false)
		c.from, c.to = math.MaxInt32, 0
		last, found := 0, false
		for i := c.next; i < len(f.doc); i++ {
			if f.meet(&f.doc[i]); f.satisfied() {
				if p := f.doc[i].pos.Place(); p > c.to {
					c.to, c.end, last, found = p, i, i, true
				}
				break
			}
		}
		if !found {
			return false
		}
		f.forget(true)
		i := last
		for ; i >= c.next; i-- {
			if f.meet(&f.doc[i]); f.satisfied() {
				if p := f.doc[i].pos.Place(); p < c.from {
					c.begin, c.from = i, p
				}
				break
			}
		}
		if c.from <= c.to {
			c.next = i + 1
			return true
		}
		c.next++
	}
}

// RankCover is ts_rank_cd of the vector for the query of the tree.
func RankCover(w Weights, v Vector, root *Node, method int, log Logarithm) float32 {
	if root == nil {
		return 0
	}
	f := coverFinder{root: root}
	root.walk(func(n *Node) { f.operands = append(f.operands, n) })
	f.doc, f.met = document(v, f.operands), make([][]Position, len(f.operands))
	if len(f.doc) == 0 {
		return 0
	}
	var inverse [4]float64
	for i := range w {
		inverse[i] = 1 / float64(w[i])
	}
	var res, sumDistance, before float64
	covers := 0
	for c := (cover{}); f.find(&c); {
		sum := 0.0
		for i := c.begin; i <= c.end; i++ {
			sum += inverse[f.doc[i].pos.Weight()]
		}
		density := float64(c.end-c.begin+1) / sum
		noise := (c.to - c.from) - (c.end - c.begin)
		if noise < 0 { // positions end at a limit, so that many may be the same
			noise = (c.end - c.begin) / 2
		}
		res += density / float64(1+noise)
		middle := float64(c.to+c.from) / 2
		if covers > 0 && middle > before {
			sumDistance += 1 / (middle - before)
		}
		before = middle
		covers++
	}
	if method&normLogLength != 0 {
		res /= log(float64(v.places() + 1))
	}
	if method&normLength != 0 {
		if n := v.places(); n > 0 {
			res /= float64(n)
		}
	}
	if method&normExtentDistance != 0 && covers > 0 && sumDistance > 0 {
		res /= float64(covers) / sumDistance
	}
	if method&normUnique != 0 {
		res /= float64(v.Len())
	}
	if method&normLogUnique != 0 {
		res /= log(float64(v.Len()+1)) / log(2)
	}
	if method&normOneMore != 0 {
		res /= res + 1
	}
	return float32(res)
}
