// Package abuse makes sessions of the protocol that no client would have: recorded ones and random ones, with messages
// lost, doubled, swapped, cut and damaged, sent at once or in pieces, left in every way. A [Corpus] holds what was
// recorded, Make derives a [Session] from it by a random generator, and Play has it with a server and judges what came
// back. Its test plays them against a server of its own process and asks, again and again, whether an honest client is
// served, and whether everything was given back: `make fuzz-protocol`.
package abuse
