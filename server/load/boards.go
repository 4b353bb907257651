package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"openmic/server/docid"
)

// makeBoards has the server make the boards, or names documents that an open
// server will be brought.
func (r *run) makeBoards(ctx context.Context) error {
	sync := "ws" + strings.TrimPrefix(r.Target, "http") + "/sync"
	if r.Open {
		for range r.Boards {
			r.boards = append(r.boards, &board{address: sync, doc: docid.New().String()})
		}
		return nil
	}
	r.tell("%d boards are made", r.Boards)
	for i := range r.Boards {
		made, err := r.makeBoard(ctx, i)
		if err != nil {
			return fmt.Errorf("make board %d: %w", i, err)
		}
		_, secret, found := strings.Cut(made.Links["editor"], "#")
		if !found {
			return fmt.Errorf("make board %d: the server told no editor's link", i)
		}
		b := &board{address: sync + "?link=" + url.QueryEscape(secret), doc: made.DocumentID}
		if r.Tickets {
			b.address, b.tickets, b.secret = sync, r.Target+"/api/boards/"+made.ID+"/tickets", secret
		}
		r.boards = append(r.boards, b)
	}
	return nil
}

type boardAnswer struct {
	ID         string            `json:"id"`
	DocumentID string            `json:"documentId"`
	Links      map[string]string `json:"links"`
}

func (r *run) makeBoard(ctx context.Context, i int) (made boardAnswer, err error) {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.Target+"/api/boards", bytes.NewReader([]byte("{}")))
		if err != nil {
			return made, err
		}
		if r.Proxied {
			request.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.2", i/100>>8, i/100&255))
		}
		response, err := r.http.Do(request)
		if err != nil {
			return made, err
		}
		body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
		_ = response.Body.Close()
		if err != nil {
			return made, err
		}
		if response.StatusCode == http.StatusCreated {
			return made, json.Unmarshal(body, &made)
		}
		wait, later := comeAgain(response)
		if !later {
			return made, fmt.Errorf("%s: %s", response.Status, body)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return made, ctx.Err()
		}
	}
}

// ticket asks for what opens a socket once.
func (p *person) ticket(ctx context.Context, header http.Header) (ticket string, response *http.Response, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.board.tickets, nil)
	if err != nil {
		return "", nil, err
	}
	request.Header = header.Clone()
	request.Header.Set("Authorization", "Bearer "+p.board.secret)
	if response, err = p.run.http.Do(request); err != nil {
		return "", nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", response, err
	}
	if response.StatusCode != http.StatusCreated {
		return "", response, fmt.Errorf("ticket: %s: %s", response.Status, body)
	}
	var answer struct {
		Ticket string `json:"ticket"`
	}
	return answer.Ticket, response, json.Unmarshal(body, &answer)
}

// comeAgain tells whether, and after how long, a server asks to be asked again.
func comeAgain(response *http.Response) (wait time.Duration, later bool) {
	if response == nil {
		return 0, false
	}
	later = response.StatusCode == http.StatusTooManyRequests || response.StatusCode == http.StatusServiceUnavailable
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 60)) * time.Second, later
	}
	return time.Second, later
}
