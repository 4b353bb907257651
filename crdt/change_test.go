package crdt_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
)

// The columns of a deletion of "k", of a text, and of one letter put into it.
var (
	deletion = []column{
		{0x15, []byte{0x7f, 1, 'k'}}, {0x34, []byte{1}}, {0x42, []byte{0x7f, 3}}, {0x56, []byte{0x7f, 0}},
		{0x70, []byte{0x7f, 1}}, {0x71, []byte{0x7f, 0}}, {0x73, []byte{0x7f, 1}},
	}
	letter = []column{
		{0x01, []byte{0x7f, 0}}, {0x02, []byte{0x7f, 1}}, {0x13, []byte{0x7f, 0}},
		{0x34, []byte{0, 1}}, {0x42, []byte{0x7f, 1}}, {0x56, []byte{0x7f, 0x16}}, {0x57, []byte("a")}, {0x70, []byte{0x7f, 0}},
	}
	// A mark from the head to the head.
	mark = []column{
		{0x01, []byte{2, 0}}, {0x02, []byte{2, 1}}, {0x13, []byte{2, 0}},
		{0x34, []byte{0, 2}}, {0x42, []byte{2, 7}}, {0x56, []byte{0x7e, 2, 0}}, {0x70, []byte{2, 0}},
		{0x94, []byte{1, 1}}, {0xa5, []byte{0x7f, 1, 'b', 0, 1}},
	}
)

func TestParseChangeTakes(t *testing.T) {
	for name, d := range map[string]draft{
		"one operation":        {},
		"ten thousand":         {numOps: 10_000},
		"a byte for each":      {numOps: 20_000},
		"no operation":         {columns: []column{}},
		"deflated":             {numOps: 500, kind: 2},
		"message":              {message: "ändrat"},
		"longest message":      {message: strings.Repeat("m", 1024)},
		"long ago":             {time: 1 - 1<<53},
		"longest actor":        {actor: strings.Repeat("x", 64)},
		"last counter":         {start: crdt.MaxCounter},
		"last sequence number": {seq: crdt.MaxCounter},
		"extra bytes":          {extra: []byte{1, 2, 3}},
		"unknown column":       {columns: with(setKey(1), column{0xf2, []byte{0x7f, 1}})},
		"deletion":             {start: 2, columns: deletion},
		"insertion":            {start: 2, columns: letter},
		"mark":                 {start: 2, columns: mark},
		"two predecessors": {actor: "b", others: []string{"a", "c"}, columns: with(deletion,
			column{0x70, []byte{0x7f, 2}}, column{0x71, []byte{0x7e, 1, 2}}, column{0x73, []byte{0x7e, 5, 0}})},
	} {
		t.Run(name, func(t *testing.T) {
			c := d.parsed(t)
			n := 0
			for _, err := range c.Operations() {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != c.NumOps || d.columns == nil && n != max(d.numOps, 1) {
				t.Errorf("%d operations, NumOps %d", n, c.NumOps)
			}
		})
	}
}

func TestParseChangeRefuses(t *testing.T) {
	small := draft{}.chunk()
	longLength := slices.Concat(small[:9], []byte{small[9] | 0x80, 0}, small[10:])
	bomb := append([]byte("\x85\x6f\x4a\x83----\x02"), appendText(nil, string(deflate(make([]byte, 1<<21))))...)
	junkAfterDeflate := chunkOf(3, append(deflate(draft{}.body()), 0))
	junkAfterDeflate[8] = 2
	preds := func(count ...byte) column { return column{0x70, count} }
	set := func(changed ...column) draft { return draft{columns: with(setKey(1), changed...)} }

	for _, tt := range []struct {
		name  string
		chunk []byte
		rule  crdt.Rule
	}{
		{"R1 nothing", nil, crdt.RuleChunk},
		{"R1 magic only", small[:4], crdt.RuleChunk},
		{"R1 no type", small[:8], crdt.RuleChunk},
		{"R1 other magic", append([]byte{0x86}, small[1:]...), crdt.RuleChunk},
		{"R1 cut off", small[:len(small)-1], crdt.RuleChunk},
		{"R1 a byte too many", append(slices.Clone(small), 0), crdt.RuleChunk},
		{"R1 two changes", append(slices.Clone(small), small...), crdt.RuleChunk},
		{"R1 overlong length", longLength, crdt.RuleChunk},
		{"R1 document", chunkOf(0, draft{}.body()), crdt.RuleChunk},
		{"R1 bundle", chunkOf(3, draft{}.body()), crdt.RuleChunk},
		{"R1 unknown type", chunkOf(255, draft{}.body()), crdt.RuleChunk},
		{"R1 not deflated", []byte("\x85\x6f\x4a\x83----\x02\x03\xff\xff\xff"), crdt.RuleChunk},
		{"R1 bytes after deflated data", junkAfterDeflate, crdt.RuleChunk},

		{"R2 checksum", append(slices.Clone(small[:len(small)-1]), small[len(small)-1]^1), crdt.RuleChecksum},

		{"R3 chunk", append(slices.Clone(small), make([]byte, 1<<20)...), crdt.RuleSize},
		{"R3 two megabytes deflated", bomb, crdt.RuleSize},
		{"R3 dependencies", draft{deps: manyHashes(1001)}.chunk(), crdt.RuleSize},
		{"R3 actor", draft{actor: strings.Repeat("x", 65)}.chunk(), crdt.RuleSize},
		{"R3 other actors", draft{others: strings.Split(strings.Repeat("x", 257), "")}.chunk(), crdt.RuleSize},
		{"R3 other actor", draft{others: []string{strings.Repeat("x", 65)}}.chunk(), crdt.RuleSize},
		{"R3 message", draft{message: strings.Repeat("m", 1025)}.chunk(), crdt.RuleSize},
		{"R3 operations", draft{columns: []column{{0x42, append(sleb(10_001), 1)}}}.chunk(), crdt.RuleSize},
		{"R3 2^40 operations", draft{columns: []column{{0x42, append(sleb(1<<40), 1)}}}.chunk(), crdt.RuleSize},
		{"R3 2^63-1 operations", draft{columns: []column{{0x42, append(sleb(1<<63-1), 1)}}}.chunk(), crdt.RuleSize},
		{"R3 2^64 operations", draft{columns: []column{{0x42, slices.Concat(sleb(1<<63-1), []byte{1}, sleb(1<<63-1), []byte{2}, sleb(3), []byte{1})}}}.chunk(), crdt.RuleSize},
		{"R3 2^40 predecessors", set(preds(append([]byte{0x7f}, binary.AppendUvarint(nil, 1<<40)...)...),
			column{0x71, append(sleb(1<<40), 0)}, column{0x73, append(sleb(1<<40), 1)}).chunk(), crdt.RuleSize},

		{"R4 no header", chunkOf(1, nil), crdt.RuleHeader},
		{"R4 dependencies that are not there", chunkOf(1, []byte{9, 1}), crdt.RuleHeader},
		{"R4 empty actor", chunkOf(1, append([]byte{0, 0, 1, 1, 0, 0, 0}, draft{}.body()[8:]...)), crdt.RuleHeader},
		{"R4 seq 0", chunkOf(1, bytes.Replace(draft{}.body(), []byte("a\x01\x01"), []byte("a\x00\x01"), 1)), crdt.RuleHeader},
		{"R4 startOp 0", chunkOf(1, bytes.Replace(draft{}.body(), []byte("a\x01\x01"), []byte("a\x01\x00"), 1)), crdt.RuleHeader},
		{"R4 startOp 2^32", draft{start: 1 << 32}.chunk(), crdt.RuleHeader},
		{"R4 startOp 2^64-1", draft{start: 1<<64 - 1}.chunk(), crdt.RuleHeader},
		{"R4 last operation 2^32", draft{start: 1<<32 - 1, numOps: 2}.chunk(), crdt.RuleHeader},
		{"R4 seq 2^64-1", draft{seq: 1<<64 - 1}.chunk(), crdt.RuleHeader},
		{"R4 message", draft{message: "\xff"}.chunk(), crdt.RuleHeader},
		{"R4 actors unsorted", draft{others: []string{"c", "b"}}.chunk(), crdt.RuleHeader},
		{"R4 actor twice", draft{others: []string{"b", "b"}}.chunk(), crdt.RuleHeader},
		{"R4 author among the others", draft{others: []string{"a"}, columns: with(deletion, column{0x71, []byte{0x7f, 1}})}.chunk(), crdt.RuleHeader},
		{"R4 actor without use", draft{others: []string{"b"}}.chunk(), crdt.RuleHeader},

		{"R5 run of one", set(column{0x42, []byte{1, 1}}).chunk(), crdt.RuleColumns},
		{"R5 overlong type of value", set(column{0x56, []byte{0x7f, 0x94, 0}}).chunk(), crdt.RuleColumns},
		{"R5 overlong value", set(column{0x56, []byte{0x7f, 0x24}}, column{0x57, []byte{0x85, 0}}).chunk(), crdt.RuleColumns},
		{"R5 column of nulls", set(column{0x01, []byte{0, 1}}).chunk(), crdt.RuleColumns},
		{"R5 empty column", set(column{0x01, []byte{}}).chunk(), crdt.RuleColumns},
		{"R5 expand of nothing", set(column{0x94, []byte{1}}).chunk(), crdt.RuleColumns},
		{"R5 null of one byte", set(column{0x56, []byte{0x7f, 0x10}}).chunk(), crdt.RuleColumns},
		{"R5 float of one byte", set(column{0x56, []byte{0x7f, 0x15}}).chunk(), crdt.RuleColumns},
		{"R5 value beyond its column", set(column{0x56, []byte{0x7f, 0x24}}).chunk(), crdt.RuleColumns},
		{"R5 bytes after the values", set(column{0x57, []byte{5, 5}}).chunk(), crdt.RuleColumns},
		{"R5 string not UTF-8", set(column{0x56, []byte{0x7f, 0x16}}, column{0x57, []byte{0xff}}).chunk(), crdt.RuleColumns},
		{"R5 key not UTF-8", set(column{0x15, []byte{0x7f, 1, 0xff}}).chunk(), crdt.RuleColumns},
		{"R5 no insert column", set(column{0x34, nil}).chunk(), crdt.RuleColumns},
		{"R5 no key", set(column{0x15, nil}).chunk(), crdt.RuleColumns},
		{"R5 key and element", set(column{0x13, []byte{0x7f, 0}}).chunk(), crdt.RuleColumns},
		{"R5 no value", set(column{0x56, nil}, column{0x57, nil}).chunk(), crdt.RuleColumns},
		{"R5 no predecessors", set(column{0x70, nil}).chunk(), crdt.RuleColumns},
		{"R5 rows without an operation", set(column{0x42, nil}).chunk(), crdt.RuleColumns},
		{"R5 two keys for one operation", set(column{0x15, run(2, []byte{1, 'k'})}).chunk(), crdt.RuleColumns},
		{"R5 2^40 keys for one operation", set(column{0x15, run(1<<40, []byte{1, 'k'})}).chunk(), crdt.RuleColumns},
		{"R5 2^40 insert flags", set(column{0x34, binary.AppendUvarint(nil, 1<<40)}).chunk(), crdt.RuleColumns},
		{"R5 literal run longer than its data", set(column{0x42, append(sleb(-1<<40), 1)}).chunk(), crdt.RuleColumns},
		{"R5 unknown action", set(column{0x42, []byte{0x7f, 8}}).chunk(), crdt.RuleColumns},
		{"R5 deflated column", set(column{0x0f2 | 8, []byte{1}}).chunk(), crdt.RuleColumns},
		{"R5 columns unsorted", draft{columns: []column{setKey(1)[1], setKey(1)[0]}}.chunk(), crdt.RuleColumns},
		{"R5 column twice", draft{columns: append(setKey(1), setKey(1)[5])}.chunk(), crdt.RuleColumns},
		{"R5 object of no actor", draft{columns: with(letter, column{0x01, nil})}.chunk(), crdt.RuleColumns},
		{"R5 object of an unknown actor", draft{columns: with(letter, column{0x01, []byte{0x7f, 1}})}.chunk(), crdt.RuleColumns},
		{"R5 object 0", draft{columns: with(letter, column{0x02, []byte{0x7f, 0}})}.chunk(), crdt.RuleColumns},
		{"R5 element before 0", draft{columns: with(letter, column{0x11, []byte{0x7f, 0}}, column{0x13, []byte{0x7f, 0x7f}})}.chunk(), crdt.RuleColumns},
		{"R5 predecessor missing", draft{columns: with(deletion, column{0x73, nil})}.chunk(), crdt.RuleColumns},
		{"R5 predecessors unsorted", draft{columns: with(deletion, preds(0x7f, 2),
			column{0x71, []byte{2, 0}}, column{0x73, []byte{0x7e, 5, 0x7f}})}.chunk(), crdt.RuleColumns},
		{"R5 predecessor twice", draft{columns: with(deletion, preds(0x7f, 2),
			column{0x71, []byte{2, 0}}, column{0x73, []byte{0x7e, 5, 0}})}.chunk(), crdt.RuleColumns},

		{"R6 deletion of nothing", draft{columns: with(deletion, preds(0x7f, 0), column{0x71, nil}, column{0x73, nil})}.chunk(), crdt.RuleShape},
		{"R6 deletion with a value", draft{columns: with(deletion, column{0x56, []byte{0x7f, 2}})}.chunk(), crdt.RuleShape},
		{"R6 deletion with a name", draft{columns: with(deletion, column{0xa5, []byte{0x7f, 1, 'b'}})}.chunk(), crdt.RuleShape},
		{"R6 deletion that expands", draft{columns: with(deletion, column{0x94, []byte{0, 1}})}.chunk(), crdt.RuleShape},
		{"R6 insertion into a map", set(column{0x34, []byte{0, 1}}).chunk(), crdt.RuleShape},
		{"R6 insertion over something", draft{columns: with(letter, preds(0x7f, 1), column{0x71, []byte{0x7f, 0}}, column{0x73, []byte{0x7f, 1}})}.chunk(), crdt.RuleShape},
		{"R6 inserted deletion", draft{columns: with(letter, column{0x42, []byte{0x7f, 3}}, column{0x56, []byte{0x7f, 0}}, column{0x57, nil})}.chunk(), crdt.RuleShape},
		{"R6 element of the root", draft{columns: with(letter, column{0x01, nil}, column{0x02, nil})}.chunk(), crdt.RuleShape},
		{"R6 value at the head", draft{columns: with(letter, column{0x34, []byte{1}})}.chunk(), crdt.RuleShape},
		{"R6 increment of nothing", set(column{0x42, []byte{0x7f, 5}}).chunk(), crdt.RuleShape},
		{"R6 increment by a string", draft{columns: with(deletion, column{0x42, []byte{0x7f, 5}}, column{0x56, []byte{0x7f, 6}})}.chunk(), crdt.RuleShape},
		{"R6 map with a value", set(column{0x42, []byte{0x7f, 0}}).chunk(), crdt.RuleShape},
		{"R6 mark without an end", draft{columns: with(letter, column{0x42, []byte{0x7f, 7}}, column{0xa5, []byte{0x7f, 1, 'b'}})}.chunk(), crdt.RuleShape},
		{"R6 mark with another operation before its end", draft{columns: []column{
			{0x01, []byte{3, 0}}, {0x02, []byte{3, 1}}, {0x13, []byte{3, 0}},
			{0x34, []byte{0, 3}}, {0x42, []byte{0x7d, 7, 1, 7}}, {0x56, []byte{0x7d, 2, 0x16, 0}}, {0x57, []byte("a")}, {0x70, []byte{3, 0}},
			{0x94, []byte{2, 1}}, {0xa5, []byte{0x7f, 1, 'b', 0, 2}},
		}}.chunk(), crdt.RuleShape},
		{"R6 end without a mark", draft{columns: with(letter, column{0x42, []byte{0x7f, 7}})}.chunk(), crdt.RuleShape},
		{"R6 mark that is not inserted", draft{columns: with(mark, column{0x34, []byte{2}}, column{0x11, []byte{2, 0}}, column{0x13, []byte{0x7e, 2, 0}})}.chunk(), crdt.RuleShape},
		{"R6 end in another text", draft{columns: with(mark, column{0x02, []byte{0x7e, 1, 2}})}.chunk(), crdt.RuleShape},
		{"R6 end with a value", draft{columns: with(mark, column{0x56, []byte{2, 2}})}.chunk(), crdt.RuleShape},

		{"R7 dependencies unsorted", draft{deps: reversed(sortedHashes(testHash(1), testHash(2)))}.chunk(), crdt.RuleDeps},
		{"R7 dependency twice", draft{deps: []crdt.Hash{testHash(1), testHash(1)}}.chunk(), crdt.RuleDeps},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := crdt.ParseChange(tt.chunk, crdt.DefaultLimits())
			var refusal *crdt.Refusal
			if c != nil || !errors.As(err, &refusal) || refusal.Rule != tt.rule {
				t.Fatalf("got %v, %v, want rule %s", c, err, tt.rule)
			}
			if errors.Is(err, crdt.ErrTooLarge) != (tt.rule == crdt.RuleSize) || errors.Is(err, crdt.ErrMalformed) != (tt.rule != crdt.RuleSize) {
				t.Errorf("%v wraps the wrong error", err)
			}
		})
	}
}

func manyHashes(n int) []crdt.Hash {
	hashes := make([]crdt.Hash, n)
	for i := range hashes {
		hashes[i] = testHash(i)
	}
	return sortedHashes(hashes...)
}

func reversed(hashes []crdt.Hash) []crdt.Hash {
	slices.Reverse(hashes)
	return hashes
}

// An inflated change may be large or much larger than its chunk, but not both.
func TestParseChangeBoundsTheRatioOfInflating(t *testing.T) {
	lim := crdt.DefaultLimits()
	lim.InflateFree, lim.InflateRatio = 4096, 20
	short := draft{numOps: 1000, kind: 2}.chunk()
	if _, err := crdt.ParseChange(short, lim); err != nil {
		t.Errorf("%d bytes: %v", len(short), err)
	}
	long := draft{numOps: 8000, kind: 2}.chunk()
	if _, err := crdt.ParseChange(long, lim); !errors.Is(err, crdt.ErrTooLarge) {
		t.Errorf("%d bytes: %v", len(long), err)
	}
}

// The limit is on the predecessors of all operations together.
func TestParseChangeBoundsPredecessors(t *testing.T) {
	twice := draft{columns: []column{
		{0x15, []byte{0x7e, 1, 'k', 1, 'l'}}, {0x34, []byte{2}}, {0x42, []byte{2, 3}}, {0x56, []byte{2, 0}},
		{0x70, []byte{2, 1}}, {0x71, []byte{2, 0}}, {0x73, []byte{2, 1}},
	}}.chunk()
	lim := crdt.DefaultLimits()
	lim.Preds = 2
	if _, err := crdt.ParseChange(twice, lim); err != nil {
		t.Errorf("two of two: %v", err)
	}
	lim.Preds = 1
	if _, err := crdt.ParseChange(twice, lim); !errors.Is(err, crdt.ErrTooLarge) {
		t.Errorf("two of one: %v", err)
	}
}

// Claims cost nothing: what is refused takes memory in proportion to its bytes.
func TestParseChangeAllocatesLittleForClaims(t *testing.T) {
	for name, d := range map[string]draft{
		"operations":   {columns: with(setKey(1), column{0x42, append(sleb(1<<40), 1)})},
		"predecessors": {columns: with(deletion, column{0x70, append([]byte{0x7f}, binary.AppendUvarint(nil, 1<<40)...)})},
		"keys":         {columns: with(setKey(1), column{0x15, append(sleb(1<<40), 1, 'k')})},
	} {
		chunk := d.chunk()
		spent := bytesAllocated(func() {
			if _, err := crdt.ParseChange(chunk, crdt.DefaultLimits()); err == nil {
				t.Errorf("%s: accepted", name)
			}
		})
		if spent > 16<<10 {
			t.Errorf("%s: %d bytes allocated for %d", name, spent, len(chunk))
		}
	}
}

// bytesAllocated returns what one call of f allocates.
func bytesAllocated(f func()) uint64 {
	const runs = 16
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / runs
}

func TestRefusalSaysNothingOfTheDocument(t *testing.T) {
	secret := "s3cret"
	columns := with(setKey(1), column{0x15, append([]byte{0x7f, byte(len(secret))}, secret...)}, column{0x42, []byte{0x7f, 8}})
	_, err := crdt.ParseChange(draft{message: secret, columns: columns}.chunk(), crdt.DefaultLimits())
	if err == nil || strings.Contains(err.Error(), secret) {
		t.Errorf("got %v", err)
	}
}
