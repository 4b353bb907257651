package server

import (
	"encoding/json"
	"net/http"
	"time"
)

// A problem is an error answer of the HTTP interface (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Condition tells programs apart what has the same status.
	Condition string `json:"condition,omitempty"`
	// GoesAt is when a deleted board is removed; owners are told.
	GoesAt *time.Time `json:"goesAt,omitempty"`
}

func writeProblem(w http.ResponseWriter, status int, detail string) {
	writeCondition(w, status, "", detail)
}

func writeCondition(w http.ResponseWriter, status int, condition, detail string) {
	if w.Header().Get("Retry-After") != "" {
		// Whoever is asked to wait has been told how long.
	} else if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "5")
	}
	write(w, status, "application/problem+json", problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Condition: condition,
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	write(w, status, "application/json", v)
}

func write(w http.ResponseWriter, status int, kind string, v any) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client has gone if this fails
}
