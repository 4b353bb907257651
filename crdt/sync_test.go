package crdt_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
)

func TestSyncMessageIsReadAndWrittenAsAutomergeDoes(t *testing.T) {
	for name, talk := range goldenConversations(t) {
		t.Run(name, func(t *testing.T) {
			for i, golden := range talk.Messages {
				raw := unhex(t, golden.Hex)
				m, err := crdt.ParseSyncMessage(raw, crdt.DefaultLimits())
				if err != nil {
					t.Fatalf("message %d: %v", i, err)
				}
				if again := m.Append(nil); !bytes.Equal(again, raw) {
					t.Errorf("message %d: written as\n%x, read from\n%x", i, again, raw)
				}
				if m.Size() < len(raw) {
					t.Errorf("message %d: Size is %d of %d bytes", i, m.Size(), len(raw))
				}
				want := golden.Decoded
				if version := "v" + string(rune('0'+m.Version)); version != want.Type {
					t.Errorf("message %d: version %s, want %s", i, version, want.Type)
				}
				if m.UnderstandsV2() != strings.HasSuffix(name, "-v2") {
					t.Errorf("message %d: UnderstandsV2 is %v", i, m.UnderstandsV2())
				}
				if !slices.Equal(hashStrings(m.Heads), want.Heads) || !slices.Equal(hashStrings(m.Need), want.Need) {
					t.Errorf("message %d: heads %v, need %v", i, m.Heads, m.Need)
				}
				if len(m.Have) != len(want.Have) || len(m.Changes) != len(want.Changes) {
					t.Fatalf("message %d: %d have entries, %d changes", i, len(m.Have), len(m.Changes))
				}
				for n, have := range m.Have {
					if !slices.Equal(hashStrings(have.LastSync), want.Have[n].LastSync) {
						t.Errorf("message %d: lastSync %v", i, have.LastSync)
					}
				}
				for n, chunk := range m.Changes {
					if hex.EncodeToString(chunk) != want.Changes[n].Hex {
						t.Errorf("message %d: change %d differs", i, n)
					}
				}
			}
		})
	}
}

// Two graphs follow a conversation of Automerge: at each message the sender's heads
// and filter are those that ours would be, and the changes it sends are those that
// MissingFor gives.
func TestGraphFollowsAConversation(t *testing.T) {
	for name, talk := range goldenConversations(t) {
		t.Run(name, func(t *testing.T) {
			var changes []*crdt.Change
			for _, text := range talk.Changes {
				changes = append(changes, parse(t, unhex(t, text)))
			}
			graphs := map[string]*crdt.Graph{"a": crdt.NewGraph(), "b": crdt.NewGraph()}
			for side, g := range graphs {
				for _, c := range changes {
					if slices.Contains(talk.Before[side], c.Hash.String()) {
						add(t, g, c)
					}
				}
			}
			heard := map[string]*crdt.SyncMessage{}
			for i, golden := range talk.Messages {
				m, err := crdt.ParseSyncMessage(unhex(t, golden.Hex), crdt.DefaultLimits())
				if err != nil {
					t.Fatal(err)
				}
				other := map[string]string{"a": "b", "b": "a"}[golden.From]
				from, to := graphs[golden.From], graphs[other]
				if !slices.Equal(m.Heads, from.Heads()) {
					t.Errorf("message %d: sent heads %v, ours are %v", i, m.Heads, from.Heads())
				}
				for _, have := range m.Have {
					ours := crdt.SyncMessage{Have: []crdt.Have{{Bloom: crdt.NewBloom(hashesAt(from, from.Missing(have.LastSync)))}}}
					theirs := crdt.SyncMessage{Have: []crdt.Have{{Bloom: have.Bloom}}}
					if !bytes.Equal(ours.Append(nil), theirs.Append(nil)) {
						t.Errorf("message %d: filters differ", i)
					}
				}
				if m.Version == 1 && len(m.Changes) > 0 {
					var hashes []crdt.Hash
					for _, chunk := range m.Changes {
						hashes = append(hashes, parse(t, chunk).Hash)
					}
					ours := hashesAt(from, from.MissingFor(heard[golden.From]))
					slices.SortFunc(hashes, compare)
					slices.SortFunc(ours, compare)
					if !slices.Equal(hashes, ours) {
						t.Errorf("message %d: sends %d changes, ours would be %d", i, len(hashes), len(ours))
					}
				}
				// In version 2 the changes are those of a document chunk: all the sender has.
				deliver(t, to, from, m, changes)
				heard[other] = m
			}
			for side, n := range map[string]int{"a": 0, "b": 1} {
				if got := hashStrings(graphs[side].Heads()); !slices.Equal(got, talk.Heads[n]) {
					t.Errorf("%s ends with heads %v, want %v", side, got, talk.Heads[n])
				}
			}
		})
	}
}

func deliver(t *testing.T, to, from *crdt.Graph, m *crdt.SyncMessage, changes []*crdt.Change) {
	t.Helper()
	if len(m.Changes) == 0 {
		return
	}
	chunks := map[crdt.Hash]bool{}
	if m.Version == 1 {
		for _, chunk := range m.Changes {
			chunks[parse(t, chunk).Hash] = true
		}
	}
	for _, c := range changes {
		if to.Has(c.Hash) {
			continue
		}
		if chunks[c.Hash] || m.Version == 2 && from.Has(c.Hash) {
			add(t, to, c)
		}
	}
}

func add(tb testing.TB, g *crdt.Graph, c *crdt.Change) int {
	tb.Helper()
	i, err := g.Add(c)
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

func hashesAt(g *crdt.Graph, indexes []int) []crdt.Hash {
	var hashes []crdt.Hash
	for _, i := range indexes {
		hashes = append(hashes, g.Hash(i))
	}
	return hashes
}

func compare(a, b crdt.Hash) int { return bytes.Compare(a[:], b[:]) }

func TestSyncFlags(t *testing.T) {
	for _, tt := range []struct {
		flags               []byte
		v2, readOnly, reset bool
	}{
		{flags: nil},
		{flags: []byte{}, v2: true},
		{flags: []byte{1}, v2: true},
		{flags: []byte{2}, v2: true},
		{flags: []byte{2, 0x80}, v2: true},
		{flags: []byte{2, 0x82}, v2: true, readOnly: true},
		{flags: []byte{2, 0x81}, v2: true, reset: true},
		{flags: []byte{2, 0x84}, v2: true},
		{flags: []byte{0x82, 0x81}, v2: true, readOnly: true, reset: true},
		{flags: crdt.SyncFlags(false), v2: true},
		{flags: crdt.SyncFlags(true), v2: true, readOnly: true},
	} {
		raw := (&crdt.SyncMessage{Version: 1, Flags: tt.flags}).Append(nil)
		m, err := crdt.ParseSyncMessage(raw, crdt.DefaultLimits())
		if err != nil {
			t.Fatalf("%x: %v", tt.flags, err)
		}
		if m.UnderstandsV2() != tt.v2 || m.ReadOnly() != tt.readOnly || m.Reset() != tt.reset {
			t.Errorf("%x: v2 %v, read-only %v, reset %v", tt.flags,
				m.UnderstandsV2(), m.ReadOnly(), m.Reset())
		}
		if !bytes.Equal(m.Append(nil), raw) {
			t.Errorf("%x: written as %x", raw, m.Append(nil))
		}
	}
}

func TestParseSyncMessageRefuses(t *testing.T) {
	lim := crdt.DefaultLimits()
	lim.Heads, lim.Need, lim.Have, lim.Changes, lim.Flags = 2, 1, 2, 2, 2
	hash := strings.Repeat("ab", 32)
	for _, tt := range []struct {
		name, hex string
		err       error
	}{
		{"nothing", "", crdt.ErrMalformed},
		{"another type", "4100000000", crdt.ErrMalformed},
		{"only the type", "42", crdt.ErrMalformed},
		{"as many heads as allowed", "4202" + hash + hash + "000000", nil},
		{"too many heads", "4203" + hash + hash + hash + "000000", crdt.ErrTooLarge},
		{"heads that are not there", "4202" + hash, crdt.ErrMalformed},
		{"2^64-1 heads", "42ffffffffffffffffff01", crdt.ErrTooLarge},
		{"overlong count", "42808000", crdt.ErrMalformed},
		{"too much needed", "420002" + hash + hash + "0000", crdt.ErrTooLarge},
		{"as many have entries as allowed", "420000020000000000", nil},
		{"too many have entries", "4200000300000000000000", crdt.ErrTooLarge},
		{"too many lastSync hashes", "42000001" + "03" + hash + hash + hash + "00" + "00", crdt.ErrTooLarge},
		{"filter", "4200000100" + "0501080100" + "00" + "00", crdt.ErrMalformed},
		{"filter of one byte", "4200000100" + "0401080155" + "00", nil},
		{"filter with a byte too few", "4200000100" + "0401090155" + "00", crdt.ErrMalformed},
		{"filter without entries", "4200000100" + "03000801" + "00", crdt.ErrMalformed},
		{"filter of 0 bits an entry", "4200000100" + "03010001" + "00", crdt.ErrMalformed},
		{"filter of 33 bits an entry", "4200000100" + "080121010000000000" + "00", crdt.ErrTooLarge},
		{"filter without probes", "4200000100" + "0401080055" + "00", crdt.ErrMalformed},
		{"filter of 17 probes", "4200000100" + "0401081155" + "00", crdt.ErrTooLarge},
		{"filter of 2^32-1 entries", "4200000100" + "07ffffffff0f2001" + "00", crdt.ErrMalformed},
		{"filter of 2^32 entries", "4200000100" + "07808080801020" + "01" + "00", crdt.ErrTooLarge},
		{"filter of 2^32-1 probes", "4200000100" + "080108ffffffff0f55" + "00", crdt.ErrTooLarge},
		{"as many changes as allowed", "42000000" + "020000", nil},
		{"too many changes", "42000000" + "03000000", crdt.ErrTooLarge},
		{"change that is not there", "42000000" + "0101", crdt.ErrMalformed},
		{"changes that are not there", "42000000" + "02", crdt.ErrMalformed},
		{"flags that are not there", "4200000000" + "0102"[:2], crdt.ErrMalformed},
		{"too many flags", "4200000000" + "03020202", crdt.ErrTooLarge},
		{"bytes after the flags", "4200000000" + "0102ff", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := crdt.ParseSyncMessage(unhex(t, tt.hex), lim)
			if !errors.Is(err, tt.err) || (m == nil) != (tt.err != nil) {
				t.Errorf("got %v, %v, want %v", m, err, tt.err)
			}
		})
	}
}

func TestParseSyncMessageAllocatesLittleForClaims(t *testing.T) {
	for name, text := range map[string]string{
		"heads":   "42e807",
		"need":    "4200e807",
		"have":    "42000008",
		"changes": "42000000" + "8020",
		"filter":  "4200000100" + "07ffffffff0f2001" + "00",
	} {
		raw := unhex(t, text)
		spent := bytesAllocated(func() {
			if _, err := crdt.ParseSyncMessage(raw, crdt.DefaultLimits()); err == nil {
				t.Errorf("%s: accepted", name)
			}
		})
		if spent > 4<<10 {
			t.Errorf("%s: %d bytes allocated for %d", name, spent, len(raw))
		}
	}
}

// Every truncation and every flipped bit of a
// message is read within bounds or refused.
func TestParseSyncMessageSurvivesDamage(t *testing.T) {
	for name, talk := range goldenConversations(t) {
		for i, golden := range talk.Messages {
			raw := unhex(t, golden.Hex)
			if len(raw) > 400 {
				continue
			}
			for n := range raw {
				m, err := crdt.ParseSyncMessage(raw[:n], crdt.DefaultLimits())
				if err == nil && (m.Flags != nil || !strings.HasSuffix(name, "-v2")) {
					t.Errorf("%s, message %d: %d of %d bytes are read", name, i, n, len(raw))
				}
			}
			for bit := range 8 * len(raw) {
				damaged := bytes.Clone(raw)
				damaged[bit/8] ^= 1 << (bit % 8)
				checkSyncMessage(t, damaged)
			}
		}
	}
}

// checkSyncMessage holds for any bytes: they are refused, or read into a message
// that is written as they were, but for what follows the flags.
func checkSyncMessage(t *testing.T, raw []byte) {
	t.Helper()
	m, err := crdt.ParseSyncMessage(raw, crdt.DefaultLimits())
	if err != nil {
		if !errors.Is(err, crdt.ErrMalformed) && !errors.Is(err, crdt.ErrTooLarge) {
			t.Fatalf("unexpected error: %v", err)
		}
		return
	}
	if !bytes.HasPrefix(raw, m.Append(nil)) {
		t.Fatalf("read from\n%x, written as\n%x", raw, m.Append(nil))
	}
	for i := range m.Have {
		m.Have[i].Bloom.Contains(crdt.Hash{1, 2, 3})
	}
}

func TestBloom(t *testing.T) {
	hashes := make([]crdt.Hash, 1000)
	for i := range hashes {
		hashes[i] = testHash(i)
	}
	b := crdt.NewBloom(hashes)
	for i, h := range hashes {
		if !b.Contains(h) {
			t.Fatalf("hash %d is not contained", i)
		}
	}
	wrong := 0
	for i := range 10_000 {
		if b.Contains(testHash(len(hashes) + i)) {
			wrong++
		}
	}
	if wrong > 200 { // 1 % is promised
		t.Errorf("%d of 10000 strangers are contained", wrong)
	}
	empty := crdt.NewBloom(nil)
	if empty.Contains(hashes[0]) {
		t.Error("the empty filter contains a hash")
	}
	m := crdt.SyncMessage{Version: 1, Have: []crdt.Have{{Bloom: empty}}}
	if got := hex.EncodeToString(m.Append(nil)); got != "42000001000000" {
		t.Errorf("message with an empty filter is %s", got)
	}
}

func TestConfirmation(t *testing.T) {
	h := []crdt.Hash{{1}, {2}}
	plain := crdt.SyncMessage{Version: 1, Heads: h, Have: []crdt.Have{{LastSync: h, Bloom: crdt.NewBloom(h)}}}
	heads, ok := crdt.Confirmation(plain.Append(nil), 2)
	if !ok || len(heads) != 64 || heads[0] != 1 || heads[32] != 2 {
		t.Errorf("%t, %x", ok, heads)
	}
	with := func(change func(*crdt.SyncMessage)) []byte {
		m := plain
		m.Have = slices.Clone(plain.Have)
		change(&m)
		return m.Append(nil)
	}
	for name, b := range map[string][]byte{
		"with flags": with(func(m *crdt.SyncMessage) { m.Flags = crdt.SyncFlags(false) }),
		"version 2":  with(func(m *crdt.SyncMessage) { m.Version = 2 }),
	} {
		if _, ok := crdt.Confirmation(b, 2); !ok {
			t.Errorf("%s: not taken for one", name)
		}
	}
	for name, b := range map[string][]byte{
		"nothing":           nil,
		"without heads":     with(func(m *crdt.SyncMessage) { m.Heads = nil }),
		"too many heads":    with(func(m *crdt.SyncMessage) { m.Heads = append(h, crdt.Hash{3}) }),
		"that asks":         with(func(m *crdt.SyncMessage) { m.Need = h }),
		"with a change":     with(func(m *crdt.SyncMessage) { m.Changes = [][]byte{{1}} }),
		"without have":      with(func(m *crdt.SyncMessage) { m.Have = nil }),
		"that begins anew":  with(func(m *crdt.SyncMessage) { m.Have[0] = crdt.Have{} }),
		"that says so":      with(func(m *crdt.SyncMessage) { m.Flags = []byte{0x81} }),
		"of something else": append([]byte{0x41}, plain.Append(nil)[1:]...),
		"cut short":         plain.Append(nil)[:100],
	} {
		if _, ok := crdt.Confirmation(b, 2); ok {
			t.Errorf("%s: taken for one", name)
		}
	}
}
