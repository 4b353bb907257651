package replay

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"openmic/crdt"
)

// sequence is what a list or a text holds, in order, with what was taken out. It
// is kept in blocks, so that no place is far from any other.
type sequence struct {
	blocks []*block
	where  map[id]*block // once there are several
	long   map[id]string // the letters that are not one code point
}

type block struct {
	elements []element
	width    int // of what is seen of it
}

// element is one letter or value. A letter's slot is nil.
type element struct {
	id     id
	letter rune // -1: in sequence.long
	width  int32
	slot   slot
}

// Widths of elements that are not there to be seen.
const (
	goneWidth = 0
	markWidth = -1
)

const blockSize = 256

// marker is what stands in a text for an object in it.
const marker = '\ufffc'

func (e *element) seen() int { return max(int(e.width), 0) }

// find returns where an element is.
func (q *sequence) find(of id) (b, i int, ok bool) {
	if len(q.blocks) == 0 {
		return 0, 0, false
	}
	if q.where != nil {
		found := q.where[of]
		if found == nil {
			return 0, 0, false
		}
		b = slices.Index(q.blocks, found)
	}
	i = slices.IndexFunc(q.blocks[b].elements, func(e element) bool { return e.id == of })
	return b, i, i >= 0
}

func (q *sequence) at(of id) *element {
	b, i, ok := q.find(of)
	if !ok {
		return nil
	}
	return &q.blocks[b].elements[i]
}

// index returns how much is seen before a place.
func (q *sequence) index(b, i int) (n int) {
	for _, before := range q.blocks[:b] {
		n += before.width
	}
	for k := range i {
		n += q.blocks[b].elements[k].seen()
	}
	return n
}

// insert puts an element behind another; the zero id is the head. Of those put at
// one place, the youngest comes first, each followed by what stands behind it.
func (q *sequence) insert(d *Document, behind id, e element) (b, i int, ok bool) {
	if len(q.blocks) == 0 {
		q.blocks = []*block{{}}
	}
	if behind != (id{}) {
		if b, i, ok = q.find(behind); !ok {
			return 0, 0, false
		}
		i++
	}
	for {
		if i == len(q.blocks[b].elements) {
			if b+1 == len(q.blocks) {
				break
			}
			b, i = b+1, 0
			continue
		}
		if d.before(q.blocks[b].elements[i].id, e.id) {
			break
		}
		i++
	}
	if i == 0 && b > 0 {
		b, i = b-1, len(q.blocks[b-1].elements)
	}
	into := q.blocks[b]
	into.elements = slices.Insert(into.elements, i, e)
	into.width += e.seen()
	if q.where != nil {
		q.where[e.id] = into
	}
	if len(into.elements) > blockSize {
		b, i = q.split(b, i)
	}
	return b, i, true
}

func (q *sequence) split(b, i int) (int, int) {
	if q.where == nil {
		q.where = map[id]*block{}
		for _, e := range q.blocks[0].elements {
			q.where[e.id] = q.blocks[0]
		}
	}
	first := q.blocks[b]
	half := len(first.elements) / 2
	second := &block{elements: slices.Clone(first.elements[half:])}
	clear(first.elements[half:])
	first.elements = first.elements[:half]
	for k := range second.elements {
		second.width += second.elements[k].seen()
		q.where[second.elements[k].id] = second
	}
	first.width -= second.width
	q.blocks = slices.Insert(q.blocks, b+1, second)
	if i >= half {
		return b + 1, i - half
	}
	return b, i
}

// resize sets how much of an element is seen.
func (q *sequence) resize(b, i, width int) {
	e := &q.blocks[b].elements[i]
	q.blocks[b].width += width - e.seen()
	e.width = int32(width)
}

func (q *sequence) text(e *element) string {
	if e.letter < 0 {
		return q.long[e.id]
	}
	return string(e.letter)
}

// each calls f with every element, also those that are gone.
func (q *sequence) each(f func(*element)) {
	for _, b := range q.blocks {
		for i := range b.elements {
			f(&b.elements[i])
		}
	}
}

// step is what leads from an object's parent to it.
func (o *object) step() string {
	if o.parent.action == crdt.MakeMap {
		return o.key
	}
	b, i, _ := o.parent.list.find(o.element)
	return strconv.Itoa(o.parent.list.index(b, i))
}

// atElement applies an operation on an element of a list or text.
func (d *Document) atElement(in *object, op *crdt.Operation) error {
	if op.Insert {
		return d.insert(in, op)
	}
	b, i, ok := in.list.find(d.id(op.Element))
	if !ok {
		return fmt.Errorf("its element is not there")
	}
	e := &in.list.blocks[b].elements[i]
	if in.action == crdt.MakeText {
		if op.Action != crdt.Delete || e.seen() == 0 {
			return nil
		}
		at, width, letter := in.list.index(b, i), e.seen(), in.list.text(e)
		in.list.resize(b, i, goneWidth)
		d.spliceText(in, at, width, letter, "")
		return nil
	}
	d.atItem(in, op, b, i, e)
	return nil
}

// atItem applies an operation on an element of a list.
func (d *Document) atItem(in *object, op *crdt.Operation, b, i int, e *element) {
	was, had := e.slot.seen()
	old := d.oldOf(in, was, had)
	var counted bool
	e.slot, counted = d.change(e.slot, op, func(made *object) { made.parent, made.element = in, e.id })
	is, has := e.slot.seen()
	at := in.list.index(b, i)
	switch {
	case had && !has:
		in.list.resize(b, i, 0)
		d.splice(in, Patch{Kind: Splice, At: at, Gone: 1})
	case has && !had:
		in.list.resize(b, i, 1)
		d.item(in, at, is.value)
	case has && (was.id != is.id || counted):
		if path, ok := d.path(in, 1); ok {
			d.put(append(path, strconv.Itoa(at)), is.value, old)
		}
	}
}

func (d *Document) insert(in *object, op *crdt.Operation) error {
	e := element{id: d.id(op.ID), width: 1}
	text := in.action == crdt.MakeText
	var letter string
	switch {
	case op.Action == crdt.Mark:
		e.width = markWidth
	case !text:
		e.slot, _ = d.change(nil, op, func(made *object) { made.parent, made.element = in, e.id })
	case op.Action == crdt.Set:
		letter = string(op.Value.Raw)
		e.letter, e.width = -1, int32(width(letter))
		if r, n := utf8.DecodeRuneInString(letter); n == len(letter) {
			e.letter = r
		} else {
			if in.list.long == nil {
				in.list.long = map[id]string{}
			}
			in.list.long[e.id] = letter
		}
	default:
		letter, e.letter = string(marker), marker
		e.slot, _ = d.change(nil, op, func(made *object) { made.parent, made.element = in, e.id })
	}
	b, i, ok := in.list.insert(d, d.id(op.Element), e)
	switch {
	case !ok:
		return fmt.Errorf("the element before it is not there")
	case e.seen() == 0:
	case text:
		d.spliceText(in, in.list.index(b, i), 0, "", letter)
	default:
		d.item(in, in.list.index(b, i), e.slot[0].value)
	}
	return nil
}

// item tells that there is one more value in a list.
func (d *Document) item(in *object, at int, v value) {
	if v.object != nil {
		path, ok := d.path(in, 1)
		if !ok {
			return
		}
		d.patches = append(d.patches, Patch{Kind: Splice, Path: path, At: at, Values: [][]byte{[]byte("null")}, By: d.author})
		d.put(append(slices.Clone(path), strconv.Itoa(at)), v, nil)
		return
	}
	if in.hidden() {
		return
	}
	d.splice(in, Patch{Kind: Splice, At: at, Values: [][]byte{v.appendJSON(nil)}})
}

// splice tells what has become of a list, together with what was told just before
// where that goes on.
func (d *Document) splice(in *object, p Patch) {
	if n := len(d.patches); n > 0 {
		last := &d.patches[n-1]
		if last.spliced == in && p.Gone == 0 && last.At+len(last.Values) == p.At {
			last.Values = append(last.Values, p.Values...)
			return
		}
	}
	path, ok := d.path(in, 0)
	if !ok {
		return
	}
	p.Path, p.spliced, p.By = path, in, d.author
	d.patches = append(d.patches, p)
}

// spliceText is splice for one letter of a text, where At and Gone count UTF-16
// units as browsers do.
func (d *Document) spliceText(in *object, at, gone int, old, text string) {
	if n := len(d.patches); n > 0 {
		last := &d.patches[n-1]
		if last.spliced == in {
			end := last.At + width(last.Text)
			switch {
			case gone == 0 && at == end:
				last.Text += text
				return
			case gone > 0 && at == end:
				last.Gone, last.OldText = last.Gone+gone, last.OldText+old
				return
			case gone > 0 && at+gone == last.At && last.Text == "":
				last.At, last.Gone, last.OldText = at, last.Gone+gone, old+last.OldText
				return
			}
		}
	}
	path, ok := d.path(in, 0)
	if !ok {
		return
	}
	d.patches = append(d.patches, Patch{Kind: Type, Path: path, At: at, Gone: gone, OldText: old, Text: text, spliced: in, By: d.author})
}

// width is how many UTF-16 units a text has.
func width(s string) (n int) {
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}
