package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/dop251/goja"

	"openmic/crdt"
)

// A Drawing says how a document is made a picture, or a copy in another form. The
// script leaves an object named drawing, whose drawBoard(json, theme, language)
// answers with the picture, and whose copyBoard(json, form, language) with the copy.
type Drawing struct {
	Script   string `cbor:"1,keyasint"`
	Theme    string `cbor:"2,keyasint"`
	Language string `cbor:"3,keyasint"`
	Form     string `cbor:"4,keyasint,omitempty"` // of a copy; empty: a picture
}

// FormJSON is the form of a copy for which the script is given the document
// without loss: see taggedJSON.
const FormJSON = "json"

const (
	drawnJSONBytes = 32 << 20 // most that a script is given
	drawnCalls     = 500      // how deep the calls of a script may be
)

// A drawer runs scripts. It keeps the last one compiled: there is only one.
type drawer struct {
	hash    [sha256.Size]byte
	program *goja.Program
}

// draw gives the document to a script, in an interpreter of its own, so that no
// board leaves anything for the next. It knows nothing but the language: no clock,
// no files, no network. Time and memory are the process's to bound.
func (r *drawer) draw(chunks []byte, want []crdt.Hash, d *Drawing, most int64) ([]byte, error) {
	write := documentJSON
	if d != nil && d.Form == FormJSON {
		write = taggedJSON
	}
	text, err := write(chunks, want, nil, drawnJSONBytes)
	if err != nil {
		return nil, err
	}
	return r.drawJSON(string(text), d, most)
}

func (r *drawer) drawJSON(text string, d *Drawing, most int64) ([]byte, error) {
	if d == nil {
		return nil, fmt.Errorf("%w: no drawing", errFrame)
	}
	if len(text) > drawnJSONBytes {
		return nil, errTooLarge
	}
	if err := r.compile(d.Script); err != nil {
		return nil, err
	}
	vm := goja.New()
	vm.SetMaxCallStackSize(drawnCalls)
	if _, err := vm.RunProgram(r.program); err != nil {
		return nil, fmt.Errorf("start script: %w", inside(err))
	}
	drawing, ok := vm.Get("drawing").(*goja.Object)
	if !ok {
		return nil, errors.New("the script does not draw")
	}
	name, how := "drawBoard", d.Theme
	if d.Form != "" {
		name, how = "copyBoard", d.Form
	}
	drawBoard, ok := goja.AssertFunction(drawing.Get(name))
	if !ok {
		return nil, errors.New("the script does not draw")
	}
	made, err := drawBoard(drawing, vm.ToValue(text), vm.ToValue(how), vm.ToValue(d.Language))
	if err != nil {
		return nil, fmt.Errorf("run script: %w", inside(err))
	}
	picture, ok := made.Export().(string)
	if !ok {
		return nil, errors.New("the script drew no text")
	}
	if int64(len(picture)) > most {
		return nil, errTooLarge
	}
	return []byte(picture), nil
}

func (r *drawer) compile(script string) error {
	hash := sha256.Sum256([]byte(script))
	if r.program != nil && r.hash == hash {
		return nil
	}
	program, err := goja.Compile("drawing.js", script, true)
	if err != nil {
		return fmt.Errorf("compile script: %w", err)
	}
	r.hash, r.program = hash, program
	return nil
}

// inside leaves of a script's error what cannot be a board's content: its place.
func inside(err error) error {
	var thrown *goja.Exception
	if !errors.As(err, &thrown) {
		return err
	}
	for _, frame := range thrown.Stack() {
		if at := frame.Position(); at.Line > 0 {
			return fmt.Errorf("threw an error at %d:%d", at.Line, at.Column)
		}
	}
	return errors.New("threw an error")
}
