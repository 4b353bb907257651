package load

import (
	"testing"
	"time"
)

func TestDrift(t *testing.T) {
	var flat, growing []Sample
	for i := range 40 {
		at := time.Duration(i) * time.Minute
		warm := int64(min(i, 10)) << 20 // a server takes more until it is warm
		flat = append(flat, Sample{After: at, Memory: 50<<20 + warm, Heap: 20 << 20, Goroutines: 100 + int64(i%2)})
		growing = append(growing, Sample{After: at, Memory: 50<<20 + int64(i)<<20, Heap: 20<<20 + int64(i)<<10, Goroutines: 100 + int64(i)})
	}
	if d := drift(flat); d.Memory > 1 || d.Memory < -1 || d.Heap > 1 || d.Heap < -1 || d.Goroutines > 1 || d.Goroutines < -1 {
		t.Errorf("flat: %+v", d)
	}
	if d := drift(growing); d.Memory < 59<<20 || d.Memory > 61<<20 || d.Heap < 59<<10 || d.Goroutines < 59 || d.Goroutines > 61 {
		t.Errorf("growing: %+v", d)
	}
	if d := drift(nil); d != (Drift{}) {
		t.Errorf("of nothing: %+v", d)
	}
}
