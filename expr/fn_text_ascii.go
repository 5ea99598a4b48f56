package expr

import (
	"howdah/pgerr"
	"howdah/vector"
)

// asciiKernels are to_ascii: bytes above 127 are taken as those of a single-byte encoding, whatever the text's own is
// (ascii.c).
var asciiKernels = map[string]Kernel{
	"to_ascii_default": func(*Call, *vector.Column, []int32) error { return notToASCII("UTF8") },
	"to_ascii_enc": toASCII(func(c *Call, i int32) (string, error) {
		n := c.Args[1].Ints[i]
		if n < 0 || n >= int64(len(encodings)) {
			return "", pgerr.New(pgerr.UndefinedObject, "%d is not a valid encoding code", n)
		}
		return encodings[n], nil
	}),
	"to_ascii_encname": toASCII(func(c *Call, i int32) (string, error) {
		name := c.Args[1].Bytes(i)
		if n := encodingNumber(name); n >= 0 {
			return encodings[n], nil
		}
		return "", pgerr.New(pgerr.UndefinedObject, "%s is not a valid encoding name", string(name))
	}),
}

// asciiTables are what stands for the bytes from 128 on, as far as the table goes; beyond it, the rest of them.
var asciiTables = map[string]string{
	"LATIN1":  `                                  cL Y  "Ca  -R     'u .,      ?AAAAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooooo/ouuuuyty`,
	"LATIN2":  `                                 A L LS "SSTZ-ZZ a,l'ls ,sstz"zzRAAAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoooo/ruuuuyt.`,
	"LATIN9":  `                                  cL YS sCa  -R     Zu .z   EeY?AAAAAAACEEEEIIII NOOOOOxOUUUUYTBaaaaaaaceeeeiiii nooooo/ouuuuyty`,
	"WIN1250": "  ' \"    %S<STZZ `'\"\".--  s>stzz   L A  \"CS  -RZ  ,l'u .,as L\"lzRAAAALCCCEEEEIIDDNNOOOOxRUUUUYTBraaaalccceeeeiiddnnoooo/ruuuuyt ",
}

func notToASCII(encoding string) error {
	return pgerr.New(pgerr.FeatureNotSupported, "encoding conversion from %s to ASCII not supported", encoding)
}

func toASCII(encoding func(c *Call, i int32) (string, error)) Kernel {
	return func(c *Call, out *vector.Column, sel []int32) error {
		for _, i := range sel {
			e, err := encoding(c, i)
			if err != nil {
				return err
			}
			table, ok := asciiTables[e]
			if !ok {
				return notToASCII(e)
			}
			dst := out.Build()
			off := len(dst)
			for _, b := range c.Args[0].Bytes(i) {
				if b >= 128 {
					b = table[b-128]
				}
				dst = append(dst, b)
			}
			out.Built(i, dst, off)
		}
		return nil
	}
}
