package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"howdah/bench/orders"
)

// rival is a peer with its name and its rows' true answers.
type rival struct {
	name  string
	peer  peer
	truth *session
	loose bool     // it has not all the types
	asked []string // queries; nil = all

}

// format measures one format: first the answers are compared, then times are taken.
func (m *bench) format(pg *postgres, f *format) error {
	path, size, err := m.file(f.name, f.rows)
	if err != nil {
		return err
	}
	csv, _, err := m.file("csv", f.rows)
	if err != nil {
		return err
	}
	truth, err := pg.file(csv)
	if err != nil {
		return err
	}
	defer truth.close()
	how, err := startHowdah(m.bin, path, f)
	if err != nil {
		return err
	}
	defer how.close()
	through, err := pg.through(how)
	if err != nil {
		return err
	}
	defer through.close()

	shares, sharedBytes := "", 0
	if f.shares {
		if sharedBytes, err = orders.SharedBytes(f.rows, orders.Seed); err != nil {
			return err
		}
		shares = fmt.Sprintf(", %.1f MB of shared texts", float64(sharedBytes)/1e6)
	}
	fmt.Fprintf(m.out, "%s: %d rows, %.0f MB%s; the server idle: %d MB\n", f.name, f.rows, float64(size)/1e6, shares, how.idle/1024)
	rivals, err := m.rivals(pg, f, truth)
	if err != nil {
		return err
	}
	defer func() {
		for _, r := range rivals {
			r.close(truth)
		}
	}()
	fmt.Fprint(m.out, "\n"+tableHead)
	for _, q := range queries {
		if m.only != nil && !slices.Contains(m.only, q.name) {
			continue
		}
		fmt.Fprintf(m.progress, "%s %s\n", f.name, q.name)
		if err := m.query(f, q, how, through, truth, rivals, int64(sharedBytes)); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	fmt.Fprintln(m.out)
	return nil
}

// rivals starts the format's peers and says which ones are not there.
func (m *bench) rivals(pg *postgres, f *format, truth *session) (rivals []*rival, err error) {
	defer func() {
		if err != nil {
			for _, r := range rivals {
				r.close(truth)
			}
		}
	}()
	for _, name := range f.peers {
		if m.alone && name != "file_fdw" {
			fmt.Fprintf(m.out, "SKIPPED: %s, as -alone says\n", name)
			continue
		}
		r := &rival{name: name, truth: truth}
		path, _, err := m.file(f.name, f.peerRows)
		if err != nil {
			return rivals, err
		}
		said := ""
		switch name {
		case "file_fdw":
			r.peer = truth
		case "ogr_fdw":
			var s *session
			if s, err = pg.ogr(path, f.name); err == nil {
				r.peer, r.loose = s, f.name == "ods"
			}
			if f.peerRows != f.rows {
				said = fmt.Sprintf("ogr_fdw reads %d rows, for it refuses a file of %d; the ratio is of CPU a row", f.peerRows, f.rows)
			}
		case "duckdb", "xlrd":
			var p *python
			if name == "xlrd" {
				p, err = startXLRD(path)
				r.asked = []string{"Q1", "Q5"}
			} else {
				p, err = startDuckDB(path, f.name)
			}
			if err == nil {
				r.peer, r.loose, said = p, true, p.version
			}
		}
		var absent *missing
		if errors.As(err, &absent) {
			fmt.Fprintf(m.out, "SKIPPED: %v\n", err)
			continue
		}
		if err != nil {
			return rivals, fmt.Errorf("%s: %w", name, err)
		}
		rivals = append(rivals, r)
		if said != "" {
			fmt.Fprintln(m.out, said)
		}
		if f.peerRows != f.rows {
			csv, _, err := m.file("csv", f.peerRows)
			if err != nil {
				return rivals, err
			}
			if r.truth, err = pg.file(csv); err != nil {
				return rivals, err
			}
		}
	}
	return rivals, nil
}

func (r *rival) close(truth *session) {
	if r.peer != peer(truth) {
		r.peer.close()
	}
	if r.truth != truth && r.truth != nil {
		r.truth.close()
	}
}

// query asks everybody one query and prints what it cost.
func (m *bench) query(f *format, q query, how *howdah, through, truth *session, rivals []*rival, sharedBytes int64) error {
	right, err := truth.ask(q)
	if err != nil {
		return fmt.Errorf("file_fdw: %w", err)
	}
	check := func(name string, p peer, right *reply, loose bool) error {
		got, err := p.ask(q)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if d := right.differs(&got.answer, loose); d != "" {
			return fmt.Errorf("%s answers %s", name, d)
		}
		return nil
	}
	if err := check("howdah", how, &right, false); err != nil {
		return err
	}
	if err := check("postgres_fdw", through, &right, false); err != nil {
		return err
	}
	var asked []*rival
	for _, r := range rivals {
		if r.asked != nil && !slices.Contains(r.asked, q.name) {
			continue
		}
		if asked = append(asked, r); r.peer == peer(truth) {
			continue
		}
		theirs := right
		if r.truth != truth {
			if theirs, err = r.truth.ask(q); err != nil {
				return fmt.Errorf("file_fdw: %w", err)
			}
		}
		if err := check(r.name, r.peer, &theirs, r.loose); err != nil {
			return err
		}
	}

	var direct, added result
	others := make([]result, len(asked))
	for range m.runs {
		for i, p := range append([]peer{how, through}, peers(asked)...) {
			resetPeak(p.process())
			got, err := p.ask(q)
			if err != nil {
				return err
			}
			switch i {
			case 0:
				direct.add(got, peak(how.pid))
			case 1:
				added.add(got, 0)
			default:
				others[i-2].add(got, 0)
			}
		}
	}
	if len(asked) == 0 {
		m.line(f, q, "", false, &direct, &added, nil, how.idle, sharedBytes)
	}
	for i, r := range asked {
		m.line(f, q, r.name, i > 0, &direct, &added, &others[i], how.idle, sharedBytes)
	}
	return nil
}

func peers(rivals []*rival) (ps []peer) {
	for _, r := range rivals {
		ps = append(ps, r.peer)
	}
	return ps
}

// file makes a file of so many rows unless it is there.
func (m *bench) file(format string, rows int) (path string, size int64, err error) {
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return "", 0, err
	}
	path = filepath.Join(m.dir, fmt.Sprintf("orders-%d.%s", rows, format))
	if info, err := os.Stat(path); err == nil {
		return path, info.Size(), nil
	}
	fmt.Fprintf(m.progress, "making %s\n", path)
	f, err := os.Create(path + ".part")
	if err != nil {
		return "", 0, err
	}
	err = orders.Encode(f, format, rows, orders.Seed)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Chmod(path+".part", 0o644) // PostgreSQL's user reads it too
	}
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		return "", 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", 0, err
	}
	return path, info.Size(), nil
}
