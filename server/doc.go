// Package server is one node of Openmic: the HTTP routes and, behind /sync, the
// hub, its rooms and its sessions. This page is the map.
//
// # The house
//
//	server/cmd/openmic     flags and environment, wiring, signals; the operator's
//	                       commands: check, export, import, backup, bench
//	server                 HTTP routes; hub, room, session; who may do what
//	  server/wire          the automerge-repo envelope
//	  server/docid         16 bytes and their base58check text
//	  server/embed         where the pages of others are from that show boards, and
//	                       the tokens that they vouch for people with
//	  server/genesis       the first change of every board
//	  server/load          people who are played, and what they say of a server
//	  server/store         Store, and Inspector for what may be damaged; their
//	                       contract (storetest), sqlite and postgres
//	  server/internal/alarm  alarms by one bell, for who has to look again later
//	  server/internal/failpoint  where tests kill the program; nothing in an ordinary build
//	  server/internal/faultproxy  bad networks, for tests
//	  server/history       how a board came to be: what people contributed, in the
//	                       words of blueprints, and the board at any moment
//	crdt                   pure Go: change, graph, sync message, admission
//	  crdt/columnar        the column encodings
//	  crdt/replay          a document built change by change, as its readers see it
//	  crdt/changetest      changes taken apart and put together, for tests
//	  crdt/engine          the only user of the Automerge core, in a child process
//	client                 the browser client; client.go embeds it. Its drawing of a
//	                       board is one script, which the server has the engine run
//	migrations             the schemas, and what applies them in order under a lock
//
// Arrows point down only; house_test.go holds them. The server syncs without
// holding a document: it keeps the change graph and the bytes that arrived.
// What needs a document (snapshots, edits of the server's own) is the engine's.
//
// # Goroutines and what they own
//
//	session.serve     one a socket. Reads, decodes, parses changes, judges access.
//	                  Owns the session's list of rooms.
//	session.writeOn   at most one a socket, and only while the socket does not take
//	                  at once what there is for it. Writes what is in the outbox.
//	alarm.Clock       one. Has rooms look again that have set an alarm, and does it
//	                  itself for one with few readers.
//	hub.pulse         one. Asks quiet sockets for a sign of life.
//	room.run          one a room. Owns roomState, which is the log, the graph and the
//	                  cursors, while it has the turn.
//	committer.run     one. Stores what all rooms have handed over, in one
//	                  transaction at a time.
//	room.makeGate     at most one a room: makes what judges changes, before the first;
//	                  the sessions that bring changes wait for it.
//	room.fetch        at most one a peer: reads old changes from the store.
//	compaction        at most one a room, one at a time in all: has the engine make
//	                  a snapshot and stores it. Boards that are quiet wait for those
//	                  that are not.
//	drawings.make     at most one a board, theme and language, two at work at a time:
//	                  has the engine draw what is stored of a board.
//	drawAhead.run     one. Has boards drawn that have changed, before anybody asks.
//	scribe.run        one. Stores what is noted of a board beside its rows.
//	guard.watch       one. Looks every second for what has changed about who may do
//	                  what. Owns what it has seen of the boards that people are at.
//	histories.keep    at most one a document, one at work at a time: stores what was
//	                  made of the history of a long board.
//	titles.read       at most one a document, one at work at a time: has the engine
//	                  read the title of a board that has changed, for lists.
//
// Sessions give a room events through its inbox, and wait when it is full: that
// is what slows a sender down. One whose event comes while nobody has the room's
// turn takes it and does what run would do, never ahead of what waits in the inbox
// (room.doNow), and so does an alarm (room.ring): so neither wakes another goroutine. A
// room never waits for anybody: it gives each member one batch at a time, and hands changes to the
// committer's queue. Whoever puts something into an outbox that nobody is writing
// from writes it, as far as the socket takes it at once: an idle session has one
// goroutine, and a change costs its readers one system call each. The batches of a
// crowd are written beside the room, in as many parts as there are cores. Who has
// written them, and the committer, leave a note with the room and poke it.
//
// A room sends at once after a quiet time. The pause between two batches grows with
// the readers and with those who draw; where much comes meanwhile, readers are served
// in turns (shifts.go), for then changes name fewer others. Stock clients answer every
// message by confirming what they have; where that means nothing to the room, which it
// says beforehand, the session drops it (member.confirms).
//
// # The life of one change
//
//	session.read       a binary message arrives
//	wire.Decode        the envelope, bounded
//	crdt.ParseSyncMessage, crdt.ParseChange
//	                   every length checked, checksum verified, in the session's
//	                   own goroutine
//	roomState.receive  admission: the rules stand at crdt.Admission; the change
//	                   enters the log
//	room.submit        it is handed to the committer
//	room.flush         everybody else gets it: all who stand at the same place in
//	                   the log get the same bytes
//	committer.run      it is stored, with what other rooms handed over meanwhile
//	room.takeNotes     the log is durable up to there
//	room.flush         its sender is told heads that contain it: this is "saved"
//
// roomState takes events and returns effects, without a goroutine, a clock or
// I/O; its invariants stand at its type. One function, next, decides which sync
// message a peer gets.
//
// # Presence
//
// Each peer of a room has one slot for its newest presence message (presence.go).
// The room goes round the slots and sends what is new to all readers at once, in a
// crowd a share at each tick; who missed something goes round alone besides. So a
// crowd costs in proportion to its size and not to its square. For who leaves, the
// server says a farewell.
//
// Our own clients get one message a tick that tells of several people (wire.People),
// in bytes that they share. In a crowd these are, before others in turn, who acts,
// who is near what the reader sees, and whom they follow (nearby.go). The clients say
// where that is. It decides about nothing else, so what is not true harms nobody but
// who says it.
//
// # Who may do what
//
// A comer shows a link's secret, and the token of a participant who has joined
// (comer.go); comer.judge says what they may do by what the store has of the board
// at that moment. A ticket stands for the comer, not for the verdict. A session is
// judged before its socket is opened and once more after the hub has it; whoever
// changes a board's links, people or state stores that first and then has all
// sessions of the board judged anew (hub.recheck). So the two never miss each
// other. What another node changes the guard finds by the board's version, and
// what expires by the clock. A session whose access is not what it was ends with
// 4401, and its client comes back to what holds now.
//
// Who signs in at the organisation's provider (signinprovider.go) has a token in a
// cookie (signin.go). It stands beside a link, whose bearer then is staff and one
// participant on all devices, or in place of one at boards that are the person's
// (store.Access.Owners), which is as good as an owner's link. What a browser sends
// of its own accord counts for changes only where the page is ours.
//
// Presence messages are stamped with whose they are, and whether that is staff or
// a customer. An actor belongs to the participant who first sent a change of it
// that was new (authors.go); while they are here nobody else sends one for them,
// and otherwise it is kept who passed it on.
//
// # In the pages of others
//
// A board is shown in a frame by the pages that the operator or its owners name
// (embedding.go), which the browser enforces by frame-ancestors. There are no
// cookies. Such a page's server may vouch for people: its token stands wherever a
// link's secret may (pass.go), makes them a participant who is the same one each
// time, and lets them do what it says, but no more than the owners let anybody do
// so. Nothing of a token is kept, and nothing in it makes us ask anybody anything:
// keys are read where the operator said, by the clock. A session ends with its
// token, and its client asks the page for another one.
//
// Secrets are behind the # of an address and never come with a request for a page.
// So whoever makes a preview of an address sees what everybody may: a picture of
// the board, if its owners allow one (preview.go), and otherwise nothing.
//
// # What is saved
//
// A session is told heads that contain a change of its own only once that change
// is stored, and what it depends on is stored before it, since the log is stored
// in order. Others see it at once: they then hold it too. While the store does
// not answer, people go on seeing each other's changes, and nobody is told that
// they are saved.
//
// # Opening a document
//
// The newest snapshot (a document chunk, and beside it the graph of its changes)
// and the log after it; the engine is not needed. A newcomer that understands
// version 2 of the sync protocol gets the snapshot and the tail; others get the
// changes one by one, read from the store. A snapshot is made in the background
// when the log after the last one has grown enough, or a board with less behind it is
// quiet (compaction.go has the rule); then nothing wakes it any more.
// Log rows stay, for those who come back with old heads and for history.
//
// With a snapshot is stored the index of its operations. Admission goes on from it,
// and from the log after it, when the first change comes: who only reads pays
// nothing for it, and does not wait for it either, since it is made beside the
// room (gate.go). It knows of cards,
// connectors and markers where they stand, for those whose link lets them write in
// some lanes only (crdt/scope.go). One of a version before is made anew of the log.
//
// Each row carries a checksum. A snapshot that is damaged is passed over for the
// one before, or for the log. Where the log after it is damaged the document opens
// frozen (freeze.go): what is intact is shown and nothing is taken, since it might
// stand on what is lost. A document that has grown to its limits is frozen too. A
// document on which the engine keeps dying is not compacted for a day
// (quarantine.go).
//
// # Drawings
//
// GET /api/boards/{id}/drawing.svg shows a board to people whose browser has not
// loaded Automerge yet, and to programs. The client's own code draws it, as a script
// in the engine's child, where time and memory are bounded: what a board holds is
// hostile until shown otherwise. Newcomers share one drawing; while a board is being
// edited it may be a few seconds old (drawing.go). One is made when people pause, so
// that whoever comes next need not wait (drawahead.go); a browser takes an older one
// rather than wait. The last of each look is stored beside the snapshot, and is there
// again after a start (drawingstored.go).
//
// # History
//
// What people did is told from the stored log alone (histories.go), in one place for
// programs and for our own client: server/history turns each change into patches of
// plain JSON, which crdt/replay knows from its operations, and these into words. The
// result is a tape, kept in memory while somebody looks at it: stretches of the log,
// each with the board before it, so that no moment is far from a beginning. Browsers
// replay stretches and need no Automerge for that. A whole stretch never becomes
// another one: it is packed once and told as it lies. Of a long board they are stored,
// with what leads on from the last one (historykept.go), when the board is compacted or
// looked back on: nobody waits for all of it again. A tape knows actors; whose they
// are, and what those are called, is asked of the store for each answer, so a name
// that was taken back is told by none: whoever has none goes by a pseudonym, which is
// made of the board and of who they are (pseudonym.go). What people have brought is
// counted from the document that the tape holds, with all that is gone from it, and so
// does not depend on the order in which changes came.
//
// Moments have names (versions.go), in rows beside the document: so naming one that is
// past changes nothing of the board, and only who gave a name and owners take it away.
// A variant begins with those whose changes it has. When people worked, without a long
// pause, is computed from the tape.
//
// # Pictures
//
// What is in a document is seen by all who open it, so pictures are beside it
// (attachments.go): files of a board, named by the hash of their content, which
// the document mentions. They are as many as a board has room for, are never
// unpacked here, and stay for as long as the board does, since its history may
// show them again. Whoever may open the board may read them.
//
// # Variants
//
// A fork (forks.go) is a board that begins with the changes of another one, copied
// from its log; until it has them all it is a deleted board, so that half a one is swept. Boards that come from one another are a family: they read each
// other's pictures, and an actor is told as belonging to whoever was first with it on
// any of them. So a client brings a variant home by ordinary sync, through ordinary
// admission, and what it brings stays its authors'. Votes between variants are in
// the original's document, beside all others.
//
// # When everybody comes at once
//
// After a restart all clients come back in the same second. Sockets are opened at a
// pace (rates.go): each waits for its turn a little, before the store is asked about
// it, and whoever would wait longer is told when to come again. A board is read once
// and encoded once, however many open it together.
//
// # What was done, and to whom
//
// What is done to a board, not on it, is noted in its audit (audit.go): with a change
// of the board's rows in the same transaction (store.Noting), otherwise by the
// scribe, beside the request. Lines hold ids. Names are in one column of one table,
// and are put to the ids when somebody reads: so a name that a person has taken
// away is nowhere (mine.go). A program's key owns the boards that it made (keys.go).
// An answer that may be asked for twice is kept sealed (once.go).
//
// # Ends
//
// A session ends with a close code from one table (closecode.go) and is logged
// once, where it ends. A peer's fault ends its session, never the room. Draining
// stores everything, closes every session with 1001, and stores what came
// meanwhile.
package server
