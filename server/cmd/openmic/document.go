package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"openmic/crdt"
	"openmic/crdt/engine"
)

// documentChanges takes a document chunk apart into its change chunks, each
// after those it depends on. The chunk is bounded before the Automerge core
// sees it. An error that wraps errChunk is the chunk's fault.
func documentChanges(ctx context.Context, eng *engine.Pool, chunk []byte, heads []crdt.Hash) ([][]byte, error) {
	if err := crdt.CheckDocument(chunk, crdt.DefaultLimits()); err != nil {
		return nil, fmt.Errorf("%w: %w", errChunk, err)
	}
	changes, err := eng.Changes(ctx, [][]byte{chunk}, heads)
	if errors.Is(err, engine.ErrRefused) {
		err = fmt.Errorf("%w: %w", errChunk, err)
	}
	return changes, err
}

// errChunk says that a chunk is not a document that can be loaded.
var errChunk = errors.New("not a sound document")

// Chunk types of the Automerge binary format,
// https://automerge.org/automerge-binary-format-spec/#chunk-header
const (
	chunkDocument = 0
	chunkChange   = 1
	chunkDeflated = 2

	chunkMagic  = "\x85\x6f\x4a\x83"
	chunkHeader = len(chunkMagic) + 4 + 1 // magic, checksum, type
)

// cutChunk takes the first chunk off a file: its type, the whole of it, its
// body, and what follows it.
func cutChunk(file []byte) (kind byte, chunk, body, rest []byte, err error) {
	if len(file) <= chunkHeader || string(file[:len(chunkMagic)]) != chunkMagic {
		return 0, nil, nil, nil, errors.New("not an Automerge file")
	}
	size, n := binary.Uvarint(file[chunkHeader:])
	start := chunkHeader + n
	if n <= 0 || size > uint64(len(file)-start) {
		return 0, nil, nil, nil, errors.New("the file is cut off")
	}
	end := start + int(size)
	return file[chunkHeader-1], file[:end], file[start:end], file[end:], nil
}

// documentHeads reads the heads that the body of a document chunk begins with,
// after its actors.
func documentHeads(body []byte) ([]crdt.Hash, error) {
	failed := fmt.Errorf("%w: its beginning is cut off", errChunk)
	number := func() (int, bool) {
		v, n := binary.Uvarint(body)
		if n <= 0 || v > uint64(len(body)-n) {
			return 0, false
		}
		body = body[n:]
		return int(v), true
	}
	actors, ok := number()
	for range actors {
		var length int
		if length, ok = number(); !ok {
			return nil, failed
		}
		body = body[length:]
	}
	count, okHeads := number()
	if !ok || !okHeads || count > len(body)/len(crdt.Hash{}) {
		return nil, failed
	}
	heads := make([]crdt.Hash, count)
	for i := range heads {
		heads[i] = crdt.Hash(body[i*len(crdt.Hash{}):][:len(crdt.Hash{})])
	}
	return heads, nil
}
