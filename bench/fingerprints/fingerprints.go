// Package fingerprints makes a table of molecules' fingerprints and the query that screens it for similar ones.
// bench/gen -what fingerprints writes the file; bench/fingerprints/run asks Howdah over it and PostgreSQL over a heap
// table loaded from it, compares the answers and prints the CPU of both.
package fingerprints

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
)

const (
	// Bits is the length of a fingerprint, that of PubChem's substructure keys.
	Bits = 881
	// Rows is the size of the table that figures are given for.
	Rows = 249_081
	// Seed is its seed.
	Seed = 20261123
	// Ones is the cardinality of what is searched for. What is similar to 0.9 has from 103 to 128 bits: 0.9 times as many
	// at the least, and at most so many that 115 of them are 0.9.
	Ones = 115

	least, most = 103, 128
)

// Write writes the table as CSV: an id and the bits. Like those of PubChem's keys a few bits are set nearly always and
// most of them rarely, molecules have about 125 of them with a deviation of 28, and one in four is a relative of one
// that came shortly before, so that something similar is found.
func Write(w io.Writer, rows int, seed uint64) error {
	out := bufio.NewWriterSize(w, 1<<20)
	out.WriteString("id,fp\n")
	var line []byte
	err := Each(rows, seed, func(n int, bits []byte) error {
		line = append(strconv.AppendInt(line[:0], int64(n), 10), ',')
		_, err := out.Write(append(append(line, bits...), '\n'))
		return err
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// Each makes the fingerprints as digits, numbered from 1. The bytes are valid until the next one is made.
func Each(rows int, seed uint64, see func(n int, bits []byte) error) error {
	r := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	var usual [Bits]float64 // how usual a bit is
	sum := 0.0
	for i := range usual {
		usual[i] = min(0.97, math.Pow(r.Float64(), 5))
		sum += usual[i]
	}
	const kin = 64 // relatives are of the last so many
	var recent [kin][]byte
	for n := 1; n <= rows; n++ {
		bits := make([]byte, 0, Bits)
		if parent := recent[r.IntN(kin)]; parent != nil && r.IntN(4) == 0 {
			bits = append(bits, parent...)
			for range 2 + r.IntN(24) { // as many ones move as are chosen among the digits
				if i, j := r.IntN(Bits), r.IntN(Bits); bits[i] != bits[j] {
					bits[i], bits[j] = bits[j], bits[i]
				}
			}
		} else {
			scale := max(20, 125+28*r.NormFloat64()) / sum
			for i := range usual {
				bit := byte('0')
				if r.Float64() < usual[i]*scale {
					bit = '1'
				}
				bits = append(bits, bit)
			}
		}
		recent[n%kin] = bits
		if err := see(n, bits); err != nil {
			return err
		}
	}
	return nil
}

// Wanted finds the digits of the first fingerprint with as many ones as are searched for.
func Wanted(rows int, seed uint64) (string, error) {
	found := ""
	err := Each(rows, seed, func(_ int, bits []byte) error {
		ones := 0
		for _, b := range bits {
			ones += int(b & 1)
		}
		if ones == Ones {
			found = string(bits)
			return io.EOF
		}
		return nil
	})
	if err == io.EOF {
		return found, nil
	}
	return "", fmt.Errorf("none of %d fingerprints has %d ones", rows, Ones)
}

// Screen is the query for the ten fingerprints that are most similar to the one wanted, by Tanimoto's coefficient.
func Screen(wanted string) string {
	return fmt.Sprintf("select id, bit_count(fp & B'%[1]s')::float8 / bit_count(fp | B'%[1]s') as t from fingerprints "+
		"where bit_count(fp) between %d and %d order by t desc, id limit 10", wanted, least, most)
}

const columns = "id int, fp bit varying"

// Catalog gives the definitions with which Howdah serves the file.
func Catalog(path string) string {
	return fmt.Sprintf("CREATE SERVER files FOREIGN DATA WRAPPER howdah OPTIONS (location '%[1]s');\n"+
		"CREATE FOREIGN TABLE public.fingerprints (%s) SERVER files OPTIONS (format 'csv', header 'true', location '%[1]s');\n", path, columns)
}

// Load gives the statements by which PostgreSQL loads the file into a heap table without an index.
func Load(path string) []string {
	return []string{
		fmt.Sprintf("create table fingerprints (%s)", columns),
		fmt.Sprintf("copy fingerprints from '%s' (format csv, header)", path),
		"vacuum analyze fingerprints",
	}
}
