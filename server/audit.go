package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"openmic/server/store"
)

// What is noted in the audit of a board. No address is, and no name: who did
// something is looked up when the audit is read.
const (
	auditMade           = "made"
	auditOpened         = "opened"
	auditJoined         = "joined"
	auditLinkMade       = "link-made"
	auditLinkChanged    = "link-changed"
	auditLinkRevoked    = "link-revoked"
	auditExported       = "exported"
	auditRemoved        = "removed"
	auditBanned         = "banned"
	auditRole           = "role-given"
	auditLetIn          = "let-in"
	auditLocked         = "locked"
	auditUnlocked       = "unlocked"
	auditClosed         = "closed"
	auditReopened       = "reopened"
	auditDeleted        = "deleted"
	auditRestored       = "restored"
	auditRenamed        = "renamed"
	auditNameErased     = "name-erased"
	auditLeft           = "left"
	auditTakenBack      = "taken-back"
	auditEmbedding      = "embedding-changed"
	auditArchived       = "archived"
	auditUnarchived     = "unarchived"
	auditTitled         = "titled"        // the board got another name
	auditForked         = "forked"        // a variant was made of it; detail is the variant's id
	auditOwned          = "owned"         // it is in the list of somebody who signs in
	auditDisowned       = "disowned"      // and is not any more
	auditTakenOver      = "taken-over"    // an administrator made it theirs
	auditCopied         = "copied"        // by a browser, which has told us
	auditVersionNamed   = "version-named" // detail is the version's id
	auditVersionRenamed = "version-renamed"
	auditVersionRemoved = "version-removed"
	auditSweepAtOnce    = 10_000
	auditNotesWaiting   = 1000
)

// line is what is noted about something that the sender of a request does.
func (v visit) line(kind, subject, detail string) store.AuditLine {
	return store.AuditLine{
		Board: v.board.ID, At: time.Now(), Kind: kind, Participant: v.participant, Link: linkID(v.link), Key: v.key,
		Subject: subject, Detail: detail,
	}
}

// counted is what limits go by that are not for an address alone.
func (v visit) counted() string { return linkID(v.link) + v.key + v.person }

// stateLines are what is noted of a board that changes its state.
func (v visit) stateLines(from, to store.Board) (lines []store.AuditLine) {
	for _, s := range []struct {
		was, is bool
		on, off string
	}{
		{from.Locked, to.Locked, auditLocked, auditUnlocked},
		{from.Closed, to.Closed, auditClosed, auditReopened},
		{!from.Archived.IsZero(), !to.Archived.IsZero(), auditArchived, auditUnarchived},
		{!from.Deleted.IsZero(), !to.Deleted.IsZero(), auditDeleted, auditRestored},
	} {
		switch {
		case s.is && !s.was:
			lines = append(lines, v.line(s.on, "", ""))
		case s.was && !s.is:
			lines = append(lines, v.line(s.off, "", ""))
		}
	}
	if from.Title != to.Title {
		lines = append(lines, v.line(auditTitled, "", ""))
	}
	return lines
}

// noting has lines stored together with what a request changes.
func (s *Server) noting(ctx context.Context, lines ...store.AuditLine) context.Context {
	if s.settings.AuditDays == 0 {
		return ctx
	}
	return store.Noting(ctx, lines...)
}

// A scribe notes what is done without a change of the board's rows. Nobody waits
// for it: what it has not stored is lost when the program dies.
type scribe struct {
	server *Server
	lines  chan store.AuditLine
	opened *rates // by board and whoever opens it
}

func newScribe(s *Server) *scribe {
	return &scribe{
		server: s,
		lines:  make(chan store.AuditLine, auditNotesWaiting),
		opened: newRates(Rate{PerSecond: 1 / s.settings.AuditOpenedAgain.Seconds(), Burst: 1}, s.settings.Counted),
	}
}

// note keeps a line, if there is room for it.
func (sc *scribe) note(l store.AuditLine) {
	if sc.server.settings.AuditDays == 0 {
		return
	}
	select {
	case sc.lines <- l:
	default:
		sc.server.metrics.auditLost.Inc()
	}
}

// sessionBegan notes that somebody has opened a board: once in a while, for
// connections come and go.
func (sc *scribe) sessionBegan(a access) {
	who := a.participant
	if who == "" {
		who = linkID(a.link)
	}
	if a.board != "" && sc.opened.take(a.board+" "+who, time.Now()) == 0 {
		sc.note(store.AuditLine{Board: a.board, At: time.Now(), Kind: auditOpened, Participant: a.participant, Link: linkID(a.link), Detail: string(a.role)})
	}
}

// run stores what is noted until ctx ends, and then what is left.
func (sc *scribe) run(ctx context.Context) {
	for {
		select {
		case l := <-sc.lines:
			sc.store(l)
		case <-ctx.Done():
			for {
				select {
				case l := <-sc.lines:
					sc.store(l)
				default:
					return
				}
			}
		}
	}
}

// store stores a line and those that came meanwhile.
func (sc *scribe) store(l store.AuditLine) {
	lines := []store.AuditLine{l}
	for more := true; more && len(lines) < auditNotesWaiting; {
		select {
		case l := <-sc.lines:
			lines = append(lines, l)
		default:
			more = false
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), auditPatience)
	defer cancel()
	if err := sc.server.store.Note(ctx, lines...); err != nil {
		sc.server.metrics.auditLost.Add(float64(len(lines)))
		sc.server.log.Error().Err(err).Int("lines", len(lines)).Msg("note in the audit")
	}
}

// sweep forgets now and then what has been kept long enough.
func (s *Server) sweep(ctx context.Context) {
	tick := time.NewTicker(s.settings.SweepInterval)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			s.sweepAt(ctx, now)
			if err := (sweeper{s.hub}).sweep(ctx, now); err != nil && ctx.Err() == nil {
				s.log.Error().Err(err).Msg("remove deleted boards")
			}
		case <-ctx.Done():
			return
		}
	}
}

func (s *Server) sweepAt(ctx context.Context, now time.Time) {
	audit, answers := now.AddDate(0, 0, -s.settings.AuditDays), now.Add(-s.settings.AnswersKept)
	for {
		n, err := s.store.Sweep(ctx, audit, answers, s.settings.AuditLines, auditSweepAtOnce)
		if err != nil {
			if ctx.Err() == nil {
				s.log.Error().Err(err).Msg("sweep audit and answers")
			}
			return
		}
		if n < auditSweepAtOnce {
			return
		}
	}
}

type auditAnswer struct {
	At      time.Time  `json:"at"`
	Kind    string     `json:"kind"`
	By      *whoAnswer `json:"by,omitempty"`      // nothing: it is not known
	Subject *whoAnswer `json:"subject,omitempty"` // whom or what it was done to
	Detail  string     `json:"detail,omitempty"`
}

// whoAnswer is somebody or something in an audit. A name is as it is now.
type whoAnswer struct {
	Participant string         `json:"participant,omitempty"`
	Name        string         `json:"name,omitempty"`
	Pseudonym   *pseudonym     `json:"pseudonym,omitempty"` // of who has no name
	Audience    store.Audience `json:"audience,omitempty"`
	Link        string         `json:"link,omitempty"`
	Label       string         `json:"label,omitempty"` // of the link, while there is such a link
	Key         string         `json:"key,omitempty"`
}

// audit answers GET /api/boards/{id}/audit.
func (s *Server) audit(w http.ResponseWriter, r *http.Request) {
	v, ok := s.ownersVisit(w, r)
	if !ok {
		return
	}
	limit, before, ok := page(w, r, s.settings.AuditListed)
	if !ok {
		return
	}
	var from int64
	if before != "" {
		var err error
		if from, err = strconv.ParseInt(before, 36, 64); err != nil || from <= 0 {
			writeProblem(w, http.StatusBadRequest, "before is what an answer had as next")
			return
		}
	}
	lines, err := s.store.Audit(r.Context(), v.board.ID, from, limit+1)
	if err != nil {
		s.fail(w, "read audit", err)
		return
	}
	answer := struct {
		Lines []auditAnswer `json:"lines"`
		Next  string        `json:"next,omitempty"` // where the lines before these begin
		Days  int           `json:"days"`           // for which they are kept
	}{Days: s.settings.AuditDays}
	if len(lines) > limit {
		lines = lines[:limit]
		answer.Next = strconv.FormatInt(lines[limit-1].ID, 36)
	}
	if answer.Lines, err = s.readable(r.Context(), v.board, lines); err != nil {
		s.fail(w, "read participants", err)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// page reads how many things are asked for, and from where on.
func page(w http.ResponseWriter, r *http.Request, most int) (limit int, cursor string, ok bool) {
	q := r.URL.Query()
	limit = most
	if text := q.Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			writeProblem(w, http.StatusBadRequest, "limit is a number from 1 to "+strconv.Itoa(most))
			return 0, "", false
		}
		limit = n
	}
	return limit, q.Get("before"), true
}

// readable puts names to the ids in an audit.
func (s *Server) readable(ctx context.Context, b store.Access, lines []store.AuditLine) ([]auditAnswer, error) {
	labels := map[string]string{}
	for _, l := range b.Links {
		labels[linkID(l.SecretHash)] = l.Label
	}
	people := map[string]*store.Participant{}
	who := func(participant, link, key string) (*whoAnswer, error) {
		if participant == "" && link == "" && key == "" {
			return nil, nil
		}
		a := &whoAnswer{Participant: participant, Link: link, Label: labels[link], Key: key}
		if participant == "" {
			return a, nil
		}
		p, known := people[participant]
		if !known {
			found, err := s.store.Participant(ctx, b.ID, participant)
			if err == nil {
				p = &found
			} else if !isNotFound(err) {
				return nil, err
			}
			people[participant] = p
		}
		if p != nil {
			a.Name, a.Audience = p.Name, p.Audience
		}
		a.Pseudonym = unnamed(b.ID, participant, a.Name)
		return a, nil
	}
	answers := make([]auditAnswer, len(lines))
	for i, l := range lines {
		a := auditAnswer{At: l.At, Kind: l.Kind, Detail: l.Detail}
		var err error
		if a.By, err = who(l.Participant, l.Link, l.Key); err != nil {
			return nil, err
		}
		participant, link := l.Subject, ""
		switch l.Kind {
		case auditLinkMade, auditLinkChanged, auditLinkRevoked:
			participant, link = "", l.Subject
		}
		if a.Subject, err = who(participant, link, ""); err != nil {
			return nil, err
		}
		answers[i] = a
	}
	return answers, nil
}

// tellAudit answers POST /api/boards/{id}/audit: a client tells what it alone
// knows of, such as a copy that it made. That it says so proves nothing.
func (s *Server) tellAudit(w http.ResponseWriter, r *http.Request) {
	v, ok := s.visit(w, r)
	var in struct {
		Kind    string `json:"kind"`
		Detail  string `json:"detail"`
		Subject string `json:"subject"`
	}
	if !ok || !s.readBody(w, r, &in, `{"kind": "copied", "detail": "pdf"}`) {
		return
	}
	switch in.Kind {
	case auditCopied:
		in.Subject = ""
	case auditTakenBack:
		if v.role != store.Owner {
			s.refuseComer(w, errOwners)
			return
		}
		if _, ok := s.participantOf(w, r, v.board.ID, in.Subject); !ok {
			return
		}
	default:
		writeProblem(w, http.StatusBadRequest, "kind is copied or taken-back")
		return
	}
	if !auditWord(in.Detail) {
		writeProblem(w, http.StatusBadRequest, "detail is a word of a few letters and digits, such as pdf")
		return
	}
	if s.allow(w, s.limits.exports, v.counted()+" "+neighbourhood(s.address(r)), "copies") {
		s.scribe.note(v.line(in.Kind, in.Subject, in.Detail))
		w.WriteHeader(http.StatusNoContent)
	}
}

// auditWord tells whether a detail is a word of a program, and nobody's name.
func auditWord(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return len(s) <= auditWordBytes
}

const auditWordBytes = 12

// auditPatience is how long the store may take for the lines of a scribe, also when the server ends.
const auditPatience = 5 * time.Second
