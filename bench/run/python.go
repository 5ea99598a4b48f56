package main

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

//go:embed ask_duckdb.py
var duckdbProgram string

//go:embed ask_xlrd.py
var xlrdProgram string

// python is a program that answers queries by their names: a line in, a line of JSON out. It takes its own time.
type python struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	said    bytes.Buffer
	version string
}

// startDuckDB has DuckDB read a file of text, by one thread and with the columns' types given.
func startDuckDB(path, format string) (*python, error) {
	cache, _ := os.UserCacheDir()
	found := interpreter("duckdb", filepath.Join(cache, "howdah-bench", "venv", "bin", "python"), "/usr/bin/python3", "python3")
	if found == "" {
		return nil, &missing{"DuckDB for Python", "make peers (pip install duckdb)"}
	}
	return startPython(found, duckdbProgram, path, format)
}

// startXLRD has xlrd read a workbook: Debian's where it is installed.
func startXLRD(path string) (*python, error) {
	cache, _ := os.UserCacheDir()
	found := interpreter("xlrd", "/usr/bin/python3", filepath.Join(cache, "howdah-bench", "venv", "bin", "python"), "python3")
	if found == "" {
		return nil, &missing{"xlrd", "make peers (Debian's package python3-xlrd)"}
	}
	return startPython(found, xlrdProgram, path)
}

// interpreter finds a Python that has a module. HOWDAH_BENCH_PYTHON names one that is asked first.
func interpreter(module string, names ...string) string {
	for _, name := range append([]string{os.Getenv("HOWDAH_BENCH_PYTHON")}, names...) {
		if name != "" && exec.Command(name, "-c", "import "+module).Run() == nil {
			return name
		}
	}
	return ""
}

func startPython(interpreter, program string, args ...string) (*python, error) {
	p := &python{cmd: exec.Command(interpreter, append([]string{"-c", program}, args...)...)}
	p.cmd.Stderr = &p.said
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewScanner(out)
	p.out.Buffer(nil, 64<<20)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.line()
	if err != nil {
		p.close()
		return nil, err
	}
	p.version = string(line)
	return p, nil
}

func (p *python) line() ([]byte, error) {
	if p.out.Scan() {
		return p.out.Bytes(), nil
	}
	p.cmd.Wait()
	return nil, fmt.Errorf("it ended: %v: %s", p.out.Err(), p.said.Bytes())
}

func (p *python) ask(q query) (r reply, err error) {
	if _, err := fmt.Fprintln(p.in, q.name); err != nil {
		return r, err
	}
	line, err := p.line()
	if err != nil {
		return r, err
	}
	var told struct {
		CPU, Wall float64 // seconds
		Count     int
		Rows      [][]*string
	}
	if err := json.Unmarshal(line, &told); err != nil {
		return r, err
	}
	r.cpu, r.wall, r.count = time.Duration(told.CPU*1e9), time.Duration(told.Wall*1e9), told.Count
	for _, row := range told.Rows {
		texts := make([]string, len(row))
		for i, v := range row {
			if texts[i] = null; v != nil {
				texts[i] = *v
			}
		}
		r.rows = append(r.rows, texts)
	}
	return r, nil
}

func (p *python) process() int { return p.cmd.Process.Pid }

// close ends the program, which ends with its input.
func (p *python) close() {
	p.in.Close()
	p.cmd.Wait()
}
