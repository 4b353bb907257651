package server_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"openmic/server"
)

type auditWho struct{ Participant, Name, Audience, Link, Label, Key string }

type auditLine struct {
	At           time.Time
	Kind, Detail string
	By, Subject  *auditWho
}

type auditPage struct {
	Lines []auditLine
	Next  string
	Days  int
}

func (n *node) audit(b board, query string) auditPage {
	n.t.Helper()
	return do[auditPage](n.t, n.as(b.secret("owner"), "GET", "/api/boards/"+b.ID+"/audit"+query, ""), http.StatusOK)
}

func (p auditPage) kinds() (kinds []string) {
	for _, l := range p.Lines {
		kinds = append(kinds, l.Kind)
	}
	return kinds
}

// untilNoted waits for the newest line to be of a kind: some are noted beside the request.
func (n *node) untilNoted(b board, kind string) auditLine {
	n.t.Helper()
	var l auditLine
	poll(n.t, "noted: "+kind, func() bool {
		lines := n.audit(b, "").Lines
		i := slices.IndexFunc(lines, func(l auditLine) bool { return l.Kind == kind })
		if i >= 0 {
			l = lines[i]
		}
		return i >= 0
	})
	return l
}

func TestAuditTellsWhatWasDone(t *testing.T) {
	began := time.Now().Add(-time.Second)
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	anna := n.join(b, b.secret("owner"), `{"name": "Anna"}`)
	as := func(method, path, body string, status int) {
		t.Helper()
		do[any](t, n.as(b.secret("owner"), method, path, body, "Openmic-Participant", anna.Token), status)
	}
	l := n.makeLink(b, `{"role": "viewer", "label": "Rådet"}`)
	as("PATCH", path+"/links/"+l.ID, `{"role": "commenter"}`, http.StatusOK)
	guest := n.join(b, l.secret(), `{"name": "Gäst"}`)
	n.connect("guest", "ticket="+n.ticket(b, l.secret(), guest.Token))
	opened := n.untilNoted(b, "opened")
	if opened.By.Name != "Gäst" || opened.Detail != "commenter" || opened.By.Label != "Rådet" || opened.By.Link != l.ID {
		t.Errorf("opened by %+v, %q", opened.By, opened.Detail)
	}
	as("DELETE", path+"/participants/"+guest.ID, "", http.StatusNoContent)
	n.untilNoted(b, "removed")
	as("PATCH", path+"/participants/"+guest.ID, `{"banned": true}`, http.StatusOK)
	as("PATCH", path+"/participants/"+guest.ID, `{"banned": false}`, http.StatusOK)
	as("PATCH", path, `{"locked": true, "closed": true}`, http.StatusOK)
	as("PATCH", path, `{"locked": true}`, http.StatusOK) // as it is: nothing to note
	as("PATCH", path, `{"locked": false, "closed": false}`, http.StatusOK)
	as("DELETE", path, "", http.StatusNoContent)
	as("PATCH", path, `{"deleted": false}`, http.StatusOK)
	as("DELETE", path+"/links/"+l.ID, "", http.StatusNoContent)
	do[any](t, n.as(b.secret("viewer"), "POST", path+"/audit", `{"kind": "copied", "detail": "pdf"}`), http.StatusNoContent)
	as("POST", path+"/audit", `{"kind": "taken-back", "subject": "`+guest.ID+`"}`, http.StatusNoContent)
	n.untilNoted(b, "copied")
	n.untilNoted(b, "taken-back")

	page := n.audit(b, "")
	want := []string{
		"taken-back", "copied", "link-revoked", "restored", "deleted", "reopened", "unlocked", "closed", "locked", "let-in", "banned", "removed",
		"opened", "joined", "link-changed", "link-made", "joined", "made",
	}
	if got := page.kinds(); !slices.Equal(got, want) {
		t.Errorf("the audit has\n%q, not\n%q", got, want)
	}
	if page.Days != 365 || page.Next != "" {
		t.Errorf("kept %d days, next %q", page.Days, page.Next)
	}
	for i, l := range page.Lines {
		if l.At.Before(began) || l.At.After(time.Now()) || i > 0 && l.At.After(page.Lines[i-1].At) {
			t.Errorf("line %d, %s, is of %s", i, l.Kind, l.At)
		}
		switch l.Kind {
		case "banned", "let-in", "removed", "taken-back":
			if l.By.Name != "Anna" || l.By.Audience != "staff" || l.Subject.Name != "Gäst" {
				t.Errorf("%s by %+v, of %+v", l.Kind, l.By, l.Subject)
			}
		case "link-changed", "link-revoked":
			if l.By.Participant != anna.ID || l.Subject.Link == "" || l.Subject.Participant != "" || l.Detail != "commenter" {
				t.Errorf("%s by %+v, of %+v, %q", l.Kind, l.By, l.Subject, l.Detail)
			}
		case "made":
			if l.By != nil {
				t.Errorf("made by %+v", l.By)
			}
		}
	}
	// In pages it is the same.
	var kinds []string
	for query := "?limit=5"; query != ""; {
		page := n.audit(b, query)
		kinds = append(kinds, page.kinds()...)
		if query = ""; page.Next != "" {
			query = "?limit=5&before=" + page.Next
		}
	}
	if !slices.Equal(kinds, want) {
		t.Errorf("in pages it has %q", kinds)
	}
	for _, query := range []string{"?limit=0", "?limit=101", "?limit=x", "?before=-1", "?before=+", "?before=%21"} {
		isProblem(t, n.as(b.secret("owner"), "GET", path+"/audit"+query, ""), http.StatusBadRequest)
	}
	for _, body := range []string{`{"kind": "made"}`, `{"kind": "copied", "detail": "Anna Andersson"}`, `{"kind": "copied", "detail": "` + strings.Repeat("x", 13) + `"}`, `{}`} {
		isProblem(t, n.as(b.secret("owner"), "POST", path+"/audit", body), http.StatusBadRequest)
	}
	isProblem(t, n.as(b.secret("owner"), "POST", path+"/audit", `{"kind": "taken-back", "subject": "nobody"}`), http.StatusNotFound)
	isProblem(t, n.as(b.secret("editor"), "POST", path+"/audit", `{"kind": "taken-back", "subject": "`+guest.ID+`"}`), http.StatusForbidden)
}

// Connections come and go; that somebody has the board open is noted once.
func TestOpeningIsNotedOnce(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	guest := n.join(b, b.secret("editor"), "{}")
	for range 3 {
		n.connect("guest", "ticket="+n.ticket(b, b.secret("editor"), guest.Token)).hangUp()
	}
	n.connect("a program", "link="+b.secret("viewer")).hangUp()
	n.connect("another", "link="+b.secret("viewer")).hangUp()
	poll(t, "both are noted", func() bool { return len(n.audit(b, "").Lines) >= 4 })
	if got := n.audit(b, "").kinds(); !slices.Equal(got, []string{"opened", "opened", "joined", "made"}) {
		t.Errorf("the audit has %q", got)
	}
}

func TestAuditIsSweptAndCanBeOff(t *testing.T) {
	off := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.AuditDays = false, 0 }})
	b := off.createBoard("")
	off.makeLink(b, "{}")
	off.connect("p", "link="+b.secret("viewer")).hangUp()
	if page := off.audit(b, ""); len(page.Lines) > 0 || page.Days != 0 {
		t.Errorf("an audit that is off has %+v", page)
	}

	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Open, s.AuditLines, s.SweepInterval = false, 2, 10*time.Millisecond
	}})
	b = n.createBoard("")
	n.makeLink(b, "{}")
	n.makeLink(b, "{}")
	poll(t, "the oldest lines are gone", func() bool {
		return slices.Equal(n.audit(b, "").kinds(), []string{"link-made", "link-made"})
	})
}
