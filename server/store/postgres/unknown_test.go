package postgres_test

import (
	"fmt"
	"testing"

	"openmic/server/docid"
	"openmic/server/internal/faultproxy"
	"openmic/server/store"
	"openmic/server/store/postgres/pgtest"
)

// A connection that is cut while a commit is under way leaves open whether it
// was made. Who appends the same again until it succeeds has it once.
func TestAppendWithoutAnAnswer(t *testing.T) {
	url := pgtest.Database(t)
	direct := open(t, url)
	defer direct.Close()
	network, address, err := pgtest.Endpoint(url)
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := faultproxy.New(network, address, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	through, err := pgtest.Via(url, proxy.Addr())
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, through)
	defer s.Close()
	proxy.Set(faultproxy.Faults{CutWithin: 4 << 10})
	proxy.CutAll()

	doc := docid.New()
	length := 0
	stored := func() int {
		n, err := direct.Load(t.Context(), doc)
		if err != nil && length > 0 {
			t.Fatal(err)
		}
		if err != nil {
			return 0
		}
		return len(n.Tail)
	}
	made, notMade := 0, 0
	for round := 0; made < 5 || notMade < 5; round++ {
		if round == 2000 {
			t.Fatalf("of the commits without an answer %d were made and %d were not", made, notMade)
		}
		entries := make([]store.Entry, 3)
		for i := range entries {
			entries[i] = entry(doc, fmt.Sprint(round, i))
		}
		for {
			err := s.Append(t.Context(), entries)
			switch n := stored(); {
			case err == nil && n != length+len(entries):
				t.Fatalf("%d changes stored, %d acknowledged", n, length+len(entries))
			case err == nil:
			case n == length:
				notMade++
				continue
			case n == length+len(entries):
				made++
				continue // as one does who does not know
			default:
				t.Fatalf("%d of %d changes stored: %v", n-length, len(entries), err)
			}
			break
		}
		length += len(entries)
	}
	t.Logf("%d cuts; of the commits without an answer %d were made and %d were not", proxy.Cuts(), made, notMade)
	d, err := direct.Load(t.Context(), doc)
	if err != nil || d.Lost != nil || len(d.Tail) != length {
		t.Errorf("%d of %d changes are there: %v %v", len(d.Tail), length, d.Lost, err)
	}
}
