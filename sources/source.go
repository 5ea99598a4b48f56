package sources

import (
	"context"
	"io"
	"iter"
	"time"

	"howdah/internal/unpack"
)

// Info is one object in one version.
type Info struct {
	// Path is what users see (_path, errors): an absolute path, or a URL without credentials, query or signature.
	Path string
	// Key is what the source needs to open the object. It may hold secrets and is never shown.
	Key string
	// Size is the object's length in bytes, -1 if the source cannot tell before the end. A member's is that of its
	// content.
	Size int64
	// Modified is when the object was last changed; zero if the source does not say.
	Modified time.Time
	// Version tells the object's versions apart: an ETag, a version id, or size-mtime-inode-ctime of a file. "" means
	// that the source has none, so that nobody can tell whether the object changed.
	Version string
	// Ranges says that the object can be read at any offset and that parts read separately are sure to be of this
	// version: Size is known, and Version is strong.
	Ranges bool
	// ContentType is what the source says of the content, such as "text/html; charset=utf-8"; often "".
	ContentType string
	// Packed says, of a member of an archive, how the bytes that OpenRange gives become its content; nil of all others.
	// What Info and Source say of offsets and lengths then is of those bytes, of which there are Packed.Len.
	Packed *Packed
}

// Packed is how a member lies in its archive. It is immutable.
type Packed struct {
	Archive *Info       // in the version in which the member was found
	Source  string      // the ID of the source that has the archive
	Off     int64       // where the member's bytes, or what is in front of them, begin in the archive
	Len     int64       // how many there are; -1 = all that the archive has, which does not tell its length
	Kind    unpack.Kind // how they are compressed
	Skip    int64       // how much unpacked content of others comes before the member's own Info.Size bytes
	Header  int64       // about the length of what is in front of them at Off; 0 = nothing is
	Sum     uint32      // the content's CRC-32, if Summed
	Summed  bool
}

// Source is a folder, a bucket, a web host. It is safe for concurrent use and holds no goroutine and no descriptor
// between calls, but for idle connections. Every error is a *pgerr.Error, or the cause of ctx's end.
type Source interface {
	// ID tells sources apart: two sources with the same ID give the same objects. It holds no secrets.
	ID() string

	// Scheme is the location's scheme that led here: file, http, https or s3.
	Scheme() string

	// Remote says that each opening costs a round trip, so that reading ahead pays.
	Remote() bool

	// List gives the objects that the pattern names, in bytewise order of Path. A pattern is an object, a folder or
	// prefix (all below it, but for names that begin with a dot), or a doublestar glob. An object or folder that is not
	// there is 58P01; a glob that matches nothing gives nothing. An error that concerns one object comes with that
	// object's Path, and the listing goes on if the caller does; an error with an empty Info ends it.
	List(ctx context.Context, pattern string) iter.Seq2[Info, error]

	// Stat gives the object's present version.
	Stat(ctx context.Context, key string) (Info, error)

	// OpenRange opens n bytes from off on, to the end if n < 0. With off > 0 or n >= 0, o.Ranges must be true, and
	// off+n at most o.Size. The bytes are of version o.Version, or the error is 40001, be it here or from Read.
	// Read gives io.EOF only where the range provably ended; a cut is an error for which IsTransient is true.
	// ctx must stay alive until Close; when it ends, Read returns soon. Close never waits for the network.
	OpenRange(ctx context.Context, o Info, off, n int64) (io.ReadCloser, error)
}
