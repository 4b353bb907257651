package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"openmic/server"
)

const onceKey = "8e03978e-40d5-43dd-bc93-6894a57f9324"

func TestAskedTwiceMadeOnce(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	for _, c := range []struct{ secret, path, body, other string }{
		{"", "/api/boards", `{"title": "Moving house"}`, `{"title": "Moving"}`},
		{b.secret("owner"), path + "/links", `{"label": "Rådet"}`, `{}`},
		{b.secret("editor"), path + "/participants", `{"name": "Anna"}`, `{"name": "Anna "}`},
	} {
		ask := func(key, body string) answer {
			t.Helper()
			if c.secret == "" {
				return n.request("POST", c.path, body, "Idempotency-Key", key)
			}
			return n.as(c.secret, "POST", c.path, body, "Idempotency-Key", key)
		}
		first, again := ask(onceKey, c.body), ask(onceKey, c.body)
		if first.StatusCode != http.StatusCreated || again.StatusCode != first.StatusCode || !bytes.Equal(first.body, again.body) ||
			first.Header.Get("Location") != again.Header.Get("Location") || first.Header.Get("Content-Type") != again.Header.Get("Content-Type") {
			t.Errorf("%s: answered %d %s, and again %d %s", c.path, first.StatusCode, first.body, again.StatusCode, again.body)
		}
		if first.Header.Get("Idempotent-Replayed") != "" || again.Header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("%s: replayed is %q, %q", c.path, first.Header.Get("Idempotent-Replayed"), again.Header.Get("Idempotent-Replayed"))
		}
		isProblem(t, ask(onceKey, c.other), http.StatusUnprocessableEntity)
		if other := ask(onceKey+"-2", c.body); other.StatusCode != http.StatusCreated || bytes.Equal(other.body, first.body) {
			t.Errorf("%s: under another key %d %s", c.path, other.StatusCode, other.body)
		}
		for _, key := range []string{"short", strings.Repeat("x", 201), "with a space in it", "åååååååååååååååå"} {
			isProblem(t, ask(key, c.body), http.StatusBadRequest)
		}
	}
	if links := n.linksOf(b); len(links) != 6 {
		t.Errorf("%d links, not 4 and 2", len(links))
	}
	// What goes wrong leaves nothing behind.
	isProblem(t, n.as(b.secret("owner"), "POST", path+"/links", `{"role": "root"}`, "Idempotency-Key", onceKey+"-3"), http.StatusBadRequest)
	do[link](t, n.as(b.secret("owner"), "POST", path+"/links", `{}`, "Idempotency-Key", onceKey+"-3"), http.StatusCreated)
	// Others under the same key are others, and who may not make links is told so.
	do[joined](t, n.as(b.secret("viewer"), "POST", path+"/participants", `{}`, "Idempotency-Key", onceKey), http.StatusCreated)
	isProblem(t, n.as(b.secret("editor"), "POST", path+"/links", `{}`, "Idempotency-Key", onceKey), http.StatusForbidden)
	isProblem(t, n.as("nonsense", "POST", path+"/links", `{}`, "Idempotency-Key", onceKey), http.StatusNotFound)
	// Nor does one who may no longer get the answer once more.
	l := n.makeLink(b, `{"role": "owner"}`)
	do[link](t, n.as(l.secret(), "POST", path+"/links", `{}`, "Idempotency-Key", onceKey), http.StatusCreated)
	do[any](t, n.as(b.secret("owner"), "DELETE", path+"/links/"+l.ID, ""), http.StatusNoContent)
	isProblem(t, n.as(l.secret(), "POST", path+"/links", `{}`, "Idempotency-Key", onceKey), http.StatusNotFound)
}

// Of many who ask at once under one key, one makes a board; the others are told to
// wait, or get its answer.
func TestAskedAtOnceMadeOnce(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	_, key := n.key("x")
	answers := make([]answer, 12)
	var asking sync.WaitGroup
	for i := range answers {
		asking.Go(func() { answers[i] = n.as(key, "POST", "/api/boards", `{"title": "x"}`, "Idempotency-Key", onceKey) })
	}
	asking.Wait()
	made := map[string]int{}
	for _, a := range answers {
		switch a.StatusCode {
		case http.StatusCreated:
			made[string(a.body)]++
		case http.StatusConflict:
			if !strings.Contains(string(a.body), `"condition":"in-progress"`) || a.Header.Get("Retry-After") != "1" {
				t.Errorf("answer %s", a.body)
			}
		default:
			t.Errorf("answer %d %s", a.StatusCode, a.body)
		}
	}
	list := do[struct{ Boards []board }](t, n.as(key, "GET", "/api/boards", ""), http.StatusOK).Boards
	if len(made) != 1 || len(list) != 1 {
		t.Errorf("%d different answers, %d boards", len(made), len(list))
	}
}

func TestAnswersAreBoundedAndSwept(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open, s.Answers = false, 2 }})
	ask := func(i int) answer {
		return n.request("POST", "/api/boards", `{}`, "Idempotency-Key", fmt.Sprint(onceKey, i))
	}
	for i := range 2 {
		do[board](t, ask(i), http.StatusCreated)
	}
	isProblem(t, ask(2), http.StatusServiceUnavailable)
	do[board](t, ask(1), http.StatusCreated)
	do[board](t, n.request("POST", "/api/boards", `{}`), http.StatusCreated)

	swept := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Open, s.Answers, s.AnswersKept, s.SweepInterval = false, 1, time.Millisecond, 5*time.Millisecond
	}})
	poll(t, "the first answers make room", func() bool {
		return swept.request("POST", "/api/boards", `{}`, "Idempotency-Key", onceKey+"-2").StatusCode == http.StatusCreated
	})
	poll(t, "and so do the next", func() bool {
		return swept.request("POST", "/api/boards", `{}`, "Idempotency-Key", onceKey+"-3").StatusCode == http.StatusCreated
	})
}
