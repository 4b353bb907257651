package engine

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"

	"github.com/automerge/automerge-go"

	"openmic/crdt"
)

// jsonDepth bounds how deep maps and lists may stand in each other. A board needs
// six; readers of JSON have bounds of their own.
const jsonDepth = 64

// documentJSON gives the document at heads, or the newest without any.
func documentJSON(chunks []byte, want, at []crdt.Hash, most int64) ([]byte, error) {
	return writeJSON(chunks, want, at, jsonWriter{most: most})
}

// taggedJSON is documentJSON without loss. A text is a string; what JSON has no
// value for is an object with one key: {"$scalar": "..."} for a string that is set
// whole, {"$bytes": base64}, {"$date": milliseconds}, and {"$map": {...}} for a map
// that would otherwise look like one of these.
func taggedJSON(chunks []byte, want, at []crdt.Hash, most int64) ([]byte, error) {
	return writeJSON(chunks, want, at, jsonWriter{most: most, tagged: true})
}

func writeJSON(chunks []byte, want, at []crdt.Hash, w jsonWriter) ([]byte, error) {
	doc, err := loadAt(chunks, want, at)
	if err != nil {
		return nil, err
	}
	if err := w.value(doc.Root(), 0); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return w.out, nil
}

type jsonWriter struct {
	out    []byte
	most   int64
	tagged bool
}

// tags are the keys of what stands for a value that JSON has none for.
var tags = []string{"$text", "$scalar", "$date", "$bytes", "$map"}

func (w *jsonWriter) value(v *automerge.Value, depth int) error {
	// The wrapper reads a text by a pointer that it does not keep alive itself.
	defer runtime.KeepAlive(v)
	if depth > jsonDepth {
		return fmt.Errorf("objects stand more than %d deep in each other", jsonDepth)
	}
	tag := w.tagOf(v)
	if tag != "" {
		w.out = append(append(append(w.out, `{"`...), tag...), `":`...)
	}
	if err := w.write(v, depth); err != nil {
		return err
	}
	if tag != "" {
		w.out = append(w.out, '}')
	}
	if int64(len(w.out)) > w.most {
		return errTooLarge
	}
	return nil
}

// tagOf is the key that a value stands behind, or nothing.
func (w *jsonWriter) tagOf(v *automerge.Value) string {
	if !w.tagged {
		return ""
	}
	switch v.Kind() {
	case automerge.KindStr:
		return "$scalar"
	case automerge.KindBytes:
		return "$bytes"
	case automerge.KindTime:
		return "$date"
	case automerge.KindMap:
		if keys, err := v.Map().Keys(); err == nil && len(keys) == 1 && slices.Contains(tags, keys[0]) {
			return "$map"
		}
	}
	return ""
}

func (w *jsonWriter) write(v *automerge.Value, depth int) error {
	switch v.Kind() {
	case automerge.KindMap:
		return w.object(v.Map(), depth)
	case automerge.KindList:
		return w.array(v.List(), depth)
	case automerge.KindText:
		text, err := v.Text().Get()
		if err != nil {
			return fmt.Errorf("read text: %w", err)
		}
		return w.string(text)
	case automerge.KindStr:
		return w.string(v.Str())
	case automerge.KindBytes:
		w.out = append(w.out, '"')
		w.out = base64.StdEncoding.AppendEncode(w.out, v.Bytes())
		w.out = append(w.out, '"')
	case automerge.KindBool:
		w.out = strconv.AppendBool(w.out, v.Bool())
	case automerge.KindInt64:
		w.out = strconv.AppendInt(w.out, v.Int64(), 10)
	case automerge.KindUint64:
		w.out = strconv.AppendUint(w.out, v.Uint64(), 10)
	case automerge.KindTime:
		w.out = strconv.AppendInt(w.out, v.Time().UnixMilli(), 10)
	case automerge.KindCounter:
		n, err := v.Counter().Get()
		if err != nil {
			return fmt.Errorf("read counter: %w", err)
		}
		w.out = strconv.AppendInt(w.out, n, 10)
	case automerge.KindFloat64:
		w.float(v.Float64())
	case automerge.KindNull, automerge.KindUnknown:
		w.out = append(w.out, "null"...)
	default:
		return errors.New("a value of no known kind")
	}
	return nil
}

func (w *jsonWriter) object(m *automerge.Map, depth int) error {
	values, err := m.Values()
	if err != nil {
		return fmt.Errorf("read map: %w", err)
	}
	w.out = append(w.out, '{')
	for i, key := range slices.Sorted(maps.Keys(values)) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if err := w.string(key); err != nil {
			return err
		}
		w.out = append(w.out, ':')
		if err := w.value(values[key], depth+1); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

func (w *jsonWriter) array(l *automerge.List, depth int) error {
	values, err := l.Values()
	if err != nil {
		return fmt.Errorf("read list: %w", err)
	}
	w.out = append(w.out, '[')
	for i, v := range values {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if err := w.value(v, depth+1); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *jsonWriter) string(s string) error {
	quoted, err := json.Marshal(s)
	if err != nil {
		return err
	}
	w.out = append(w.out, quoted...)
	return nil
}

// float writes null for what is no number, as JavaScript does.
func (w *jsonWriter) float(f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		w.out = append(w.out, "null"...)
		return
	}
	w.out = strconv.AppendFloat(w.out, f, 'g', -1, 64)
}
