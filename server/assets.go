package server

import (
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// serveClient serves the browser client. An address that is no file is one of
// the client's own and gets its page.
func serveClient(assets fs.FS) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			writeProblem(w, http.StatusMethodNotAllowed, "this address can only be read")
			return
		}
		name := strings.Trim(r.URL.Path, "/")
		inAssets := strings.HasPrefix(name, "assets/")
		switch {
		case name != "" && !fs.ValidPath(name), inAssets && !isFile(assets, name):
			writeProblem(w, http.StatusNotFound, "there is no such file")
			return
		case !isFile(assets, name):
			name = "index.html"
		}
		if inAssets {
			// Their names change with their content.
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			// In a frame that is kept from having an origin the client can still say why it does not work.
			w.Header().Set("Access-Control-Allow-Origin", "*")
		} else {
			w.Header().Set("Cache-Control", "no-cache")
		}
		if kind := contentType(name); kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		w.Header().Set("Vary", "Accept-Encoding")
		if isFile(assets, name+".gz") && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			name += ".gz"
		}
		http.ServeFileFS(w, r, assets, name)
	}
}

// contentType names what every machine must send alike, whatever types it knows
// of itself.
func contentType(name string) string {
	if path.Ext(name) == ".webmanifest" {
		return "application/manifest+json"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func isFile(assets fs.FS, name string) bool {
	info, err := fs.Stat(assets, name)
	return err == nil && !info.IsDir()
}
