package server_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/crdt/engine"
	"openmic/server"
	"openmic/server/docid"
	"openmic/server/store"
)

// untilTold syncs until the server has said that the document is frozen, which a
// stock client learns from the flag and ours from the message.
func (p *participant) untilTold(condition string) {
	p.t.Helper()
	said, flagged := false, false
	for !said || !flagged {
		p.speak()
		m, ok := p.receive()
		switch {
		case !ok:
			p.t.Fatalf("%s: ended (%v) and was not told %q", p.id, p.err, condition)
		case m.Type == "error" && m.DocumentID == p.doc:
			if m.Condition != condition || m.Text == "" {
				p.t.Fatalf("%s: told %q: %q, not %q", p.id, m.Condition, m.Text, condition)
			}
			said = true
		case m.Type == "sync" && m.DocumentID == p.doc:
			p.Receive(m.Data)
			sync, err := crdt.ParseSyncMessage(m.Data, crdt.DefaultLimits())
			if err != nil {
				p.t.Fatal(err)
			}
			flagged = flagged || sync.ReadOnly()
		}
	}
}

// stays expects that changes of the participant are passed over in silence, however many.
func (p *participant) stays(n *node) {
	p.t.Helper()
	before := n.metric("openmic_changes_admitted_total")
	for range 10 {
		h := p.Edit()
		m := crdt.SyncMessage{Version: 1, Heads: p.Heads(), Have: []crdt.Have{{}}, Changes: [][]byte{p.Chunk(h)}}
		p.sendSync("sync", p.doc, m.Append(nil))
	}
	p.alive()
	if after := n.metric("openmic_changes_admitted_total"); after != before {
		p.t.Errorf("%v changes were taken", after-before)
	}
}

func TestFullBoardCanBeRead(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: func(s *server.Settings) { s.Change.LogOperations = 20 }})
	doc, a := n.newDocument()
	b := n.participant("second", "", doc)
	b.until("the document", func() bool { return b.Len() == 1 })
	last := a.Heads()[0]
	for range 19 {
		last = a.Edit()
	}
	a.untilSaved(last)
	tooMuch := a.Edit()
	a.untilTold("full")
	b.untilTold("full")
	b.untilSeen(last)
	b.stays(n)
	late := n.participant("late", "", doc)
	late.untilTold("full")
	late.untilSeen(last)
	if late.Has(tooMuch) || n.metric(`openmic_documents_frozen{condition="full"}`) != 1 {
		t.Error("the board took more than it holds, or is not counted")
	}
	// Others are not.
	other := n.participant("other", "", docid.New().String())
	other.untilSaved(other.Edit())
	n.stop()

	n = startNode(t, nodeOption{dir: dir})
	a.again(n, "")
	a.untilSaved(tooMuch)
}

// One change that is larger than what room is left ends its sender's session, and
// nobody else notices; the board is frozen once hardly anything fits.
func TestChangeTooLargeForTheRoomLeft(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Change.LogBytes, s.Change.SpareBytes = 20_000, 2_000
	}})
	doc, a := n.newDocument()
	b := n.participant("second", "", doc)
	b.until("the document", func() bool { return b.Len() == 1 })
	tooLarge := b.EditBytes(30_000)
	b.speak()
	b.wantEnd(4413)
	for range 10 {
		a.untilSaved(a.Edit())
	}
	if a.Has(tooLarge) || n.metric(`openmic_changes_refused_total{rule="R15 room"}`) != 1 {
		t.Error("the change was taken, or its refusal is not counted")
	}
	a.untilSaved(a.EditBytes(16_000))
	for range 5 {
		a.untilSaved(a.EditBytes(300))
	}
	a.EditBytes(2_500)
	a.untilTold("full")
}

func TestDamagedBoardCanBeRead(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir})
	doc, a := n.newDocument()
	var made []crdt.Hash
	for range 9 {
		made = append(made, a.Edit())
	}
	a.untilSaved(made[8])
	n.stop()
	id, err := docid.Parse(doc)
	noError(t, err)
	db, err := sql.Open("sqlite3", filepath.Join(dir, "openmic.db"))
	noError(t, err)
	_, err = db.Exec(`UPDATE changes SET sum = sum + 1 WHERE doc = ? AND position = 5`, id[:])
	noError(t, err)
	noError(t, db.Close())

	n = startNode(t, nodeOption{dir: dir})
	reader := n.participant("reader", "", doc)
	reader.untilTold("damaged")
	reader.until("what is intact", func() bool { return reader.Len() == 5 })
	a.again(n, "")
	a.untilTold("damaged")
	a.stays(n)
	if !reader.Has(made[3]) || reader.Has(made[4]) || reader.Has(made[5]) {
		t.Error("something else than what is intact was shown")
	}
	if n.metric(`openmic_documents_frozen{condition="damaged"}`) != 1 {
		t.Error("the damage is not counted")
	}
	if left := n.stored(doc); len(left.Tail) != 9 || len(left.Lost) != 1 {
		t.Errorf("%d changes are stored, lost is %v: something was done to the log", len(left.Tail), left.Lost)
	}
}

// An index that does not fit its snapshot, digest and all, freezes the board when
// the first change comes; whoever only reads never needs it.
func TestIndexThatDoesNotFit(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.RoomGrace = time.Millisecond }})
	doc, a := n.newDocument()
	for range 5 {
		a.Edit()
	}
	a.untilSaved(a.Heads()[0])
	a.hangUp()
	var chunks [][]byte
	for _, e := range n.stored(doc).Tail {
		chunks = append(chunks, e.Change)
	}
	made, err := sharedEngine().Compact(t.Context(), chunks, a.Heads())
	noError(t, err)
	id, err := docid.Parse(doc)
	noError(t, err)
	poll(t, "the room is gone", func() bool { return n.metric("openmic_rooms") == 0 })
	noError(t, n.store.PutSnapshot(t.Context(), id, store.Snapshot{
		Length: len(chunks), Heads: a.Heads(), Chunk: made.Document, Graph: a.Graph().AppendBinary(nil, len(chunks)),
		Index: []byte("not an index"), At: time.Now(),
	}))

	reader := &participant{client: n.connect("reader", ""), Replica: server.NewReplica(t, "reader", true), doc: doc}
	reader.sendSync("sync", doc, firstMessage(crdt.SyncFlags(false)))
	if m, err := crdt.ParseSyncMessage(reader.next("sync").Data, crdt.DefaultLimits()); err != nil || m.Version != 2 || len(m.Changes) != 1 {
		t.Fatalf("a newcomer is told %v, %v", m, err)
	}
	reader.alive()
	if len(reader.messages) > 0 {
		t.Error("reading needs the index")
	}
	a.again(n, "")
	a.Edit()
	a.untilTold("damaged")
}

func TestEngineThatDiesIsLeftAlone(t *testing.T) {
	dying, err := engine.NewPool(engine.Config{Command: []string{"false"}})
	noError(t, err)
	t.Cleanup(func() { _ = dying.Close() })
	n := startNode(t, nodeOption{engine: dying, settings: func(s *server.Settings) {
		s.CompactChanges, s.CompactShare, s.CompactPause = 1, 0, time.Millisecond
	}})
	doc, a := n.newDocument()
	b := n.participant("second", "", doc)
	poll(t, "the document is in quarantine", func() bool {
		h := a.Edit()
		a.untilSaved(h)
		b.untilSeen(h)
		return n.metric("openmic_documents_quarantined_total") == 1
	})
	if failures := n.metric("openmic_compaction_failures_total"); failures != 3 {
		t.Errorf("%v compactions failed before", failures)
	}
	for range 20 {
		a.untilSaved(a.Edit())
	}
	if failures := n.metric("openmic_compaction_failures_total"); failures != 3 {
		t.Errorf("%v compactions failed, the last of them in quarantine", failures)
	}
}

func TestCommentersWriteInCommentsAndVotes(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open = false }})
	b := n.createBoard("")
	owner := n.participant("owner", "link="+b.secret("owner"), b.DocumentID)
	owner.until("the genesis", func() bool { return owner.Len() > 0 })
	commenter := n.participant("commenter", "link="+b.secret("commenter"), b.DocumentID)
	commenter.until("the genesis", func() bool { return commenter.Len() > 0 })

	for _, key := range []string{"comments", "votes"} {
		h := commenter.EditBelow(key)
		commenter.untilSaved(h)
		owner.untilSeen(h)
	}
	h := commenter.EditBelow("elements")
	commenter.speak()
	commenter.wantEnd(4403)
	mark := owner.Edit()
	owner.untilSaved(mark)
	if owner.Has(h) || slices.Contains(n.changes(b.DocumentID), h) {
		t.Error("a commenter has changed an element")
	}
	if n.metric(`openmic_changes_refused_total{rule="R13 scope"}`) != 1 {
		t.Error("the refusal is not counted")
	}
}

func TestSenderOfVeryManyChangesIsPaced(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.ChangeRate, s.ChangeBurst = 100, 10 }})
	doc, a := n.newDocument()
	b := n.participant("second", "", doc)
	b.until("the document", func() bool { return b.Len() == 1 })
	var last crdt.Hash
	began := time.Now()
	for range 60 {
		last = a.Edit()
		a.speak()
	}
	mark := b.Edit()
	b.untilSaved(mark) // nobody else is
	b.untilSeen(last)
	a.untilSaved(last)
	// 61 changes of which 10 are free: it cannot have been done in less.
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("60 changes came through in %s", took)
	}
	if n.metric("openmic_sessions_paced_total") == 0 {
		t.Error("the pacing is not counted")
	}
}
