// Package orders makes the table that all measurements read: seeded, so that every machine has the same bytes.
package orders

import (
	"math/rand/v2"
	"strconv"
	"time"
)

// Columns are the names and types of the table, in file order, as in CREATE FOREIGN TABLE.
const Columns = `id bigint, ts timestamp, customer text, country text, qty int, price numeric(10,2), ` +
	`discount float8, paid bool, note text, sku text`

// Names are the columns' names, the first row of a file that has one.
var Names = []string{"id", "ts", "customer", "country", "qty", "price", "discount", "paid", "note", "sku"}

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

const (
	epoch = 1704067200      // the first moment of ts, 2024-01-01, in seconds since 1970
	span  = 730 * 24 * 3600 // seconds from there to the last one
)

// Row is one row; its bytes are valid until the next one is made.
type Row struct {
	ID       int64
	At       int64 // seconds since 1970
	Customer []byte
	Country  string
	Qty      int
	Cents    int // the price
	Discount int // of 10000
	Paid     bool
	Note     []byte // empty = NULL
	SKU      []byte
}

// Each makes rows, the same ones whenever and however often it is called: row n is the same whatever rows is.
func Each(rows int, seed uint64, see func(n int, row *Row) error) error {
	r := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	country := make([]string, 0, 1000)
	for _, c := range countries {
		for range c.weight {
			country = append(country, c.code)
		}
	}
	var row Row
	for n := 1; n <= rows; n++ {
		row.ID = int64(1_000_000 + n*3 + r.IntN(3))
		row.At = epoch + int64(r.IntN(span))
		row.Customer = append(append(row.Customer[:0], firstNames[r.IntN(len(firstNames))]...), ' ')
		if r.IntN(40) == 0 {
			row.Customer = append(row.Customer, accented[r.IntN(len(accented))]...)
		} else {
			row.Customer = append(row.Customer, lastNames[r.IntN(len(lastNames))]...)
		}
		row.Country = country[r.IntN(len(country))]
		row.Qty = 1 + r.IntN(100)
		row.Cents = 100 + r.IntN(999_900)
		row.Discount = r.IntN(5000)
		row.Paid = r.IntN(4) > 0
		row.Note = appendNote(row.Note[:0], r)
		row.SKU = append(row.SKU[:0], "SKU-"...)
		for range 3 {
			row.SKU = append(row.SKU, byte('A'+r.IntN(26)))
		}
		row.SKU = strconv.AppendInt(append(row.SKU, '-'), int64(10000+r.IntN(90000)), 10)
		if err := see(n, &row); err != nil {
			return err
		}
	}
	return nil
}

// appendTime gives the moment as PostgreSQL writes a timestamp, or with a T between date and time.
func (r *Row) appendTime(b []byte, layout string) []byte {
	return time.Unix(r.At, 0).UTC().AppendFormat(b, layout)
}

func (r *Row) appendPrice(b []byte) []byte {
	b = strconv.AppendInt(b, int64(r.Cents/100), 10)
	return append(b, '.', byte('0'+r.Cents/10%10), byte('0'+r.Cents%10))
}

func (r *Row) appendDiscount(b []byte) []byte {
	return strconv.AppendFloat(b, float64(r.Discount)/10000, 'g', -1, 64)
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
