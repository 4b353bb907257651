package crdt

import "math"

// Limits bounds everything that a change or a sync message from the network may
// claim. A zero field admits nothing of its kind.
type Limits struct {
	// ChunkBytes is the largest change, before and after inflating.
	ChunkBytes int
	// InflateRatio is how many bytes a compressed byte may become. It counts only
	// above InflateFree bytes: short texts of one letter compress well honestly.
	InflateRatio int
	InflateFree  int
	// Deps is the number of dependencies of a change.
	Deps int
	// OtherActors is the number of actors a change names beside its author.
	OtherActors int
	// ActorBytes is the longest actor; the shortest is one byte.
	ActorBytes int
	// Operations is the number of operations in a change, or as many as it has
	// bytes if that is more.
	Operations int
	// Preds is the number of predecessors that all operations of a change name.
	Preds int
	// MessageBytes is the longest commit message.
	MessageBytes int
	// KeyBytes is the longest map key, and the longest name of a mark.
	KeyBytes int
	// ValueBytes is the longest string or byte string.
	ValueBytes int
	// Depth is how many objects may lie within each other, below the root.
	Depth int
	// Counters admits counters. Automerge 3 throws where one person deletes a
	// counter that another increments, so a document may do without.
	Counters bool
	// MarkSteps is how many stretches of typing may be looked at to tell which of two
	// places in a text is further on, for all marks of a change.
	MarkSteps int
	// OneBeginning says that only the first change of a document depends on nothing.
	OneBeginning bool
	// LogOperations and LogBytes are how large a document grows: the operations and
	// the size of all its changes.
	LogOperations int64
	LogBytes      int64
	// SpareOperations and SpareBytes are how little room is left of that in a
	// document that counts as full.
	SpareOperations int64
	SpareBytes      int64
	// Columns is the number of columns of a change, known or not.
	Columns int

	// Heads is the number of heads in a sync message, and of lastSync hashes in
	// each of its have entries.
	Heads int
	// Need is the number of hashes that a sync message asks for.
	Need int
	// Have is the number of have entries in a sync message.
	Have int
	// BloomBits is the largest number of Bloom filter bits per entry.
	BloomBits int
	// BloomProbes is the largest number of Bloom filter probes.
	BloomProbes int
	// Changes is the number of chunks in a sync message. A client that comes back
	// from a day offline sends all it made in one.
	Changes int
	// Flags is the length of the flag list of a sync message, in bytes.
	Flags int

	// DocumentBytes is the largest saved document, and how many bytes all its
	// columns may have when they are inflated: together they are also held to
	// InflateRatio and InflateFree, though single ones shrink to a thousandth. It
	// bounds strings once more, each counted as often as it stands in a row.
	DocumentBytes int
	// DocumentActors is the number of actors a saved document names.
	DocumentActors int
	// DocumentChanges is the number of changes in a saved document. So many, or as
	// many operations as DocumentOperations, load and save in about one gibibyte.
	DocumentChanges int
	// DocumentOperations is the number of operations in a saved document; one that
	// deletes has no row there.
	DocumentOperations int
	// DocumentLinks is the number of dependencies that all changes of a saved
	// document name, and of successors that all its operations have.
	DocumentLinks int
}

// DefaultLimits returns the bounds that fit a blueprint drawn by people.
func DefaultLimits() Limits {
	return Limits{
		ChunkBytes:   1 << 20,
		InflateRatio: 128,
		InflateFree:  64 << 10,
		Deps:         1_000, // as many as drew at once, since each may have added a head
		OtherActors:  256,
		ActorBytes:   64,
		Operations:   10_000,
		Preds:        20_000,
		MessageBytes: 1 << 10,
		Columns:      32,

		KeyBytes:      1 << 10,
		ValueBytes:    64 << 10,
		Depth:         16,
		MarkSteps:     100_000,
		LogOperations: 500_000,
		LogBytes:      50 << 20,

		SpareOperations: 2_000,
		SpareBytes:      128 << 10,

		Heads:       1_000,
		Need:        1_000,
		Have:        8,
		BloomBits:   32,
		BloomProbes: 16,
		Changes:     65_536,
		Flags:       64,

		DocumentBytes:      64 << 20,
		DocumentActors:     65_536,
		DocumentChanges:    150_000,
		DocumentOperations: 500_000,
		DocumentLinks:      1_000_000,
	}
}

// Stored returns the limits for changes that were admitted before, under whatever
// limits held then: they are bounded by what a change can be at all.
func (lim Limits) Stored() Limits {
	lim.ChunkBytes = max(lim.ChunkBytes, 64<<20)
	lim.InflateRatio, lim.InflateFree = math.MaxInt32, lim.ChunkBytes
	lim.Deps, lim.OtherActors, lim.ActorBytes = math.MaxInt32, math.MaxInt32, math.MaxInt32
	lim.Operations, lim.Preds, lim.MessageBytes = math.MaxInt32, math.MaxInt32, math.MaxInt32
	lim.KeyBytes, lim.ValueBytes, lim.Depth = math.MaxInt32, math.MaxInt32, math.MaxUint8
	lim.MarkSteps = math.MaxInt32
	lim.Counters, lim.OneBeginning = true, false
	lim.LogOperations, lim.LogBytes = math.MaxInt64, math.MaxInt64
	return lim
}
