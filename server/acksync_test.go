package server_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"openmic/crdt"
	"openmic/server/docid"
)

var acks = flag.Int("acks", 30, "how many acknowledgements TestAckAfterSync looks at")

// A killed process leaves to the kernel what it has written, so killing it
// finds no missing sync. This looks at the order of its system calls instead.
func TestAckAfterSync(t *testing.T) {
	told, early := traceAcks(t, ordinary, *acks)
	t.Logf("%d acknowledgements, %d of them before the sync", told, early)
	if told < *acks || early > 0 {
		t.Errorf("%d of %d acknowledgements left before what they are about was synced", early, told)
	}
}

func TestAckAfterSyncFindsWhatIsWrong(t *testing.T) {
	for _, wrong := range []string{"store later", "no sync"} {
		t.Run(wrong, func(t *testing.T) {
			if told, early := traceAcks(t, withFailures, 10, "OPENMIC_WRONG="+wrong); early == 0 {
				t.Errorf("nobody noticed among %d acknowledgements", told)
			}
		})
	}
}

// traceAcks has one editor edit until so many acknowledgements have come, and
// counts them, and those that were sent too early, in a trace of the program's
// system calls.
func traceAcks(t *testing.T, program func() (string, error), enough int, env ...string) (told, early int) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("install strace: %v", err)
	}
	path := filepath.Join(t.TempDir(), "trace")
	s := newSite(t, programOf(t, program), "")
	// strace stands beside the program (-D), so that killing the one ends the other.
	s.command = []string{strace, "-D", "-f", "-y", "-xx", "-s", "1000000", "-o", path,
		"-e", "trace=pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync", s.command[0]}
	s.env = env
	p := s.start()
	e := newEditor(t, "editor", docid.New().String())
	c, err := join(t.Context(), s.address, e.name)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for range enough {
		for range 1 + rand.N(3) {
			e.step(func() { e.made = append(e.made, e.replica.Edit()) })
		}
		for e.acked < len(e.made) {
			if err := c.speak(t.Context(), e.replica, e.doc); err != nil {
				t.Fatal(err)
			}
			m, err := c.read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if m.Type == "sync" {
				e.step(func() { e.replica.Receive(m.Data) })
			}
		}
	}
	p.kill()
	ending := fmt.Appendf(nil, "%-5d +++ killed by SIGKILL +++", p.cmd.Process.Pid)
	poll(t, "the trace is complete", func() bool {
		b, err := os.ReadFile(path)
		return err == nil && bytes.Contains(b, ending)
	})
	return judgeTrace(t, path, e.made)
}

// A traceJudge goes through the calls in the order in which they began and
// ended. SQLite writes each commit to the log's file, its last page under a
// header that says so, and then syncs that file.
type traceJudge struct {
	t    *testing.T
	made []crdt.Hash

	written   int // made[:written] are in pages written to the log
	committed int // made[:committed] are in the log's complete commits
	durable   int // made[:durable] were so when a sync began that has returned
	commit    bool
	syncing   map[string]int // by thread: what was committed as its sync began

	sockets map[string]bool // upgraded
	told    int
	early   int
}

var (
	callBegins = regexp.MustCompile(`^(\d+) +(\w+)\(\d+<([^>]*)>(.*)`)
	written    = regexp.MustCompile(`"([^"]*)"`) // writev has several
	callEnds   = regexp.MustCompile(`^(\d+) .*\) += (-?\d+)`)
)

func judgeTrace(t *testing.T, path string, made []crdt.Hash) (told, early int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	j := &traceJudge{t: t, made: made, syncing: map[string]int{}, sockets: map[string]bool{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		line := lines.Text()
		if m := callBegins.FindStringSubmatch(line); m != nil {
			var data []byte
			for _, piece := range written.FindAllStringSubmatch(m[4], -1) {
				data = append(data, unhex(piece[1])...)
			}
			j.begins(m[1], m[2], string(unhex(m[3])), data)
		}
		if m := callEnds.FindStringSubmatch(line); m != nil {
			j.ends(m[1], m[2])
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return j.told, j.early
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	if err != nil {
		panic(err) // strace was told to write nothing else
	}
	return b
}

func (j *traceJudge) begins(thread, call, file string, data []byte) {
	log := strings.HasSuffix(file, "openmic.db-wal")
	switch call {
	case "fsync", "fdatasync":
		if log {
			j.syncing[thread] = j.committed
		}
	default:
		if log {
			j.logged(data)
		} else if strings.HasPrefix(file, "socket:") {
			j.sent(file, data)
		}
	}
}

// ends notes the end of a thread's sync. A thread makes one call at a time.
func (j *traceJudge) ends(thread, result string) {
	if n, ok := j.syncing[thread]; ok {
		delete(j.syncing, thread)
		if result == "0" {
			j.durable = max(j.durable, n)
		}
	}
}

// logged takes a write to the log: the header of a frame, then its page.
func (j *traceJudge) logged(data []byte) {
	const header = 24
	if len(data) == header {
		j.commit = binary.BigEndian.Uint32(data[4:]) != 0
		return
	}
	for j.written < len(j.made) && bytes.Contains(data, j.made[j.written][:]) {
		j.written++
	}
	if j.commit {
		j.committed = j.written
	}
}

// sent takes bytes written to a socket and looks at the frames that begin in them.
func (j *traceJudge) sent(socket string, data []byte) {
	if !j.sockets[socket] {
		j.sockets[socket] = true
		_, rest, found := bytes.Cut(data, []byte("\r\n\r\n"))
		if !found {
			j.t.Fatalf("the answer to the upgrade is cut: %q", data)
		}
		data = rest
	}
	for len(data) > 0 {
		payload, rest := frame(j.t, data)
		data = rest
		var m message
		if cbor.Unmarshal(payload, &m) == nil && m.Type == "sync" {
			j.heads(m.Data)
		}
	}
}

// frame cuts the first WebSocket frame off; a server's is not masked.
func frame(t *testing.T, b []byte) (payload, rest []byte) {
	size, at := uint64(b[1]), 2
	switch size {
	case 126:
		size, at = uint64(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		size, at = binary.BigEndian.Uint64(b[2:]), 10
	}
	if uint64(len(b)-at) < size {
		t.Fatal("a frame is cut into several writes")
	}
	return b[at : at+int(size)], b[at+int(size):]
}

// heads takes what the editor is told at this moment.
func (j *traceJudge) heads(sync []byte) {
	m, err := crdt.ParseSyncMessage(sync, crdt.DefaultLimits())
	if err != nil {
		j.t.Fatal(err)
	}
	for i, h := range j.made {
		for _, head := range m.Heads {
			if h == head {
				j.told++
				if i >= j.durable {
					j.early++
				}
			}
		}
	}
}
