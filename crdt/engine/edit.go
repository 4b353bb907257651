package engine

import (
	"errors"
	"fmt"
	"math"
	"time"
	"unicode/utf8"
)

// Edit says what one change is to do. Its operations are made in order, and
// either all of them are in the change or there is no change.
type Edit struct {
	// Actor is 1 to 64 bytes; empty takes 16 random ones. An actor that made
	// earlier changes of the board goes on counting from them, so it must not
	// be at work anywhere else.
	Actor []byte `cbor:"1,keyasint,omitempty"`
	// Time is kept in whole seconds since 1970, as the JavaScript library
	// does; the zero Time is 0.
	Time       time.Time   `cbor:"2,keyasint"`
	Message    string      `cbor:"3,keyasint,omitempty"`
	Operations []Operation `cbor:"4,keyasint"`
}

// Kind names an Operation.
type Kind string

const (
	// SetScalar sets the value at Path to Value. An object there is refused,
	// since setting over it would throw its content away.
	SetScalar Kind = "set"
	// SpliceText removes Remove code points at Position of the text at Path
	// and inserts Text there. A missing text is made.
	SpliceText Kind = "splice"
	// PutMap makes an empty map at Path, where nothing may be yet.
	PutMap Kind = "map"
	// Delete removes what is at Path; where nothing is, it does nothing.
	Delete Kind = "delete"
)

// RemoveAll as Operation.Remove removes everything from Position on.
const RemoveAll = -1

// Operation is one step of an Edit. Path holds map keys from the root; every
// map on the way must exist already, because one made here and another made by
// somebody else at the same moment would hide each other.
type Operation struct {
	Kind     Kind     `cbor:"1,keyasint"`
	Path     []string `cbor:"2,keyasint"`
	Value    any      `cbor:"3,keyasint,omitempty"` // nil, bool, string, int64 or a finite float64
	Position int      `cbor:"4,keyasint,omitempty"` // code points
	Remove   int      `cbor:"5,keyasint,omitempty"` // code points
	Text     string   `cbor:"6,keyasint,omitempty"`
}

const actorBytes = 64

func (e *Edit) check() error {
	if len(e.Actor) > actorBytes {
		return fmt.Errorf("an actor has at most %d bytes", actorBytes)
	}
	if !utf8.ValidString(e.Message) {
		return errors.New("the message is not UTF-8")
	}
	if len(e.Operations) == 0 {
		return errors.New("an edit needs an operation")
	}
	for i, op := range e.Operations {
		if err := op.check(); err != nil {
			return fmt.Errorf("operation %d: %w", i, err)
		}
	}
	return nil
}

func (op *Operation) check() error {
	if len(op.Path) == 0 {
		return errors.New("the root cannot be replaced")
	}
	for _, key := range op.Path {
		if !utf8.ValidString(key) {
			return errors.New("a key is not UTF-8")
		}
	}
	switch op.Kind {
	case SetScalar:
		return checkScalar(op.Value)
	case SpliceText:
		if op.Position < 0 || op.Remove < RemoveAll {
			return errors.New("a position or a count is negative")
		}
		if !utf8.ValidString(op.Text) {
			return errors.New("the text is not UTF-8")
		}
	case PutMap, Delete:
	default:
		return fmt.Errorf("unknown kind %.20q", string(op.Kind))
	}
	return nil
}

func checkScalar(value any) error {
	switch v := value.(type) {
	case nil, bool, int64:
		return nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return errors.New("the number is not finite")
		}
		return nil
	case string:
		if !utf8.ValidString(v) {
			return errors.New("the string is not UTF-8")
		}
		return nil
	default:
		return fmt.Errorf("%T is not a scalar that can be set", value)
	}
}
