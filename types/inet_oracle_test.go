package types

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"howdah/internal/pgtest"
	"howdah/pgerr"
)

// showInput is tryInput with the output function and the binary form, in place of the cast to text.
const showInput = `create or replace function pg_temp.try_in(ty text, v text) returns text language plpgsql as $$
declare r text; d text; send text := ty || '_send';
begin
  if ty = 'money' then send := 'cash_send'; end if;
  execute format('select format(''%%s %%s'', x, %s(x)) from (select %L::%s as x offset 0) q', send, v, ty) into r;
  return 'ok ' || r;
exception when others then
  get stacked diagnostics d = pg_exception_detail;
  return sqlstate || ' ' || sqlerrm || ' | ' || d || ' | ';
end $$`

func randomText(r *rand.Rand, most int, pieces ...string) string {
	var b strings.Builder
	for range 1 + r.IntN(most) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func inetText(r *rand.Rand) string {
	switch r.IntN(8) {
	case 0:
		return randomText(r, 9, "1", "0", "255", ".", ".", "/", "/8", "/24", "/0", "/32", "/4294967304", "/33", "0x", "ab", " ")
	case 1:
		return "0x" + randomText(r, 6, "0", "a", "F", "1", "00", "cd", "g") + []string{"", "/8", "/32", "/0", "/15"}[r.IntN(5)]
	case 2, 3:
		var p []string
		for range 1 + r.IntN(5) {
			p = append(p, []string{fmt.Sprint(r.IntN(300)), "0", "0", "10", "240", "007", "224", "192"}[r.IntN(8)])
		}
		return strings.Join(p, ".") + []string{"", "", "/8", "/16", "/24", "/32", "/0", "/30", "/33", "/", "/-1", "/08"}[r.IntN(12)]
	case 4:
		return randomText(r, 10, ":", ":", "::", "0", "1", "ffff", "abcd", "12345", "1.2.3.4", ".", "/64", "/128", "/0", "/129", "/01")
	case 5:
		return []string{"::", "::ffff:", "::1:", "1::", "64:ff9b::", "0:0:0:0:0:0:"}[r.IntN(6)] +
			[]string{"1.2.3.4", "0.0.0.1", "1.2.3", "01.2.3.4", "255.255.255.256", "1.2.3.4.5", "0.0.0.0", "1..2.3"}[r.IntN(8)] + []string{"", "/96", "/104", "/127", "/120", "/121", "/x"}[r.IntN(7)]
	}
	words := make([]string, 8)
	for i := range words {
		words[i] = []string{"0", "0", "0", "1", "ffff", "0abc", "F00"}[r.IntN(7)]
	}
	s := strings.Join(words, ":")
	if r.IntN(2) == 0 {
		s = strings.Join(words[:1+r.IntN(4)], ":") + "::" + strings.Join(words[4:4+r.IntN(4)], ":")
	}
	return s + []string{"", "", "/128", "/64", "/100", "/17", "/1"}[r.IntN(7)]
}

func macText(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		return randomText(r, 14, "08", "0", "2b", "FF", "1", "ff", "fe", ":", "-", ".", " ", "+", "0x", "100", "fffffffffffffffff", "100000001")
	}
	sep := []string{":", "-", ".", "", " "}[r.IntN(5)]
	every := []int{1, 1, 2, 3, 4}[r.IntN(5)]
	var b strings.Builder
	n := []int{6, 6, 6, 8, 8, 7, 5, 9}[r.IntN(8)]
	for i := range n {
		if i > 0 && i%every == 0 {
			b.WriteString(sep)
		}
		switch r.IntN(14) {
		case 0:
			fmt.Fprintf(&b, "%x", r.IntN(16))
		case 1:
			fmt.Fprintf(&b, " %02x", r.IntN(256))
		case 2:
			b.WriteString([]string{"-1", "+1", "0x1", "100", "0X", "g"}[r.IntN(6)])
		default:
			fmt.Fprintf(&b, "%02X", r.IntN(256))
		}
	}
	return []string{"", "", " ", "\t"}[r.IntN(4)] + b.String() + []string{"", "", " ", ":", "x", ":0"}[r.IntN(6)]
}

func moneyText(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		return randomText(r, 9, "1", "5", "0", "9", "4", ".", ",", "$", "-", "(", ")", "+", " ", "92233720368547758", "x")
	}
	pre := []string{"", "", "-", "$", "$-", "-$", "(", "($", " ", "+", "$ - $"}[r.IntN(11)]
	post := []string{"", "", "-", ")", "$", " ", "+", "x", "-$"}[r.IntN(9)]
	digits := []string{"0", "1", "12", "1234", "1,234,567", "92233720368547758", "92,233,720,368,547,758", "99999999999999999999", ""}[r.IntN(9)]
	dec := []string{"", ".", ".5", ".05", ".07", ".08", ".075", ".074", ".995", ".0799", ".5.5", ".,5", ".09"}[r.IntN(13)]
	return pre + digits + dec + post
}

func TestNetworkAndMoneyInputEqualServer(t *testing.T) {
	conn, err := pgtest.New(t).Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Exec(showInput); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(4, 8))
	for _, c := range []struct {
		name string
		oid  OID
		make func(*rand.Rand) string
	}{{"inet", InetOID, inetText}, {"cidr", CidrOID, inetText}, {"macaddr", MacaddrOID, macText}, {"macaddr8", Macaddr8OID, macText}, {"money", MoneyOID, moneyText}} {
		t.Run(c.name, func(t *testing.T) {
			texts := []string{"", " ", "1.2.3.4", "1.2.3.4.", "10/8", "224", "192.168", "::", "::/0", "0x"}
			for range 1500 {
				texts = append(texts, c.make(r))
			}
			quoted := make([]string, len(texts))
			for i, s := range texts {
				quoted[i] = literal(s)
			}
			rows, err := conn.Query("select pg_temp.try_in('" + c.name + "', v) from unnest(array[" + strings.Join(quoted, ",") + "]) with ordinality u(v, o) order by o")
			if err != nil {
				t.Fatal(err)
			}
			good, bad := 0, 0
			for i, row := range rows {
				got := ours(Of(c.oid), texts[i])
				if strings.HasPrefix(got, "ok") {
					good++
					got += " " + roundTrip(t, c.oid, texts[i])
				}
				if got != row[0] {
					if bad++; bad < 10 {
						t.Errorf("%q: got %s, want %s", texts[i], got, row[0])
					}
				}
			}
			if good < 100 || good > len(texts)-100 {
				t.Errorf("%d of %d texts are good: too few of one sort", good, len(texts))
			}
		})
	}
}

// roundTrip gives the binary form as hexadecimal digits, having proven that it reads as the same value.
func roundTrip(t *testing.T, oid OID, text string) string {
	t.Helper()
	d, err := ParseText(Of(oid), []byte(text), DefaultStyle())
	if err != nil {
		t.Fatal(err)
	}
	b, err := AppendBinary(nil, Of(oid), &d)
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseBinary(Of(oid), b)
	if err != nil || back.Int != d.Int || !bytes.Equal(back.Bytes, d.Bytes) {
		t.Errorf("%q: the binary form %x reads as %v, %v", text, b, back, err)
	}
	return string(AppendBytea(nil, b, false))
}

func TestInetBinaryErrors(t *testing.T) {
	for _, c := range []struct {
		oid  OID
		b    string
		want string
	}{
		{InetOID, "\x02\x20\x00\x04\x01\x02\x03\x04", "1.2.3.4"},
		{InetOID, "\x02\x08\x01\x04\x01\x02\x03\x04", "1.2.3.4/8"},
		{CidrOID, "\x02\x08\x01\x04\x01\x02\x03\x04", "22P03 invalid external \"cidr\" value"},
		{InetOID, "\x04\x08\x01\x04\x01\x02\x03\x04", "22P03 invalid address family in external \"inet\" value"},
		{InetOID, "\x02\x21\x00\x04\x01\x02\x03\x04", "22P03 invalid bits in external \"inet\" value"},
		{CidrOID, "\x03\x21\x00\x04\x01\x02\x03\x04", "22P03 invalid length in external \"cidr\" value"},
		{InetOID, "\x02\x20\x00\x04\x01\x02\x03", "08P01 insufficient data left in message"},
		{Macaddr8OID, "\x01\x02\x03\x04\x05\x06", "01:02:03:ff:fe:04:05:06"},
		{MacaddrOID, "\x01\x02\x03\x04\x05\x06\x07", "22P03 incorrect binary data format"},
	} {
		d, err := ParseBinary(Of(c.oid), []byte(c.b))
		got := ""
		if err != nil {
			got = pgerr.From(err).SQLState() + " " + pgerr.From(err).Message
		} else {
			got = string(AppendText(nil, Of(c.oid), &d, DefaultStyle()))
		}
		if got != c.want {
			t.Errorf("%x: got %s, want %s", c.b, got, c.want)
		}
	}
}
