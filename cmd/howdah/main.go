// Command howdah serves files as PostgreSQL tables.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"howdah/pgerr"
)

// version is set by the linker.
var version = "dev"

// command is a subcommand. run gives the error to report; its flags are parsed by itself.
type command struct {
	name, args, about string
	run               func(ctx context.Context, args []string) error
}

// commands lists them in the order of the help.
func commands() []command {
	return []command{
		{"serve", "[flags] [NAME=]LOCATION …", "serve locations and a catalog over the PostgreSQL protocol", serve},
		{"query", "[flags] [NAME=]LOCATION … SQL", "run one statement and print its rows, without a server", query},
		{"inspect", "[flags] LOCATION …", "show what was inferred of files, as CREATE FOREIGN TABLE", inspect},
		{"fdw", "[flags]", "print the SQL that wires a PostgreSQL to a server", fdw},
		{"health", "[flags]", "exit 0 if a server answers: for containers", health},
		{"version", "", "print the version", func(context.Context, []string) error { fmt.Println("howdah", version); return nil }},
	}
}

// Exit codes: 0 done, 1 the work failed, 2 the command line is wrong, 130 interrupted.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// usageError is a fault of the command line.
type usageError struct{ error }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 0 {
		usage(os.Stderr)
		return exitUsage
	}
	name := args[0]
	switch name {
	case "-h", "--help", "-help", "help":
		usage(os.Stdout)
		return 0
	case "-V", "--version":
		name = "version"
	}
	for _, c := range commands() {
		if c.name != name {
			continue
		}
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		err := c.run(ctx, args[1:])
		switch {
		case err == nil, errors.Is(err, flag.ErrHelp):
			return 0
		case errors.As(err, &usageError{}):
			fmt.Fprintf(os.Stderr, "howdah %s: %v\nTry 'howdah %s --help'.\n", c.name, err, c.name)
			return exitUsage
		case ctx.Err() != nil:
			fmt.Fprintln(os.Stderr, "interrupted")
			return exitInterrupted
		}
		report(os.Stderr, err)
		return exitFailed
	}
	fmt.Fprintf(os.Stderr, "howdah: there is no command %q\nTry 'howdah --help'.\n", name)
	return exitUsage
}

func usage(w io.Writer) {
	fmt.Fprint(w, "Howdah shows files on disk, HTTP and S3 as read-only PostgreSQL tables.\n\nUsage:\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  howdah %-8s %-32s %s\n", c.name, c.args, c.about)
	}
	fmt.Fprint(w, `
A LOCATION is ./dir, file.csv, 'dir/*.csv', s3://bucket/prefix or https://host/file.csv; NAME=LOCATION puts its tables
into the schema NAME, without NAME into public.

  howdah serve ./data                    every file below is a table, on 127.0.0.1:5433
  howdah query ./data 'select count(*) from orders'
  howdah COMMAND --help                  the flags of a command
`)
}

// report prints an error as psql does.
func report(w io.Writer, err error) {
	e, ok := errors.AsType[*pgerr.Error](err)
	if !ok {
		fmt.Fprintf(w, "howdah: %v\n", err)
		return
	}
	fmt.Fprintf(w, "ERROR:  %s: %s\n", e.SQLState(), e.Message)
	if e.Detail != "" {
		fmt.Fprintf(w, "DETAIL:  %s\n", e.Detail)
	}
	if e.Hint != "" {
		fmt.Fprintf(w, "HINT:  %s\n", e.Hint)
	}
	if e.Where != "" {
		fmt.Fprintf(w, "CONTEXT:  %s\n", e.Where)
	}
}

// flags makes a flag set whose --help says what the command is for.
func flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet("howdah "+name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	for _, c := range commands() {
		if c.name == name {
			fs.Usage = func() {
				fmt.Printf("howdah %s %s\n\n%s\n", c.name, c.args, c.about)
				fs.SetOutput(os.Stdout)
				fmt.Print("\nFlags:\n")
				fs.PrintDefaults()
				fs.SetOutput(io.Discard)
			}
		}
	}
	return fs
}

// parse parses a command's flags; what is wrong with them is a usageError.
func parse(fs *flag.FlagSet, args []string) error {
	usage := fs.Usage
	fs.Usage = func() {} // only for --help, not for a mistake
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		usage()
		return err
	}
	if err != nil {
		return usageError{err}
	}
	return nil
}
