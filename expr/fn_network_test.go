package expr_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"howdah/expr"
	"howdah/expr/exprtest"
	"howdah/internal/pgdata"
	"howdah/types"
)

// networkOperands are values of the types for networks, and money.
var networkOperands = map[types.OID]func(*rand.Rand) string{
	types.InetOID: func(r *rand.Rand) string {
		switch r.IntN(3) {
		case 0:
			return exprtest.OneOf(r, "0.0.0.0", "255.255.255.255", "1.2.3.4", "1.2.3.5", "1.2.3.0/24", "1.2.3.4/24", "1.2.0.0/16", "10.0.0.1/8", "0.0.0.0/0", "192.168.100.128/25", "192.168.100.5/31")
		case 1:
			return exprtest.OneOf(r, "::", "::/0", "::1", "::1.2.3.4", "::ffff:1.2.3.4/120", "2001:4f8:3:ba::/64", "2001:4f8:3:ba:2e0:81ff:fe22:d1f1", "2001:4f8:3:ba:2e0:81ff:fe22:d1f1/61",
				"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0:0:0:0:ffff:ffff:ffff:ffff", "::8000:0:0:0", "1:0:0:2::/77", "0:1::/3")
		}
		return fmt.Sprintf("%d.%d.%d.%d/%d", r.IntN(3), r.IntN(256), r.IntN(2)*255, r.IntN(256), r.IntN(33))
	},
	types.CidrOID: func(r *rand.Rand) string {
		return exprtest.OneOf(r, "0.0.0.0/0", "1.2.3.4/32", "1.2.3.0/24", "1.2.3.128/25", "10.1.0.0/16", "10.0.0.0/8", "192.168.1.2", "224", "::/0", "::/8", "::1/128", "2001:4f8:3:ba::/64",
			"::ffff:1.2.3.0/120", "::1.2.3.4", "::1.2.0.0/112", "2001::/16", "1:2:3:4:5:6:7:8/128", "1:0:0:4:0:0:0:8", "0:0:1::/48", "::10.0.0.0/104", "::ffff:10.1.2.3/128", "0:0:0:0:0:0:0:2", "::200")
	},
	types.MacaddrOID: func(r *rand.Rand) string {
		return exprtest.OneOf(r, "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03", "08:00:2b:01:02:04", "80:00:2b:01:02:03", fmt.Sprintf("%012x", r.Int64N(1<<48)))
	},
	types.Macaddr8OID: func(r *rand.Rand) string {
		return exprtest.OneOf(r, "00:00:00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff:ff:ff", "08:00:2b:01:02:03", "08:00:2b:01:02:03:04:05", "80:00:2b:ff:fe:01:02:03", fmt.Sprintf("%016x", r.Uint64()))
	},
	types.MoneyOID: func(r *rand.Rand) string {
		cents := exprtest.Int(r, 64)
		if r.IntN(2) == 0 {
			cents = r.Int64N(200001) - 100000
		}
		v := types.NewNumeric(cents, 2)
		return string(types.AppendNumeric(nil, &v))
	},
	types.Int4OID: func(r *rand.Rand) string {
		if r.IntN(2) == 0 {
			return fmt.Sprint(r.IntN(140) - 5)
		}
		return fmt.Sprint(exprtest.Int(r, 32))
	},
}

var networkTypes = []types.OID{types.InetOID, types.CidrOID, types.MacaddrOID, types.Macaddr8OID, types.MoneyOID}

// aboutNetworks tells the functions that have one of these types among arguments and results, less those that read and
// write text and packets and those of indexes.
func aboutNetworks(p *pgdata.Proc) bool {
	about := slices.Contains(networkTypes, types.OID(p.Ret))
	for _, a := range p.ArgTypes {
		if types.OID(a) == types.InternalOID || types.OID(a) == types.CstringOID {
			return false
		}
		about = about || slices.Contains(networkTypes, types.OID(a))
	}
	return about && types.OID(p.Ret) != types.CstringOID && len(p.ArgTypes) > 0 && p.Src != "pg_stat_get_backend_client_addr"
}

func TestNetworkAndMoneyFunctions(t *testing.T) {
	var sources []string
	for i := range pgdata.Procs() {
		if p := &pgdata.Procs()[i]; aboutNetworks(p) && p.Kind == 'f' {
			if !expr.Implemented(p) {
				t.Errorf("%s is not implemented", exprtest.Signature(p))
				continue
			}
			src := p.Src
			if src == "" {
				src = exprtest.Signature(p)
			}
			sources = append(sources, src)
		}
	}
	if len(sources) < 100 {
		t.Fatalf("only %d functions", len(sources))
	}
	exprtest.Functions(t, exprtest.Options{Operands: networkOperands, Rows: 150}, sources...)
}

func TestNetworkArrayHashes(t *testing.T) {
	operands := map[types.OID]func(*rand.Rand) string{}
	arrays := []types.OID{types.InetArrayOID, types.CidrArrayOID, types.MacaddrArrayOID, types.Macaddr8ArrayOID, types.MoneyArrayOID}
	for _, a := range arrays {
		elem := networkOperands[types.ElemOf(a)]
		operands[a] = func(r *rand.Rand) string {
			return exprtest.OneOf(r, "{}", "{NULL}", "{"+elem(r)+"}", "{"+elem(r)+","+elem(r)+"}")
		}
	}
	exprtest.Functions(t, exprtest.Options{Operands: operands, Signatures: func(p *pgdata.Proc) [][]types.OID {
		var out [][]types.OID
		for _, a := range arrays {
			switch {
			case p.Src == "btarraycmp":
				out = append(out, []types.OID{a, a})
			case p.Src == "hash_array" && a != types.MoneyArrayOID:
				out = append(out, []types.OID{a})
			case p.Src == "hash_array_extended" && a != types.MoneyArrayOID:
				out = append(out, []types.OID{a, types.Int8OID})
			}
		}
		return out
	}}, "btarraycmp", "hash_array", "hash_array_extended")
}

func TestNetworkAndMoneyAggregates(t *testing.T) {
	exprtest.Aggregates(t, exprtest.Options{Operands: networkOperands}, "min(inet)", "max(inet)", "min(money)", "max(money)", "sum(money)")
}
