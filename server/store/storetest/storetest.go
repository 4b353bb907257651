// Package storetest is the contract of store.Store: what every implementation
// does, as tests that run on a real database.
package storetest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store"
)

// Home is one database, empty at first, that outlives the stores opened on it.
type Home struct {
	// Open opens a store. It is called again only after the one before was
	// closed. It need not close it when the test ends.
	Open func(testing.TB) store.Store
	// DB reaches the same database behind the store's back, to look at rows and
	// to damage them. Parameters are written $1, $2 ... in order of appearance.
	DB func(testing.TB) *sql.DB
}

// Run runs the contract. Each test has a home of its own.
func Run(t *testing.T, newHome func(testing.TB) Home) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *fixture)
	}{
		{"a log is loaded in the order of appending", appendAndLoad},
		{"an entry that is repeated is passed over", repeat},
		{"one batch spans documents", severalDocuments},
		{"concurrent appends lose nothing", concurrentAppends},
		{"a cancelled call leaves nothing behind", cancelled},
		{"changes come in the order asked", changesByHash},
		{"a log is read in pages", logInPages},
		{"everything is there after reopening", reopen},
		{"a closed store refuses", closed},
		{"snapshots stand for the log before them", snapshots},
		{"the newest two snapshots stay", keepTwo},
		{"a snapshot never exceeds its log", snapshotBeyondLog},
		{"a damaged snapshot is passed over", damagedSnapshots},
		{"a damaged row is never passed over", damagedRows},
		{"damage before the snapshot does not matter to Load", damageBeforeSnapshot},
		{"a position is never given twice", positionTaken},
		{"boards and links", boards},
		{"a board is created whole or not at all", boardRefused},
		{"a board, its links and its people change together with its version", changeAccess},
		{"no more people join than a link and a board take", participants},
		{"what a board allows the pages of others changes with its version", embedding},
		{"whom another server vouches for is the same one each time", vouched},
		{"it is kept who sent changes of which actor", actors},
		{"a fork knows where it comes from, and whose its changes are", forks},
		{"moments of a board are named", namedVersions},
		{"the last drawing of each look is kept", drawings},
		{"parts of a history are kept", histories},
		{"boards of a family read each other's pictures", familyPictures},
		{"who has signed in is known by their token for a while", signIns},
		{"who has signed in is one participant", personJoins},
		{"boards are people's, and listed", owners},
		{"the newest title of a document stays", titles},
		{"a board goes with everything that is its", removal},
		{"what was done to a board is kept, and swept", audit},
		{"a name that is erased is in no row", eraseName},
		{"keys open the boards they made until they are revoked", keys},
		{"a request is answered once", once},
		{"a board has files", attachments},
		{"a board has so many files and no more", attachmentsFull},
		{"a damaged file is never handed out", damagedAttachments},
		{"an inspection sees everything", inspectWhole},
		{"an inspection goes on after damage to a log", inspectDamagedLog},
		{"an inspection goes on after damage to a snapshot", inspectDamagedSnapshots},
		{"an inspection finds what belongs to nothing", inspectStrays},
		{"an inspection ends when its visitor or its context does", inspectionEnds},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.run(t, newFixture(t, newHome))
		})
	}
}

// fixture is a store under test.
type fixture struct {
	home  Home
	store store.Store
	db    *sql.DB
}

func newFixture(t testing.TB, newHome func(testing.TB) Home) *fixture {
	t.Helper()
	home := newHome(t)
	f := &fixture{home: home, store: home.Open(t)}
	t.Cleanup(func() {
		if err := f.store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	f.db = home.DB(t)
	return f
}

// exec runs a statement behind the store's back that must change n rows.
func (f *fixture) exec(t testing.TB, n int64, statement string, args ...any) {
	t.Helper()
	result, err := f.db.Exec(statement, args...)
	if err != nil {
		t.Fatal(err)
	}
	if changed, err := result.RowsAffected(); err != nil || changed != n {
		t.Fatalf("%s changed %d rows (%v), not %d", statement, changed, err, n)
	}
}

// count returns the number that a query behind the store's back selects.
func (f *fixture) count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	if err := f.db.QueryRow(query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (f *fixture) append(t testing.TB, entries ...store.Entry) {
	t.Helper()
	if err := f.store.Append(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) putSnapshot(t testing.TB, doc docid.ID, s store.Snapshot) {
	t.Helper()
	if err := f.store.PutSnapshot(t.Context(), doc, s); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) load(t testing.TB, doc docid.ID) *store.Document {
	t.Helper()
	d, err := f.store.Load(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wantTail loads a document and compares the log after its snapshot.
func (f *fixture) wantTail(t testing.TB, doc docid.ID, want []store.Entry) *store.Document {
	t.Helper()
	d := f.load(t, doc)
	if len(d.Lost) > 0 {
		t.Errorf("lost: %v", d.Lost)
	}
	if !slices.EqualFunc(d.Tail, want, equalEntries) {
		t.Fatalf("loaded a tail of %d entries that is not the %d appended", len(d.Tail), len(want))
	}
	return d
}

func equalEntries(a, b store.Entry) bool {
	return a.Doc == b.Doc && a.Hash == b.Hash && string(a.Change) == string(b.Change) &&
		a.At.Equal(b.At.Truncate(time.Millisecond))
}

// start is when the first entry of each document was admitted.
var start = time.Date(2025, 3, 30, 0, 59, 59, 123_456_789, time.UTC)

// entries makes n entries of a document. Their changes are of 40 to 240 bytes,
// as those of a drawing hand, and different for each seed.
func entries(doc docid.ID, seed uint64, n int) []store.Entry {
	list := make([]store.Entry, n)
	for i := range list {
		list[i] = entry(doc, change(seed, i), start.Add(time.Duration(i)*time.Second))
	}
	return list
}

func entry(doc docid.ID, change []byte, at time.Time) store.Entry {
	return store.Entry{Doc: doc, Hash: sha256.Sum256(change), Change: change, At: at}
}

func change(seed uint64, i int) []byte {
	var head [16]byte
	binary.BigEndian.PutUint64(head[:], seed)
	binary.BigEndian.PutUint64(head[8:], uint64(i))
	block := sha256.Sum256(head[:])
	return append(head[:], strings.Repeat(string(block[:]), 8)[:24+i*37%201]...)
}

func snapshot(log []store.Entry, text string) store.Snapshot {
	return store.Snapshot{
		Length: len(log),
		Heads:  []crdt.Hash{log[len(log)-1].Hash, {0xff, byte(len(log))}},
		Chunk:  []byte("chunk " + text),
		Graph:  []byte("graph " + text),
		Index:  []byte("index " + text),
		At:     start,
	}
}

func reopen(t *testing.T, f *fixture) {
	doc := docid.New()
	log := entries(doc, 1, 5)
	f.append(t, log...)
	f.putSnapshot(t, doc, snapshot(log[:2], "of two"))
	id := f.store.StorageID()
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(id) {
		t.Errorf("storage id %q is not a UUID", id)
	}
	if err := f.store.Close(); err != nil {
		t.Fatal(err)
	}
	f.store = f.home.Open(t)
	if again := f.store.StorageID(); again != id {
		t.Errorf("storage id %s became %s", id, again)
	}
	if err := f.store.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	if d := f.wantTail(t, doc, log[2:]); d.Snapshot == nil {
		t.Error("the snapshot is gone")
	}
}

func closed(t *testing.T, f *fixture) {
	ctx, doc := t.Context(), docid.New()
	log := entries(doc, 1, 1)
	f.append(t, log...)
	for range 2 {
		if err := f.store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, loadErr := f.store.Load(ctx, doc)
	_, changesErr := f.store.Changes(ctx, doc, []crdt.Hash{log[0].Hash})
	_, boardErr := f.store.Board(ctx, "a")
	_, linkErr := f.store.LinkBySecret(ctx, [32]byte{})
	_, attachmentErr := f.store.Attachment(ctx, "a", store.AttachmentID{})
	for name, err := range map[string]error{
		"Append":        f.store.Append(ctx, log),
		"Load":          loadErr,
		"Changes":       changesErr,
		"PutSnapshot":   f.store.PutSnapshot(ctx, doc, snapshot(log, "late")),
		"CreateBoard":   f.store.CreateBoard(ctx, store.Board{ID: "a"}, nil, nil),
		"Board":         boardErr,
		"LinkBySecret":  linkErr,
		"PutAttachment": f.store.PutAttachment(ctx, "a", picture("x"), roomy),
		"Attachment":    attachmentErr,
		"Ping":          f.store.Ping(ctx),
	} {
		if err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s on a closed store: %v", name, err)
		}
	}
}

func cancelled(t *testing.T, f *fixture) {
	doc := docid.New()
	log := entries(doc, 1, 4)
	f.append(t, log[0])
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, loadErr := f.store.Load(ctx, doc)
	_, changesErr := f.store.Changes(ctx, doc, []crdt.Hash{log[0].Hash})
	board := store.Board{ID: "a", Doc: docid.New(), Created: start}
	for name, err := range map[string]error{
		"Append":      f.store.Append(ctx, log[1:]),
		"Load":        loadErr,
		"Changes":     changesErr,
		"PutSnapshot": f.store.PutSnapshot(ctx, doc, snapshot(log[:1], "late")),
		"CreateBoard": f.store.CreateBoard(ctx, board, nil, entries(board.Doc, 2, 2)),
		"Attachment":  f.store.PutAttachment(ctx, "a", picture("x"), roomy),
		"Ping":        f.store.Ping(ctx),
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, not context.Canceled", name, err)
		}
	}
	if d := f.wantTail(t, doc, log[:1]); d.Snapshot != nil {
		t.Error("a snapshot was put")
	}
	if _, err := f.store.Board(t.Context(), "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a board was created: %v", err)
	}
	f.append(t, log...)
	f.wantTail(t, doc, log)
}
