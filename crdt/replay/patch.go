package replay

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf16"
)

// Kind is what a Patch does.
type Kind uint8

// The kinds of patches.
const (
	Put    Kind = iota // sets Value at Path
	Remove             // takes away what is at Path
	Splice             // takes Gone values out of the list at Path, and puts Values there
	Type               // takes Gone UTF-16 units out of the text at Path, and puts Text there
)

// A Patch is one difference between a document before and after a change, for those
// who have it as plain JSON. Path holds map keys and, in lists, positions.
type Patch struct {
	Kind     Kind
	Path     []string
	Value    []byte // JSON
	Old      []byte // JSON of what Put and Remove take away; nil: nothing
	At, Gone int
	Values   [][]byte // JSON
	Text     string
	OldText  string
	By       uint32 // the number of the actor

	shows   *object
	spliced *object
}

// AppendJSON writes the patch as an array: its kind, path, and what belongs to it.
func (p *Patch) AppendJSON(b []byte) []byte {
	b = append(b, '[')
	b = strconv.AppendUint(b, uint64(p.Kind), 10)
	b = append(b, ',', '[')
	for i, step := range p.Path {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, step)
	}
	b = append(b, ']')
	switch p.Kind {
	case Put:
		b = append(append(b, ','), p.Value...)
	case Splice, Type:
		b = strconv.AppendInt(append(b, ','), int64(p.At), 10)
		b = strconv.AppendInt(append(b, ','), int64(p.Gone), 10)
		if b = append(b, ','); p.Kind == Type {
			b = appendString(b, p.Text)
			break
		}
		b = append(b, '[')
		for i, v := range p.Values {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, v...)
		}
		b = append(b, ']')
	}
	return append(b, ']')
}

// Advance brings plain JSON, as encoding/json decodes it into maps and slices, past
// patches as AppendJSON writes them, one array of them.
func Advance(root map[string]any, patches []byte) error {
	var list [][]json.RawMessage
	if err := json.Unmarshal(patches, &list); err != nil {
		return err
	}
	for i, p := range list {
		if err := advance(root, p); err != nil {
			return fmt.Errorf("patch %d: %w", i, err)
		}
	}
	return nil
}

func advance(root map[string]any, p []json.RawMessage) error {
	var kind Kind
	var path []string
	if len(p) < 2 || json.Unmarshal(p[0], &kind) != nil || json.Unmarshal(p[1], &path) != nil || len(path) == 0 {
		return fmt.Errorf("not a patch")
	}
	in, set, err := descend(root, path)
	if err != nil {
		return err
	}
	switch {
	case kind == Remove && len(p) == 2:
		m, ok := in.(map[string]any)
		if !ok {
			return fmt.Errorf("nothing to remove from")
		}
		delete(m, path[len(path)-1])
		return nil
	case kind == Put && len(p) == 3:
		var v any
		if err := json.Unmarshal(p[2], &v); err != nil {
			return err
		}
		return set(v)
	case (kind == Splice || kind == Type) && len(p) == 5:
		var at, gone int
		if json.Unmarshal(p[2], &at) != nil || json.Unmarshal(p[3], &gone) != nil || at < 0 || gone < 0 {
			return fmt.Errorf("not a place")
		}
		old, err := child(in, path[len(path)-1])
		if err != nil {
			return err
		}
		next, err := spliced(kind, old, at, gone, p[4])
		if err != nil {
			return err
		}
		return set(next)
	}
	return fmt.Errorf("not a patch")
}

func spliced(kind Kind, old any, at, gone int, with json.RawMessage) (any, error) {
	if kind == Type {
		text, ok := old.(string)
		var insert string
		if err := json.Unmarshal(with, &insert); err != nil || !ok {
			return nil, fmt.Errorf("no text there")
		}
		units := utf16.Encode([]rune(text))
		if at+gone > len(units) {
			return nil, fmt.Errorf("the text is shorter")
		}
		return string(utf16.Decode(units[:at])) + insert + string(utf16.Decode(units[at+gone:])), nil
	}
	list, ok := old.([]any)
	var insert []any
	if err := json.Unmarshal(with, &insert); err != nil || !ok || at+gone > len(list) {
		return nil, fmt.Errorf("no such list there")
	}
	next := append(append([]any{}, list[:at]...), insert...)
	return append(next, list[at+gone:]...), nil
}

// descend returns what holds the last step of a path, and what sets it there.
func descend(root map[string]any, path []string) (in any, set func(any) error, err error) {
	in = root
	for _, step := range path[:len(path)-1] {
		if in, err = child(in, step); err != nil {
			return nil, nil, err
		}
	}
	last := path[len(path)-1]
	return in, func(v any) error {
		switch in := in.(type) {
		case map[string]any:
			in[last] = v
			return nil
		case []any:
			if i, err := strconv.Atoi(last); err == nil && i >= 0 && i < len(in) {
				in[i] = v
				return nil
			}
		}
		return fmt.Errorf("no such place")
	}, nil
}

func child(in any, step string) (any, error) {
	switch in := in.(type) {
	case map[string]any:
		if v, ok := in[step]; ok {
			return v, nil
		}
	case []any:
		if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(in) {
			return in[i], nil
		}
	}
	return nil, fmt.Errorf("no such place")
}
