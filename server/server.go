package server

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"

	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/embed"
	"openmic/server/internal/alarm"
	"openmic/server/store"
)

// Server is one node: the HTTP routes, and behind them the hub.
type Server struct {
	settings  Settings
	store     store.Store
	hub       *Hub
	metrics   *metrics
	tickets   *tickets
	tokens    *embed.Verifier
	passwords *passwords
	limits    *limits
	drawings  *drawings
	titles    *titles
	provider  *provider // nil: nobody signs in
	histories *histories
	log       zerolog.Logger
	handler   http.Handler
	stop      context.CancelFunc // ends the rooms
	halt      context.CancelFunc // ends the committer
	halted    chan struct{}

	attachments *attachments
	scribe      *scribe

	forking chan struct{} // held by whoever makes a variant
}

// New starts a node on an open store and engine, which stay the caller's to
// close, after Drain. The files of assets are the browser client.
func New(settings Settings, st store.Store, eng *engine.Pool, assets fs.FS, log zerolog.Logger) *Server {
	m := newMetrics()
	// Whoever runs a sync server for programs of their own knows what they do.
	settings.Change.Counters, settings.Change.OneBeginning = settings.Open, !settings.Open
	if settings.Open {
		settings.Change.ValueBytes = settings.Change.ChunkBytes
	}
	s := &Server{
		settings:  settings,
		provider:  newProvider(&settings),
		store:     st,
		metrics:   m,
		tickets:   newTickets(settings.TicketLife, settings.Tickets),
		tokens:    embed.NewVerifier(settings.EmbedTrust, settings.Embed),
		passwords: newPasswords(&settings),
		limits:    newLimits(&settings),
		log:       log,
		halted:    make(chan struct{}),
		forking:   make(chan struct{}, 1),

		attachments: newAttachments(&settings),
	}
	var roomsCtx, storeCtx context.Context
	roomsCtx, s.stop = context.WithCancel(context.Background())
	storeCtx, s.halt = context.WithCancel(context.Background())
	s.hub = &Hub{
		settings:    settings,
		store:       st,
		engine:      eng,
		committer:   newCommitter(st, &s.settings, m, log),
		metrics:     m,
		log:         log,
		peerID:      "openmic-" + st.StorageID(),
		ctx:         roomsCtx,
		loading:     make(chan struct{}, settings.Loads),
		gates:       make(chan struct{}, settings.Loads),
		compactions: &compactions{},
		clock:       alarm.NewClock(),
		quarantine:  newQuarantine(&s.settings),
		rooms:       map[docid.ID]*room{},
		sessions:    map[*session]struct{}{},
		peers:       map[string]*session{},
	}
	s.hub.running.Go(func() { s.hub.clock.Run(roomsCtx) })
	s.scribe = newScribe(s)
	m.watch(s.hub)
	s.drawings = newDrawings(s.hub, drawingScript(assets))
	s.hub.ahead = newDrawAhead(s.drawings)
	s.hub.running.Go(func() { s.hub.ahead.run(roomsCtx) })
	s.titles = newTitles(s.hub)
	s.histories = newHistories(roomsCtx, s.hub)
	s.hub.compacted = s.histories.prepare
	s.hub.running.Go(func() { s.histories.tidy(roomsCtx) })
	s.hub.running.Go(func() { (&guard{hub: s.hub, seen: map[string]store.Access{}}).watch(roomsCtx) })
	s.hub.running.Go(func() { s.scribe.run(roomsCtx) })
	s.hub.running.Go(func() { s.sweep(roomsCtx) })
	s.hub.running.Go(func() {
		s.tokens.Run(roomsCtx, func(err error) { log.Warn().Err(err).Msg("read the keys of host pages") })
	})
	s.hub.running.Go(func() { s.hub.pulse(roomsCtx) })
	go func() {
		s.hub.committer.run(storeCtx)
		close(s.halted)
	}()
	s.handler = s.routes(assets)
	return s
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// ErrUnstored is returned by Drain when the store did not take everything in time.
var ErrUnstored = errors.New("not everything could be stored")

// Drain ends the node: no new sessions, everything stored, every session told
// that the server goes away. It returns ErrUnstored if DrainTimeout was not enough.
func (s *Server) Drain() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.settings.DrainTimeout)
	defer cancel()
	stored := s.hub.drain(ctx, s.stop)
	s.halt()
	<-s.halted
	if !stored {
		return ErrUnstored
	}
	return nil
}

// A route is one way to reach the server, as http.ServeMux writes it.
type route struct {
	pattern string
	handler http.Handler
}

func (s *Server) routeTable(assets fs.FS) []route {
	at := func(pattern string, f http.HandlerFunc) route { return route{pattern, f} }
	return []route{
		at("GET /api/openapi.json", s.description),
		at("GET /api/boards", s.boards),
		at("POST /api/boards", s.once(s.stillMakesBoards, s.createBoard)),
		at("GET /api/boards/{id}", s.board),
		at("PATCH /api/boards/{id}", s.changeBoard),
		at("DELETE /api/boards/{id}", s.deleteBoard),
		at("GET /api/boards/{id}/links", s.links),
		at("POST /api/boards/{id}/links", s.once(s.stillOwns, s.createLink)),
		at("PATCH /api/boards/{id}/links/{link}", s.changeLink),
		at("DELETE /api/boards/{id}/links/{link}", s.revokeLink),
		at("GET /api/boards/{id}/people", s.people),
		at("GET /api/boards/{id}/authors", s.authorsOf),
		at("POST /api/boards/{id}/participants", s.once(s.stillComes, s.join)),
		at("GET /api/boards/{id}/participants/me", s.mine),
		at("PATCH /api/boards/{id}/participants/me", s.changeParticipant),
		at("DELETE /api/boards/{id}/participants/me", s.leave),
		at("DELETE /api/boards/{id}/participants/me/name", s.eraseName),
		at("PATCH /api/boards/{id}/participants/{participant}", s.changeParticipant),
		at("DELETE /api/boards/{id}/participants/{participant}", s.removeParticipant),
		at("POST /api/boards/{id}/tickets", s.createTicket),
		at("GET /api/boards/{id}/audit", s.audit),
		at("POST /api/boards/{id}/audit", s.tellAudit),
		at("GET /api/boards/{id}/drawing.svg", s.drawing),
		at("GET /api/boards/{id}/export.json", s.copy(engine.FormJSON)),
		at("GET /api/boards/{id}/export.csv", s.copy(formCSV)),
		at("GET /api/boards/{id}/export.md", s.copy(formMarkdown)),
		at("GET /api/boards/{id}/export.automerge", s.copy(formAutomerge)),
		at("GET /api/boards/{id}/history", s.history),
		at("GET /api/boards/{id}/history/stretches/{moment}", s.stretch),
		at("GET /api/boards/{id}/history/things/{thing}", s.thing),
		at("GET /api/boards/{id}/history/voices", s.voices),
		at("GET /api/boards/{id}/history/voices.csv", s.voicesCSV),
		at("GET /api/boards/{id}/at/{moment}", s.boardAt),
		at("GET /api/boards/{id}/at/{moment}/drawing.svg", s.drawingAt),
		at("GET /api/boards/{id}/history/periods", s.periods),
		at("GET /api/boards/{id}/versions", s.versions),
		at("POST /api/boards/{id}/versions", s.once(s.stillNames, s.nameVersion)),
		at("PATCH /api/boards/{id}/versions/{version}", s.renameVersion),
		at("DELETE /api/boards/{id}/versions/{version}", s.removeVersion),
		at("GET /api/boards/{id}/forks", s.forks),
		at("POST /api/boards/{id}/forks", s.once(s.stillEdits, s.createFork)),
		at("GET /api/boards/{id}/forks/{fork}/export.automerge", s.forkCopy),
		at("POST /api/boards/{id}/forks/{fork}/entry", s.enterFork),
		at("GET /api/boards/{id}/embedding", s.embedding),
		at("PATCH /api/boards/{id}/embedding", s.changeEmbedding),
		at("GET /api/boards/{id}/preview.svg", s.preview),
		at("POST /api/boards/{id}/attachments", s.createAttachment),
		at("GET /api/boards/{id}/attachments/{attachment}", s.attachment),
		at("GET /api/me", s.me),
		at("GET /api/me/boards", s.ownBoards),
		at("PUT /api/me/boards/{id}", s.takeOwn),
		at("DELETE /api/me/boards/{id}", s.leaveOwn),
		at("GET /api/admin/boards", s.allBoards),
		at("POST /api/admin/boards/{id}/owners", s.takeOver),
		at("GET "+signInPath, s.startSignIn),
		at("GET "+callbackPath, s.endSignIn),
		at("POST /api/signout", s.signOut),
		at("/api/", func(w http.ResponseWriter, r *http.Request) {
			writeProblem(w, http.StatusNotFound, "there is nothing here")
		}),
		at("GET /sync", s.sync),
		at("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, http.StatusOK, map[string]string{"status": "alive"})
		}),
		at("GET /readyz", s.ready),
		{"GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})},
		at("GET /oembed", s.oembed),
		at("GET /embed.js", embedScript(assets)),
		at("GET /embed/v1.js", embedScript(assets)),
		at("GET /b/{id}", s.boardPage(assets)),
		{"/", serveClient(assets)},
	}
}

func (s *Server) routes(assets fs.FS) http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routeTable(assets) {
		mux.Handle(r.pattern, r.handler)
	}
	return secured(s.checkHost(mux))
}

// secured sets the headers that hold for every answer.
func secured(next http.Handler) http.Handler {
	policy := contentPolicy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("X-Permitted-Cross-Domain-Policies", "none")
		if len(r.TransferEncoding) > 0 {
			// It may have had a length as well, which another reader went by (RFC 9112, section 6.3).
			h.Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// ready answers GET /readyz: 200 when a board could be opened now.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.store.Ping(ctx); err != nil {
		writeProblem(w, http.StatusServiceUnavailable, "the database does not answer")
		return
	}
	if s.hub.draining.Load() {
		writeProblem(w, http.StatusServiceUnavailable, errDraining.Error())
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}

// socketsWait is after how long it is worth trying whether one has closed.
const socketsWait = 15 * time.Second

// sync answers GET /sync: the WebSocket of the automerge-repo protocol. It is
// opened with a ticket, or by a stock client with a link's secret. Neither is
// sent by a browser of its own accord, as a cookie is, so the page that the
// socket is opened from does not matter. A cookie opens nothing here.
func (s *Server) sync(w http.ResponseWriter, r *http.Request) {
	if s.borrowed(r) {
		s.refuseVisit(w, r, errOrigin)
		return
	}
	from := s.address(r)
	upgrade := strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
	// The turn comes before the store is asked. Who has a ticket has had it. Who has
	// shown too many secrets that open nothing takes nobody's turn.
	waits := upgrade && !s.tickets.good(r.URL.Query().Get("ticket"), time.Now())
	late := waits && s.limits.strangers.spent(neighbourhood(from), time.Now())
	if waits && !late && !s.turn(w, r) {
		return
	}
	c, a, err := s.admitSocket(r)
	if errors.Is(err, store.ErrNotFound) && !s.allow(w, s.limits.strangers, neighbourhood(from), strangers) {
		return
	}
	if err != nil {
		s.metrics.socketsRefused.WithLabelValues("stranger").Inc()
		s.refuseSocket(w, r, err)
		return
	}
	if s.hub.draining.Load() {
		s.metrics.socketsRefused.WithLabelValues("draining").Inc()
		writeProblem(w, http.StatusServiceUnavailable, errDraining.Error())
		return
	}
	if !upgrade {
		w.Header().Set("Upgrade", "websocket")
		writeProblem(w, http.StatusUpgradeRequired, "this address is for WebSockets")
		return
	}
	if late && !s.turn(w, r) {
		return
	}
	if !s.limits.sockets.hold(neighbourhood(from)) {
		s.metrics.socketsRefused.WithLabelValues("address").Inc()
		s.tooMany(w, "sockets from this address", socketsWait)
		return
	}
	if a.participant != "" && !s.limits.socketsOf.hold(a.participant) {
		s.limits.sockets.release(neighbourhood(from))
		s.metrics.socketsRefused.WithLabelValues("person").Inc()
		s.tooMany(w, "sockets of one person", socketsWait)
		return
	}
	release := func() {
		s.limits.sockets.release(neighbourhood(from))
		if a.participant != "" {
			s.limits.socketsOf.release(a.participant)
		}
	}
	socket, err := accept(w, r, &s.hub.settings)
	if err != nil {
		release()
		s.log.Info().Err(err).Msg("upgrade to a WebSocket")
		return
	}
	s.scribe.sessionBegan(a)
	// The request is over: what it took (a large stack, buffers) is not the session's.
	session := newSession(s.hub, socket, c, a, from)
	go func() {
		defer release()
		session.serve()
	}()
}

// refuseSocket says why a socket is not opened. Whatever is wrong with a secret,
// it is one answer.
func (s *Server) refuseSocket(w http.ResponseWriter, r *http.Request, err error) {
	var k known
	switch {
	case errors.Is(err, errSignIn):
		s.refuseVisit(w, r, err)
	case errors.As(err, &k):
		s.refuseComer(w, k.error)
	case errors.Is(err, store.ErrNotFound):
		writeProblem(w, http.StatusUnauthorized, "open the socket with ?ticket= or with a link's secret as ?link=")
	default:
		s.fail(w, "admit socket", err)
	}
}

// admitSocket tells what the opener of a socket may do. ErrNotFound: nothing.
func (s *Server) admitSocket(r *http.Request) (comer, access, error) {
	q := r.URL.Query()
	var c comer
	switch name, secret := q.Get("ticket"), q.Get("link"); {
	case name != "":
		var ok bool
		if c, ok = s.tickets.redeem(name, time.Now()); !ok {
			return c, access{}, store.ErrNotFound
		}
	case secret != "":
		link, err := s.store.LinkBySecret(r.Context(), secretHash(secret))
		if err != nil {
			return c, access{}, err
		}
		c = comer{board: link.BoardID, link: link.SecretHash}
	case s.settings.Open:
		return c, access{open: true, role: store.Editor}, nil
	default:
		return c, access{}, store.ErrNotFound
	}
	if err := s.hub.stillIn(r.Context(), c); err != nil {
		return c, access{}, err
	}
	b, err := s.store.Access(r.Context(), c.board)
	if err != nil {
		return c, access{}, err
	}
	a, err := c.enter(b, time.Now())
	return c, a, err
}

// publicURL is where people reach us: as configured, or as this request did.
func (s *Server) publicURL(r *http.Request) string {
	if s.settings.PublicURL != "" {
		return s.settings.PublicURL
	}
	return "http://" + r.Host
}
