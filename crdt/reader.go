package crdt

import (
	"fmt"

	"openmic/crdt/columnar"
)

// reader takes values from the front of a byte slice until the first error, which
// it keeps. After an error every value is zero.
type reader struct {
	rest []byte
	err  error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
	r.rest = nil
}

func (r *reader) uint() uint64 {
	v, n, err := columnar.Uint(r.rest)
	if err != nil {
		r.fail(fmt.Errorf("%w: %w", ErrMalformed, err))
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *reader) int() int64 {
	v, n, err := columnar.Int(r.rest)
	if err != nil {
		r.fail(fmt.Errorf("%w: %w", ErrMalformed, err))
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

// count reads a length that may not exceed most.
func (r *reader) count(most int, of string) int {
	n := r.uint()
	if n > uint64(max(most, 0)) {
		r.fail(fmt.Errorf("%w: %d %s, at most %d", ErrTooLarge, n, of, most))
		return 0
	}
	return int(n)
}

// bytes takes n bytes, which alias the input.
func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.fail(fmt.Errorf("%w: %w", ErrMalformed, columnar.ErrTruncated))
	}
	if r.err != nil {
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// hashes appends n hashes to dst, and allocates only for those that are there.
func (r *reader) hashes(dst []Hash, n int) []Hash {
	if n > len(r.rest)/len(Hash{}) {
		r.fail(fmt.Errorf("%w: %w", ErrMalformed, columnar.ErrTruncated))
	}
	if r.err != nil || n == 0 {
		return dst
	}
	if cap(dst)-len(dst) < n {
		dst = append(make([]Hash, 0, len(dst)+n), dst...)
	}
	for range n {
		dst = append(dst, Hash(r.bytes(len(Hash{}))))
	}
	return dst
}

func (r *reader) actor(lim Limits) Actor {
	n := r.count(lim.ActorBytes, "actor bytes")
	if r.err == nil && n == 0 {
		r.fail(fmt.Errorf("%w: empty actor", ErrMalformed))
	}
	return Actor(r.bytes(n))
}
