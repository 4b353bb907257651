package rows

import (
	"fmt"
	"time"

	"openmic/server/docid"
	"openmic/server/store"
)

// Page collects a stretch of a document's log up to the first row that is not whole.
type Page struct {
	doc     docid.ID
	next    int64
	entries []store.Entry
	fault   error
}

// NewPage returns an empty page that begins at a position.
func NewPage(doc docid.ID, from int) *Page { return &Page{doc: doc, next: int64(from)} }

// Add takes the next row, by position. False: the page ends before it.
func (p *Page) Add(position int64, hash, change []byte, at time.Time, sum int32) bool {
	if position != p.next {
		p.fault = fmt.Errorf("position %d of the log of document %s is missing: %w", p.next, p.doc, store.ErrDamaged)
		return false
	}
	e, err := Entry(p.doc, hash, change, at, sum)
	if err != nil {
		p.fault = fmt.Errorf("position %d of the log of document %s: %w", position, p.doc, err)
		return false
	}
	p.next++
	p.entries = append(p.entries, e)
	return true
}

// Entries returns what is whole; the fault only where nothing is.
func (p *Page) Entries() ([]store.Entry, error) {
	if len(p.entries) == 0 {
		return nil, p.fault
	}
	return p.entries, nil
}
