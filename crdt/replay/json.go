package replay

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"openmic/crdt"
)

// AppendJSON writes the document as its readers see it. Keys are sorted, texts are
// strings, bytes are base64, counters and timestamps (milliseconds since 1970) are
// numbers. Where people disagree, it is the value that Automerge shows.
func (d *Document) AppendJSON(b []byte) []byte { return d.root.appendJSON(b) }

func (o *object) appendJSON(b []byte) []byte {
	switch o.action {
	case crdt.MakeText:
		return appendString(b, o.text())
	case crdt.MakeList:
		b = append(b, '[')
		first := true
		o.list.each(func(e *element) {
			if seen, ok := e.slot.seen(); ok {
				if !first {
					b = append(b, ',')
				}
				first = false
				b = seen.value.appendJSON(b)
			}
		})
		return append(b, ']')
	}
	b = append(b, '{')
	for i, key := range slices.Sorted(maps.Keys(o.slots)) {
		if i > 0 {
			b = append(b, ',')
		}
		seen, _ := o.slots[key].seen()
		b = seen.value.appendJSON(append(appendString(b, key), ':'))
	}
	return append(b, '}')
}

func (o *object) text() string {
	var text []byte
	o.list.each(func(e *element) {
		if e.seen() == 0 {
			return
		}
		if e.letter >= 0 {
			text = utf8.AppendRune(text, e.letter)
		} else {
			text = append(text, o.list.long[e.id]...)
		}
	})
	return string(text)
}

func (v value) appendJSON(b []byte) []byte {
	if v.object != nil {
		return v.object.appendJSON(b)
	}
	switch v.kind {
	case crdt.False:
		return append(b, "false"...)
	case crdt.True:
		return append(b, "true"...)
	case crdt.Uint:
		return strconv.AppendUint(b, v.number, 10)
	case crdt.Int, crdt.Counter, crdt.Timestamp:
		return strconv.AppendInt(b, int64(v.number), 10)
	case crdt.Float:
		f := v.float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return append(b, "null"...)
		}
		return strconv.AppendFloat(b, f, 'g', -1, 64)
	case crdt.String:
		return appendString(b, v.text)
	case crdt.Bytes:
		b = base64.StdEncoding.AppendEncode(append(b, '"'), []byte(v.text))
		return append(b, '"')
	}
	return append(b, "null"...)
}

// appendString writes a JSON string. Most are plain and need no second look.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c >= utf8.RuneSelf {
			quoted, err := json.Marshal(s)
			if err != nil {
				return append(b, `""`...) // a string always is one
			}
			return append(b, quoted...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// look returns what is seen at a path of map keys.
func (d *Document) look(path []string) (value, bool) {
	at := value{object: d.root}
	for _, key := range path {
		if at.object == nil || at.object.action != crdt.MakeMap {
			return value{}, false
		}
		seen, ok := at.object.slots[key].seen()
		if !ok {
			return value{}, false
		}
		at = seen.value
	}
	return at, true
}

// Has tells whether there is something at a path of map keys.
func (d *Document) Has(path ...string) bool {
	_, ok := d.look(path)
	return ok
}

// Text returns the text or string at a path of map keys; "" when there is none.
func (d *Document) Text(path ...string) string {
	v, ok := d.look(path)
	switch {
	case !ok:
		return ""
	case v.object != nil && v.object.action == crdt.MakeText:
		return v.object.text()
	case v.object == nil && v.kind == crdt.String:
		return v.text
	}
	return ""
}

// Keys returns the keys of the map at a path, in no order.
func (d *Document) Keys(path ...string) []string {
	v, ok := d.look(path)
	if !ok || v.object == nil || v.object.action != crdt.MakeMap {
		return nil
	}
	return slices.Collect(maps.Keys(v.object.slots))
}
