package server_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"openmic/server/genesis"
)

// A noted is what was written, by whomever.
type noted struct {
	mu    sync.Mutex
	bytes bytes.Buffer
}

func (w *noted) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes.Write(b)
}

func (w *noted) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes.String()
}

// No secret, key, password, token, name or title is in a log, a metric or an error,
// and what opens something is not in the database.
func TestSecretsStaySecret(t *testing.T) {
	var out noted
	dir := t.TempDir()
	n := startNode(t, nodeOption{dir: dir, settings: hosted, log: zerolog.New(&out).Level(zerolog.TraceLevel)})
	const password, title, name = "sesam-oeppna-dig", "Hemlig-rubrik", "Hemlige-Arne"
	b := n.createBoard(title)
	path := "/api/boards/" + b.ID
	l := n.makeLink(b, `{"password": "`+password+`", "label": "Hemlig-etikett"}`)
	in := n.join(b, l.secret(), `{"password": "`+password+`", "name": "`+name+`"}`)
	used, unused := n.ticket(b, l.secret(), in.Token), n.ticket(b, l.secret(), in.Token)
	_, key := n.key("Hemligt-program")
	made := do[board](t, n.as(key, "POST", "/api/boards", "{}", "Idempotency-Key", onceKey), http.StatusCreated)
	twice := do[link](t, n.as(key, "POST", "/api/boards/"+made.ID+"/links", `{"password": "`+password+`"}`, "Idempotency-Key", onceKey), http.StatusCreated)
	n.embedded(b, `{"role": "editor"}`)
	pass, spent := vouch(t, object{"board": b.ID, "name": name, "sub": "hemlig@example.org"}), vouch(t, object{"board": b.ID, "exp": 1})
	do[any](t, n.as(pass, "POST", path+"/participants", ""), http.StatusCreated)
	n.connect("r", "ticket="+n.ticket(b, pass)).hangUp()
	// These are in the database only as hashes, and sealed.
	unread := []string{pass, "hemlig@example.org", key, onceKey, made.secret("owner"), twice.secret(), l.secret(), in.Token, b.secret("owner"), password}
	secrets := []string{pass, spent, "hemlig@example.org", "Hemligt-program", key, onceKey, made.secret("owner"), made.secret("viewer"), twice.secret(), password, title, name, "Hemlig-etikett", in.Token, used, unused, l.secret(), "wrong-password-tried", "no-such-secret"}
	for role := range b.Links {
		secrets = append(secrets, b.secret(role))
	}

	p := n.participant("p", "ticket="+used, b.DocumentID)
	p.untilSeen(genesis.Hash())
	p.untilSaved(p.Edit())
	p.sendSync("sync", b.DocumentID, []byte("broken"))
	p.wantEnd(4422)
	n.connect("q", "link="+b.secret("viewer")).hangUp()
	for _, a := range []answer{
		n.as(l.secret(), "POST", path+"/participants", `{"password": "wrong-password-tried"}`),
		n.as(l.secret(), "POST", path+"/participants", `{"password": "`+password+`", "more": 1}`),
		n.as("no-such-secret", "GET", path, ""),
		n.as(spent, "GET", path, ""),
		n.request("GET", "/sync?link="+pass, ""),
		n.request("GET", "/oembed?url="+n.web.URL+"/b/"+b.ID+"%23"+b.secret("owner"), ""),
		n.as(b.secret("editor"), "GET", path, "", "Openmic-Participant", "no-such-secret"),
		n.request("GET", "/sync?link="+l.secret(), ""),
		n.request("GET", "/sync?ticket="+used, ""),
		n.request("GET", "/sync?link=no-such-secret", ""),
		n.as(b.secret("viewer"), "DELETE", path, ""),
		n.as(key, "GET", path, ""),
		n.as(key, "POST", path+"/tickets", ""),
		n.as(key, "POST", "/api/boards", "{}", "Idempotency-Key", onceKey),
		n.as(key, "POST", "/api/boards", `{"title": "x"}`, "Idempotency-Key", onceKey),
		n.as(key+"x", "GET", "/api/boards", ""),
		n.request("GET", "/sync?link="+key, ""),
		n.as(b.secret("owner"), "PATCH", path+"/participants/"+in.ID, `{"banned": true}`),
		n.as(l.secret(), "GET", path, "", "Openmic-Participant", in.Token),
		n.as(b.secret("owner"), "DELETE", path+"/links/"+l.ID, ""),
	} {
		if a.StatusCode < 400 {
			continue
		}
		for _, secret := range secrets {
			if bytes.Contains(a.body, []byte(secret)) {
				t.Errorf("%q is in the answer %s", secret, a.body)
			}
		}
	}
	metrics := string(n.request("GET", "/metrics", "").body)
	n.store.set(func(s *faultyStore) { s.down = true })
	isProblem(t, n.request("GET", "/readyz", ""), http.StatusServiceUnavailable)
	n.stop()
	log := out.String()
	for _, e := range must(os.ReadDir(dir)) {
		for _, secret := range unread {
			if bytes.Contains(must(os.ReadFile(filepath.Join(dir, e.Name()))), []byte(secret)) {
				t.Errorf("%q is in %s", secret, e.Name())
			}
		}
	}
	if !strings.Contains(log, "session ended") || !strings.Contains(log, "link revoked") {
		t.Fatalf("the log does not tell what happened: %s", log)
	}
	for _, secret := range secrets {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
		if strings.Contains(metrics, secret) {
			t.Errorf("%q is in the metrics", secret)
		}
	}
}
