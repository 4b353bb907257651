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
)

// Refusal says which rule a change breaks. It wraps ErrTooLarge for RuleSize and
// ErrMalformed otherwise. Its text holds nothing of the document.
type Refusal struct {
	Rule   Rule
	Detail string
}

func (r *Refusal) Error() string { return string(r.Rule) + ": " + r.Detail }

// Unwrap returns ErrTooLarge or ErrMalformed.
func (r *Refusal) Unwrap() error {
	if r.Rule == RuleSize {
		return ErrTooLarge
	}
	return ErrMalformed
}

func refuse(rule Rule, format string, args ...any) *Refusal {
	return &Refusal{Rule: rule, Detail: fmt.Sprintf(format, args...)}
}
