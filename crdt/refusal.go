package crdt

import (
	"errors"
	"fmt"
)

var (
	// ErrMalformed says that bytes are not what the format describes.
	ErrMalformed = errors.New("malformed")
	// ErrTooLarge says that bytes exceed one of Limits.
	ErrTooLarge = errors.New("limit exceeded")
)

// Rule names a rule of admission. The rules are listed at Admission.
type Rule string

// The rules in force.
const (
	RuleChunk    Rule = "R1 chunk"
	RuleChecksum Rule = "R2 checksum"
	RuleSize     Rule = "R3 size"
	RuleHeader   Rule = "R4 header"
	RuleColumns  Rule = "R5 columns"
	RuleShape    Rule = "R6 shape"
	RuleDeps     Rule = "R7 dependencies"
	RuleSeq      Rule = "R8 sequence"
	RuleFork     Rule = "R9 fork"
	RuleStart    Rule = "R10 first operation"
	// RuleReference and those below need the whole document.
	RuleReference Rule = "R11 reference"
	RuleKind      Rule = "R12 kind"
	RuleScope     Rule = "R13 scope"
	RuleValue     Rule = "R14 value"
	RuleRoom      Rule = "R15 room"
)

// Refusal says which rule a change breaks. It wraps ErrTooLarge for RuleSize and RuleRoom, and
// ErrMalformed otherwise. Its text holds nothing of the document.
type Refusal struct {
	Rule      Rule
	Operation uint64 // the counter of the operation that breaks it, 0 where it is the change
	Detail    string
}

func (r *Refusal) Error() string {
	if r.Operation == 0 {
		return string(r.Rule) + ": " + r.Detail
	}
	return fmt.Sprintf("%s: operation %d: %s", r.Rule, r.Operation, r.Detail)
}

// Unwrap returns ErrTooLarge or ErrMalformed.
func (r *Refusal) Unwrap() error {
	if r.Rule == RuleSize || r.Rule == RuleRoom {
		return ErrTooLarge
	}
	return ErrMalformed
}

func refuse(rule Rule, format string, args ...any) *Refusal {
	return &Refusal{Rule: rule, Detail: fmt.Sprintf(format, args...)}
}
