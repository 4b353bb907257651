package server

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// serveClient serves the browser client. An address that is no file is one of
// the client's own and gets its page.
func serveClient(assets fs.FS) http.Handler {
	files := http.FileServerFS(assets)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			writeProblem(w, http.StatusMethodNotAllowed, "this address can only be read")
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		info, err := fs.Stat(assets, name)
		isFile := err == nil && !info.IsDir()
		switch {
		case !isFile && strings.HasPrefix(name, "assets/"):
			writeProblem(w, http.StatusNotFound, "there is no such file")
			return
		case !isFile:
			name = "index.html"
		}
		if strings.HasPrefix(name, "assets/") {
			// Their names change with their content.
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			w.Header().Set("Cache-Control", "no-cache")
		}
		if name == "index.html" {
			http.ServeFileFS(w, r, assets, name)
			return
		}
		files.ServeHTTP(w, r)
	})
}
