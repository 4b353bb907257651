package server

import (
	"context"
	"errors"
	"time"

	"openmic/server/store"
)

// A sweeper removes what nobody can want any more: boards that were deleted
// DeletedKept ago, and sign-ins whose time is over.
type sweeper struct {
	hub *Hub
}

// sweep removes what is due now. A board goes in parts, so that what people draw
// elsewhere is stored between them.
func (s sweeper) sweep(ctx context.Context, now time.Time) error {
	if err := s.hub.store.ForgetSignIns(ctx, now); err != nil {
		return err
	}
	before := now.Add(-s.hub.settings.DeletedKept)
	for ctx.Err() == nil {
		boards, err := s.hub.store.DeletedBefore(ctx, before, s.hub.settings.SweepBoards)
		if err != nil || len(boards) == 0 {
			return err
		}
		for _, board := range boards {
			if err := s.remove(ctx, board, before); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (s sweeper) remove(ctx context.Context, board string, before time.Time) error {
	for {
		done, err := s.hub.store.RemoveBoard(ctx, board, before, s.hub.settings.SweepRows)
		if errors.Is(err, store.ErrNotFound) {
			return nil // somebody has just brought it back
		}
		if err != nil {
			return err
		}
		if done {
			s.hub.log.Info().Str("board", board).Msg("board removed for good")
			return nil
		}
		select {
		case <-time.After(s.hub.settings.SweepPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
