package server

import (
	_ "embed"
	"net/http"
)

// openapi describes the HTTP interface as OpenAPI 3.1. Tests hold it against the
// routes, and real answers against it.
//
//go:embed openapi.json
var openapi []byte

// description answers GET /api/openapi.json.
func (s *Server) description(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(openapi) // the client has gone if this fails
}
