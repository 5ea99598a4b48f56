package offcrypto

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"howdah/formats/internal/blob"
	"howdah/formats/internal/cfb"
	"howdah/formats/internal/cfb/cfbtest"
	"howdah/internal/budget"
	"howdah/pgerr"
)

// source is a file in memory.
type source struct{ *bytes.Reader }

func (s source) Section(off, n int64) (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(s.Reader, off, n)), nil
}

// opened gives the package of a file, to be closed.
func opened(data []byte, password string) (blob.Blob, func(), error) {
	b := budget.New("test", 8<<20, nil)
	f, err := cfb.Open(source{bytes.NewReader(data)}, b, "x.xlsx")
	if err != nil {
		return nil, func() {}, err
	}
	p, err := Open(context.Background(), f, password, Origin{"x.xlsx", b})
	return p, func() {
		if p != nil {
			p.Close()
		}
		f.Close()
		if b.Used() != 0 {
			panic(fmt.Sprintf("%d bytes are left", b.Used()))
		}
	}, err
}

func decrypted(data []byte, password string) ([]byte, error) {
	p, done, err := opened(data, password)
	defer done()
	if err != nil {
		return nil, err
	}
	r, err := p.Section(0, p.Size())
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// passwords are of letters that are one, two and three bytes in UTF-8, and of two units in UTF-16.
var passwords = []string{"secret", "pässwörd", "пароль", "秘密の言葉", "🔑 key", DefaultPassword, strings.Repeat("x", 255)}

func TestAllKinds(t *testing.T) {
	content := noise(10_000, 9)
	i := 0
	for _, hash := range []string{"SHA1", "SHA256", "SHA384", "SHA512"} {
		for _, bits := range []int{128, 192, 256} {
			w := writer{hash: hash, keyBits: bits, spins: 1000, layout: cfbtest.Layout{Version: 3 + i%2, Scattered: i%3 == 0}}
			password := passwords[i%len(passwords)]
			i++
			got, err := decrypted(w.encrypt(content, password), password)
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s %d: %d bytes, %v", hash, bits, len(got), err)
			}
		}
	}
	for _, bits := range []int{128, 192, 256} {
		w := writer{standard: true, keyBits: bits}
		got, err := decrypted(w.encrypt(content, passwords[bits%7]), passwords[bits%7])
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("standard %d: %d bytes, %v", bits, len(got), err)
		}
	}
	for _, n := range []int{0, 1, 15, 16, 17, 4095, 4096, 4097, 8192, 300_000} {
		w := writer{hash: "SHA256", keyBits: 256, spins: 10}
		got, err := decrypted(w.encrypt(content[:min(n, 10_000)], "x"), "x")
		if err != nil || !bytes.Equal(got, content[:min(n, 10_000)]) {
			t.Errorf("%d bytes: %d, %v", n, len(got), err)
		}
	}
}

// TestAnyPart reads parts in any order, through several sections at once.
func TestAnyPart(t *testing.T) {
	content := noise(700_001, 7)
	for _, w := range []writer{{hash: "SHA512", keyBits: 256, spins: 1}, {standard: true, keyBits: 128}} {
		p, done, err := opened(w.encrypt(content, "x"), "x")
		if err != nil {
			t.Fatal(err)
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range 300 {
			off := random.IntN(len(content))
			n := min(random.IntN(20_000), len(content)-off)
			b := make([]byte, n)
			if got, err := p.ReadAt(b, int64(off)); got != n || err != nil || !bytes.Equal(b, content[off:off+n]) {
				t.Fatalf("%d bytes at %d: %d %v", n, off, got, err)
			}
		}
		b := make([]byte, 10)
		if n, err := p.ReadAt(b, p.Size()-4); n != 4 || err != io.EOF || !bytes.Equal(b[:4], content[len(content)-4:]) {
			t.Error(n, err)
		}
		if n, err := p.ReadAt(b, p.Size()); n != 0 || err != io.EOF {
			t.Error(n, err)
		}
		one, _ := p.Section(100, 9000)
		two, _ := p.Section(5000, 90_000)
		var got [2][]byte
		for len(got[0]) < 9000 || len(got[1]) < 90_000 {
			for i, r := range []io.Reader{one, two} {
				part := make([]byte, 777)
				n, err := r.Read(part)
				if err != nil && err != io.EOF {
					t.Fatal(err)
				}
				got[i] = append(got[i], part[:n]...)
			}
		}
		if !bytes.Equal(got[0], content[100:9100]) || !bytes.Equal(got[1], content[5000:95_000]) {
			t.Error("sections disturb each other")
		}
		one.Close()
		two.Close()
		for _, c := range [][2]int64{{-1, 1}, {0, p.Size() + 1}, {p.Size(), 1}, {1, -1}} {
			if _, err := p.Section(c[0], c[1]); err == nil {
				t.Errorf("%v is opened", c)
			}
		}
		done()
	}
}

func TestWrongPassword(t *testing.T) {
	for _, w := range []writer{{hash: "SHA512", keyBits: 256, spins: 10}, {standard: true, keyBits: 128}} {
		data := w.encrypt(noise(100, 1), "right")
		for _, password := range []string{"", "wrong", "Right", "right "} {
			_, err := decrypted(data, password)
			e := pgerr.From(err)
			if !errors.Is(err, pgerr.InvalidPassword) || !strings.Contains(e.Hint, "file_password") {
				t.Errorf("%q: %v", password, err)
			}
			if password != "" && strings.Contains(fmt.Sprintf("%+v", e), password) && password != "right " {
				t.Errorf("the error shows the password: %+v", e)
			}
		}
		// What Office encrypts by itself opens without a password, and with any.
		data = w.encrypt(noise(100, 1), DefaultPassword)
		for _, password := range []string{"", "of another file"} {
			if _, err := decrypted(data, password); err != nil {
				t.Errorf("%q: %v", password, err)
			}
		}
	}
}

func TestOtherEncryption(t *testing.T) {
	good := writer{hash: "SHA512", keyBits: 256, spins: 10}
	for damage, code := range map[string]pgerr.Code{
		`cipherAlgorithm="AES"` + "\x00" + `cipherAlgorithm="RC2"`:      pgerr.FeatureNotSupported,
		`ChainingModeCBC` + "\x00" + `ChainingModeCFB`:                  pgerr.FeatureNotSupported,
		`hashAlgorithm="SHA512"` + "\x00" + `hashAlgorithm="WHIRLPOOL"`: pgerr.FeatureNotSupported,
		`uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password"` + "\x00" + `uri="http://schemas.microsoft.com/office/2006/keyEncryptor/certificate"`: pgerr.FeatureNotSupported,
		`spinCount="10"` + "\x00" + `spinCount="10000001"`:              pgerr.FeatureNotSupported,
		`spinCount="10"` + "\x00" + `spinCount="-1"`:                    pgerr.FeatureNotSupported,
		`spinCount="10"` + "\x00" + `spinCount="99999999999999999999"`:  pgerr.DataCorrupted,
		`keyBits="256"` + "\x00" + `keyBits="64"`:                       pgerr.FeatureNotSupported,
		`saltSize="16"` + "\x00" + `saltSize="15"`:                      pgerr.DataCorrupted,
		`blockSize="16"` + "\x00" + `blockSize="1"`:                     pgerr.DataCorrupted,
		`hashSize="64"` + "\x00" + `hashSize="640"`:                     pgerr.DataCorrupted,
		`saltValue="` + "\x00" + `saltValue="!`:                         pgerr.DataCorrupted,
		`encryptedKeyValue="` + "\x00" + `encryptedKeyValue="AAAA" x="`: pgerr.DataCorrupted,
		`HashValue="` + "\x00" + `HashValue="" y="`:                     pgerr.DataCorrupted,
		`HashInput="` + "\x00" + `HashInput="AAAA" z="`:                 pgerr.DataCorrupted,
		`encryptedHmacKey="` + "\x00" + `encryptedHmacKey="AAAA" u="`:   pgerr.DataCorrupted,
		`encryptedHmacValue="` + "\x00" + `encryptedHmacValue="" v="`:   pgerr.DataCorrupted,
		`</keyEncryptors>` + "\x00" + ``:                                pgerr.DataCorrupted,
	} {
		w := good
		w.damage = damage
		_, err := decrypted(w.encrypt(noise(100, 1), "x"), "x")
		if !errors.Is(err, code) {
			t.Errorf("%q: %v, want %s", damage, err, code)
		}
	}
	for name, c := range map[string]struct {
		info, pack []byte
		code       pgerr.Code
	}{
		"extensible": {append([]byte{4, 0, 3, 0}, make([]byte, 100)...), make([]byte, 24), pgerr.FeatureNotSupported},
		"short":      {[]byte{4, 0}, make([]byte, 24), pgerr.DataCorrupted},
		"cut header": {append([]byte{3, 0, 2, 0, 0, 0, 0, 0, 255, 255, 255, 255}, make([]byte, 50)...), make([]byte, 24), pgerr.DataCorrupted},
		"no package": {append([]byte{4, 0, 4, 0}, make([]byte, 100)...), make([]byte, 4), pgerr.DataCorrupted},
		"large size": {append([]byte{4, 0, 4, 0}, make([]byte, 100)...), bytes.Repeat([]byte{0x7F}, 24), pgerr.DataCorrupted},
		"negative":   {append([]byte{4, 0, 4, 0}, make([]byte, 100)...), bytes.Repeat([]byte{0xFF}, 24), pgerr.DataCorrupted},
	} {
		if _, err := decrypted(good.file(c.info, c.pack), "x"); !errors.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEveryByteChanged: what is not as it was written is an error or reads the same, and nothing panics.
func TestEveryByteChanged(t *testing.T) {
	content := noise(500, 1)
	for _, w := range []writer{{hash: "SHA256", keyBits: 128, spins: 1}, {hash: "SHA512", keyBits: 256, spins: 1}} {
		data := w.encrypt(content, "x")
		wrong := 0
		for i := 512; i < len(data); i++ {
			b := bytes.Clone(data)
			b[i] ^= 0x11
			if got, err := decrypted(b, "x"); err == nil && !bytes.Equal(got, content) {
				wrong++
			}
		}
		if wrong > 2*8 { // the size, which the hash covers, may only get smaller
			t.Errorf("%d changes are not seen", wrong)
		}
	}
	w := writer{standard: true, keyBits: 128}
	data := w.encrypt(content, "x")
	for i := 0; i < len(data); i += 37 {
		decrypted(data[:i], "x")
	}
}

func TestCancelled(t *testing.T) {
	w := writer{hash: "SHA512", keyBits: 256, spins: 1}
	w.damage = `spinCount="1"` + "\x00" + `spinCount="10000000"`
	data := w.encrypt(nil, "x")
	f, err := cfb.Open(source{bytes.NewReader(data)}, nil, "x")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	if _, err := Open(ctx, f, "x", Origin{}); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
		t.Error(err, time.Since(start))
	}
}

// TestMakers opens what others have encrypted; testdata/README.md tells who.
func TestMakers(t *testing.T) {
	for name, password := range map[string]string{"msoffcrypto.xlsx": "geheim", "excelize.xlsx": "пароль", "libreoffice.xlsx": "geheim"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := decrypted(data, password)
		if err != nil || !bytes.HasPrefix(got, []byte("PK\x03\x04")) {
			t.Errorf("%s: %.4q %v", name, got, err)
		}
	}
}

// FuzzInfo: whatever tells how a package is encrypted, there is an answer, soon.
func FuzzInfo(f *testing.F) {
	for _, w := range []writer{{hash: "SHA512", keyBits: 256, spins: 3}, {standard: true, keyBits: 128}} {
		file, err := cfb.Open(source{bytes.NewReader(w.encrypt(noise(100, 1), "x"))}, nil, "x")
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range []string{infoStream, packageStream} {
			s, err := file.Stream(name)
			if err != nil {
				f.Fatal(err)
			}
			b := make([]byte, s.Size())
			s.ReadAt(b, 0)
			f.Add(b, noise(200, 1))
		}
	}
	f.Fuzz(func(t *testing.T, info, content []byte) {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		file, err := cfb.Open(source{bytes.NewReader(writer{}.file(info, content))}, nil, "x")
		if err != nil {
			return
		}
		defer file.Close()
		start := time.Now()
		if p, err := Open(ctx, file, "x", Origin{}); err == nil {
			p.ReadAt(make([]byte, 100), 0)
			p.Close()
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Error(took)
		}
	})
}
