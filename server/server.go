package server

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"

	"openmic/crdt/engine"
	"openmic/server/docid"
	"openmic/server/store"
)

// Server is one node: the HTTP routes, and behind them the hub.
type Server struct {
	settings Settings
	store    store.Store
	hub      *Hub
	metrics  *metrics
	tickets  *tickets
	log      zerolog.Logger
	handler  http.Handler
	stop     context.CancelFunc // ends the rooms
	halt     context.CancelFunc // ends the committer
	halted   chan struct{}

	attachments *attachments
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
		settings: settings,
		store:    st,
		metrics:  m,
		tickets:  newTickets(settings.TicketLife, settings.Tickets),
		log:      log,
		halted:   make(chan struct{}),

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
		compactions: make(chan struct{}, 1),
		quarantine:  newQuarantine(&s.settings),
		rooms:       map[docid.ID]*room{},
		sessions:    map[*session]struct{}{},
		peers:       map[string]*session{},
	}
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

func (s *Server) routes(assets fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/boards", s.createBoard)
	mux.HandleFunc("GET /api/boards/{id}", s.board)
	mux.HandleFunc("POST /api/boards/{id}/tickets", s.createTicket)
	mux.HandleFunc("POST /api/boards/{id}/attachments", s.createAttachment)
	mux.HandleFunc("GET /api/boards/{id}/attachments/{attachment}", s.attachment)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, http.StatusNotFound, "there is nothing here")
	})
	mux.HandleFunc("GET /sync", s.sync)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "alive"})
	})
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	mux.Handle("/", serveClient(assets))
	return secured(mux)
}

// secured sets the headers that hold for every answer.
func secured(next http.Handler) http.Handler {
	const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; " +
		"img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; " +
		"form-action 'self'; frame-ancestors 'self'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
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

// sync answers GET /sync: the WebSocket of the automerge-repo protocol. It is
// opened with a ticket, or by a stock client with a link's secret. Neither is
// sent by a browser of its own accord, as a cookie is, so the page that the
// socket is opened from does not matter.
func (s *Server) sync(w http.ResponseWriter, r *http.Request) {
	a, err := s.admitSocket(r)
	if err != nil {
		if errors.Is(err, store.ErrNotFound) {
			writeProblem(w, http.StatusUnauthorized, "open the socket with ?ticket= or with a link's secret as ?link=")
		} else {
			s.fail(w, "admit socket", err)
		}
		return
	}
	if s.hub.draining.Load() {
		writeProblem(w, http.StatusServiceUnavailable, errDraining.Error())
		return
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		w.Header().Set("Upgrade", "websocket")
		writeProblem(w, http.StatusUpgradeRequired, "this address is for WebSockets")
		return
	}
	socket, err := accept(w, r, &s.hub.settings)
	if err != nil {
		s.log.Info().Err(err).Msg("upgrade to a WebSocket")
		return
	}
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	log := s.log.With().Str("address", address).Str("role", string(a.role)).Logger()
	newSession(s.hub, socket, a, log).serve()
}

// admitSocket tells what the opener of a socket may do. ErrNotFound: nothing.
func (s *Server) admitSocket(r *http.Request) (access, error) {
	q := r.URL.Query()
	if name := q.Get("ticket"); name != "" {
		if a, ok := s.tickets.redeem(name, time.Now()); ok {
			return a, nil
		}
		return access{}, store.ErrNotFound
	}
	if secret := q.Get("link"); secret != "" {
		link, err := s.store.LinkBySecret(r.Context(), secretHash(secret))
		if err != nil {
			return access{}, err
		}
		b, err := s.store.Board(r.Context(), link.BoardID)
		return access{doc: b.Doc, role: link.Role, link: link.SecretHash}, err
	}
	if s.settings.Open {
		return access{open: true, role: store.Editor}, nil
	}
	return access{}, store.ErrNotFound
}

// publicURL is where people reach us: as configured, or as this request did.
func (s *Server) publicURL(r *http.Request) string {
	if s.settings.PublicURL != "" {
		return s.settings.PublicURL
	}
	return "http://" + r.Host
}
