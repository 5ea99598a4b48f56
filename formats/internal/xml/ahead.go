package xml

// Ahead is what is in the buffer already of what comes next, for callers that know it by sight. It lives until the next call of
// any method that reads.
func (t *Tokens) Ahead() []byte { return t.buf[t.pos:t.end] }

// Pass passes n bytes of Ahead, which must be whole elements. The tag's fields stay as they are.
func (t *Tokens) Pass(n int) { t.pos += n }
