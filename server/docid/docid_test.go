package docid_test

import (
	"strings"
	"testing"

	"openmic/server/docid"
)

func TestTextOfAnID(t *testing.T) {
	// Made by @automerge/automerge-repo 2.5.6.
	for text, id := range map[string]docid.ID{
		"11111111111111114Ki9Gx":       {},
		"1Bhh3pU9gLXZiNDL6PEa1Gs9fh":   {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
		"4ZrjxJnU1LA5xSyrWMNuXTozYEvA": {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
	} {
		if id.String() != text {
			t.Errorf("%x is written %s, want %s", id[:], id, text)
		}
	}
	for range 1000 {
		id := docid.New()
		back, err := docid.Parse(id.String())
		if err != nil || back != id {
			t.Fatalf("%x became %q became %x: %v", id[:], id.String(), back[:], err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	good := docid.New().String()
	flipped := []byte(good)
	if flipped[5]++; flipped[5] > 'y' || strings.IndexByte("IOl:", flipped[5]) >= 0 {
		flipped[5] = '2'
	}
	for name, text := range map[string]string{
		"nothing":           "",
		"one letter off":    string(flipped),
		"a letter too few":  good[1:],
		"a letter too many": good + "1",
		"a leading one":     "1" + good,
		"a space":           " " + good,
		"a path":            "../../etc/passwd",
		"a NUL":             good[:5] + "\x00" + good[6:],
		"a quote":           good[:5] + "'" + good[6:],
		"not in base58":     good[:5] + "0" + good[6:],
		"a megabyte":        strings.Repeat("2", 1<<20),
	} {
		if id, err := docid.Parse(text); err == nil {
			t.Errorf("%s: read %x", name, id[:])
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(docid.ID{}.String())
	f.Add(docid.New().String())
	f.Fuzz(func(t *testing.T, text string) {
		if id, err := docid.Parse(text); err == nil && id.String() != text {
			t.Errorf("%q and %q are one id", text, id)
		}
	})
}
