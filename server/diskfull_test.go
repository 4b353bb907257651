package server_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A smallDisk is a file system with little room.
type smallDisk struct {
	t   *testing.T
	dir string
}

func newSmallDisk(t *testing.T) *smallDisk {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("openmic-test", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("a small disk cannot be mounted: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return &smallDisk{t, dir}
}

func (d *smallDisk) ballast() string { return filepath.Join(d.dir, "ballast") }

// fill leaves no room.
func (d *smallDisk) fill() {
	d.t.Helper()
	f, err := os.Create(d.ballast())
	noError(d.t, err)
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal(err)
	}
}

func (d *smallDisk) free() {
	d.t.Helper()
	noError(d.t, os.Remove(d.ballast()))
}

func TestDiskFull(t *testing.T) {
	disk := newSmallDisk(t)
	c := &campaign{t: t, site: newSite(t, programOf(t, ordinary), "")}
	c.site.args = []string{"--data", filepath.Join(disk.dir, "data")}
	c.begin()
	all := c.seasons[0]
	untilFull := func(p *program) {
		disk.fill()
		poll(t, "changes cannot be stored", func() bool { return p.metric("openmic_commit_failures_total") >= 2 })
	}

	p := c.start()
	end := together(t, c.site.address, all)
	watchAll(all).untilBack(t)
	for range 2 {
		untilFull(p)
		full := watchAll(all)
		for range 5 {
			seeEachOther(t, all)
		}
		full.wantSilence(t)
		disk.free()
		full.untilBack(t) // without a restart
	}
	for range 2 {
		watchAll(all).untilBack(t)
		// What was acknowledged when there was no room is what is there afterwards.
		untilFull(p)
		seeEachOther(t, all)
		p.kill()
		end()
		disk.free()
		p = c.start()
		end = together(t, c.site.address, all)
	}
	settle(t, all)
	equal(t, all)
	p.kill()
	end()
	again := c.again
	c.start().kill()
	t.Logf("%d acknowledged, %d lost, %d brought again", c.acked(), c.lost, again)
	if c.lost > 0 || c.again > again {
		t.Errorf("%d acknowledged changes were lost, %d were not there in the end", c.lost, c.again-again)
	}
}
