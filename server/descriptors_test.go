package server_test

import (
	"net"
	"os"
	"strconv"
	"testing"
)

// descriptors is how many files and sockets the program has open.
func (p *program) descriptors() int {
	p.site.t.Helper()
	entries, err := os.ReadDir("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/fd")
	if err != nil {
		p.site.t.Fatal(err)
	}
	return len(entries)
}

// When more connections come than the program may have, those who edit go on,
// and when there is room again people get in.
func TestNoDescriptorsLeft(t *testing.T) {
	const most = 64
	c := &campaign{t: t, site: newSite(t, programOf(t, ordinary), "")}
	c.site.command = append([]string{"prlimit", "--nofile=" + strconv.Itoa(most)}, c.site.command...)
	c.begin()
	all := c.seasons[0]
	p := c.start()
	end := together(t, c.site.address, all)
	watchAll(all).untilBack(t)
	for range 3 {
		var crowd []net.Conn
		for range 2 * most {
			conn, err := net.Dial("tcp", c.site.address)
			noError(t, err)
			defer conn.Close()
			crowd = append(crowd, conn)
		}
		poll(t, "no descriptor is left", func() bool { return p.descriptors() >= most })
		for range 3 {
			watchAll(all).untilBack(t)
			seeEachOther(t, all)
		}
		for _, conn := range crowd {
			_ = conn.Close()
		}
		open(t, c.site.address, all[0].doc)
	}
	settle(t, all)
	equal(t, all)
	p.kill()
	end()
	c.start().kill()
	t.Logf("%d acknowledged, %d lost, %d not there in the end", c.acked(), c.lost, c.again)
	if c.lost+c.again > 0 {
		t.Errorf("%d changes are not there", c.lost+c.again)
	}
}
