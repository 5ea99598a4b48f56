package sql

import (
	"container/list"
	"sync"
)

// bytesPerTreeByte is what a parse tree in memory takes for each byte of its serialised form, about.
const bytesPerTreeByte = 10

// Cache remembers the statements of the texts used last. It is safe for concurrent use; what it gives is shared.
type Cache struct {
	maxTexts, maxBytes int

	mu     sync.Mutex
	byText map[string]*list.Element
	recent list.List // of *cached, the last used in front
	bytes  int
}

type cached struct {
	text       string
	statements []Statement
	bytes      int
}

// NewCache makes a cache of at most so many texts, whose trees take about so many bytes.
func NewCache(maxTexts, maxBytes int) *Cache {
	return &Cache{maxTexts: maxTexts, maxBytes: maxBytes, byText: make(map[string]*list.Element)}
}

// Parse is [Parse]. Errors are not remembered, nor what would take more than a quarter of the cache.
func (c *Cache) Parse(text string) ([]Statement, error) {
	c.mu.Lock()
	if e, ok := c.byText[text]; ok {
		c.recent.MoveToFront(e)
		statements := e.Value.(*cached).statements
		c.mu.Unlock()
		return statements, nil
	}
	c.mu.Unlock()
	statements, size, err := parse(text)
	if err != nil {
		return nil, err
	}
	entry := &cached{text: text, statements: statements, bytes: len(text) + bytesPerTreeByte*size + 256}
	if entry.bytes > c.maxBytes/4 {
		return statements, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byText[text]; ok { // another session was as quick
		return statements, nil
	}
	c.byText[text] = c.recent.PushFront(entry)
	c.bytes += entry.bytes
	for c.recent.Len() > c.maxTexts || c.bytes > c.maxBytes {
		oldest := c.recent.Remove(c.recent.Back()).(*cached)
		delete(c.byText, oldest.text)
		c.bytes -= oldest.bytes
	}
	return statements, nil
}

// Len gives the number of texts remembered and about how many bytes they take.
func (c *Cache) Len() (texts, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.recent.Len(), c.bytes
}
