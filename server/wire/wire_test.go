package wire_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"openmic/server/wire"
)

// frame is a message of the npm packages; see testdata/golden.mjs.
type frame struct {
	From, Type, Hex string
	Message         map[string]any
}

func frames(t testing.TB) []frame {
	t.Helper()
	b, err := os.ReadFile("testdata/frames.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []frame
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecodeWhatStockClientsSend(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range frames(t) {
		if f.From != "client" {
			continue
		}
		seen[f.Type] = true
		m, err := wire.Decode(unhex(t, f.Hex))
		if err != nil {
			t.Errorf("%s: %v", f.Type, err)
			continue
		}
		text := func(key string) string { s, _ := f.Message[key].(string); return s }
		if m.Type != f.Type || m.SenderID != text("senderId") || m.TargetID != text("targetId") ||
			m.DocumentID != text("documentId") || hex.EncodeToString(m.Data) != text("data") || m.SessionID != text("sessionId") {
			t.Errorf("%s: read %+v, want %v", f.Type, m, f.Message)
		}
		if n, _ := f.Message["count"].(float64); m.Count != uint64(n) {
			t.Errorf("%s: count %d, want %v", f.Type, m.Count, n)
		}
	}
	for _, want := range []string{wire.TypeJoin, wire.TypeSync, wire.TypeRequest, wire.TypeEphemeral} {
		if !seen[want] {
			t.Errorf("no golden %s", want)
		}
	}
}

// What we write has the fields that the npm server writes. Its key order and
// its lengths of maps are its encoder's and not part of the protocol.
func TestEncodeAsStockServer(t *testing.T) {
	data := []byte{1, 2, 3}
	ours := map[string][]byte{
		wire.TypePeer:        wire.Joined{SenderID: "server", TargetID: "alice", Metadata: wire.Metadata{IsEphemeral: true}}.Encode(),
		wire.TypeSync:        append(wire.NewEnvelope("s", "t", "d").Append(nil, len(data)), data...),
		wire.TypeEphemeral:   wire.Ephemeral{SenderID: "s", DocumentID: "d", SessionID: "x", Count: 1, Data: data}.Encode(),
		wire.TypeUnavailable: wire.Unavailable{SenderID: "s", TargetID: "t", DocumentID: "d"}.Encode(),
	}
	for _, f := range frames(t) {
		if f.From != "server" {
			continue
		}
		var got map[string]any
		if err := cbor.Unmarshal(ours[f.Type], &got); err != nil {
			t.Errorf("%s: %v", f.Type, err)
			continue
		}
		for key := range f.Message {
			if _, ok := got[key]; !ok {
				t.Errorf("%s: we write no %s", f.Type, key)
			}
		}
	}
}

func TestEnvelopeBodyLengths(t *testing.T) {
	for _, n := range []int{1, 23, 24, 255, 256, 65535, 65536, 70000} {
		body := bytes.Repeat([]byte{7}, n)
		m, err := wire.Decode(append(wire.NewEnvelope("server", "alice", "doc").Append(nil, n), body...))
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if !bytes.Equal(m.Data, body) || m.DocumentID != "doc" || m.SenderID != "server" || m.TargetID != "alice" {
			t.Errorf("%d bytes: read back %d", n, len(m.Data))
		}
	}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := cbor.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestDecodeIsGenerous(t *testing.T) {
	type object = map[string]any
	cases := map[string]struct {
		in   object
		want func(*wire.Message) bool
	}{
		"count as a float": {
			object{"type": "ephemeral", "senderId": "a", "documentId": "d", "data": []byte{1}, "count": 7.0},
			func(m *wire.Message) bool { return m.Count == 7 },
		},
		"metadata under its other name": {
			object{"type": "join", "senderId": "a", "metadata": object{"storageId": "s"}},
			func(m *wire.Message) bool { return m.Metadata.StorageID == "s" },
		},
		"unknown keys": {
			object{"type": "join", "senderId": "a", "colour": "red", "more": []any{1, object{"x": nil}}},
			func(m *wire.Message) bool { return m.SenderID == "a" && m.Versions == nil },
		},
		"an unknown type": {
			object{"type": "future", "senderId": "a"},
			func(m *wire.Message) bool { return m.Type == "future" },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m, err := wire.Decode(encode(t, c.in))
			if err != nil {
				t.Fatal(err)
			}
			if !c.want(m) {
				t.Errorf("read %+v", m)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	type object = map[string]any
	nested := any("end")
	for range 100 {
		nested = []any{nested}
	}
	many := object{"type": "join", "senderId": "a"}
	for i := range 100 {
		many[strings.Repeat("k", i+1)] = i
	}
	cases := map[string][]byte{
		"nothing":                 {},
		"null":                    {0xf6},
		"an array":                {0x80},
		"an empty map":            {0xa0},
		"a map cut short":         encode(t, object{"type": "join", "senderId": "a"})[:6],
		"a map of 2^63 entries":   {0xbb, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"an indefinite map":       {0xbf, 0x64, 't', 'y', 'p', 'e', 0x64, 'j', 'o', 'i', 'n', 0xff},
		"a key twice":             {0xa2, 0x64, 't', 'y', 'p', 'e', 0x61, 'a', 0x64, 't', 'y', 'p', 'e', 0x61, 'b'},
		"two messages":            append(encode(t, object{"type": "leave", "senderId": "a"}), 0xa0),
		"no type":                 encode(t, object{"senderId": "a"}),
		"a number for a type":     encode(t, object{"type": 3}),
		"a type of 1 MB":          encode(t, object{"type": strings.Repeat("x", 1<<20)}),
		"join without senderId":   encode(t, object{"type": "join"}),
		"a senderId of 1 MB":      encode(t, object{"type": "join", "senderId": strings.Repeat("x", 1<<20)}),
		"a thousand versions":     encode(t, object{"type": "join", "senderId": "a", "supportedProtocolVersions": make([]string, 1000)}),
		"a million versions":      encode(t, object{"type": "join", "senderId": "a", "supportedProtocolVersions": make([]string, 1000000)}),
		"sync without data":       encode(t, object{"type": "sync", "senderId": "a", "documentId": "d"}),
		"sync with empty data":    encode(t, object{"type": "sync", "senderId": "a", "documentId": "d", "data": []byte{}}),
		"data that is text":       encode(t, object{"type": "sync", "senderId": "a", "documentId": "d", "data": "text"}),
		"sync without documentId": encode(t, object{"type": "sync", "senderId": "a", "data": []byte{1}}),
		"a count of -1":           encode(t, object{"type": "ephemeral", "senderId": "a", "documentId": "d", "data": []byte{1}, "count": -1}),
		"a count of text":         encode(t, object{"type": "ephemeral", "senderId": "a", "documentId": "d", "data": []byte{1}, "count": "x"}),
		"deep nesting":            encode(t, object{"type": "join", "senderId": "a", "x": nested}),
		"a hundred keys":          encode(t, many),
	}
	cases["invalid UTF-8"] = []byte{0xa2, 0x64, 't', 'y', 'p', 'e', 0x64, 'j', 'o', 'i', 'n', 0x68, 's', 'e', 'n', 'd', 'e', 'r', 'I', 'd', 0x61, 0xff}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			if m, err := wire.Decode(b); !errors.Is(err, wire.ErrMalformed) {
				t.Errorf("read %+v with error %v", m, err)
			}
		})
	}
}

func TestPlaces(t *testing.T) {
	type object = map[string]any
	read := func(place any) wire.Place {
		t.Helper()
		m, err := wire.Decode(encode(t, object{"type": "ephemeral", "senderId": "a", "documentId": "d", "data": []byte{1}, "count": 1, "place": place}))
		if err != nil {
			t.Fatalf("%v: %v", place, err)
		}
		return m.Place
	}
	want := wire.Place{Points: true, X: -3, Y: 4.5, Sees: wire.Area{X: -100, Y: 0, Width: 1920, Height: 1080}, Acts: true, Follows: "b"}
	if got := read(object{"at": []any{-3, 4.5}, "sees": []any{-100, 0, 1920, 1080}, "acts": true, "follows": "b", "mood": "good"}); got != want {
		t.Errorf("read %+v, want %+v", got, want)
	}
	for _, nothing := range []any{
		nil, "here", 7, []int{1}, object{}, object{"at": "here"}, object{"at": []any{1}}, object{"at": []any{1, 2, 3}}, object{"at": []any{math.NaN(), 1}},
		object{"at": []any{math.Inf(-1), 1}}, object{"at": []any{1e8, 1}}, object{"at": []any{uint64(math.MaxUint64), 1}}, object{"at": []any{"1", "2"}},
		object{"sees": []any{0, 0, 0, 0}}, object{"sees": []any{0, 0, -5, 10}}, object{"sees": []any{0, 0, math.NaN(), 10}}, object{"sees": []any{0, 0, 1e300, 10}},
		object{"sees": object{"x": 1}}, object{"acts": "yes"}, object{"acts": 1}, object{"follows": 5}, object{"follows": strings.Repeat("x", 257)},
	} {
		if got := read(nothing); got != (wire.Place{}) {
			t.Errorf("of %v read %+v", nothing, got)
		}
	}
}

func TestPeople(t *testing.T) {
	for _, n := range []int{1, 23, 24, 255, 256, 1000} {
		begin := wire.NewPeople("server", "doc")
		b := begin.Append(nil, n)
		if len(b) != begin.Size(n) {
			t.Errorf("%d people: %d bytes, not %d", n, len(b), begin.Size(n))
		}
		for i := range n - 1 {
			b = append(b, wire.Ephemeral{SenderID: fmt.Sprint(i), Data: []byte{7, 7}, Participant: "p", Audience: "staff"}.Person()...)
		}
		b = append(b, wire.Left{SenderID: "gone", DocumentID: "doc"}.Person()...)
		m, err := wire.Decode(b)
		if err != nil || m.Type != wire.TypePresence || m.SenderID != "server" || m.DocumentID != "doc" {
			t.Fatalf("%d people: %+v, %v", n, m, err)
		}
		shown, err := wire.ReadPeople(b)
		if err != nil || len(shown) != n {
			t.Fatalf("%d people: read %d, %v", n, len(shown), err)
		}
		if last := shown[n-1]; last.ID != "gone" || last.Data != nil {
			t.Errorf("who is gone: %+v", last)
		}
		if n > 1 {
			if first := shown[0]; first.ID != "0" || string(first.Data) != "\x07\x07" || first.Participant != "p" || first.Audience != "staff" {
				t.Errorf("the first: %+v", first)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, g := range frames(f) {
		f.Add(unhex(f, g.Hex))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := wire.Decode(b)
		if err != nil {
			if !errors.Is(err, wire.ErrMalformed) {
				t.Errorf("error %v is not ErrMalformed", err)
			}
			return
		}
		if m.Type == "" || len(m.Data) > len(b) {
			t.Errorf("read %+v", m)
		}
	})
}

func BenchmarkDecodeSync(b *testing.B) {
	message := append(wire.NewEnvelope("openmic-3fd1", "peer-abcdefgh", "4VGUp4UqAGmXx1nxU3nLFoCKzpDP").Append(nil, 200), make([]byte, 200)...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := wire.Decode(message); err != nil {
			b.Fatal(err)
		}
	}
}
