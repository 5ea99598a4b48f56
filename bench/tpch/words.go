package tpch

import (
	"math/rand/v2"
	"strings"
)

// The word lists of the specification, 4.2.2.13 and 4.2.3.
var (
	colours = strings.Fields(`almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood burnished
		chartreuse chiffon chocolate coral cornflower cornsilk cream cyan dark deep dim dodger drab firebrick floral forest frosted
		gainsboro ghost goldenrod green grey honeydew hot indian ivory khaki lace lavender lawn lemon light lime linen magenta maroon
		medium metallic midnight mint misty moccasin navajo navy olive orange orchid pale papaya peach peru pink plum powder puff purple
		red rose rosy royal saddle salmon sandy seashell sienna sky slate smoke snow spring steel tan thistle tomato turquoise violet
		wheat white yellow`)
	types = [3][]string{
		{"STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"},
		{"ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"},
		{"TIN", "NICKEL", "BRASS", "STEEL", "COPPER"},
	}
	containers = [2][]string{
		{"SM", "LG", "MED", "JUMBO", "WRAP"},
		{"CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"},
	}
	segments   = []string{"AUTOMOBILE", "BUILDING", "FURNITURE", "MACHINERY", "HOUSEHOLD"}
	priorities = []string{"1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"}
	instructs  = []string{"DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"}
	modes      = []string{"REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"}
	regions    = []string{"AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"}
)

var nations = []struct {
	name   string
	region int
}{
	{"ALGERIA", 0}, {"ARGENTINA", 1}, {"BRAZIL", 1}, {"CANADA", 1}, {"EGYPT", 4}, {"ETHIOPIA", 0}, {"FRANCE", 3}, {"GERMANY", 3},
	{"INDIA", 2}, {"INDONESIA", 2}, {"IRAN", 4}, {"IRAQ", 4}, {"JAPAN", 2}, {"JORDAN", 4}, {"KENYA", 0}, {"MOROCCO", 0},
	{"MOZAMBIQUE", 0}, {"PERU", 1}, {"CHINA", 2}, {"ROMANIA", 3}, {"SAUDI ARABIA", 4}, {"VIETNAM", 2}, {"RUSSIA", 3},
	{"UNITED KINGDOM", 3}, {"UNITED STATES", 1},
}

// Of the grammar's words some are frequent: a word stands here as often as it weighs.
var (
	nouns = weighted(`packages*40 requests*40 accounts*40 deposits*40 foxes*20 ideas*20 theodolites*20 pinto_beans*20 instructions*20
		dependencies*10 excuses*10 platelets*10 asymptotes*10 courts*5 dolphins*5 multipliers sauternes warthogs frets dinos attainments
		somas Tiresias' patterns forges braids hockey_players frays warhorses dugouts notornis epitaphs pearls tithes waters orbits gifts
		sheaves depths sentiments decoys realms pains grouches escapades`)
	adjectives = weighted(`special*20 pending*20 unusual*20 express*20 furious sly*5 careful*20 blithe*10 quick*20 fluffy*10 slow*5 quiet*10
		ruthless*5 thin close*10 dogged*5 daring*5 brave stealthy permanent enticing idle*10 busy regular*50 final*40 ironic*40 even*30
		bold*20 silent*10`)
	verbs = weighted(`sleep*20 wake*20 are*20 cajole*20 haggle*20 nag*10 use*10 boost*10 affix*5 detect*5 integrate*5 maintain nod was lose
		sublate solve thrash promise engage hinder print x-ray breach eat grow impress mold poach serve run dazzle snooze doze unwind
		kindle play hang believe doubt`)
	adverbs = weighted(`sometimes always never furiously*50 slyly*50 carefully*50 blithely*40 quickly*30 fluffily*20 slowly*5 quietly
		ruthlessly thinly closely doggedly daringly bravely stealthily permanently enticingly idly busily regularly finally ironically
		evenly boldly silently`)
	prepositions = weighted(`about*50 above*50 according_to*50 across*50 after*50 against*40 along*40 alongside_of*30 among*30 around*20 at*10
		atop before behind beneath beside besides between beyond by despite during except for from in_place_of inside instead_of into
		near of on outside over past since through throughout to toward under until up upon without with within`)
	auxiliaries = weighted(`do may might shall will would can could should ought_to must will_have_to shall_have_to could_have_to
		should_have_to must_have_to need_to try_to`)
	terminators = weighted(`.*50 ; : ? ! --`)
)

func weighted(list string) (words []string) {
	for _, f := range strings.Fields(list) {
		word, times, _ := strings.Cut(f, "*")
		n := 0
		for _, d := range times {
			n = 10*n + int(d-'0')
		}
		for range max(n, 1) {
			words = append(words, strings.ReplaceAll(word, "_", " "))
		}
	}
	return words
}

// prose makes so many bytes of text by the specification's grammar; comments are cut out of it.
func prose(r *rand.Rand, size int) string {
	var b strings.Builder
	b.Grow(size + 256)
	one := func(words []string) { b.WriteString(words[r.IntN(len(words))]) }
	nounPhrase := func() {
		switch n := r.IntN(60); {
		case n < 10:
		case n < 30:
			one(adjectives)
			b.WriteByte(' ')
		case n < 40:
			one(adjectives)
			b.WriteString(", ")
			one(adjectives)
			b.WriteByte(' ')
		default:
			one(adverbs)
			b.WriteByte(' ')
			one(adjectives)
			b.WriteByte(' ')
		}
		one(nouns)
	}
	verbPhrase := func() {
		form := r.IntN(4)
		if form&1 != 0 {
			one(auxiliaries)
			b.WriteByte(' ')
		}
		one(verbs)
		if form&2 != 0 {
			b.WriteByte(' ')
			one(adverbs)
		}
	}
	prepositional := func() {
		one(prepositions)
		b.WriteString(" the ")
		nounPhrase()
	}
	for b.Len() < size {
		form := r.IntN(5)
		nounPhrase()
		b.WriteByte(' ')
		if form >= 3 {
			prepositional()
			b.WriteByte(' ')
		}
		verbPhrase()
		switch form {
		case 1, 4:
			b.WriteByte(' ')
			prepositional()
		case 2, 3:
			b.WriteByte(' ')
			nounPhrase()
		}
		one(terminators)
		b.WriteByte(' ')
	}
	return b.String()[:size]
}
