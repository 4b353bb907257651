package server_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"openmic/crdt"
	"openmic/server/docid"
	"openmic/server/store/postgres/pgtest"
)

var (
	kills  = flag.Int("kills", 50, "how often TestKill kills the server, with each store")
	moment = flag.Duration("moment", 200*time.Millisecond, "how long a server of TestKill lives at most")
)

const (
	people = 8
	boards = 3
	// season is how many kills a board sees: more would tell nothing new, and it would grow.
	season = 25
)

// A campaign kills one server over and over while people edit, and keeps the books.
type campaign struct {
	t       *testing.T
	site    *site
	seasons [][]*editor // the last ones are at work

	kills, lost, again int
	slowest            time.Duration // start
}

func (c *campaign) acked() (n int) {
	for _, e := range slices.Concat(c.seasons...) {
		n += e.acked
	}
	return n
}

func (c *campaign) String() string {
	return fmt.Sprintf("%s: %d kills, %d acknowledged, %d lost, %d brought again, slowest start %d ms",
		c.site.store, c.kills, c.acked(), c.lost, c.again, c.slowest.Milliseconds())
}

// begin has new people begin new boards.
func (c *campaign) begin() {
	var docs []string
	for range boards {
		docs = append(docs, docid.New().String())
	}
	c.seasons = append(c.seasons, gather(c.t, people, docs))
}

// start starts the server and, before anybody who could bring something comes
// back, looks at what it has.
func (c *campaign) start() *program {
	p := c.site.start()
	c.slowest = max(c.slowest, time.Since(p.began))
	c.audit(c.seasons[len(c.seasons)-1])
	return p
}

// audit compares what the server has with what people were told.
func (c *campaign) audit(all []*editor) {
	c.t.Helper()
	has := map[string]func(crdt.Hash) bool{}
	for _, e := range all {
		if has[e.doc] == nil {
			has[e.doc] = open(c.t, c.site.address, e.doc).Has
		}
		for i, h := range e.made {
			switch {
			case has[e.doc](h):
			case i < e.acked:
				c.lost++
			default:
				c.again++
			}
		}
	}
}

// round is one life of the server.
func (c *campaign) round(longest time.Duration) {
	p := c.start()
	end := together(c.t, c.site.address, c.seasons[len(c.seasons)-1])
	time.Sleep(longest/10 + rand.N(longest*9/10))
	p.kill()
	c.kills++
	end()
}

// close lets people bring what they hold; then all of it is there.
func (c *campaign) close() {
	c.t.Helper()
	p := c.start()
	all := c.seasons[len(c.seasons)-1]
	end := together(c.t, c.site.address, all)
	settle(c.t, all)
	p.kill()
	end()
	again := c.again
	p = c.start()
	p.kill()
	if c.again != again {
		c.t.Errorf("%d changes that people hold are not there in the end", c.again-again)
	}
}

// A kill shows what the program forgets that it has not handed over to the
// kernel; what the kernel has not handed over to the disk is TestAckAfterSync's.
func TestKill(t *testing.T) {
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   func(*testing.T) string { return "" },
		"postgres": func(t *testing.T) string { return pgtest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &campaign{t: t, site: newSite(t, programOf(t, ordinary), url(t))}
			for c.kills < *kills {
				c.begin()
				for n := min(season, *kills-c.kills); n > 0 && !t.Failed(); n-- {
					c.round(*moment)
				}
				c.close()
			}
			p := c.site.start()
			c.audit(slices.Concat(c.seasons...))
			p.kill()
			t.Log(c)
			if c.lost > 0 || c.acked() == 0 {
				t.Errorf("%d of %d acknowledged changes were lost", c.lost, c.acked())
			}
		})
	}
}

// A server that acknowledges first and stores a moment later is found out.
func TestKillFindsAcknowledgedTooEarly(t *testing.T) {
	c := &campaign{t: t, site: newSite(t, programOf(t, withFailures), "")}
	c.site.env = []string{"OPENMIC_WRONG=store later"}
	c.begin()
	for c.lost == 0 && c.kills < 50 {
		c.round(300 * time.Millisecond)
		c.start().kill()
	}
	t.Log(c)
	if c.lost == 0 {
		t.Error("nobody noticed")
	}
}
