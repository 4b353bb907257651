package server

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// linePair is a line and its other end, over TCP.
func linePair(t *testing.T) (*line, net.Conn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	far, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = near.Close(); _ = far.Close() })
	return newLine(near, []byte("early")), far
}

// A socket that takes no more keeps nobody waiting, and gets every byte once, in
// order, with what the library says in between whole frames.
func TestLineThatIsFull(t *testing.T) {
	l, far := linePair(t)
	frame := bytes.Repeat([]byte{'a'}, 1<<20)
	var rest [][]byte
	var locked bool
	frames := 0
	for ; len(rest) == 0; frames++ {
		rest, locked = l.try([][]byte{frame})
	}
	if !locked {
		t.Fatal("another could write in the middle of the frame")
	}
	if again, locked := l.try([][]byte{{'x'}}); len(again) != 1 || locked {
		t.Error("another wrote in the middle of the frame")
	}
	var writing sync.WaitGroup
	writing.Go(func() {
		if err := l.push(append(rest, []byte("the end")), true, time.Minute); err != nil {
			t.Error(err)
		}
	})
	writing.Go(func() {
		if _, err := l.Write([]byte("pong")); err != nil {
			t.Error(err)
		}
	})
	got := make([]byte, frames*len(frame)+len("the end")+len("pong"))
	if _, err := io.ReadFull(far, got); err != nil {
		t.Fatal(err)
	}
	writing.Wait()
	if want := append(bytes.Repeat(frame, frames), "the endpong"...); !bytes.Equal(got, want) {
		t.Error("the bytes are not the ones that were written")
	}
}

// Several go out by one call, however many there are and wherever the kernel stops.
func TestLineWritesSeveral(t *testing.T) {
	l, peer := linePair(t)
	var want []byte
	var frames [][]byte
	for i, n := range []int{3, 0, 300 << 10, 1, 5000, 4 << 20, 7} {
		b := bytes.Repeat([]byte{byte('a' + i)}, n)
		want, frames = append(want, b...), append(frames, b)
	}
	done := make(chan error, 1)
	go func() {
		rest, locked := l.try(frames)
		done <- l.push(rest, locked, time.Minute)
	}()
	got := make([]byte, len(want))
	if _, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, want) {
		t.Errorf("other bytes arrive (%v)", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// The kernel may take some more yet after it has taken nothing for a moment: it is
// given more until it has taken nothing for as long as it may.
func TestLineThatTakesNothing(t *testing.T) {
	l, _ := linePair(t)
	var err error
	for err == nil {
		rest, locked := l.try([][]byte{make([]byte, 1<<20)})
		err = l.push(rest, locked, 20*time.Millisecond)
	}
	if e := endingOf(err); e.code != closeTooSlow {
		t.Errorf("ends with %v", err)
	}
	if !l.mu.TryLock() {
		t.Error("whoever has given up keeps others waiting")
	}
}

func TestLineReadsWhatCameEarly(t *testing.T) {
	l, far := linePair(t)
	if _, err := far.Write([]byte(" and late")); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len("early and late"))
	if _, err := io.ReadFull(l, got); err != nil || string(got) != "early and late" {
		t.Errorf("%q, %v", got, err)
	}
}

// A connection that cannot be tried, such as one that is encrypted here, is written to all the same.
func TestLineThatCannotBeTried(t *testing.T) {
	near, far := net.Pipe()
	l := newLine(near, nil)
	rest, locked := l.try([][]byte{[]byte("hello")})
	if len(rest) != 1 || locked {
		t.Fatalf("%q, %t", rest, locked)
	}
	go func() { _ = l.push(rest, locked, time.Minute) }()
	got := make([]byte, 5)
	if _, err := io.ReadFull(far, got); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
}
