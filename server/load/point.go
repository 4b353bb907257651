package load

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"openmic/server/wire"
)

// The window of a person, and how far their pointer goes at a time.
const (
	windowWidth, windowHeight = 1400, 900
	stride                    = 120
)

// A pointer wanders about in a window somewhere on the board.
type pointer struct{ x, y, left, top float64 }

// newPointer starts on a board on which a crowd is spread as it is in a workshop:
// most at one place, the others all over it.
func newPointer() *pointer {
	p := &pointer{}
	if rand.N(3) == 0 {
		p.left, p.top = rand.Float64()*8000, rand.Float64()*2000
	}
	p.x, p.y = p.left+rand.Float64()*windowWidth, p.top+rand.Float64()*windowHeight
	return p
}

func (p *pointer) move() {
	wander := func(at, from, width float64) float64 {
		return math.Round(min(from+width, max(from, at+(rand.Float64()*2-1)*stride)))
	}
	p.x, p.y = wander(p.x, p.left, windowWidth), wander(p.y, p.top, windowHeight)
}

// point tells where the person points, as the browser client does.
func (p *person) point(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pointer == nil {
		p.pointer = newPointer()
	}
	at := p.pointer
	at.move()
	p.pointed++
	p.run.counts.pointed.Add(1)
	said := map[string]any{
		"type": "presence", "name": fmt.Sprint("Person ", p.number), "color": p.number % 10,
		"cursor": map[string]any{"x": at.x, "y": at.y}, "selected": nil, "editing": nil,
		"view": map[string]any{"x": math.Round(at.left), "y": math.Round(at.top), "width": windowWidth, "height": windowHeight},
	}
	m := map[string]any{
		"type": wire.TypeEphemeral, "senderId": p.name, "targetId": p.server, "documentId": p.board.doc,
		"sessionId": p.name, "count": p.pointed, "data": encode(said),
	}
	if !p.run.Stock {
		m["place"] = map[string]any{"at": []float64{at.x, at.y}, "sees": []float64{math.Round(at.left), math.Round(at.top), windowWidth, windowHeight}}
	}
	_ = p.write(ctx, encode(m))
}
