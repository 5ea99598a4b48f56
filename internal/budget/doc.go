// Package budget keeps memory within limits by counting bytes before they are allocated.
//
// Budgets form a tree: an account (one sort, one read-ahead) below a query below the server. A byte granted to an
// account is counted in every budget above it; a request that would pass any limit on the way is refused whole, with
// 53200 and the name of the budget that said no. The idea is that of CockroachDB's util/mon.
package budget
