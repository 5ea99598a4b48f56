// Package bench measures Howdah against its peers on the seeded table `orders`: bench/gen writes it in any format,
// bench/run starts the servers and prints CPU seconds side by side, and the benchmarks here time the readers alone.
package bench
