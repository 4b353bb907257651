package alarm

import "time"

// timer is a bell of Go's.
type timer struct {
	timer  *time.Timer
	rung   chan struct{}
	closed chan struct{}
}

func newTimer() bell {
	t := &timer{rung: make(chan struct{}, 1), closed: make(chan struct{})}
	t.timer = time.AfterFunc(time.Hour, func() {
		select {
		case t.rung <- struct{}{}:
		default:
		}
	})
	return t
}

func (t *timer) set(after time.Duration) { t.timer.Reset(max(after, 1)) }

func (t *timer) wait() bool {
	select {
	case <-t.rung:
		return true
	case <-t.closed:
		return false
	}
}

func (t *timer) close() {
	t.timer.Stop()
	close(t.closed)
}
