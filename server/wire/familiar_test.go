package wire_test

import (
	"bytes"
	"slices"
	"testing"

	"openmic/server/wire"
)

// familiarWith has learned a message of a kind, and writes others of it.
func familiarWith(t *testing.T, write func(data []byte) []byte) *wire.Familiar {
	t.Helper()
	b := write([]byte("some data that is nowhere else"))
	m, err := wire.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	f := &wire.Familiar{}
	f.Learn(b, m.Data)
	return f
}

func TestFamiliarReadsWhatDecodeReads(t *testing.T) {
	last := func(data []byte) []byte {
		return append(wire.NewEnvelope("alice", "server", "doc").Append(nil, len(data)), data...)
	}
	// As stock clients write it, with the data in the middle and marked as an array of bytes.
	middle := func(data []byte) []byte {
		b := append([]byte{0xa4, 0x64}, "typedsync"...)
		b = append(append(b, 0x64), "data"...)
		b = wire.Envelope([]byte{0xd8, 0x40}).Append(b, len(data))
		b = append(append(b, data...), 0x68)
		b = append(append(append(b, "senderId"...), 0x61), 'a')
		return append(append(append(append(b, 0x6a), "documentId"...), 0x61), 'd')
	}
	for name, write := range map[string]func([]byte) []byte{"last": last, "in the middle": middle} {
		f := familiarWith(t, write)
		for _, n := range []int{1, 23, 24, 200, 255, 256, 65535, 65536} {
			data := bytes.Repeat([]byte{7}, n)
			b := write(data)
			m, err := wire.Decode(b)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := f.Data(b); !ok || !bytes.Equal(got, m.Data) {
				t.Errorf("%s, %d bytes: %t, %d bytes", name, n, ok, len(got))
			}
		}
	}
}

func TestFamiliarLeavesOthersToDecode(t *testing.T) {
	write := func(sender string) func([]byte) []byte {
		return func(data []byte) []byte {
			return append(wire.NewEnvelope(sender, "server", "doc").Append(nil, len(data)), data...)
		}
	}
	f := familiarWith(t, write("alice"))
	good := write("alice")([]byte("something else"))
	for name, b := range map[string][]byte{
		"nothing":        nil,
		"somebody else":  write("mallory")([]byte("something else")),
		"cut short":      good[:len(good)-1],
		"with more":      append(slices.Clone(good), 0xa0),
		"without data":   write("alice")(nil),
		"a length alone": good[:len(good)-len("something else")],
	} {
		if data, ok := f.Data(b); ok {
			t.Errorf("%s: read as %q", name, data)
		}
	}
	if _, ok := new(wire.Familiar).Data(good); ok {
		t.Error("knows what it has not learned")
	}
}
