// Package bench measures Howdah against its peers on the seeded table `orders`: bench/gen writes the file, bench/run
// starts the servers and prints CPU seconds side by side, and the benchmarks here time the CSV reader alone.
package bench
