// Package rows is what both databases have in common between the interface
// and their SQL: what is stored beside a row so that damage to it is noticed,
// the checks when it is read, and the checks of what is given to be written.
//
// The checksums guard against disks, restores and slips of hand, not against
// somebody who may write to the database.
package rows

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Sum returns the CRC-32C of an entry: document, hash, time and change. The
// hash of a change covers its inflated form, so to check it is to parse. Four
// bytes are enough here, and cost 20,000 rows a millisecond or two: they find
// every burst of up to 32 bits and miss other damage once in 2^32, and whoever
// parses the change next checks its hash anyway. The position is not covered,
// for Postgres assigns it while it inserts; that positions are unique and
// without gaps is checked instead. The sum is signed because SQL's integers are.
func Sum(e store.Entry) int32 {
	var at [8]byte
	binary.BigEndian.PutUint64(at[:], uint64(e.At.UnixMilli()))
	sum := crc32.Update(0, castagnoli, e.Doc[:])
	sum = crc32.Update(sum, castagnoli, e.Hash[:])
	sum = crc32.Update(sum, castagnoli, at[:])
	return int32(crc32.Update(sum, castagnoli, e.Change))
}

// Entry makes an entry of what a row holds, and checks it. The error wraps
// store.ErrDamaged.
func Entry(doc docid.ID, hash, change []byte, at time.Time, sum int32) (store.Entry, error) {
	e := store.Entry{Doc: doc, Change: change, At: at.UTC()}
	if copy(e.Hash[:], hash) != len(e.Hash) || len(hash) != len(e.Hash) || Sum(e) != sum {
		return store.Entry{}, fmt.Errorf("change %x: %w", hash, store.ErrDamaged)
	}
	return e, nil
}

// Tail collects the end of a document's log: the rows that are whole, and what is
// wrong with the others.
type Tail struct {
	doc    docid.ID
	next   int64 // the position of the next row
	length int64 // of the whole log, as the document's row has it
	log    []store.Entry
	lost   []error // each wraps store.ErrDamaged
}

// maxLost bounds what is told of a log; the last error then stands for more.
const maxLost = 100

// NewTail returns an empty tail that begins at position from of a log of the given length.
func NewTail(doc docid.ID, from, length int64) *Tail {
	return &Tail{doc: doc, next: from, length: length}
}

// Add takes the next row, by position.
func (t *Tail) Add(position int64, hash, change []byte, at time.Time, sum int32) {
	t.missing(position)
	t.next = position + 1
	if position >= t.length {
		t.lose("position %d of a log of %d", position, t.length)
	}
	e, err := Entry(t.doc, hash, change, at, sum)
	if err != nil {
		t.lose("position %d of the log", position)
		return
	}
	if t.log == nil {
		t.log = make([]store.Entry, 0, min(max(t.length-position, 1), 1<<16))
	}
	t.log = append(t.log, e)
}

func (t *Tail) missing(upTo int64) {
	if t.next < upTo {
		t.lose("positions %d to %d of the log are missing", t.next, upTo-1)
	}
}

func (t *Tail) lose(format string, args ...any) {
	if len(t.lost) < maxLost {
		t.lost = append(t.lost, fmt.Errorf(format+": %w", append(args, store.ErrDamaged)...))
	}
}

// Entries returns the rows that are whole, and an error for each that is not.
func (t *Tail) Entries() (whole []store.Entry, lost []error) {
	t.missing(t.length)
	t.next = max(t.next, t.length)
	return t.log, t.lost
}

// Snapshot is the row of a snapshot.
type Snapshot struct {
	Length              int64
	Heads, Chunk, Graph []byte
	Index               []byte
	At                  time.Time
	SHA256              []byte
}

// NewSnapshot returns the row for a snapshot of a document.
func NewSnapshot(doc docid.ID, s store.Snapshot) Snapshot {
	row := Snapshot{Length: int64(s.Length), Chunk: s.Chunk, Graph: s.Graph, Index: s.Index, At: s.At}
	row.Heads = make([]byte, 0, len(s.Heads)*len(crdt.Hash{}))
	for _, head := range s.Heads {
		row.Heads = append(row.Heads, head[:]...)
	}
	row.SHA256 = row.digest(doc)
	return row
}

// digest covers the whole row and the document that it belongs to, with the
// lengths that tell its parts apart.
func (row Snapshot) digest(doc docid.ID) []byte {
	h := sha256.New()
	h.Write(doc[:])
	var numbers [5 * 8]byte
	binary.BigEndian.PutUint64(numbers[0:], uint64(row.Length))
	binary.BigEndian.PutUint64(numbers[8:], uint64(row.At.UnixMilli()))
	binary.BigEndian.PutUint64(numbers[16:], uint64(len(row.Heads)))
	binary.BigEndian.PutUint64(numbers[24:], uint64(len(row.Chunk)))
	binary.BigEndian.PutUint64(numbers[32:], uint64(len(row.Graph)))
	h.Write(numbers[:])
	h.Write(row.Heads)
	h.Write(row.Chunk)
	h.Write(row.Graph)
	h.Write(row.Index)
	return h.Sum(nil)
}

// Open checks the row against its digest and against the length of the
// document's log. An error wraps store.ErrDamaged.
func (row Snapshot) Open(doc docid.ID, length int64) (*store.Snapshot, error) {
	if string(row.digest(doc)) != string(row.SHA256) {
		return nil, fmt.Errorf("snapshot of %d changes: %w", row.Length, store.ErrDamaged)
	}
	if row.Length > length {
		return nil, fmt.Errorf("snapshot of %d changes, of a log of %d: %w", row.Length, length, store.ErrDamaged)
	}
	s := &store.Snapshot{Length: int(row.Length), Chunk: row.Chunk, Graph: row.Graph, Index: row.Index, At: row.At.UTC()}
	s.Heads = make([]crdt.Hash, len(row.Heads)/len(crdt.Hash{}))
	for i := range s.Heads {
		copy(s.Heads[i][:], row.Heads[i*len(crdt.Hash{}):])
	}
	return s, nil
}

// Unique returns the entries without those whose change the same document has
// earlier in the list.
func Unique(entries []store.Entry) []store.Entry {
	type name struct {
		doc  docid.ID
		hash crdt.Hash
	}
	seen := make(map[name]struct{}, len(entries))
	unique := make([]store.Entry, 0, len(entries))
	for _, e := range entries {
		n := name{e.Doc, e.Hash}
		if _, repeated := seen[n]; repeated {
			continue
		}
		seen[n] = struct{}{}
		unique = append(unique, e)
	}
	return unique
}

// CheckBoard tells whether a board can be created from these parts: the links
// and changes are its own, and the text is what both databases take.
func CheckBoard(b store.Board, links []store.Link, first []store.Entry) error {
	if b.ID == "" || !Text(b.ID) || !Text(b.Title) || !Text(b.Fork.Of) || !Text(b.Fork.Name) {
		return errors.New("ids, title and name must be UTF-8 without NUL, and the id not empty")
	}
	for _, l := range links {
		if l.BoardID != b.ID {
			return errors.New("a link belongs to another board")
		}
		if err := CheckLink(l); err != nil {
			return err
		}
	}
	for _, e := range first {
		if e.Doc != b.Doc {
			return errors.New("a change belongs to another document")
		}
	}
	return nil
}

// CheckLink tells whether a link can be kept.
func CheckLink(l store.Link) error {
	if !Text(l.Label) || l.People < 0 || l.People > math.MaxInt32 {
		return errors.New("the label of a link must be UTF-8 without NUL, and its number of people one of 31 bits")
	}
	if slices.ContainsFunc(l.Lanes, func(id string) bool { return !Text(id) }) {
		return errors.New("the lanes of a link must be UTF-8 without NUL")
	}
	return nil
}

// CheckVersion tells whether a version can be kept.
func CheckVersion(v store.NamedVersion) error {
	if !Text(v.Board) || !Text(v.ID) || !Text(v.Title) || !Text(v.Participant) || v.Moment < 0 {
		return errors.New("a version must be called by UTF-8 without NUL, and be of a moment that there can be")
	}
	return nil
}

// Lanes are the lanes of a link as they are stored: a JSON list, or nothing.
func Lanes(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	b, _ := json.Marshal(ids) // strings can be written
	return string(b)
}

// ReadLanes reads what Lanes has written.
func ReadLanes(stored string) (ids []string, err error) {
	if stored == "" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(stored), &ids); err != nil || len(ids) == 0 {
		return nil, fmt.Errorf("%w: the lanes of a link", store.ErrDamaged)
	}
	return ids, nil
}

// Text tells whether a string is one that both databases keep as text.
func Text(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// InOrder asks for changes by their hashes, perQuery at a time, and returns
// them in the order of the hashes. ErrNotFound, wrapped: one was not found.
func InOrder(hashes []crdt.Hash, perQuery int, find func([]crdt.Hash) (map[crdt.Hash][]byte, error)) ([][]byte, error) {
	changes := make([][]byte, 0, len(hashes))
	for page := range slices.Chunk(hashes, perQuery) {
		found, err := find(page)
		if err != nil {
			return nil, err
		}
		for _, hash := range page {
			change, ok := found[hash]
			if !ok {
				return nil, fmt.Errorf("change %s: %w", hash, store.ErrNotFound)
			}
			changes = append(changes, change)
		}
	}
	return changes, nil
}
