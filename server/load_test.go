package server_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"openmic/crdt"
	"openmic/server"
	"openmic/server/load"
	"openmic/server/wire"
)

// small is a plan that takes a second.
func small(target string) load.Plan {
	return load.Plan{
		Target: target, Boards: 2, People: 12, Editors: 4, Rate: 20, Presence: 10,
		Warm: 100 * time.Millisecond, For: 700 * time.Millisecond, Drain: time.Minute, Connects: 1000, PID: os.Getpid(),
	}
}

func TestLoadEverythingArrives(t *testing.T) {
	for name, change := range map[string]func(*load.Plan){
		"quiet": func(*load.Plan) {},
		"stock": func(p *load.Plan) { p.Stock = true },
		"churn": func(p *load.Plan) { p.Churn = 20 },
		"open":  func(p *load.Plan) { p.Open, p.Stock = true, true },
	} {
		t.Run(name, func(t *testing.T) {
			var plan load.Plan
			change(&plan)
			n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open = plan.Open }})
			plan = small(n.web.URL)
			change(&plan)
			r, err := load.Run(t.Context(), plan)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Whole() || r.Edits == 0 || r.Delivered != r.Edits*5 {
				t.Errorf("of %d edits %d of %d arrived, %d again; sockets lost: %v", r.Edits, r.Delivered, r.Expected, r.Repeated, r.Reasons)
			}
			if plan.Churn > 0 && r.Left == 0 {
				t.Error("nobody left")
			}
			if r.Presence == 0 || !r.Server || r.Memory == 0 || r.Latency.Max == 0 {
				t.Errorf("a figure is missing: %+v", r)
			}
			var text strings.Builder
			r.Print(&text)
			if !strings.Contains(text.String(), "lost 0, repeated 0") {
				t.Errorf("the report says: %s", text.String())
			}
		})
	}
}

// A server that loses messages, or repeats them, or drops people is found out.
func TestLoadCountsWhatIsLost(t *testing.T) {
	for name, c := range map[string]struct {
		fault func(n int64, message []byte) (times int, err error)
		found func(*load.Report) bool
	}{
		"dropped":      {func(n int64, _ []byte) (int, error) { return int(min(n%7, 1)), nil }, func(r *load.Report) bool { return r.Lost > 0 && r.Repeated == 0 }},
		"repeated":     {func(n int64, _ []byte) (int, error) { return 1 + int(n%2), nil }, func(r *load.Report) bool { return r.Lost == 0 && r.Repeated > 0 }},
		"disconnected": {func(n int64, _ []byte) (int, error) { return 1, map[bool]error{true: context.Canceled}[n == 5] }, func(r *load.Report) bool { return r.LostSockets > 0 && len(r.Reasons) > 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			n := startNode(t, nodeOption{settings: func(s *server.Settings) { s.Open = false }})
			plan := small(lossy(t, n.web.URL, c.fault))
			r, err := load.Run(t.Context(), plan)
			if err != nil {
				t.Fatal(err)
			}
			if !c.found(r) || r.Whole() {
				t.Errorf("not found out: lost %d, repeated %d, sockets %d (%v)", r.Lost, r.Repeated, r.LostSockets, r.Reasons)
			}
		})
	}
}

// lossy puts a proxy before a server that does something to each sync message
// with changes: n of one socket, sent so often, or the end of the socket.
func lossy(t *testing.T, target string, fault func(n int64, message []byte) (int, error)) string {
	t.Helper()
	proxy := http.NewServeMux()
	proxy.HandleFunc("POST /api/boards", func(w http.ResponseWriter, r *http.Request) {
		request, _ := http.NewRequestWithContext(r.Context(), r.Method, target+r.URL.Path, r.Body)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Error(err)
			return
		}
		defer response.Body.Close()
		w.WriteHeader(response.StatusCode)
		_, _ = io.Copy(w, response.Body)
	})
	proxy.HandleFunc("GET /sync", func(w http.ResponseWriter, r *http.Request) {
		person, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer person.CloseNow()
		node, _, err := websocket.Dial(r.Context(), target+"/sync?"+r.URL.RawQuery, nil)
		if err != nil {
			return
		}
		defer node.CloseNow()
		go func() {
			defer node.CloseNow()
			pump(r.Context(), person, node, nil)
		}()
		var n atomic.Int64
		pump(r.Context(), node, person, func(b []byte) (int, error) {
			m, err := wire.Decode(b)
			if err != nil || m.Type != wire.TypeSync {
				return 1, nil
			}
			if sync, err := crdt.ParseSyncMessage(m.Data, crdt.DefaultLimits()); err != nil || len(sync.Changes) == 0 {
				return 1, nil
			}
			return fault(n.Add(1), b)
		})
	})
	web := httptest.NewServer(proxy)
	t.Cleanup(web.Close)
	return web.URL
}

func pump(ctx context.Context, from, to *websocket.Conn, fault func([]byte) (int, error)) {
	from.SetReadLimit(1 << 20)
	for {
		kind, b, err := from.Read(ctx)
		if err != nil {
			return
		}
		times := 1
		if fault != nil {
			if times, err = fault(b); err != nil {
				return
			}
		}
		for range times {
			if to.Write(ctx, kind, b) != nil {
				return
			}
		}
	}
}

func TestLoadPlansThatMakeNoSense(t *testing.T) {
	good := small("http://127.0.0.1:1")
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*load.Plan){
		"no address":            func(p *load.Plan) { p.Target = "127.0.0.1:8080" },
		"no boards":             func(p *load.Plan) { p.Boards = 0 },
		"fewer people":          func(p *load.Plan) { p.People = 1 },
		"a city":                func(p *load.Plan) { p.People = 1_000_000 },
		"too many editors":      func(p *load.Plan) { p.Editors = 13 },
		"nobody makes it":       func(p *load.Plan) { p.Open, p.Editors = true, 1 },
		"a rate below nothing":  func(p *load.Plan) { p.Rate = -1 },
		"no time":               func(p *load.Plan) { p.For = 0 },
		"everybody edits a lot": func(p *load.Plan) { p.Boards, p.People, p.Editors = 1, 50_000, 50_000 },
	} {
		p := good
		spoil(&p)
		if err := p.Check(); err == nil {
			t.Errorf("%s: passes", name)
		}
	}
}
