package crdt_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"openmic/crdt"
)

// goldenDocuments returns what the JavaScript library saved, by name.
func goldenDocuments(tb testing.TB) map[string][]byte {
	tb.Helper()
	files, err := filepath.Glob("testdata/documents/*.hex")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no golden documents: %v", err)
	}
	documents := make(map[string][]byte)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".hex")
		documents[name] = unhex(tb, strings.TrimSpace(string(readFile(tb, file))))
	}
	return documents
}

// saved is a document to be encoded, well formed or not. Where a field is nil it is
// that of one change with one operation.
type saved struct {
	actors     []string
	heads      []crdt.Hash
	changes    []column
	operations []column
	suffix     []byte // the heads' indexes
}

func (s saved) body() []byte {
	if s.actors == nil {
		s.actors = []string{"a"}
	}
	if s.heads == nil {
		s.heads = []crdt.Hash{testHash(1)}
	}
	if s.changes == nil {
		s.changes = changeRows(1)
	}
	if s.operations == nil {
		s.operations = operationRows(1)
	}
	if s.suffix == nil {
		s.suffix = make([]byte, len(s.heads))
	}
	b := binary.AppendUvarint(nil, uint64(len(s.actors)))
	for _, actor := range s.actors {
		b = appendText(b, actor)
	}
	b = binary.AppendUvarint(b, uint64(len(s.heads)))
	for _, head := range s.heads {
		b = append(b, head[:]...)
	}
	for _, columns := range [][]column{s.changes, s.operations} {
		b = binary.AppendUvarint(b, uint64(len(columns)))
		for _, c := range columns {
			b = binary.AppendUvarint(b, c.spec)
			b = binary.AppendUvarint(b, uint64(len(c.data)))
		}
	}
	for _, c := range slices.Concat(s.changes, s.operations) {
		b = append(b, c.data...)
	}
	return append(b, s.suffix...)
}

func (s saved) chunk() []byte { return documentOf(s.body()) }

// documentOf frames the body of a document.
func documentOf(body []byte) []byte {
	framed := append(binary.AppendUvarint([]byte{0}, uint64(len(body))), body...)
	sum := sha256.Sum256(framed)
	return slices.Concat([]byte("\x85\x6f\x4a\x83"), sum[:4], framed)
}

// changeRows are n changes of one actor, each after the one before.
func changeRows(n int) []column {
	columns := []column{
		{0x01, run(n, []byte{0})},
		{0x03, run(n, []byte{1})},
		{0x13, run(n, []byte{1})},
		{0x23, run(n, []byte{0})},
		{0x40, []byte{0x7f, 0}},
		{0x56, run(n, []byte{7})},
	}
	if n > 1 {
		columns = with(columns,
			column{0x40, slices.Concat([]byte{0x7f, 0}, run(n-1, []byte{1}))},
			column{0x43, slices.Concat([]byte{0x7f, 0}, run(n-2, []byte{1}))})
	}
	return columns
}

// operationRows are n letters one after the other.
func operationRows(n int) []column {
	return []column{
		{0x15, run(n, []byte{1, 'k'})},
		{0x21, run(n, []byte{0})},
		{0x23, run(n, []byte{1})},
		{0x34, binary.AppendUvarint(nil, uint64(n))},
		{0x42, run(n, []byte{1})},
		{0x56, run(n, []byte{0x16})},
		{0x57, bytes.Repeat([]byte{'x'}, n)},
		{0x80, run(n, []byte{0})},
	}
}

func deflated(columns []column, spec uint64) []column {
	columns = slices.Clone(columns)
	for i, c := range columns {
		if c.spec == spec {
			columns[i] = column{spec | 8, deflate(c.data)}
		}
	}
	return columns
}

func TestCheckDocumentTakesWhatAutomergeSaves(t *testing.T) {
	changes := goldenChanges(t)
	deflatedColumns := 0
	for name, chunk := range goldenDocuments(t) {
		t.Run(name, func(t *testing.T) {
			lim := crdt.DefaultLimits()
			lim.DocumentChanges = len(changes[name])
			if err := crdt.CheckDocument(chunk, lim); err != nil {
				t.Error(err)
			}
			lim.DocumentChanges--
			if err := crdt.CheckDocument(chunk, lim); !errors.Is(err, crdt.ErrTooLarge) {
				t.Errorf("with a limit of one change less: %v", err)
			}
		})
		for _, c := range documentColumns(t, chunk) {
			deflatedColumns += int(c.spec >> 3 & 1)
		}
	}
	if deflatedColumns == 0 {
		t.Error("none of the documents has a deflated column")
	}
}

// documentColumns returns the columns of a chunk that is well formed, without data.
func documentColumns(t *testing.T, chunk []byte) (columns []column) {
	t.Helper()
	rest := chunk[9:]
	number := func() int {
		v, n := binary.Uvarint(rest)
		rest = rest[n:]
		return int(v)
	}
	number()
	for range number() {
		n := number()
		rest = rest[n:]
	}
	n := number()
	rest = rest[32*n:]
	for range 2 {
		for range number() {
			columns = append(columns, column{spec: uint64(number())})
			number()
		}
	}
	return columns
}

func TestCheckDocumentTakes(t *testing.T) {
	for name, s := range map[string]saved{
		"one change":              {},
		"many changes":            {changes: changeRows(1000), operations: operationRows(5000)},
		"nothing":                 {actors: []string{}, heads: []crdt.Hash{}, changes: []column{}, operations: []column{}, suffix: []byte{}},
		"no indexes":              {suffix: []byte{}},
		"two heads":               {heads: sortedHashes(testHash(1), testHash(2)), changes: changeRows(3), suffix: []byte{1, 2}},
		"actors in any order":     {actors: []string{"b", "a"}},
		"deflated keys":           {operations: deflated(operationRows(50), 0x15)},
		"deflated values":         {operations: deflated(operationRows(5000), 0x57)},
		"an unknown column":       {operations: append(operationRows(1), column{0x103, run(1, []byte{1})})},
		"a run in another way":    {operations: with(operationRows(3), column{0x42, []byte{1, 1, 2, 1}})},
		"a run cut in two":        {operations: with(operationRows(4), column{0x42, []byte{2, 1, 2, 1}})},
		"nulls":                   {operations: with(operationRows(4), column{0x11, []byte{0, 3, 0x7f, 0}})},
		"an empty column":         {operations: with(operationRows(4), column{0x94, []byte{}})},
		"values in a group":       {operations: append(operationRows(1), column{0x100, []byte{0x7f, 3}}, column{0x106, run(3, []byte{0x26})}, column{0x107, []byte("abcdef")})},
		"successors of the first": {operations: with(operationRows(2), column{0x80, []byte{0x7e, 2, 0}}, column{0x81, run(2, []byte{0})}, column{0x83, run(2, []byte{2})})},
	} {
		if err := crdt.CheckDocument(s.chunk(), crdt.DefaultLimits()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// forged is the run of so many rows with one value.
func forged(rows int64, value ...byte) []byte { return append(sleb(rows), value...) }

func TestCheckDocumentRefuses(t *testing.T) {
	const huge = math.MaxInt64
	lim := crdt.DefaultLimits()
	op := func(c ...column) saved { return saved{operations: with(operationRows(2), c...)} }
	for name, tt := range map[string]struct {
		saved saved
		rule  crdt.Rule
	}{
		"changes without end":     {saved{changes: with(changeRows(1), column{0x01, forged(huge, 0)})}, crdt.RuleSize},
		"a change too many":       {saved{changes: with(changeRows(1), column{0x01, forged(int64(lim.DocumentChanges)+1, 0)})}, crdt.RuleSize},
		"operations without end":  {op(column{0x42, forged(huge, 1)}), crdt.RuleSize},
		"an operation too many":   {op(column{0x42, forged(int64(lim.DocumentOperations)+1, 1)}), crdt.RuleSize},
		"keys without end":        {op(column{0x15, forged(huge, 1, 'k')}), crdt.RuleSize},
		"counters without end":    {op(column{0x23, forged(huge, 1)}), crdt.RuleSize},
		"nulls without end":       {op(column{0x11, append([]byte{0}, binary.AppendUvarint(nil, math.MaxUint64)...)}), crdt.RuleSize},
		"inserts without end":     {op(column{0x34, binary.AppendUvarint(nil, math.MaxUint64)}), crdt.RuleSize},
		"runs that wrap around":   {op(column{0x42, slices.Concat(forged(huge, 1), forged(huge, 0), forged(4, 1))}), crdt.RuleSize},
		"booleans that wrap":      {op(column{0x34, slices.Concat(binary.AppendUvarint(nil, math.MaxUint64), []byte{3})}), crdt.RuleSize},
		"unknown without end":     {op(column{0x103, forged(huge, 1)}), crdt.RuleSize},
		"dependencies in a run":   {saved{changes: with(changeRows(1), column{0x40, append([]byte{0x7f}, binary.AppendUvarint(nil, math.MaxUint64)...)})}, crdt.RuleSize},
		"successors in a run":     {op(column{0x80, forged(2, 0xff, 0xff, 0xff, 0x7f)}), crdt.RuleSize},
		"successors that wrap":    {op(column{0x80, forged(2, binary.AppendUvarint(nil, 1<<63)...)}), crdt.RuleSize},
		"members without end":     {op(column{0x80, forged(2, 1)}, column{0x81, forged(huge, 0)}), crdt.RuleSize},
		"values without end":      {op(column{0x56, forged(2, binary.AppendUvarint(nil, math.MaxUint64)...)}), crdt.RuleSize},
		"a long key in many rows": {saved{operations: with(operationRows(100_000), column{0x15, forged(100_000, appendText(nil, strings.Repeat("k", 1000))...)})}, crdt.RuleSize},
		"a long message in many":  {saved{changes: with(changeRows(100_000), column{0x35, forged(100_000, appendText(nil, strings.Repeat("m", 1000))...)})}, crdt.RuleSize},
		"a deflated run":          {saved{operations: deflated(with(operationRows(2), column{0x42, forged(huge, 1)}), 0x42)}, crdt.RuleSize},
		"many actors":             {saved{actors: manyActors(65_537)}, crdt.RuleSize},
		"many columns":            {saved{operations: manyColumns(33)}, crdt.RuleSize},

		"fewer keys":              {op(column{0x15, run(1, []byte{1, 'k'})}), crdt.RuleColumns},
		"more counters":           {op(column{0x23, run(3, []byte{1})}), crdt.RuleColumns},
		"more inserts":            {op(column{0x34, []byte{3}}), crdt.RuleColumns},
		"no actions":              {op(column{0x42, nil}), crdt.RuleColumns},
		"fewer group counts":      {op(column{0x80, run(1, []byte{0})}), crdt.RuleColumns},
		"more members":            {op(column{0x80, run(2, []byte{1})}, column{0x81, run(3, []byte{0})}), crdt.RuleColumns},
		"fewer bytes of values":   {op(column{0x57, []byte("x")}), crdt.RuleColumns},
		"more bytes of values":    {op(column{0x57, []byte("xyz")}), crdt.RuleColumns},
		"sizes without values":    {op(column{0x57, nil}), crdt.RuleColumns},
		"values without sizes":    {op(column{0x56, nil}), crdt.RuleColumns},
		"values of another group": {op(column{0x57, nil}, column{0x67, []byte("xx")}), crdt.RuleColumns},
		"an actor too high":       {op(column{0x21, run(2, []byte{1})}), crdt.RuleColumns},
		"keys not UTF-8":          {op(column{0x15, run(2, []byte{1, 0xff})}), crdt.RuleColumns},
		"half a key":              {op(column{0x15, run(2, []byte{2, 'k'})}), crdt.RuleColumns},
		"a run without a value":   {op(column{0x42, []byte{2}}), crdt.RuleColumns},
		"half a number":           {op(column{0x34, []byte{0x80}}), crdt.RuleColumns},
		"a literal without end":   {op(column{0x42, forged(math.MinInt64, 1)}), crdt.RuleColumns},
		"not deflated":            {saved{operations: with(operationRows(2), column{0x15, nil}, column{0x15 | 8, []byte("not deflated")})}, crdt.RuleColumns},
		"bytes after deflated":    {saved{operations: with(operationRows(2), column{0x15, nil}, column{0x15 | 8, append(deflate(run(2, []byte{1, 'k'})), 0)})}, crdt.RuleColumns},
		"half deflated":           {saved{operations: with(operationRows(2), column{0x15, nil}, column{0x15 | 8, deflate(run(2, []byte{1, 'k'}))[:3]})}, crdt.RuleColumns},
		"columns not in order":    {saved{operations: slices.Concat(operationRows(2)[1:], operationRows(2)[:1])}, crdt.RuleColumns},
		"a column twice":          {saved{operations: slices.Concat(operationRows(2)[:1], operationRows(2))}, crdt.RuleColumns},
		"twice, once deflated":    {saved{operations: slices.Concat(operationRows(2)[:1], deflated(operationRows(2), 0x15))}, crdt.RuleColumns},
		"a column beyond 32 bits": {op(column{1<<32 | 3, run(2, []byte{1})}), crdt.RuleColumns},

		"an actor twice":       {saved{actors: []string{"a", "b", "a"}}, crdt.RuleHeader},
		"an empty actor":       {saved{actors: []string{""}}, crdt.RuleHeader},
		"a long actor":         {saved{actors: []string{strings.Repeat("a", 65)}}, crdt.RuleSize},
		"many heads":           {saved{heads: make([]crdt.Hash, 1001)}, crdt.RuleSize},
		"a head twice":         {saved{heads: []crdt.Hash{testHash(1), testHash(1)}}, crdt.RuleHeader},
		"heads not in order":   {saved{heads: []crdt.Hash{{2}, {1}}}, crdt.RuleHeader},
		"a head of no change":  {saved{suffix: []byte{1}}, crdt.RuleHeader},
		"fewer indexes":        {saved{heads: sortedHashes(testHash(1), testHash(2)), suffix: []byte{0}}, crdt.RuleHeader},
		"bytes after the body": {saved{suffix: []byte{0, 0}}, crdt.RuleChunk},
	} {
		checkRefused(t, name, tt.saved.chunk(), tt.rule)
	}
}

func manyActors(n int) (actors []string) {
	for i := range n {
		actors = append(actors, fmt.Sprint(i))
	}
	return actors
}

func manyColumns(n int) (columns []column) {
	for i := range n {
		columns = append(columns, column{spec: uint64(i)<<4 | 3})
	}
	return columns
}

func checkRefused(t *testing.T, name string, chunk []byte, rule crdt.Rule) {
	t.Helper()
	var refusal *crdt.Refusal
	if err := crdt.CheckDocument(chunk, crdt.DefaultLimits()); !errors.As(err, &refusal) || refusal.Rule != rule {
		t.Errorf("%s: %v, want %s", name, err, rule)
	}
}

func TestCheckDocumentRefusesFrames(t *testing.T) {
	for name, whole := range goldenDocuments(t) {
		_, n := binary.Uvarint(whole[9:])
		body := whole[9+n:]
		for n := range whole {
			if err := crdt.CheckDocument(whole[:n], crdt.DefaultLimits()); err == nil {
				t.Errorf("%s: %d of %d bytes pass", name, n, len(whole))
			}
			flipped := bytes.Clone(whole)
			flipped[n] ^= 1
			if err := crdt.CheckDocument(flipped, crdt.DefaultLimits()); err == nil {
				t.Errorf("%s: passes with byte %d flipped", name, n)
			}
		}
		for n := range len(body) - 1 { // the last byte may be left out: it is the heads' index
			if err := crdt.CheckDocument(documentOf(body[:n]), crdt.DefaultLimits()); err == nil {
				t.Errorf("%s: framed again, %d of %d bytes pass", name, n, len(body))
			}
		}
		checkRefused(t, name+" and a byte", append(bytes.Clone(whole), 0), crdt.RuleChunk)
		checkRefused(t, name+" twice", slices.Concat(whole, whole), crdt.RuleChunk)
		wrong := bytes.Clone(whole)
		wrong[len(wrong)-1] ^= 1
		checkRefused(t, name+" with another checksum", wrong, crdt.RuleChecksum)
	}
	checkRefused(t, "a change", draft{}.chunk(), crdt.RuleChunk)
	checkRefused(t, "nothing", nil, crdt.RuleChunk)
	lim := crdt.DefaultLimits()
	chunk := saved{}.chunk()
	lim.DocumentBytes = len(chunk) - 1
	if err := crdt.CheckDocument(chunk, lim); !errors.Is(err, crdt.ErrTooLarge) {
		t.Errorf("a byte above the limit: %v", err)
	}
	if err := crdt.CheckDocument(chunk, crdt.Limits{}); !errors.Is(err, crdt.ErrTooLarge) {
		t.Errorf("without limits: %v", err)
	}
}

// What a bomb would inflate to is never in memory.
func TestCheckDocumentDefusesBombs(t *testing.T) {
	lim := crdt.DefaultLimits()
	lim.DocumentBytes = 1 << 20
	zeros := deflate(make([]byte, 8<<20))
	bombs := map[string][]byte{
		"one column":  saved{operations: with(operationRows(1), column{0x57, nil}, column{0x57 | 8, zeros})}.chunk(),
		"of changes":  saved{changes: deflated(with(changeRows(1), column{0x01, make([]byte, 8<<20)}), 0x01)}.chunk(),
		"many small":  saved{operations: manyBombs(32, 128<<10)}.chunk(),
		"above ratio": saved{operations: with(operationRows(1), column{0x57, nil}, column{0x57 | 8, deflate(make([]byte, 900<<10))})}.chunk(),
	}
	for name, chunk := range bombs {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := crdt.CheckDocument(chunk, lim)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, crdt.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 8<<20 {
			t.Errorf("%s took %d bytes, though only %d may be inflated", name, spent, lim.DocumentBytes)
		}
	}
}

// manyBombs are columns of which each inflates to so many zeros: runs of no nulls.
func manyBombs(n, size int) (columns []column) {
	for i := range n {
		columns = append(columns, column{spec: uint64(i)<<4 | 3 | 8, data: deflate(make([]byte, size))})
	}
	return columns
}

func BenchmarkCheckDocument(b *testing.B) {
	chunk := saved{changes: changeRows(100_000), operations: deflated(operationRows(500_000), 0x57)}.chunk()
	lim := crdt.DefaultLimits()
	lim.InflateRatio = 1032
	b.ReportAllocs()
	for b.Loop() {
		if err := crdt.CheckDocument(chunk, lim); err != nil {
			b.Fatal(err)
		}
	}
}
