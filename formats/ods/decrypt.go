package ods

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"strconv"
	"strings"

	"github.com/klauspost/compress/flate"

	"howdah/formats"
	"howdah/formats/internal/sheet"
	"howdah/formats/internal/zip"
	"howdah/internal/options"
	"howdah/pgerr"
)

const (
	manifestPart  = "META-INF/manifest.xml"
	packagePart   = "encrypted-package" // where all parts are encrypted as one
	maxIterations = 10_000_000
	proofBytes    = 1024 // that the checksum of a part is of
	cryptBytes    = 32 << 10
)

// keys open the parts of an encrypted package (OpenDocument 1.2 part 3, chapter 4), by name.
type keys struct {
	password string
	parts    map[string]*lock
}

// lock is what the manifest says of one encrypted part.
type lock struct {
	size                               int64 // of the part; -1 = unknown
	algorithm, derivation, start       string
	vector, salt, checksum, checksumOf string
	iterations, keySize                string
}

func (k *keys) has(name string) bool { return k.parts[name] != nil }

// unlock reads which parts are encrypted. An encrypted part is stored, so that nothing is read of a package whose
// content is compressed.
func (b *book) unlock(opt formats.Options) error {
	e := b.archive.Entry(contentPart)
	if e != nil && !e.Stored() || !b.archive.Has(manifestPart) {
		return nil
	}
	p, err := b.part(manifestPart)
	if err != nil {
		return err
	}
	defer p.Close()
	k := &keys{parts: map[string]*lock{}}
	if err := k.read(newElements(p)); err != nil {
		return err
	}
	if len(k.parts) == 0 {
		return nil
	}
	var o sheet.Options
	if err := options.Decode(opt, &o); err != nil {
		return err
	}
	path := b.in.Info().Path
	if o.FilePassword == "" {
		return pgerr.New(pgerr.InvalidPassword, "the file is encrypted").WithDetail("File %q can only be opened with a password.", path).
			WithHint("Give the password: ALTER USER MAPPING FOR ... SERVER ... OPTIONS (ADD file_password '...').")
	}
	if k.has(packagePart) && !k.has(contentPart) {
		return pgerr.New(pgerr.FeatureNotSupported, "the encryption of file %q is not supported", path).
			WithDetail("All of the package is encrypted as one (AES-GCM with Argon2id), as LibreOffice does since 24.8.")
	}
	k.password = o.FilePassword
	b.keys = k
	return nil
}

// read takes the manifest.
func (k *keys) read(d *elements) error {
	var at *lock
	name := ""
	for {
		err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if d.Closing {
			continue
		}
		switch d.el {
		case elFileEntry:
			name = d.Attr("full-path")
			n, err := strconv.ParseInt(d.Attr("size"), 10, 64)
			if err != nil || n < 0 {
				n = -1
			}
			at = &lock{size: n}
		case elEncryption:
			// Of the parts only these are read.
			if at != nil && (name == contentPart || name == stylesPart || name == packagePart) {
				at.checksum, at.checksumOf = d.Attr("checksum"), d.Attr("checksum-type")
				k.parts[name] = at
			}
		case elAlgorithm:
			if at != nil {
				at.algorithm, at.vector = d.Attr("algorithm-name"), d.Attr("initialisation-vector")
			}
		case elStartKey:
			if at != nil {
				at.start = d.Attr("start-key-generation-name")
			}
		case elDerivation:
			if at != nil {
				at.derivation, at.salt = d.Attr("key-derivation-name"), d.Attr("salt")
				at.iterations, at.keySize = d.Attr("iteration-count"), d.Attr("key-size")
			}
		}
	}
}

// open opens an encrypted part.
func (k *keys) open(a *zip.Archive, name string) (part, error) {
	l := k.parts[name]
	unknown := func(what string) error {
		return pgerr.New(pgerr.FeatureNotSupported, "the encryption of file %q is not supported", a.Path).
			WithDetail("Its part %q is encrypted by %s.", name, clip([]byte(what)))
	}
	damaged := func() error { return a.Corrupt("What it says of the encryption of its part %q is damaged.", name) }
	if !strings.HasSuffix(l.algorithm, "#aes256-cbc") {
		return nil, unknown(l.algorithm)
	}
	if l.derivation != "PBKDF2" && !strings.HasSuffix(l.derivation, "#pbkdf2") {
		return nil, unknown(l.derivation)
	}
	start := sha256.Sum256([]byte(k.password))
	key := start[:]
	switch {
	case strings.HasSuffix(l.start, "#sha256"):
	case l.start == "" || strings.EqualFold(l.start, "SHA1") || strings.HasSuffix(l.start, "#sha1"):
		short := sha1.Sum([]byte(k.password))
		key = short[:]
	default:
		return nil, unknown(l.start)
	}
	salt, err := base64.StdEncoding.DecodeString(strings.TrimSpace(l.salt))
	if err != nil || len(salt) > 1024 {
		return nil, damaged()
	}
	vector, err := base64.StdEncoding.DecodeString(strings.TrimSpace(l.vector))
	if err != nil || len(vector) != aes.BlockSize {
		return nil, damaged()
	}
	iterations, err := strconv.Atoi(l.iterations)
	if err != nil || iterations < 1 {
		return nil, damaged()
	}
	if iterations > maxIterations {
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "the key of file %q takes more than %d iterations", a.Path, maxIterations)
	}
	if l.keySize != "" && l.keySize != "32" {
		return nil, damaged()
	}
	if key, err = pbkdf2.Key(sha1.New, string(key), salt, iterations, 32); err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	m, err := a.Open(name)
	if err != nil {
		return nil, err
	}
	p := &locked{Member: m, lock: l, plain: &decrypter{r: m, mode: cipher.NewCBCDecrypter(block, vector), buf: make([]byte, 0, cryptBytes)}}
	if err := p.begin(); err != nil {
		m.Close()
		return nil, err
	}
	return p, nil
}

// locked is an encrypted part, decrypted and unpacked.
type locked struct {
	*zip.Member
	lock  *lock
	plain *decrypter
	r     io.Reader
	done  int64
	err   error
}

func (p *locked) Size() int64 { return p.lock.size }
func (p *locked) Done() int64 { return p.done }

// begin proves that the password is the right one.
func (p *locked) begin() error {
	head := make([]byte, proofBytes)
	n, err := io.ReadFull(p.plain, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF && err != errPadding {
		return err
	}
	head = head[:n]
	sum, bad := base64.StdEncoding.DecodeString(strings.TrimSpace(p.lock.checksum))
	if bad != nil {
		return p.Damaged("its checksum is none")
	}
	right := false
	switch of := strings.ToLower(p.lock.checksumOf); {
	case strings.HasSuffix(of, "sha256-1k"):
		have := sha256.Sum256(head)
		right = bytes.Equal(have[:], sum)
	case strings.HasSuffix(of, "sha1/1k") || strings.HasSuffix(of, "sha1-1k"):
		have := sha1.Sum(head)
		right = bytes.Equal(have[:], sum)
	default:
		return pgerr.New(pgerr.FeatureNotSupported, "the encryption of file %q is not supported", p.Path()).WithDetail("The checksum is %q.", clip([]byte(of)))
	}
	if !right || err == errPadding {
		return pgerr.New(pgerr.InvalidPassword, "the file is encrypted, and the password does not open it").
			WithDetail("The option \"file_password\" holds another password than that of file %q.", p.Path()).
			WithHint("Set the password: ALTER USER MAPPING FOR ... SERVER ... OPTIONS (SET file_password '...').")
	}
	p.r = flate.NewReader(io.MultiReader(bytes.NewReader(head), p.plain))
	return nil
}

func (p *locked) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.r.Read(b)
	p.done += int64(n)
	switch {
	case err == io.EOF && p.lock.size >= 0 && p.done != p.lock.size:
		p.err = p.Damaged("it holds %d bytes where the manifest says %d", p.done, p.lock.size)
	case err == io.EOF:
		if p.err = p.drain(); p.err == nil {
			p.err = io.EOF
		}
	case err != nil:
		if p.err = err; !isOurs(err) {
			p.err = p.Damaged("%v", err)
		}
	}
	if p.err != nil && p.err != io.EOF {
		return 0, p.err
	}
	return n, p.err
}

// drain reads what is left of the member, whose checksum is proven so.
func (p *locked) drain() error {
	_, err := io.Copy(io.Discard, p.plain)
	return err
}

func isOurs(err error) bool {
	_, ok := err.(*pgerr.Error)
	return ok
}

// errPadding is what a wrong key mostly gives at the end.
var errPadding = pgerr.New(pgerr.DataCorrupted, "the end of an encrypted part is damaged")

// decrypter decrypts whole blocks and takes the padding off the last one.
type decrypter struct {
	r    io.Reader
	mode cipher.BlockMode
	buf  []byte // decrypted up to plain, the rest still to be given
	give []byte // decrypted and not yet given, without the last block
	last []byte // the last block that was decrypted, which may be the padding's
	eof  bool
}

func (d *decrypter) Read(p []byte) (int, error) {
	for len(d.give) == 0 {
		if d.eof {
			return 0, io.EOF
		}
		if err := d.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, d.give)
	d.give = d.give[n:]
	return n, nil
}

// fill decrypts the next blocks, of which it holds the last one back.
func (d *decrypter) fill() error {
	buf := d.buf[:cap(d.buf)]
	held := copy(buf, d.last)
	n, err := io.ReadFull(d.r, buf[held:])
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if n%aes.BlockSize != 0 {
		return errPadding
	}
	d.mode.CryptBlocks(buf[held:held+n], buf[held:held+n])
	all := buf[:held+n]
	if err == nil {
		keep := len(all) - aes.BlockSize
		d.give, d.last = all[:keep], append(d.last[:0], all[keep:]...)
		return nil
	}
	d.eof = true
	if len(all) == 0 {
		return errPadding
	}
	pad := int(all[len(all)-1])
	if pad < 1 || pad > aes.BlockSize || pad > len(all) {
		return errPadding
	}
	d.give = all[:len(all)-pad]
	return nil
}
