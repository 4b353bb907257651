package server

import (
	"errors"
	"fmt"

	"openmic/crdt"
	"openmic/server/store"
	"openmic/server/wire"
)

// Close codes of a session. Those below 4000 are RFC 6455's and IANA's.
const (
	closeGoingAway   = 1001
	closeNotBinary   = 1003
	closeTooBig      = 1009
	closeOurFault    = 1011
	closeRestart     = 1012
	closeTryLater    = 1013
	closeMalformed   = 4400
	closeRevoked     = 4401
	closeRole        = 4403
	closeGone        = 4404
	closeTooSlow     = 4408
	closePeerInUse   = 4409
	closeRemoved     = 4410
	closeTooLarge    = 4413
	closeRefused     = 4422
	closeTooMany     = 4429
	maxCloseReason   = 123 // bytes, RFC 6455 section 5.5
	reasonOverloaded = "the server cannot take this now; try again later"
)

// conditionScope says that a change was refused for where it writes.
const conditionScope = "scope"

// An ending is why a session ends: what its peer is told.
type ending struct {
	code      int
	reason    string
	condition string // tells programs apart what has the same code
}

func (e *ending) Error() string { return fmt.Sprintf("%s (%d)", e.reason, e.code) }

func end(code int, format string, args ...any) *ending {
	return &ending{code: code, reason: fmt.Sprintf(format, args...)}
}

// endingOf is the one table from errors to close codes.
func endingOf(err error) *ending {
	var e *ending
	var refusal *crdt.Refusal
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &refusal) && refusal.Rule == crdt.RuleScope:
		return &ending{code: closeRole, reason: "change refused: " + refusal.Error(), condition: conditionScope}
	case errors.As(err, &refusal) && !errors.Is(err, crdt.ErrTooLarge):
		return end(closeRefused, "change refused: %s", refusal.Error())
	case errors.Is(err, crdt.ErrTooLarge):
		return end(closeTooLarge, "limit exceeded: %s", err.Error())
	case errors.Is(err, crdt.ErrMalformed):
		return end(closeRefused, "%s", err.Error())
	case errors.Is(err, wire.ErrMalformed):
		return end(closeMalformed, "%s", err.Error())
	case errors.Is(err, errDraining):
		return end(closeGoingAway, "%s", errDraining.Error())
	case errors.Is(err, store.ErrDamaged):
		return end(closeOurFault, "the stored board is damaged")
	default:
		return end(closeTryLater, "%s", reasonOverloaded)
	}
}
