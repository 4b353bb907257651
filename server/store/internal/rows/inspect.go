package rows

import (
	"fmt"
	"time"

	"openmic/server/docid"
	"openmic/server/store"
)

// Log hands the rows of a log to whoever inspects it, and tells of those that
// are missing.
type Log struct {
	doc    docid.ID
	next   int64 // the position of the next row
	length int64 // as the document's row has it
	visit  func(position int64, e store.Entry, err error) error
}

// NewLog returns the log of a document that should have so many changes.
func NewLog(doc docid.ID, length int64, visit func(int64, store.Entry, error) error) *Log {
	return &Log{doc: doc, length: length, visit: visit}
}

// Add takes the next row, in the order of positions.
func (l *Log) Add(position int64, hash, change []byte, at time.Time, sum int32) error {
	if err := l.missing(position); err != nil {
		return err
	}
	e, err := Entry(l.doc, hash, change, at, sum)
	if err != nil {
		err = fmt.Errorf("position %d of the log: %w", position, err)
	}
	l.next = position + 1
	return l.visit(position, e, err)
}

// End says that there are no more rows.
func (l *Log) End() error {
	if l.next > l.length {
		return l.visit(l.length, store.Entry{}, fmt.Errorf("the log has %d changes instead of %d: %w", l.next, l.length, store.ErrDamaged))
	}
	return l.missing(l.length)
}

// missing tells of the rows between the last one and a position.
func (l *Log) missing(position int64) error {
	if position <= l.next {
		return nil
	}
	what := fmt.Sprintf("position %d of the log is missing", l.next)
	if position > l.next+1 {
		what = fmt.Sprintf("positions %d to %d of the log are missing", l.next, position-1)
	}
	return l.visit(l.next, store.Entry{}, fmt.Errorf("%s: %w", what, store.ErrDamaged))
}

// DocumentID reads the id in a row. The error wraps store.ErrDamaged.
func DocumentID(b []byte) (docid.ID, error) {
	var doc docid.ID
	if len(b) != len(doc) {
		return doc, fmt.Errorf("rows for %x, which is no document: %w", b, store.ErrDamaged)
	}
	copy(doc[:], b)
	return doc, nil
}

// Board tells of a board whether it has a document.
func Board(b store.Board, exists bool) error {
	if !exists {
		return fmt.Errorf("board %q: document %s has no changes: %w", b.ID, b.Doc, store.ErrDamaged)
	}
	return nil
}

// Inspect opens the row for a store.Inspector.
func (row Snapshot) Inspect(doc docid.ID, length int64) (store.Snapshot, error) {
	s, err := row.Open(doc, length)
	if err != nil {
		return store.Snapshot{Length: int(row.Length)}, err
	}
	return *s, nil
}
