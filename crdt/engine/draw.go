package engine

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/dop251/goja"

	"openmic/crdt"
)

// A Drawing says how a document is made a picture. The script leaves an object
// named drawing, whose drawBoard(json, theme, language) answers with the picture.
type Drawing struct {
	Script   string `cbor:"1,keyasint"`
	Theme    string `cbor:"2,keyasint"`
	Language string `cbor:"3,keyasint"`
}

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
	text, err := documentJSON(chunks, want, nil, drawnJSONBytes)
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
	drawBoard, ok := goja.AssertFunction(drawing.Get("drawBoard"))
	if !ok {
		return nil, errors.New("the script does not draw")
	}
	made, err := drawBoard(drawing, vm.ToValue(text), vm.ToValue(d.Theme), vm.ToValue(d.Language))
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
