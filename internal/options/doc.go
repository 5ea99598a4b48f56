// Package options declares the options of sources and formats once, as Go structs with tags, from which come the
// checks of DDL, the hints of errors, the values that a reader sees, and the tables in the documentation.
//
//	type Config struct {
//		Delimiter string        `option:"delimiter" alias:"sep" default:"," help:"what separates fields"`
//		Timeout   time.Duration `option:"timeout" default:"30s" help:"how long to wait for a server's answer"`
//		Secret    string        `option:"aws_secret_key" secret:"true" help:"the secret half of the key"`
//		OnError   string        `option:"on_error" enum:"stop,ignore" default:"stop" help:"what a bad row does"`
//	}
//
// Fields may be string, bool, int, int64, float64, time.Duration, Bytes or []string (a comma list). Embedded structs are flattened.
// Texts and SQLSTATEs of the errors are those that file_fdw and postgres_fdw of PostgreSQL 15 give.
package options
