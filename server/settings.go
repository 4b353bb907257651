package server

import (
	"net/netip"
	"time"

	"openmic/crdt"
	"openmic/server/embed"
)

// Settings are the server's limits and rhythms. The zero value is not usable:
// begin with DefaultSettings.
type Settings struct {
	// Open serves and creates any document for anybody; otherwise only boards, by link.
	Open bool
	// PublicURL is where people reach the server, without a slash at the end.
	PublicURL string
	// Hosts are the names that the server goes by; empty: addresses, localhost, and
	// names that are known only inside a network.
	Hosts []string
	// TrustedProxies are those whose X-Forwarded-For counts.
	TrustedProxies []netip.Prefix

	SignIn          SignIn        // of the organisation's people
	ProviderTimeout time.Duration // one question to their provider
	ProviderBytes   int64         // its largest answer
	ProviderPause   time.Duration // between two attempts to find it
	ClockSkew       time.Duration // that its clock may differ by
	SignInTime      time.Duration // from beginning to sign in to coming back
	SignIns         Rate          // begun or ended, by address

	// EmbedOrigins are the pages that may show any board in a frame, and EmbedTrust
	// whose tokens are taken for people who look at one.
	EmbedOrigins []string
	EmbedTrust   embed.Trust

	Change crdt.Limits  // what a change and a sync message may be
	Embed  embed.Limits // what a token may be

	MessageBytes  int64         // largest WebSocket message taken
	JoinTimeout   time.Duration // from the upgrade to the join
	WriteTimeout  time.Duration // a socket that takes nothing for so long is closed
	PingInterval  time.Duration // a ping when so long has passed since the last
	PongTimeout   time.Duration // an unanswered ping closes the socket
	Documents     int           // documents one session may have open
	Requests      float64       // requests for documents a second and session, sustained
	RequestBurst  int           // and at once
	ChangeRate    float64       // changes a second and session, sustained; beyond it the session is read more slowly
	ChangeBurst   int           // and at once
	PresenceRate  float64       // presence messages a second and session; what exceeds it is dropped
	PresenceBytes int           // largest presence message
	ControlQueue  int           // answers to one session that wait for its socket
	ControlRate   float64       // pings and pongs a second and session, sustained
	ControlBurst  int           // and at once

	FlushInterval    time.Duration // shortest time between two batches to the readers of a room
	FlushPerPeer     time.Duration // and as much more for each reader
	FlushPerEditor   time.Duration // and for each one who draws beside another
	FlushEditors     int           // of at most so many,
	FlushForEditors  time.Duration // but no longer than this for all of them,
	FlushFew         int           // unless no more than so many changes come meanwhile;
	FlushGathered    int           // and never longer than so many take to come
	FlushShift       int           // where at least as many come in it, readers are served in turns,
	FlushShifts      int           // in at most so many,
	FlushHeads       int           // unless the log has more heads than that
	PresenceInterval time.Duration // shortest time between two batches of presence
	PresenceBudget   int           // presence messages a room sends in one interval, to all its readers that take no batches
	PresenceCrowd    int           // people at a board up to which a batch tells of everybody; where more are, of
	PresenceActing   int           // so many who do something that others want to see at once,
	PresenceNear     int           // so many who are near,
	PresenceTurn     int           // and so many others in turn
	RoomInbox        int           // events waiting for a room
	RoomGrace        time.Duration // an empty room stays in memory for so long
	Loads            int           // documents being loaded at once, and as many made ready for changes
	LoadTimeout      time.Duration // one of them
	UnstoredBytes    int           // changes of one room waiting for the store
	WaitingChanges   int           // changes of one session that wait for a dependency
	WaitingBytes     int           // and their size
	Bloom            int           // a peer's Bloom filter saves it more changes than so many, or is not trusted
	Restarts         int           // how often one session may begin to sync from the start
	Asks             int           // how often a peer is asked for what it claims to have

	Commits       Rate          // group commits; a burst lets those who are alone wait for nothing
	CommitFew     int           // one with fewer changes counts as two
	CommitGather  time.Duration // each waits so long for what else there is to store, and for what is being sent
	CommitEntries int           // changes in one group commit
	CommitBytes   int           // and their size
	CommitTimeout time.Duration // one attempt to store them
	CommitRetry   time.Duration // the longest pause between attempts

	CompactChanges  int           // fewest changes after the last snapshot worth a new one
	CompactShare    float64       // and as a share of the changes in that snapshot
	CompactQuiet    time.Duration // on a board that nobody has changed for so long
	QuietChanges    int           // so few are worth a new one,
	QuietShare      float64       // and such a share of the bytes of that snapshot, which is how much more newcomers get
	CompactTimeout  time.Duration // one compaction
	CompactRest     int           // after one a document that people go on writing in is left alone so many times as long as it took,
	CompactPause    time.Duration // at most so long, as after one that failed
	EngineDeaths    int           // so many in QuarantineTime, and a document is not compacted any more
	QuarantineTime  time.Duration // then for so long
	Quarantined     int           // documents of which that is remembered; then the oldest is forgotten
	Drawings        int           // boards being drawn at once; ahead only one
	DrawQueue       int           // boards waiting for that; more are told to come again
	DrawTimeout     time.Duration // one drawing
	DrawBytes       int64         // largest drawing, as SVG
	CopyBytes       int64         // largest copy for a program, without its pictures
	CopyPictures    int64         // pictures that go into one, in bytes; those after them are left out
	DrawStale       time.Duration // while a board is edited, its drawing may be so old
	DrawQuiet       time.Duration // a board that has been still for so long is drawn for whoever comes next
	DrawBusy        time.Duration // and one that is not, so often
	DrawRest        int           // drawing ahead rests so many times as long as it drew
	DrawPause       time.Duration // after a drawing that failed
	DrawCacheBytes  int           // drawings kept, compressed
	DrawStored      int           // largest drawing that is stored for after a start, compressed; 0: none is
	HistoryTimeout  time.Duration // reading one
	HistoryBytes    int           // histories kept in memory, about
	HistoryGrace    time.Duration // and for so long after somebody asked
	HistoryPage     int           // contributions in one answer
	HistoryKept     int           // a history is stored when so many changes have come since it was, for after a start; 0: never
	PeriodPause     time.Duration // a longer one ends a time in which people work; no shorter than a contribution's
	TicketLife      time.Duration // from making a ticket to opening the socket with it
	Tickets         int           // tickets not yet used
	AccessInterval  time.Duration // how often it is looked whether another node, or the time, has changed who may do what
	RequestBody     int64         // largest body of an HTTP request
	TitleCharacters int           // longest title of a board
	DrainTimeout    time.Duration // for storing and closing at the end

	DeletedKept     time.Duration // a deleted board can be brought back for so long
	SweepBoards     int           // boards looked up at a time
	SweepRows       int           // rows of a table removed in one transaction
	SweepPause      time.Duration // between two of them
	OwnersPerBoard  int           // people who sign in
	TitlesRead      int           // boards whose titles are being looked up
	TitleWait       time.Duration // that a list waits for them
	PageWait        time.Duration // that a board's page waits to know who may show it in a frame
	OriginsPerBoard int           // that may show it in a frame

	VersionsPerBoard int // moments with a name

	ForksPerBoard int           // variants, not counting those that are deleted
	ForkWait      time.Duration // for others' forks to be made
	ForkTimeout   time.Duration // for making one

	LinksPerBoard        int
	ParticipantsPerBoard int
	PeopleListed         int // in one answer
	AuthorsListed        int // in one answer, the newest
	LabelCharacters      int // longest label of a link
	LanesPerLink         int
	LaneCharacters       int // of the id of a lane
	NameCharacters       int // longest name of a participant
	PasswordShortest     int // characters
	PasswordLongest      int
	PasswordMemory       int           // KiB that hashing one takes
	PasswordRounds       int           // passes over it
	PasswordsAtOnce      int           // being hashed
	PasswordWait         time.Duration // for one's turn at that

	Sockets      int           // open at once, of one address
	SocketsOfOne int           // and of one participant
	Upgrades     Rate          // sockets opened, of all addresses
	UpgradeWait  time.Duration // for one's turn at that; who would wait longer is told to come again
	Boards       Rate          // made, by address
	Joins        Rate          // by address
	TicketRate   Rate          // asked for, by link and address
	Strangers    Rate          // secrets that open nothing, by address
	Exports      Rate          // by link and address
	Onces        Rate          // requests with an Idempotency-Key, by address
	Tries        Rate          // of passwords, by link and address
	TriesByLink  Rate          // and from everywhere
	HistoryRate  Rate          // looks at histories, by link and address
	NamingRate   Rate          // moments named, renamed and no longer named, by link and address
	Counted      int           // addresses and links of which each of these is remembered

	AuditDays        int           // for which it is kept what was done to a board; 0: it is not
	AuditLines       int           // kept of one board
	AuditListed      int           // in one answer
	AuditOpenedAgain time.Duration // somebody who opens a board is not noted again for so long
	SweepInterval    time.Duration // how often what is old enough is forgotten
	BoardsListed     int           // in one answer

	Answers        int           // kept for requests that may be sent twice
	AnswersKept    time.Duration // for so long
	AnswerPatience time.Duration // a request that is not answered by then may be sent again

	AttachmentBytes      int64         // largest picture
	AttachmentPixels     int64         // and its width by its height, which is what it costs a browser
	BoardAttachments     int           // pictures of one board
	BoardAttachmentBytes int64         // and their size
	AttachmentRate       float64       // pictures a second taken from those with one link, sustained
	AttachmentBurst      int           // and at once
	AttachmentMemory     int64         // pictures being received, and as much again being sent
	AttachmentWait       time.Duration // for that memory
	AttachmentTimeout    time.Duration // for receiving or sending one
}

// DefaultSettings returns the settings that the program starts from.
func DefaultSettings() Settings {
	return Settings{
		SignIn:          SignIn{Scopes: []string{"profile"}, GroupsClaim: "groups", Life: 12 * time.Hour},
		ProviderTimeout: 10 * time.Second,
		ProviderBytes:   1 << 20,
		ProviderPause:   5 * time.Second,
		ClockSkew:       time.Minute,
		SignInTime:      10 * time.Minute,
		SignIns:         Rate{PerSecond: 5, Burst: 1000},

		Change: crdt.DefaultLimits(),
		Embed:  embed.DefaultLimits(),

		MessageBytes:  8 << 20,
		JoinTimeout:   10 * time.Second,
		WriteTimeout:  10 * time.Second,
		PingInterval:  15 * time.Second,
		PongTimeout:   10 * time.Second,
		Documents:     1000,
		Requests:      50,
		RequestBurst:  1000,
		ChangeRate:    200,
		ChangeBurst:   20_000,
		PresenceRate:  60,
		PresenceBytes: 16 << 10,
		ControlQueue:  1100,
		ControlRate:   10,
		ControlBurst:  200,

		FlushInterval:    10 * time.Millisecond,
		FlushPerPeer:     10 * time.Microsecond,
		FlushPerEditor:   4 * time.Millisecond,
		FlushEditors:     9,
		FlushForEditors:  18 * time.Millisecond,
		FlushFew:         4,
		FlushGathered:    40, // more late is dearer: a change names all that its maker had and nobody had drawn upon
		FlushShift:       8,
		FlushShifts:      4,
		FlushHeads:       64,
		PresenceInterval: 50 * time.Millisecond,
		PresenceBudget:   500,
		PresenceCrowd:    48,
		PresenceActing:   8,
		PresenceNear:     16,
		PresenceTurn:     8,
		RoomInbox:        256,
		RoomGrace:        30 * time.Second,
		Loads:            4,
		LoadTimeout:      30 * time.Second,
		UnstoredBytes:    32 << 20,
		WaitingChanges:   64,
		WaitingBytes:     256 << 10,
		Bloom:            1000,
		Restarts:         10,
		Asks:             3,

		Commits:       Rate{PerSecond: 10, Burst: 10},
		CommitFew:     50,
		CommitGather:  5 * time.Millisecond,
		CommitEntries: 4096,
		CommitBytes:   8 << 20,
		CommitTimeout: 30 * time.Second,
		CommitRetry:   2 * time.Second,

		CompactChanges:  1000,
		CompactShare:    0.1,
		CompactQuiet:    5 * time.Second,
		QuietChanges:    100,
		QuietShare:      0.25,
		CompactTimeout:  2 * time.Minute,
		CompactRest:     9,
		CompactPause:    5 * time.Minute,
		EngineDeaths:    3,
		QuarantineTime:  24 * time.Hour,
		Quarantined:     1000,
		Drawings:        2,
		DrawQueue:       32,
		DrawTimeout:     15 * time.Second,
		DrawBytes:       16 << 20,
		CopyBytes:       48 << 20,
		CopyPictures:    40 << 20,
		DrawStale:       3 * time.Second,
		DrawQuiet:       2 * time.Second,
		DrawBusy:        20 * time.Second,
		DrawRest:        9,
		DrawPause:       time.Minute,
		DrawCacheBytes:  32 << 20,
		DrawStored:      2 << 20,
		HistoryTimeout:  30 * time.Second,
		HistoryBytes:    192 << 20,
		HistoryGrace:    2 * time.Minute,
		HistoryPage:     2000,
		HistoryKept:     10_000,
		PeriodPause:     30 * time.Minute,
		TicketLife:      30 * time.Second,
		Tickets:         20000,
		RequestBody:     64 << 10,
		TitleCharacters: 200,
		AccessInterval:  time.Second,
		DrainTimeout:    20 * time.Second,

		DeletedKept:     30 * 24 * time.Hour,
		SweepBoards:     100,
		SweepRows:       1000,
		SweepPause:      100 * time.Millisecond,
		OwnersPerBoard:  20,
		TitlesRead:      50,
		TitleWait:       time.Second,
		PageWait:        2 * time.Second,
		OriginsPerBoard: 20,

		VersionsPerBoard: 200,

		ForksPerBoard: 50,
		ForkWait:      10 * time.Second,
		ForkTimeout:   time.Minute,

		LinksPerBoard:        100,
		ParticipantsPerBoard: 10_000,
		PeopleListed:         1000,
		AuthorsListed:        20_000,
		LabelCharacters:      100,
		LanesPerLink:         20,
		LaneCharacters:       200,
		NameCharacters:       64,
		PasswordShortest:     4,
		PasswordLongest:      200,
		PasswordMemory:       19 << 10, // with two passes, as OWASP advises
		PasswordRounds:       2,
		PasswordsAtOnce:      2,
		PasswordWait:         5 * time.Second,

		// A whole organisation may sit behind one address.
		Sockets:      20_000,
		SocketsOfOne: 100,
		Upgrades:     Rate{PerSecond: 500, Burst: 100},
		UpgradeWait:  4 * time.Second, // stock clients come again after 5
		Boards:       Rate{PerSecond: 1, Burst: 500},
		Joins:        Rate{PerSecond: 50, Burst: 5000},
		TicketRate:   Rate{PerSecond: 200, Burst: 20_000},
		Strangers:    Rate{PerSecond: 10, Burst: 1000},
		Exports:      Rate{PerSecond: 1, Burst: 100},
		Onces:        Rate{PerSecond: 5, Burst: 1000},
		Tries:        Rate{PerSecond: 0.1, Burst: 10},
		TriesByLink:  Rate{PerSecond: 1, Burst: 200},
		HistoryRate:  Rate{PerSecond: 50, Burst: 2000},
		NamingRate:   Rate{PerSecond: 1, Burst: 100},
		Counted:      10_000,

		AuditDays:        365,
		AuditLines:       100_000,
		AuditListed:      100,
		AuditOpenedAgain: time.Hour,
		SweepInterval:    10 * time.Minute,
		BoardsListed:     100,

		Answers:        50_000,
		AnswersKept:    24 * time.Hour,
		AnswerPatience: 2 * time.Minute,

		AttachmentBytes:      8 << 20,
		AttachmentPixels:     50e6,
		BoardAttachments:     500,
		BoardAttachmentBytes: 256 << 20,
		AttachmentRate:       2,
		AttachmentBurst:      100,
		AttachmentMemory:     32 << 20,
		AttachmentWait:       10 * time.Second,
		AttachmentTimeout:    2 * time.Minute,
	}
}
