// Package sourcetest is what every source must pass, and the tools to be unkind to it.
//
// [Run] is the conformance suite: a source's test gives a [Harness] that can put and remove files where the source sees
// them. [RawServer] is an HTTP server of raw sockets that can cut an answer at any byte of any framing. [Memory] is a
// source in memory whose faults are scripted. [Main] makes a test binary fail if goroutines or descriptors are left.
package sourcetest
