package engine

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/automerge/automerge-go"

	"openmic/crdt"
)

// Chunk types of the Automerge binary format,
// https://automerge.org/automerge-binary-format-spec/#chunk-header
const (
	chunkDocument       = 0
	chunkChange         = 1
	chunkChangeDeflated = 2
)

var chunkMagic = []byte{0x85, 0x6f, 0x4a, 0x83}

var (
	// errUnchanged is an edit that leaves the document as it is.
	errUnchanged = errors.New("the edit changes nothing")
	// errTooLarge is an answer above the limit of its request.
	errTooLarge = errors.New("the answer is too large")
)

// compact loads chunks and gives what heads at depend on, or everything, as one
// document chunk, after it has loaded that chunk again and found the same
// changes in it.
func compact(chunks []byte, want, at []crdt.Hash) (document []byte, changes int, err error) {
	document, changes, err = loadAndSave(chunks, want, at)
	if err != nil {
		return nil, 0, err
	}
	if len(at) > 0 {
		want = at
	}
	// What the first load took lives in C memory until its finalizers run.
	runtime.GC()
	if !isOneChunk(document, chunkDocument) {
		return nil, 0, errors.New("save document: changes are left over that depend on missing ones")
	}
	again, err := automerge.Load(document)
	if err != nil {
		return nil, 0, fmt.Errorf("load document again: %w", err)
	}
	if err := checkHeads(again, want); err != nil {
		return nil, 0, fmt.Errorf("load document again: %w", err)
	}
	n, err := countChanges(again)
	if err != nil {
		return nil, 0, fmt.Errorf("load document again: %w", err)
	}
	if n != changes {
		return nil, 0, fmt.Errorf("load document again: %d changes, %d before", n, changes)
	}
	return document, changes, nil
}

func loadAndSave(chunks []byte, want, at []crdt.Hash) ([]byte, int, error) {
	doc, err := loadAt(chunks, want, at)
	if err != nil {
		return nil, 0, err
	}
	n, err := countChanges(doc)
	if err != nil {
		return nil, 0, fmt.Errorf("load chunks: %w", err)
	}
	return doc.Save(), n, nil
}

func load(chunks []byte, want []crdt.Hash) (*automerge.Doc, error) {
	doc, err := automerge.Load(chunks)
	if err != nil {
		return nil, fmt.Errorf("load chunks: %w", err)
	}
	if err := checkHeads(doc, want); err != nil {
		return nil, fmt.Errorf("load chunks: %w", err)
	}
	return doc, nil
}

// loadAt gives the document as it was at heads, or the newest without any.
func loadAt(chunks []byte, want, heads []crdt.Hash) (*automerge.Doc, error) {
	doc, err := load(chunks, want)
	if err != nil || len(heads) == 0 {
		return doc, err
	}
	at := make([]automerge.ChangeHash, len(heads))
	for i, h := range heads {
		at[i] = automerge.ChangeHash(h)
		if _, err := doc.Change(at[i]); err != nil {
			return nil, errors.New("go back: a head is not in the document")
		}
	}
	past, err := doc.Fork(at...)
	if err != nil {
		return nil, fmt.Errorf("go back: %w", err)
	}
	if err := checkHeads(past, heads); err != nil {
		return nil, fmt.Errorf("go back: %w", err)
	}
	return past, nil
}

// checkHeads compares with the heads that the caller knows from its own graph.
// Equal heads mean the same changes: a document holds what its heads depend on.
func checkHeads(doc *automerge.Doc, want []crdt.Hash) error {
	var got []crdt.Hash
	for _, h := range doc.Heads() {
		got = append(got, crdt.Hash(h))
	}
	slices.SortFunc(got, compareHashes)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%d heads, not the %d expected ones", len(got), len(want))
	}
	return nil
}

func compareHashes(a, b crdt.Hash) int { return bytes.Compare(a[:], b[:]) }

func countChanges(doc *automerge.Doc) (int, error) {
	changes, err := doc.Changes()
	if err != nil {
		return 0, fmt.Errorf("list changes: %w", err)
	}
	return len(changes), nil
}

// changes gives every change chunk, end to end, in the order that the core applied
// them. The pool holds them against the heads.
func changes(chunks []byte, want []crdt.Hash, most int64) ([]byte, error) {
	doc, err := load(chunks, want)
	if err != nil {
		return nil, err
	}
	all, err := doc.Changes()
	if err != nil {
		return nil, fmt.Errorf("list changes: %w", err)
	}
	var joined []byte
	for _, change := range all {
		joined = append(joined, change.Save()...)
		if int64(len(joined)) > most {
			return nil, errTooLarge
		}
	}
	return joined, nil
}

// edit makes one change on top of chunks.
func edit(chunks []byte, want []crdt.Hash, e *Edit) ([]byte, error) {
	doc, err := load(chunks, want)
	if err != nil {
		return nil, err
	}
	if err := doc.SetActorID(hex.EncodeToString(e.Actor)); err != nil {
		return nil, fmt.Errorf("set actor: %w", err)
	}
	before := doc.Heads()
	for i := range e.Operations {
		if err := apply(doc, &e.Operations[i]); err != nil {
			return nil, fmt.Errorf("operation %d: %w", i, err)
		}
	}
	// The wrapper hands on milliseconds as they are, and a change counts seconds.
	var at time.Time
	if !e.Time.IsZero() {
		at = time.UnixMilli(e.Time.Unix())
	}
	if _, err := doc.Commit(e.Message, automerge.CommitOptions{Time: &at}); err != nil {
		if slices.Equal(doc.Heads(), before) {
			return nil, errUnchanged
		}
		return nil, fmt.Errorf("commit: %w", err)
	}
	made, err := doc.Changes(before...)
	if err != nil {
		return nil, fmt.Errorf("read change: %w", err)
	}
	if len(made) != 1 {
		return nil, fmt.Errorf("read change: %d changes instead of one", len(made))
	}
	chunk := made[0].Save()
	if !isOneChunk(chunk, chunkChange, chunkChangeDeflated) {
		return nil, errors.New("read change: not a change chunk")
	}
	return chunk, nil
}

// apply makes one operation. Its errors name positions, never content.
func apply(doc *automerge.Doc, op *Operation) error {
	parent := doc.RootMap()
	for depth, key := range op.Path[:len(op.Path)-1] {
		next, err := parent.Get(key)
		if err != nil {
			return fmt.Errorf("read path: %w", err)
		}
		if next.Kind() != automerge.KindMap {
			return fmt.Errorf("no map at depth %d of the path", depth+1)
		}
		parent = next.Map()
	}
	key := op.Path[len(op.Path)-1]
	there, err := parent.Get(key)
	if err != nil {
		return fmt.Errorf("read path: %w", err)
	}
	switch op.Kind {
	case SetScalar:
		switch there.Kind() {
		case automerge.KindMap, automerge.KindList, automerge.KindText:
			return errors.New("an object stands where a scalar is to be set")
		}
		return parent.Set(key, op.Value)
	case PutMap:
		if !there.IsVoid() {
			return errors.New("something stands where a map is to be made")
		}
		return parent.Set(key, automerge.NewMap())
	case Delete:
		if there.IsVoid() {
			return nil
		}
		return parent.Delete(key)
	case SpliceText:
		if there.IsVoid() {
			text := automerge.NewText("")
			if err := parent.Set(key, text); err != nil {
				return fmt.Errorf("make text: %w", err)
			}
			return splice(text, op)
		}
		if there.Kind() != automerge.KindText {
			return errors.New("no text at the path")
		}
		return splice(there.Text(), op)
	default:
		return errors.New("unknown kind")
	}
}

func splice(text *automerge.Text, op *Operation) error {
	length := text.Len()
	if op.Position > length {
		return fmt.Errorf("position %d in a text of %d code points", op.Position, length)
	}
	remove := op.Remove
	if remove == RemoveAll {
		remove = length - op.Position
	}
	if remove > length-op.Position {
		return fmt.Errorf("%d code points to remove, %d are there", remove, length-op.Position)
	}
	if remove == 0 && op.Text == "" {
		return nil
	}
	return text.Splice(op.Position, remove, op.Text)
}

// isOneChunk reports whether b is exactly one chunk of one of the kinds, by its
// header alone.
func isOneChunk(b []byte, kinds ...byte) bool {
	length := chunkLength(b, kinds...)
	return length > 0 && length == len(b)
}

// chunkLength is how long the chunk is that b begins with, by its header alone, or
// 0 when b does not begin with a whole chunk of one of the kinds.
func chunkLength(b []byte, kinds ...byte) int {
	const header = 4 + 4 // magic, checksum
	if len(b) <= header || !bytes.HasPrefix(b, chunkMagic) || !slices.Contains(kinds, b[header]) {
		return 0
	}
	length, n := binary.Uvarint(b[header+1:])
	if n <= 0 || length > uint64(len(b)-header-1-n) {
		return 0
	}
	return header + 1 + n + int(length)
}
