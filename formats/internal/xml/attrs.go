package xml

import "bytes"

// Attr gives an attribute of the tag, its references resolved; "" if there is none.
func (t *Tokens) Attr(name string) string {
	v, ok := Attribute(t.Attrs, name)
	if !ok {
		return ""
	}
	return t.Value(v)
}

// Value resolves the references of an attribute's value.
func (t *Tokens) Value(raw []byte) string {
	if bytes.IndexByte(raw, '&') < 0 {
		return string(raw)
	}
	out, err := t.Unescape(nil, raw)
	if err != nil {
		return ""
	}
	return string(out)
}

// Yes tells whether a boolean attribute is set.
func (t *Tokens) Yes(name string) bool {
	v := t.Attr(name)
	return v == "1" || v == "true" || v == "on"
}

// Attribute finds an attribute, whatever its namespace's prefix.
func Attribute(attrs []byte, name string) ([]byte, bool) {
	for {
		n, v, rest, ok := CutAttribute(attrs)
		if !ok {
			return nil, false
		}
		if string(n) == name {
			return v, true
		}
		if i := bytes.IndexByte(n, ':'); i >= 0 && string(n[i+1:]) == name && string(n[:i]) != "xmlns" {
			return v, true
		}
		attrs = rest
	}
}

// CutAttribute takes the first attribute off; ok is false where there is none or what stands there is none.
func CutAttribute(attrs []byte) (name, value, rest []byte, ok bool) {
	// Nearly always there is one blank, the name, and the value in double quotes.
	if len(attrs) > 4 && attrs[0] == ' ' && attrs[1] > ' ' {
		if eq := bytes.IndexByte(attrs, '='); eq > 1 && eq+1 < len(attrs) && attrs[eq+1] == '"' && attrs[eq-1] > ' ' {
			if end := bytes.IndexByte(attrs[eq+2:], '"'); end >= 0 {
				return attrs[1:eq], attrs[eq+2 : eq+2+end], attrs[eq+3+end:], true
			}
		}
	}
	i := 0
	for i < len(attrs) && IsSpace(attrs[i]) {
		i++
	}
	start := i
	for i < len(attrs) && attrs[i] != '=' && !IsSpace(attrs[i]) {
		i++
	}
	name = attrs[start:i]
	for i < len(attrs) && IsSpace(attrs[i]) {
		i++
	}
	if i >= len(attrs) || attrs[i] != '=' {
		return nil, nil, nil, false
	}
	for i++; i < len(attrs) && IsSpace(attrs[i]); {
		i++
	}
	if i >= len(attrs) || attrs[i] != '"' && attrs[i] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(attrs[i+1:], attrs[i])
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, attrs[i+1 : i+1+end], attrs[i+2+end:], true
}
