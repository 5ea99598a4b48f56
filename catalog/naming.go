package catalog

import (
	"path"
	"strconv"
	"strings"

	"howdah/internal/ident"
)

// compressed are the suffixes that say how a file is packed, not what it holds.
var compressed = []string{".gz", ".bz2", ".xz", ".zst", ".lz4"}

// splitName takes a file's name apart: "Orders 2024.csv.gz" is "Orders 2024" and ".csv" (lower case).
func splitName(file string) (stem, ext string) {
	stem = path.Base(file)
	for _, c := range compressed {
		if len(stem) > len(c) && strings.EqualFold(stem[len(stem)-len(c):], c) {
			stem = stem[:len(stem)-len(c)]
			break
		}
	}
	ext = path.Ext(stem)
	if ext == stem { // ".csv" is a name, not an extension
		ext = ""
	}
	return stem[:len(stem)-len(ext)], strings.ToLower(ext)
}

// tableName makes a table's name of a file's or folder's.
func tableName(text string) string {
	if n := ident.Launder(text); n != "" {
		return n
	}
	return "unnamed"
}

// partitionValues reads the k=v folders between base and the file, in order.
func partitionValues(rel string) (names, values []string) {
	dir := path.Dir(rel)
	if dir == "." || dir == "/" {
		return nil, nil
	}
	for part := range strings.SplitSeq(dir, "/") {
		if archive, ok := strings.CutSuffix(part, "!"); ok {
			if _, _, ok := archiveStem(archive); ok {
				continue // a.zip!/x.csv: an archive is no folder
			}
		}
		if k, v, ok := strings.Cut(part, "="); ok && k != "" {
			names = append(names, tableName(k))
			values = append(values, unescapePartition(v))
		}
	}
	return names, values
}

// hiveNull is how Hive writes a NULL partition.
const hiveNull = "__HIVE_DEFAULT_PARTITION__"

// unescapePartition undoes Hive's %XX.
func unescapePartition(v string) string {
	if !strings.Contains(v, "%") {
		return v
	}
	var b strings.Builder
	for i := 0; i < len(v); i++ {
		if v[i] == '%' && i+2 < len(v) {
			if n, err := strconv.ParseUint(v[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(n))
				i += 2
				continue
			}
		}
		b.WriteByte(v[i])
	}
	return b.String()
}
