// Package orders makes the table that all measurements read: seeded, so that every machine has the same bytes.
package orders

import (
	"bufio"
	"io"
	"math/rand/v2"
	"strconv"
	"time"
)

// Columns are the names and types of the table, in file order, as in CREATE FOREIGN TABLE.
const Columns = `id bigint, ts timestamp, customer text, country text, qty int, price numeric(10,2), ` +
	`discount float8, paid bool, note text, sku text`

// Header is the first line of the file.
const Header = "id,ts,customer,country,qty,price,discount,paid,note,sku\n"

// Seed is the seed of the files that figures are given for.
const Seed = 20261123

var (
	firstNames = []string{"Anna", "Ben", "Carla", "David", "Elena", "Frank", "Greta", "Hugo", "Ingrid", "Jonas", "Karin", "Liam",
		"Maria", "Nils", "Olga", "Pablo", "Quentin", "Rosa", "Stefan", "Tina", "Ulrich", "Vera", "Walter", "Xenia", "Yusuf", "Zoe"}
	lastNames = []string{"Adams", "Bauer", "Costa", "Dupont", "Eriksson", "Fischer", "Garcia", "Huber", "Ivanov", "Jansen", "Keller",
		"Lopez", "Meier", "Nowak", "Olsen", "Petrov", "Quinn", "Rossi", "Schmidt", "Tanaka", "Ueda", "Vogel", "Weber", "Xu", "Young", "Zimmer"}
	accented = []string{"Müller", "Gómez", "Lefèvre", "Åström", "Łukasik", "Ženíšek", "佐藤", "Øster"}
	// countries by weight, of 1000; DE has 30, so that Q2 keeps about 0.3 %.
	countries = []struct {
		code   string
		weight int
	}{{"US", 280}, {"CN", 160}, {"IN", 120}, {"GB", 80}, {"FR", 60}, {"BR", 50}, {"JP", 45}, {"IT", 40}, {"DE", 30}, {"ES", 25},
		{"NL", 20}, {"PL", 18}, {"SE", 15}, {"CH", 13}, {"AT", 11}, {"BE", 10}, {"NO", 8}, {"DK", 6}, {"FI", 5}, {"PT", 4}}
	words = []string{"please", "deliver", "before", "noon", "fragile", "call", "customer", "leave", "at", "the", "door", "gift", "wrap",
		"invoice", "separately", "back", "order", "replacement", "for", "damaged", "item", "sign", "required", "second", "floor", "checked"}
)

// epoch is the first moment of ts; the last is span later.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

const span = 730 * 24 * 3600 // seconds

// Write writes header and rows as CSV to w. Its row n is the same whatever rows is.
func Write(w io.Writer, rows int, seed uint64) error {
	out := bufio.NewWriterSize(w, 1<<20)
	if _, err := out.WriteString(Header); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	country := make([]string, 0, 1000)
	for _, c := range countries {
		for range c.weight {
			country = append(country, c.code)
		}
	}
	var line, note []byte
	for id := 1; id <= rows; id++ {
		line = strconv.AppendInt(line[:0], int64(1_000_000+id*3+r.IntN(3)), 10)
		line = append(line, ',')
		line = epoch.Add(time.Duration(r.IntN(span))*time.Second).AppendFormat(line, time.DateTime)
		line = append(line, ',')
		line = append(line, firstNames[r.IntN(len(firstNames))]...)
		line = append(line, ' ')
		if r.IntN(40) == 0 {
			line = append(line, accented[r.IntN(len(accented))]...)
		} else {
			line = append(line, lastNames[r.IntN(len(lastNames))]...)
		}
		line = append(line, ',')
		line = append(line, country[r.IntN(len(country))]...)
		line = append(line, ',')
		line = strconv.AppendInt(line, int64(1+r.IntN(100)), 10)
		line = append(line, ',')
		cents := 100 + r.IntN(999_900)
		line = strconv.AppendInt(line, int64(cents/100), 10)
		line = append(line, '.', byte('0'+cents/10%10), byte('0'+cents%10), ',')
		line = strconv.AppendFloat(line, float64(r.IntN(5000))/10000, 'g', -1, 64)
		if r.IntN(4) > 0 {
			line = append(line, ",t,"...)
		} else {
			line = append(line, ",f,"...)
		}
		note = appendNote(note[:0], r)
		line = appendField(line, note)
		line = append(line, ",SKU-"...)
		for range 3 {
			line = append(line, byte('A'+r.IntN(26)))
		}
		line = append(line, '-')
		line = strconv.AppendInt(line, int64(10000+r.IntN(90000)), 10)
		line = append(line, '\n')
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// appendNote makes a note: 35 % empty, 12 % with a comma, 4 % with quotes, 4 % with a newline, 2 % urgent.
func appendNote(b []byte, r *rand.Rand) []byte {
	kind := r.IntN(100)
	if kind < 35 {
		return b
	}
	n := 4 + r.IntN(6)
	urgent := r.IntN(50) == 0
	for i := range n {
		if i == n/2 {
			switch {
			case kind < 47:
				b = append(b, ',')
			case kind < 51:
				b = append(b, ` "as is"`...)
			case kind < 55:
				b = append(b, '\n')
			}
			if urgent {
				b = append(b, " urgent"...)
			}
		}
		if len(b) > 0 && b[len(b)-1] != '\n' {
			b = append(b, ' ')
		}
		b = append(b, words[r.IntN(len(words))]...)
	}
	return b
}

// appendField quotes where RFC 4180 asks for it.
func appendField(line, v []byte) []byte {
	quoted := false
	for _, c := range v {
		if c == ',' || c == '"' || c == '\n' {
			quoted = true
		}
	}
	if !quoted {
		return append(line, v...)
	}
	line = append(line, '"')
	for _, c := range v {
		if c == '"' {
			line = append(line, '"')
		}
		line = append(line, c)
	}
	return append(line, '"')
}
