package rows

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

// Drawing is the row of a drawing.
type Drawing struct {
	Theme, Language    string
	Script, Heads, SVG []byte
	At                 time.Time
	SHA256             []byte
}

// NewDrawing returns the row for a drawing of a document.
func NewDrawing(doc docid.ID, d store.Drawing) Drawing {
	row := Drawing{Theme: d.Theme, Language: d.Language, Script: d.Script, SVG: d.SVG, At: d.At}
	for _, head := range d.Heads {
		row.Heads = append(row.Heads, head[:]...)
	}
	row.SHA256 = row.digest(doc)
	return row
}

// digest covers the whole row, with the lengths that tell its parts apart.
func (row Drawing) digest(doc docid.ID) []byte {
	h := sha256.New()
	h.Write(doc[:])
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(row.At.UnixMilli())))
	for _, part := range [][]byte{[]byte(row.Theme), []byte(row.Language), row.Script, row.Heads, row.SVG} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write(part)
	}
	return h.Sum(nil)
}

// Open checks the row and returns the drawing. The error wraps store.ErrDamaged.
func (row Drawing) Open(doc docid.ID) (store.Drawing, error) {
	const size = len(crdt.Hash{})
	if string(row.digest(doc)) != string(row.SHA256) || len(row.Heads)%size != 0 {
		return store.Drawing{}, fmt.Errorf("drawing of document %s: %w", doc, store.ErrDamaged)
	}
	d := store.Drawing{Theme: row.Theme, Language: row.Language, Script: row.Script, SVG: row.SVG, At: row.At.UTC()}
	for rest := row.Heads; len(rest) > 0; rest = rest[size:] {
		d.Heads = append(d.Heads, crdt.Hash(rest[:size]))
	}
	return d, nil
}
