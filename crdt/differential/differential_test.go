// Package differential holds admission against those who must live with what it
// admits: @automerge/automerge as browsers have it, and the engine.
package differential_test

import (
	"bufio"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"testing"

	"openmic/crdt"
	"openmic/crdt/changetest"
	"openmic/crdt/engine"
)

var (
	firstSeed = flag.Uint64("differential.seed", 1, "the first board")
	mutants   = flag.Int("differential.mutants", 22_000, "how many wrong changes are made, at least")
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "engine" {
		if err := engine.Serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// A browser is a node process that runs peer.mjs.
type browser struct {
	t   *testing.T
	in  io.Writer
	out *bufio.Reader
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", "peer.mjs")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	return &browser{t: t, in: in, out: bufio.NewReader(out)}
}

type answer struct {
	Changes [][]byte
	Heads   []string
	States  []any
	Views   []any
	Letters map[string][][2]string // by the path of a text: each letter and its operation
	Setters map[string]string      // by the path of a field: the actor
	Held    map[string]int
	Error   string
}

func (b *browser) ask(request any) answer {
	b.t.Helper()
	if err := json.NewEncoder(b.in).Encode(request); err != nil {
		b.t.Fatal(err)
	}
	line, err := b.out.ReadBytes('\n')
	if err != nil {
		b.t.Fatalf("the browser's side has ended: %v", err)
	}
	var a answer
	if err := json.Unmarshal(line, &a); err != nil {
		b.t.Fatal(err)
	}
	return a
}

// apply has the browser take the changes one after the other. fault is what it
// cannot live with; without one, shown is what it then shows.
func (b *browser) apply(log [][]byte, heads []crdt.Hash, seed uint64) (shown any, fault error) {
	b.t.Helper()
	a := b.ask(map[string]any{"apply": log, "seed": seed})
	if a.Error != "" {
		return nil, errors.New(a.Error)
	}
	if want := texts(heads); !slices.Equal(a.Heads, want) {
		return nil, fmt.Errorf("heads %v, not %v", a.Heads, want)
	}
	return a.States[0], nil
}

func texts(heads []crdt.Hash) (list []string) {
	for _, h := range heads {
		list = append(list, hex.EncodeToString(h[:]))
	}
	slices.Sort(list)
	return list
}

// A history is one board: what people made, and which wrong changes got in.
type history struct {
	rand  *rand.Rand
	graph *crdt.Graph
	gate  *crdt.Admission
	log   [][]byte
	read  []changetest.Change // of the log
	wrong []bool              // of the log: not made by Automerge
	tried int
}

func newHistory(seed uint64) *history {
	g := crdt.NewGraph()
	return &history{rand: rand.New(rand.NewPCG(seed, 7)), graph: g, gate: crdt.NewAdmission(g, crdt.DefaultLimits())}
}

// take gives a chunk to admission, as a room does.
func (h *history) take(chunk []byte, wrong bool) (crdt.Verdict, error) {
	c, err := crdt.ParseChange(chunk, crdt.DefaultLimits())
	if err != nil {
		return crdt.Refused, err
	}
	verdict, err := h.gate.Check(c, nil)
	if verdict != crdt.Admitted {
		return verdict, err
	}
	if err := h.gate.Add(c); err != nil {
		return crdt.Refused, err
	}
	h.log, h.wrong = append(h.log, chunk), append(h.wrong, wrong)
	h.read = append(h.read, changetest.Read(c))
	return crdt.Admitted, nil
}

// What people make with Automerge is admitted; of what is made wrong, whatever is
// admitted is such that a browser with the board open can apply it, show it, go on
// drawing, save and load, and that the engine loads it too.
func TestWhatIsAdmittedCanBeLivedWith(t *testing.T) {
	b := newBrowser(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	pool, err := engine.NewPool(engine.Config{Command: []string{program, "engine"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })

	boards, honest, tried, got := 0, 0, 0, 0
	for seed := *firstSeed; tried < *mutants; seed++ {
		made := b.ask(map[string]any{"make": seed})
		if made.Error != "" {
			t.Fatalf("board %d: %s", seed, made.Error)
		}
		h := newHistory(seed)
		for i, chunk := range made.Changes {
			if verdict, err := h.take(chunk, false); verdict != crdt.Admitted {
				t.Fatalf("board %d: honest change %d: %v, %v", seed, i, verdict, err)
			}
			for range 2 {
				h.disturb()
			}
		}
		boards, honest, tried = boards+1, honest+len(made.Changes), tried+h.tried
		got += h.admitted()
		shown, err := b.apply(h.log, h.graph.Heads(), seed)
		if err != nil {
			t.Fatalf("board %d: %v\n%s", seed, err, h.culprit(b, seed))
		}
		if got := h.replayed(t); !reflect.DeepEqual(got, shown) {
			t.Fatalf("board %d is replayed as\n%v\nand in the browser\n%v", seed, got, shown)
		}
		compacted, err := pool.Compact(t.Context(), h.log, h.graph.Heads())
		if err != nil || compacted.Changes != h.graph.Len() {
			t.Fatalf("board %d: engine: %d changes of %d, %v", seed, compacted.Changes, h.graph.Len(), err)
		}
		if err := crdt.CheckDocument(compacted.Document, crdt.DefaultLimits()); err != nil {
			t.Fatalf("board %d: document of the engine: %v", seed, err)
		}
	}
	t.Logf("%d boards, %d honest changes, %d wrong ones of which %d were admitted", boards, honest, tried, got)
	if got == 0 || got > tried*9/10 {
		t.Errorf("of %d wrong changes %d were admitted: they are too wrong, or not wrong enough", tried, got)
	}
}

func (h *history) admitted() (n int) {
	for _, wrong := range h.wrong {
		if wrong {
			n++
		}
	}
	return n
}

// culprit leaves out what is not needed for the browser's fault, and tells what is left.
func (h *history) culprit(b *browser, seed uint64) string {
	var log [][]byte
	g := newHistory(seed)
	for i, chunk := range h.log {
		if verdict, _ := g.take(chunk, h.wrong[i]); verdict != crdt.Admitted {
			continue
		}
		if !livesWith(b, g, seed) {
			log = g.log
			break
		}
	}
	last := len(log) - 1
	if last < 0 {
		return "it does not happen again"
	}
	// Without as many of the wrong changes before it as can be left out.
	out := map[int]bool{}
	for i := range last {
		if !h.wrong[i] {
			continue
		}
		out[i] = true
		if g := h.without(out, last); g == nil || livesWith(b, g, seed) {
			delete(out, i)
		}
	}
	g = h.without(out, last)
	text := fmt.Sprintf("the change after which it happens (honest: %t), and the wrong ones before it:\n", !h.wrong[last])
	for i := range g.log {
		if g.wrong[i] || i == len(g.log)-1 {
			text += fmt.Sprintf("%d: %+v\n", i, g.read[i])
		}
	}
	return text
}

func livesWith(b *browser, g *history, seed uint64) bool {
	_, fault := b.apply(g.log, g.graph.Heads(), seed)
	return fault == nil
}

// replayed is the document as crdt/replay has it.
func (h *history) replayed(t *testing.T) any {
	t.Helper()
	changes, _ := parsed(t, h.log, crdt.DefaultLimits())
	return decoded(t, replayedIn(t, changes).AppendJSON(nil))
}

// without is the history up to change last, without some; nil if that does not hold together.
func (h *history) without(out map[int]bool, last int) *history {
	g := newHistory(0)
	for i := range last + 1 {
		if out[i] {
			continue
		}
		if verdict, _ := g.take(h.log[i], h.wrong[i]); verdict != crdt.Admitted {
			return nil
		}
	}
	return g
}
