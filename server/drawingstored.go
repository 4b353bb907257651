package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"openmic/server/store"
)

// The last drawing of a board in each look is stored beside its snapshot. After a
// start of the server whoever comes first gets that one, while the next is made.

// store stores a drawing. If that fails, one has to be made after a start.
func (ds *drawings) store(key drawingKey, d *drawing) {
	settings := &ds.hub.settings
	if key.form != "" || d.err != nil || len(d.gz) > settings.DrawStored {
		return
	}
	ctx, cancel := context.WithTimeout(ds.hub.ctx, settings.CommitTimeout)
	defer cancel()
	err := ds.hub.store.PutDrawing(ctx, key.doc, store.Drawing{
		Theme: key.theme, Language: key.language, Script: ds.drawer, Heads: d.at, SVG: d.gz, At: d.made,
	})
	if err != nil && ctx.Err() == nil {
		ds.hub.log.Warn().Err(err).Stringer("document", key.doc).Msg("store drawing")
	}
}

// recall looks for a stored drawing where there is none in memory: once, however
// many ask together.
func (ds *drawings) recall(key drawingKey) {
	if key.form != "" || ds.hub.settings.DrawStored == 0 || ds.has(key) {
		return
	}
	_, _, _ = ds.recalls.Do(fmt.Sprint(key), func() (any, error) {
		if ds.has(key) {
			return nil, nil
		}
		d, err := ds.read(key)
		if err != nil {
			if !errors.Is(err, store.ErrNotFound) {
				ds.hub.log.Warn().Err(err).Stringer("document", key.doc).Msg("read stored drawing")
			}
			return nil, nil // one is drawn
		}
		ds.mu.Lock()
		if ds.made[key] == nil {
			ds.made[key] = d
			ds.kept += len(d.gz)
			ds.shrink(d)
			ds.hub.metrics.drawingsRecalled.Inc()
		}
		ds.mu.Unlock()
		return nil, nil
	})
}

func (ds *drawings) has(key drawingKey) bool {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	return ds.made[key] != nil
}

// read gives the stored drawing, or ErrNotFound for one of another client's.
func (ds *drawings) read(key drawingKey) (*drawing, error) {
	ctx, cancel := context.WithTimeout(ds.hub.ctx, ds.hub.settings.LoadTimeout)
	defer cancel()
	stored, err := ds.hub.store.Drawing(ctx, key.doc, key.theme, key.language)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(stored.Script, ds.drawer) {
		return nil, store.ErrNotFound
	}
	z, err := gzip.NewReader(bytes.NewReader(stored.SVG))
	if err != nil {
		return nil, err
	}
	svg, err := io.ReadAll(io.LimitReader(z, ds.hub.settings.DrawBytes))
	if err != nil {
		return nil, err
	}
	d := &drawing{done: make(chan struct{}), at: stored.Heads, gz: stored.SVG, tag: etagOf(svg), made: stored.At, used: time.Now()}
	d.look(svg)
	close(d.done)
	return d, nil
}
