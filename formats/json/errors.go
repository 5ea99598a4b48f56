package json

import (
	"fmt"
	"strings"

	"howdah/formats/internal/text"
	"howdah/pgerr"
)

// fault is the error for what stopped a scan at c.bad, in the words of json_in where it has them.
func (r *reader) fault(f fault) error {
	c := &r.chunk
	found := "\"" + text.Clip(c.token(c.bad)) + "\""
	detail, hint := "", ""
	switch f {
	case badValue:
		detail = "Expected JSON value, but found " + found + "."
	case badToken:
		detail = "Token " + found + " is invalid."
	case badKey:
		detail = "Expected string or \"}\", but found " + found + "."
	case badColon:
		detail = "Expected \":\", but found " + found + "."
	case badMember:
		detail = "Expected \",\" or \"}\", but found " + found + "."
	case badElement:
		detail = "Expected \",\" or \"]\", but found " + found + "."
	case badControl:
		detail = fmt.Sprintf("Character with value 0x%02x must be escaped.", c.buf[c.bad])
	case badEscape:
		detail = "Escape sequence \"\\" + string(c.character(c.bad)) + "\" is invalid."
	case badHex:
		detail = `"\u" must be followed by four hexadecimal digits.`
	case badSurrogate:
		detail = "Unicode low surrogate must follow a high surrogate."
	case badUTF8:
		return r.here(pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", c.bytesAt(c.bad)))
	case badDepth:
		return r.here(pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded").WithDetail("JSON is nested deeper than %d levels.", maxDepth))
	case badEnd:
		detail = "Expected end of input, but found " + found + "."
		if c.buf[c.bad] == '[' || c.buf[c.bad] == '{' {
			hint = "If each line holds one row, set the option lines or the format ndjson."
		}
	case badLine:
		detail = "Expected end of line, but found " + found + "."
		hint = "Each line must hold one value."
	case badSplit:
		detail = "A value goes over several lines."
		hint = "Set the format to json, and the option lines to false."
	case badRow:
		return r.here(pgerr.New(pgerr.InvalidTextRepresentation, "a row is neither an object nor an array that the columns can be taken from: %s", found).
			WithHint("A column with the option path '$' holds the row itself."))
	}
	e := pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type json")
	e.Detail, e.Hint = detail, hint
	return r.here(e)
}

// here completes an error with the place where the scan stopped.
func (r *reader) here(e *pgerr.Error) error {
	where := r.chunk.byteAt(r.chunk.bad)
	if !r.unknownRows {
		where = fmt.Sprintf("%s, row %d", where, r.laid+int64(r.rows.n)+1)
	}
	return e.At("%s, %s", r.chunk.name, where)
}

// shown is how many bytes of what is wrong an error looks at.
const shown = 128

// token is what stands at p, as far as an error shows it: a word, or one character.
func (s *scanner) token(p int) []byte {
	end := p
	for end < s.n && end-p < shown && wordByte(s.buf[end]) {
		end++
	}
	if end == p {
		return s.character(p)
	}
	return []byte(strings.ToValidUTF8(string(s.buf[p:end]), "?"))
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '+' || c == '-' || c >= 0x80
}

func (s *scanner) character(p int) []byte {
	for _, r := range string(s.buf[p:min(p+4, s.n)]) {
		return []byte(string(r))
	}
	return nil
}

// bytesAt shows the bytes that the first one announces, as report_invalid_encoding does.
func (s *scanner) bytesAt(p int) string {
	size := 1
	switch b := s.buf[p]; {
	case b&0xe0 == 0xc0:
		size = 2
	case b&0xf0 == 0xe0:
		size = 3
	case b&0xf8 == 0xf0:
		size = 4
	}
	var parts []string
	for _, b := range s.buf[p:max(p+1, min(p+size, s.n))] {
		parts = append(parts, fmt.Sprintf("0x%02x", b))
	}
	return strings.Join(parts, " ")
}

// badValue completes the error that a type's input function gave: where the value is, and how to make the column text.
func (r *reader) badValue(col *column, row int32, value []byte, cause error) error {
	if err := r.sift.Fail(row, value, cause); err != nil {
		return err
	}
	e := pgerr.From(cause).Clone()
	text.BadValue(e, r.table, col.name)
	return e.At("%s, %s, column %s: \"%s\"", r.chunk.name, r.whereIs(row), col.label, text.Clip(value))
}

// whereIs says which row a row of the batch is: by line and number, or by its offset in a split that knows neither.
func (r *reader) whereIs(row int32) string {
	if r.winners.Settled {
		return r.winners.Where(row)
	}
	where := r.chunk.lineAt(int(r.rows.start[row]))
	if r.unknownRows {
		return where
	}
	return fmt.Sprintf("%s, row %d", where, r.rowNumber(row))
}

// rowNumber is the number of a row of the batch in the file.
func (r *reader) rowNumber(row int32) int64 {
	if r.winners.Settled {
		return r.winners.Number(row)
	}
	if r.sift != nil {
		return r.numbers[row]
	}
	return r.done + int64(row) + 1
}
