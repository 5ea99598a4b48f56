package tpch

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Table is one of the eight, its columns declared as the specification does.
type Table struct{ Name, Columns string }

// Tables lists them in the order in which they are written.
var Tables = []Table{
	{"region", "r_regionkey int, r_name char(25), r_comment varchar(152)"},
	{"nation", "n_nationkey int, n_name char(25), n_regionkey int, n_comment varchar(152)"},
	{"supplier", "s_suppkey int, s_name char(25), s_address varchar(40), s_nationkey int, s_phone char(15), s_acctbal decimal(15,2), s_comment varchar(101)"},
	{"part", "p_partkey int, p_name varchar(55), p_mfgr char(25), p_brand char(10), p_type varchar(25), p_size int, p_container char(10), p_retailprice decimal(15,2), p_comment varchar(23)"},
	{"partsupp", "ps_partkey int, ps_suppkey int, ps_availqty int, ps_supplycost decimal(15,2), ps_comment varchar(199)"},
	{"customer", "c_custkey int, c_name varchar(25), c_address varchar(40), c_nationkey int, c_phone char(15), c_acctbal decimal(15,2), c_mktsegment char(10), c_comment varchar(117)"},
	{"orders", "o_orderkey int, o_custkey int, o_orderstatus char(1), o_totalprice decimal(15,2), o_orderdate date, o_orderpriority char(15), o_clerk char(15), o_shippriority int, o_comment varchar(79)"},
	{"lineitem", "l_orderkey int, l_partkey int, l_suppkey int, l_linenumber int, l_quantity decimal(15,2), l_extendedprice decimal(15,2), l_discount decimal(15,2), l_tax decimal(15,2), l_returnflag char(1), l_linestatus char(1), l_shipdate date, l_commitdate date, l_receiptdate date, l_shipinstruct char(25), l_shipmode char(10), l_comment varchar(44)"},
}

// Seed is the usual one.
const Seed = 19920101

// Write makes the tables of a scale as DIR/NAME.csv, with a header line.
func Write(dir string, scale float64, seed uint64) error {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 8)), dir: dir, scale: scale}
	g.prose = prose(g.Rand, 4<<20)
	for _, make := range []func() error{g.regions, g.nations, g.suppliers, g.parts, g.partsupps, g.customers, g.orders} {
		if err := make(); err != nil {
			return err
		}
	}
	return nil
}

type generator struct {
	*rand.Rand
	dir   string
	scale float64
	prose string
}

func (g *generator) count(perScale int) int { return max(1, int(float64(perScale)*g.scale+0.5)) }

// between is a uniform number, both ends included.
func (g *generator) between(low, high int) int { return low + g.IntN(high-low+1) }

func (g *generator) one(words []string) string { return words[g.IntN(len(words))] }

// comment is a piece of the prose.
func (g *generator) comment(low, high int) string {
	n := g.between(low, high)
	at := g.IntN(len(g.prose) - n)
	return g.prose[at : at+n]
}

// address is a v-string.
func (g *generator) address() string {
	const letters = "0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,"
	b := make([]byte, g.between(10, 40))
	for i := range b {
		b[i] = letters[g.IntN(len(letters))]
	}
	return string(b)
}

func (g *generator) phone(nation int) string {
	return fmt.Sprintf("%d-%03d-%03d-%04d", nation+10, g.between(100, 999), g.between(100, 999), g.between(1000, 9999))
}

// file writes lines of CSV.
type file struct {
	*bufio.Writer
	f     *os.File
	begun bool
}

func (g *generator) create(name string) (*file, error) {
	f, err := os.Create(filepath.Join(g.dir, name+".csv"))
	if err != nil {
		return nil, err
	}
	out := &file{Writer: bufio.NewWriterSize(f, 1<<20), f: f}
	for _, t := range Tables {
		if t.Name == name {
			for _, c := range strings.Split(t.Columns, ", ") {
				column, _, _ := strings.Cut(c, " ")
				out.text(column)
			}
		}
	}
	out.end()
	return out, nil
}

func (f *file) comma() {
	if f.begun {
		f.WriteByte(',')
	}
	f.begun = true
}

func (f *file) text(s string) {
	f.comma()
	if !strings.ContainsAny(s, ",\"\n") && s != "" {
		f.WriteString(s)
		return
	}
	f.WriteByte('"')
	f.WriteString(strings.ReplaceAll(s, `"`, `""`))
	f.WriteByte('"')
}

func (f *file) int(n int) {
	f.comma()
	f.Write(strconv.AppendInt(f.AvailableBuffer(), int64(n), 10))
}

// money writes cents.
func (f *file) money(cents int) {
	f.comma()
	b := f.AvailableBuffer()
	if cents < 0 {
		b, cents = append(b, '-'), -cents
	}
	b = strconv.AppendInt(b, int64(cents/100), 10)
	f.Write(append(b, '.', byte('0'+cents/10%10), byte('0'+cents%10)))
}

// date writes a day counted from 1992-01-01.
func (f *file) date(day int) {
	f.comma()
	f.Write(firstDay.AddDate(0, 0, day).AppendFormat(f.AvailableBuffer(), time.DateOnly))
}

func (f *file) end() {
	f.WriteByte('\n')
	f.begun = false
}

func (f *file) close() error {
	err := f.Flush()
	if e := f.f.Close(); err == nil {
		err = e
	}
	return err
}

var firstDay = time.Date(1992, 1, 1, 0, 0, 0, 0, time.UTC)

func dayOf(y int, m time.Month, d int) int {
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(firstDay).Hours() / 24)
}

func (g *generator) regions() error {
	f, err := g.create("region")
	if err != nil {
		return err
	}
	for i, name := range regions {
		f.int(i)
		f.text(name)
		f.text(g.comment(31, 115))
		f.end()
	}
	return f.close()
}

func (g *generator) nations() error {
	f, err := g.create("nation")
	if err != nil {
		return err
	}
	for i, n := range nations {
		f.int(i)
		f.text(n.name)
		f.int(n.region)
		f.text(g.comment(31, 114))
		f.end()
	}
	return f.close()
}

func (g *generator) suppliers() error {
	f, err := g.create("supplier")
	if err != nil {
		return err
	}
	n := g.count(10_000)
	remarks := map[int]string{} // five of 10,000 complain, five recommend
	for _, what := range []string{"Complaints", "Recommends"} {
		for range g.count(5) {
			k := g.between(1, n)
			for remarks[k] != "" {
				k = g.between(1, n)
			}
			remarks[k] = what
		}
	}
	for k := 1; k <= n; k++ {
		nation := g.IntN(len(nations))
		f.int(k)
		f.text(fmt.Sprintf("Supplier#%09d", k))
		f.text(g.address())
		f.int(nation)
		f.text(g.phone(nation))
		f.money(g.between(-99999, 999999))
		c := g.comment(25, 100)
		if what := remarks[k]; what != "" {
			room := len(c) - len("Customer") - len(what)
			gap := g.IntN(room + 1)
			at := g.IntN(room - gap + 1)
			b := []byte(c)
			copy(b[at:], "Customer")
			copy(b[at+len("Customer")+gap:], what)
			c = string(b)
		}
		f.text(c)
		f.end()
	}
	return f.close()
}

// retailPrice is a part's, in cents.
func retailPrice(part int) int { return 90000 + part/10%20001 + 100*(part%1000) }

// supplierOf is the i-th (0 to 3) of the suppliers that have a part.
func (g *generator) supplierOf(part, i int) int {
	s := g.count(10_000)
	return (part+i*(s/4+(part-1)/s))%s + 1
}

func (g *generator) parts() error {
	f, err := g.create("part")
	if err != nil {
		return err
	}
	for k := 1; k <= g.count(200_000); k++ {
		var name []string
		for _, i := range g.Perm(len(colours))[:5] {
			name = append(name, colours[i])
		}
		maker := g.between(1, 5)
		f.int(k)
		f.text(strings.Join(name, " "))
		f.text(fmt.Sprintf("Manufacturer#%d", maker))
		f.text(fmt.Sprintf("Brand#%d%d", maker, g.between(1, 5)))
		f.text(g.one(types[0]) + " " + g.one(types[1]) + " " + g.one(types[2]))
		f.int(g.between(1, 50))
		f.text(g.one(containers[0]) + " " + g.one(containers[1]))
		f.money(retailPrice(k))
		f.text(g.comment(5, 22))
		f.end()
	}
	return f.close()
}

func (g *generator) partsupps() error {
	f, err := g.create("partsupp")
	if err != nil {
		return err
	}
	for k := 1; k <= g.count(200_000); k++ {
		for i := range 4 {
			f.int(k)
			f.int(g.supplierOf(k, i))
			f.int(g.between(1, 9999))
			f.money(g.between(100, 100000))
			f.text(g.comment(49, 198))
			f.end()
		}
	}
	return f.close()
}

func (g *generator) customers() error {
	f, err := g.create("customer")
	if err != nil {
		return err
	}
	for k := 1; k <= g.count(150_000); k++ {
		nation := g.IntN(len(nations))
		f.int(k)
		f.text(fmt.Sprintf("Customer#%09d", k))
		f.text(g.address())
		f.int(nation)
		f.text(g.phone(nation))
		f.money(g.between(-99999, 999999))
		f.text(g.one(segments))
		f.text(g.comment(29, 116))
		f.end()
	}
	return f.close()
}

// line is a row of lineitem before its order is known.
type line struct {
	part, supplier, quantity, price, discount, tax int
	ship, commit, receipt                          int
	status                                         string
}

// orders writes orders and lineitem side by side.
func (g *generator) orders() error {
	of, err := g.create("orders")
	if err != nil {
		return err
	}
	lf, err := g.create("lineitem")
	if err != nil {
		of.close()
		return err
	}
	today, last := dayOf(1995, 6, 17), dayOf(1998, 12, 31)-151
	customers, parts, clerks := g.count(150_000), g.count(200_000), g.count(1000)
	for i := 1; i <= g.count(1_500_000); i++ {
		key := i>>3<<5 | i&7 // of 32 keys 8 are used
		customer := g.between(1, customers)
		for customer%3 == 0 { // a third of the customers order nothing
			customer = g.between(1, customers)
		}
		day := g.between(0, last)
		lines := make([]line, g.between(1, 7))
		shipped, total := 0, 0
		for j := range lines {
			l := line{part: g.between(1, parts), quantity: g.between(1, 50), discount: g.IntN(11), tax: g.IntN(9), status: "F",
				ship: day + g.between(1, 121), commit: day + g.between(30, 90)}
			l.supplier = g.supplierOf(l.part, g.IntN(4))
			l.price = l.quantity * retailPrice(l.part)
			l.receipt = l.ship + g.between(1, 30)
			if l.ship > today {
				l.status = "O"
			} else {
				shipped++
			}
			total += l.price * (100 - l.discount) / 100 * (100 + l.tax) / 100
			lines[j] = l
		}
		of.int(key)
		of.int(customer)
		switch shipped {
		case len(lines):
			of.text("F")
		case 0:
			of.text("O")
		default:
			of.text("P")
		}
		of.money(total)
		of.date(day)
		of.text(g.one(priorities))
		of.text(fmt.Sprintf("Clerk#%09d", g.between(1, clerks)))
		of.int(0)
		of.text(g.comment(19, 78))
		of.end()
		for j, l := range lines {
			flag := "N"
			if l.receipt <= today {
				flag = g.one([]string{"R", "A"})
			}
			for _, n := range []int{key, l.part, l.supplier, j + 1} {
				lf.int(n)
			}
			for _, cents := range []int{l.quantity * 100, l.price, l.discount, l.tax} {
				lf.money(cents)
			}
			lf.text(flag)
			lf.text(l.status)
			for _, d := range []int{l.ship, l.commit, l.receipt} {
				lf.date(d)
			}
			lf.text(g.one(instructs))
			lf.text(g.one(modes))
			lf.text(g.comment(10, 43))
			lf.end()
		}
	}
	err = of.close()
	if e := lf.close(); err == nil {
		err = e
	}
	return err
}
