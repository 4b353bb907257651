package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

func appendAndLoad(t *testing.T, f *fixture) {
	doc := docid.New()
	if _, err := f.store.Load(t.Context(), doc); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("load of an unknown document: %v, not ErrNotFound", err)
	}
	f.append(t)
	log := entries(doc, 1, 6)
	log[1].Change = bytes.Repeat([]byte{0, 0xff, '\'', '$', '1'}, 300_000) // 1.5 MB
	log[2].Change = nil
	log[3].At = time.Time{}
	log[4].At = time.Date(2025, 3, 30, 2, 30, 0, 999_999_999, time.FixedZone("elsewhere", -5*3600))
	f.append(t, log[0])
	f.append(t, log[1:3]...)
	f.append(t, log[3:]...)
	d := f.wantTail(t, doc, log)
	if d.Snapshot != nil || d.Damage != nil {
		t.Errorf("loaded %v and %v with a log that has no snapshot", d.Snapshot, d.Damage)
	}
	for i, e := range d.Tail {
		if e.At.Location() != time.UTC {
			t.Errorf("entry %d: time in %v, not UTC", i, e.At.Location())
		}
	}
}

func repeat(t *testing.T, f *fixture) {
	doc := docid.New()
	log := entries(doc, 1, 10)
	f.append(t, log[:4]...)
	for _, batch := range [][]store.Entry{
		log[:4],                  // all of it
		log[2:7],                 // some of it
		{log[7], log[7], log[8]}, // within one batch
		{log[9], log[3], log[0]}, // what is old after what is new
	} {
		f.append(t, batch...)
	}
	later := log[5]
	later.At = later.At.Add(time.Hour)
	f.append(t, later)
	f.wantTail(t, doc, log) // with the time at which it was first admitted

	next := entries(doc, 2, 1)
	f.append(t, next...)
	f.wantTail(t, doc, append(log, next...))
}

func severalDocuments(t *testing.T, f *fixture) {
	const docs = 20
	var batch []store.Entry
	logs := make(map[docid.ID][]store.Entry)
	for i := range docs {
		doc := docid.New()
		logs[doc] = entries(doc, 1, 3+i) // the same changes in each document
		f.append(t, logs[doc][0])
	}
	for position := 1; position < 3+docs; position++ {
		for _, log := range logs { // in any order
			if position < len(log) {
				batch = append(batch, log[position])
			}
		}
	}
	f.append(t, batch...)
	for doc, log := range logs {
		f.wantTail(t, doc, log)
	}
}

// concurrentAppends has writers that append batches of several documents in
// different orders, with changes of their own and changes that all of them
// have, while a reader looks.
func concurrentAppends(t *testing.T, f *fixture) {
	const writers, batches, seed = 6, 12, 4
	docs := []docid.ID{docid.New(), docid.New(), docid.New()}
	f.append(t, entries(docs[0], 1000, 1)...) // two of them do not exist yet

	ctx := t.Context()
	var writing, reading sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			random := rand.New(rand.NewPCG(seed, uint64(w)))
			for b := range batches {
				var batch []store.Entry
				for _, i := range random.Perm(len(docs)) {
					batch = append(batch, entry(docs[i], change(uint64(w), 2*b), start))
					batch = append(batch, entry(docs[i], change(999, b), start))
					batch = append(batch, entry(docs[i], change(uint64(w), 2*b+1), start))
				}
				if err := f.store.Append(ctx, batch); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	done := make(chan struct{})
	reading.Go(func() {
		for length := 0; ; {
			d, err := f.store.Load(ctx, docs[0])
			if err != nil {
				t.Errorf("load while others append: %v", err)
				return
			}
			if len(d.Tail) < length {
				t.Errorf("the log shrank from %d to %d", length, len(d.Tail))
			}
			length = len(d.Tail)
			select {
			case <-done:
				return
			default:
			}
		}
	})
	writing.Wait()
	close(done)
	reading.Wait()

	for i, doc := range docs {
		log := f.load(t, doc).Tail // dense, or it would be an error
		want := writers*batches*2 + batches
		if i == 0 {
			want++
		}
		if len(log) != want {
			t.Errorf("document %d: %d changes, not %d", i, len(log), want)
		}
		position := make(map[crdt.Hash]int)
		for p, e := range log {
			position[e.Hash] = p
		}
		for w := range writers {
			last := -1
			for c := range 2 * batches {
				hash := entry(doc, change(uint64(w), c), start).Hash
				p, there := position[hash]
				if !there || p <= last {
					t.Fatalf("document %d: change %d of writer %d is at %d (%t), the one before at %d", i, c, w, p, there, last)
				}
				last = p
			}
		}
	}
}

func changesByHash(t *testing.T, f *fixture) {
	const n = 12_000 // more than an implementation asks its database for at once
	ctx, doc, other := t.Context(), docid.New(), docid.New()
	log := entries(doc, 1, n)
	f.append(t, log...)
	f.append(t, entries(other, 2, 1)...)

	var want [][]byte
	var hashes []crdt.Hash
	for _, i := range append(rand.New(rand.NewPCG(1, 1)).Perm(n), 0, 0, 7) {
		hashes, want = append(hashes, log[i].Hash), append(want, log[i].Change)
	}
	got, err := f.store.Changes(ctx, doc, hashes)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(got, want, bytes.Equal) {
		t.Errorf("%d changes are not the %d asked for", len(got), len(want))
	}
	if got, err := f.store.Changes(ctx, doc, nil); err != nil || len(got) != 0 {
		t.Errorf("no hashes: %d changes, %v", len(got), err)
	}
	for name, ask := range map[string]struct {
		doc  docid.ID
		hash crdt.Hash
	}{
		"unknown hash":             {doc, crdt.Hash{1}},
		"hash of another document": {doc, entries(other, 2, 1)[0].Hash},
		"hash in another document": {other, log[0].Hash},
		"hash of unknown document": {docid.New(), log[0].Hash},
	} {
		if _, err := f.store.Changes(ctx, ask.doc, []crdt.Hash{ask.hash}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v, not ErrNotFound", name, err)
		}
	}
	hashes[n/2] = crdt.Hash{1}
	if _, err := f.store.Changes(ctx, doc, hashes); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("one unknown hash among %d: %v, not ErrNotFound", n, err)
	}
}

// Benchmark measures what a server does all day.
func Benchmark(b *testing.B, newHome func(testing.TB) Home) {
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("Append/entries=%d", n), func(b *testing.B) {
			f := newFixture(b, newHome)
			doc, seed := docid.New(), uint64(0)
			b.ReportAllocs()
			for b.Loop() {
				seed++
				f.append(b, entries(doc, seed, n)...)
			}
		})
	}
	b.Run("Append/entries=1000/documents=100", func(b *testing.B) {
		f := newFixture(b, newHome)
		docs := make([]docid.ID, 100)
		for i := range docs {
			docs[i] = docid.New()
		}
		b.ReportAllocs()
		for seed := uint64(0); b.Loop(); seed++ {
			var batch []store.Entry
			for _, doc := range docs {
				batch = append(batch, entries(doc, seed, 10)...)
			}
			f.append(b, batch...)
		}
	})
	const board = 20_000
	b.Run(fmt.Sprintf("Load/changes=%d", board), func(b *testing.B) {
		f, doc := newFixture(b, newHome), docid.New()
		f.append(b, entries(doc, 1, board)...)
		b.ReportAllocs()
		for b.Loop() {
			if d := f.load(b, doc); len(d.Tail) != board {
				b.Fatalf("loaded %d changes", len(d.Tail))
			}
		}
	})
	b.Run(fmt.Sprintf("Changes/hashes=%d", board), func(b *testing.B) {
		f, doc := newFixture(b, newHome), docid.New()
		log := entries(doc, 1, board)
		f.append(b, log...)
		hashes := make([]crdt.Hash, board)
		for i := range log {
			hashes[i] = log[i].Hash
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := f.store.Changes(b.Context(), doc, hashes); err != nil {
				b.Fatal(err)
			}
		}
	})
}
