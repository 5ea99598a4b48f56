package pgtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// initdbArgs is part of the template's name, so that a change of it makes a new template.
var initdbArgs = []string{
	"--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
}

var errMissing = errors.New("no PostgreSQL found; install it: apt-get install postgresql postgresql-contrib" +
	" (or set HOWDAH_PG_BIN to the folder of initdb and postgres)")

// findBin gives the folder of PostgreSQL's programs: dir, else HOWDAH_PG_BIN, else Debian's folders with version 15
// first (the version Howdah reports) and then the newest, else whatever is on the PATH.
func findBin(dir string) (string, error) {
	if dir == "" {
		dir = os.Getenv("HOWDAH_PG_BIN")
	}
	if dir != "" {
		if !isBin(dir) {
			return "", fmt.Errorf("no initdb and postgres in %s: %w", dir, errMissing)
		}
		return dir, nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(found, func(a, b string) int { return rank(b) - rank(a) })
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, filepath.Dir(path))
	}
	for _, dir := range found {
		if isBin(dir) {
			return dir, nil
		}
	}
	return "", errMissing
}

func rank(bin string) int {
	version, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	if version == 15 {
		return 1 << 20
	}
	return version
}

func isBin(dir string) bool {
	for _, program := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, program)); err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

// serverCredential is whom the server runs as: nil = ourselves.
func serverCredential() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("root cannot run PostgreSQL, and there is no user postgres: %w", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// makeData fills dir/data with a fresh cluster, from the template in the user's cache if there is one. The template
// appears by a rename, so it is whole or absent however many processes make it at once; without a usable cache every
// server runs initdb.
func makeData(bin, dir string, who *syscall.Credential) error {
	data := filepath.Join(dir, "data")
	template := templatePath(bin)
	if template != "" && copyTree(template, data) == nil {
		return chownTree(data, who)
	}
	os.RemoveAll(data) // what a failed copy left
	cmd := exec.Command(filepath.Join(bin, "initdb"), append([]string{"-D", data}, initdbArgs...)...)
	cmd.Dir = dir
	cmd.Env = cleanEnv()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	if template != "" {
		keepTemplate(data, template)
	}
	return nil
}

// templatePath names the template after all that decides its content; empty = no cache.
func templatePath(bin string) string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	version, err := exec.Command(filepath.Join(bin, "initdb"), "--version").Output()
	if err != nil {
		return ""
	}
	name := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, string(version)+strings.Join(initdbArgs, "_"))
	return filepath.Join(cache, "howdah-pgtest", name)
}

// keepTemplate saves a copy for the next server. It is only a shortcut, so its failures are not errors.
func keepTemplate(data, template string) {
	parent := filepath.Dir(template)
	if os.MkdirAll(parent, 0o700) != nil {
		return
	}
	draft, err := os.MkdirTemp(parent, "draft-")
	if err != nil {
		return
	}
	defer os.RemoveAll(draft)
	copied := filepath.Join(draft, "data")
	if copyTree(data, copied) == nil {
		os.Rename(copied, template) // fails if another process was quicker, which is as good
	}
}

// copyTree copies folders and regular files, which is all a cluster without tablespaces has. Modes are kept:
// PostgreSQL refuses a data folder that others can read.
func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := to + strings.TrimPrefix(path, from)
		info, err := entry.Info()
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return os.Mkdir(target, info.Mode().Perm())
		case !entry.Type().IsRegular():
			return fmt.Errorf("%s is neither file nor folder", path)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, info.Mode().Perm())
	})
}

func chownTree(dir string, who *syscall.Credential) error {
	if who == nil {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return chown(path, who)
	})
}

func chown(path string, who *syscall.Credential) error {
	if who == nil {
		return nil
	}
	return os.Lchown(path, int(who.Uid), int(who.Gid))
}

// cleanEnv is the environment without what would steer libpq or the server elsewhere, and in English.
func cleanEnv() []string {
	env := slices.DeleteFunc(os.Environ(), func(entry string) bool {
		return strings.HasPrefix(entry, "PG") || strings.HasPrefix(entry, "LC_") || strings.HasPrefix(entry, "LANG")
	})
	return append(env, "LC_ALL=C.UTF-8")
}
