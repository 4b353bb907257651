package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"openmic/crdt/engine"
)

// script draws what the body says, which knows json, theme and language.
func script(body string) engine.Drawing {
	return engine.Drawing{Script: "var drawing = {drawBoard: function (json, theme, language) {" + body + "}}", Theme: "dark", Language: "sv"}
}

func TestDraw(t *testing.T) {
	pool := newPool(t, config("engine"))
	chunks, heads := history(3)
	want, err := pool.JSON(t.Context(), chunks, heads, nil)
	if err != nil {
		t.Fatal(err)
	}
	remember := script("var n = (this.n || 0) + 1; this.n = n; return [n, theme, language, json].join(' ')")
	for range 2 {
		made, err := pool.Draw(t.Context(), chunks, heads, remember, 1<<20)
		if err != nil || string(made) != "1 dark sv "+string(want) {
			t.Errorf("drawn %q, %v", made, err)
		}
	}
}

func TestDrawJSON(t *testing.T) {
	pool := newPool(t, config("engine"))
	made, err := pool.DrawJSON(t.Context(), []byte(`{"a":"ö"}`), script("return [theme, language, json].join(' ')"), 1<<20)
	if err != nil || string(made) != `dark sv {"a":"ö"}` {
		t.Errorf("drawn %q, %v", made, err)
	}
	if _, err := pool.DrawJSON(t.Context(), []byte(`{"a":"ö"}`), script("return json"), 5); !errors.Is(err, engine.ErrTooLarge) {
		t.Errorf("what is too large is answered with %v", err)
	}
}

func TestScriptThatMisbehaves(t *testing.T) {
	cfg := config("engine")
	cfg.MemoryBytes = 256 << 20
	pool := newPool(t, cfg)
	chunks, heads := history(3)
	for name, c := range map[string]struct {
		drawing engine.Drawing
		want    error
	}{
		"never ends":         {script("for (;;) {}"), context.DeadlineExceeded},
		"takes all memory":   {script("var a = []; for (;;) a.push(new Array(1000).fill('x'))"), engine.ErrDied},
		"calls itself":       {script("function f() { return f() + 1 } return f()"), engine.ErrRefused},
		"throws":             {script("throw new Error('what the board says: ' + json)"), engine.ErrRefused},
		"draws no text":      {script("return {}"), engine.ErrRefused},
		"draws too much":     {script("return 'x'.repeat(1001)"), engine.ErrTooLarge},
		"is no script":       {engine.Drawing{Script: "var drawing = {"}, engine.ErrRefused},
		"does not draw":      {engine.Drawing{Script: "var drawing = 1"}, engine.ErrRefused},
		"reaches the system": {script("return require('fs')"), engine.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			if name == "never ends" {
				ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
			}
			made, err := pool.Draw(ctx, chunks, heads, c.drawing, 1000)
			if made != nil || !errors.Is(err, c.want) {
				t.Fatalf("drawn %q, %v", made, err)
			}
			if strings.Contains(err.Error(), "what the board says") {
				t.Errorf("the error tells what the board holds: %v", err)
			}
			compacts(t, pool)
		})
	}
}
