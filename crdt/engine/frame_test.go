package engine

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/iotest"
	"time"

	"openmic/crdt"
)

var tight = frameLimits{head: 1 << 10, body: 4 << 10}

func frame(t testing.TB, head any, body ...[]byte) []byte {
	t.Helper()
	encoded, err := encoding.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := writeFrame(&out, encoded, body...); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestFrameRoundTrip(t *testing.T) {
	want := request{
		Memory: 1 << 30, Answer: 5,
		Want: joinHashes([]crdt.Hash{{1}, {2}}),
		Task: taskJSON, At: joinHashes([]crdt.Hash{{3}}),
		Edit: &Edit{
			Actor: []byte{7}, Time: time.Unix(1_700_000_000, 0), Message: "m",
			Operations: []Operation{
				{Kind: SetScalar, Path: []string{"a", "b"}, Value: int64(0)},
				{Kind: SetScalar, Path: []string{"a"}, Value: false},
				{Kind: SetScalar, Path: []string{"a"}, Value: ""},
				{Kind: SetScalar, Path: []string{"a"}, Value: 5.0},
				{Kind: SetScalar, Path: []string{"a"}},
				{Kind: SpliceText, Path: []string{"å"}, Position: 3, Remove: RemoveAll, Text: "😀"},
			},
		},
	}
	encoded := frame(t, want, []byte("one "), nil, []byte("two"))
	head, body, err := readFrame(iotest.OneByteReader(bytes.NewReader(encoded)), tight)
	if err != nil {
		t.Fatal(err)
	}
	var got request
	if err := decodeHead(head, &got); err != nil {
		t.Fatal(err)
	}
	if !got.Edit.Time.Equal(want.Edit.Time) {
		t.Errorf("time %v", got.Edit.Time)
	}
	got.Edit.Time = want.Edit.Time
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if string(body) != "one two" {
		t.Errorf("body %q", body)
	}
}

func TestZeroTimeStaysZero(t *testing.T) {
	head, _, err := readFrame(bytes.NewReader(frame(t, request{Edit: &Edit{}})), tight)
	if err != nil {
		t.Fatal(err)
	}
	var got request
	if err := decodeHead(head, &got); err != nil {
		t.Fatal(err)
	}
	if !got.Edit.Time.IsZero() {
		t.Errorf("time %v", got.Edit.Time)
	}
}

func TestReadFrameRefuses(t *testing.T) {
	whole := frame(t, answer{Status: statusDone}, []byte("body"))
	prefix := func(head uint32, body uint64) []byte {
		return []byte{
			byte(head >> 24), byte(head >> 16), byte(head >> 8), byte(head),
			byte(body >> 56), byte(body >> 48), byte(body >> 40), byte(body >> 32),
			byte(body >> 24), byte(body >> 16), byte(body >> 8), byte(body),
		}
	}
	for name, c := range map[string]struct {
		in   []byte
		want error
	}{
		"the end":              {nil, io.EOF},
		"the end in a prefix":  {whole[:framePrefix-1], io.ErrUnexpectedEOF},
		"the end after it":     {whole[:framePrefix], io.ErrUnexpectedEOF},
		"the end in the body":  {whole[:len(whole)-1], io.ErrUnexpectedEOF},
		"head above the limit": {prefix(1<<10+1, 0), errFrame},
		"body above the limit": {prefix(0, 4<<10+1), errFrame},
		"largest of both":      {prefix(1<<32-1, 1<<64-1), errFrame},
		"body that is minus 1": {prefix(0, 1<<63), errFrame},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := readFrame(bytes.NewReader(c.in), tight); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestDecodeHeadRefuses(t *testing.T) {
	for name, in := range map[string][]byte{
		"nothing":            {},
		"not a map":          {0x80},
		"a tag":              {0xa1, 0x03, 0xc2, 0x41, 0x00},
		"an unknown key":     {0xa1, 0x18, 0x63, 0x00},
		"the same key twice": {0xa2, 0x01, 0x01, 0x01, 0x02},
		"indefinite length":  {0xbf, 0x01, 0x01, 0xff},
		"something after it": {0xa0, 0x00},
		"too deep":           {0xa1, 0x04, 0xa1, 0x04, 0x81, 0xa1, 0x03, 0x81, 0x81, 0x81, 0x81, 0x81, 0x00},
	} {
		t.Run(name, func(t *testing.T) {
			var req request
			if err := decodeHead(in, &req); !errors.Is(err, errFrame) {
				t.Errorf("error %v", err)
			}
		})
	}
	if _, err := splitHashes(make([]byte, 33)); !errors.Is(err, errFrame) {
		t.Errorf("33 bytes of hashes: %v", err)
	}
}

// FuzzFrame holds that a reader never panics, never gives more than its limits
// allow, and reads what it wrote as the same.
func FuzzFrame(f *testing.F) {
	f.Add(frame(f, answer{Status: statusDone, Changes: 3}, []byte("document")))
	f.Add(frame(f, request{Want: joinHashes([]crdt.Hash{{1}})}, []byte("chunks")))
	f.Add(frame(f, request{Edit: &Edit{Operations: []Operation{{Kind: Delete, Path: []string{"a"}}}}}))
	f.Fuzz(func(t *testing.T, in []byte) {
		head, body, err := readFrame(bytes.NewReader(in), tight)
		if err != nil {
			return
		}
		if int64(len(head)) > tight.head || int64(len(body)) > tight.body {
			t.Fatalf("head of %d bytes, body of %d", len(head), len(body))
		}
		var out bytes.Buffer
		if err := writeFrame(&out, head, body); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(in, out.Bytes()) {
			t.Fatal("written again, the frame differs")
		}
		var ans answer
		_ = decodeHead(head, &ans)
		var req request
		if decodeHead(head, &req) == nil && req.Edit != nil {
			_ = req.Edit.check()
		}
	})
}

// FuzzOneChunk holds that a header is only taken for what its bytes bear out.
func FuzzOneChunk(f *testing.F) {
	f.Add([]byte{0x85, 0x6f, 0x4a, 0x83, 1, 2, 3, 4, 0, 2, 9, 9})
	f.Fuzz(func(t *testing.T, in []byte) {
		if !isOneChunk(in, chunkDocument) {
			return
		}
		if isOneChunk(append(bytes.Clone(in), 0), chunkDocument) || isOneChunk(in[:len(in)-1], chunkDocument) {
			t.Fatal("one byte more or less is a chunk as well")
		}
	})
}
