// Package client carries the browser client inside the program: the files that
// `npm run build` writes to dist are part of the binary, so a server needs
// nothing beside itself and a browser asks no other host for anything.
package client

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS returns the built client. Its root holds index.html; everything under
// assets is named by its content and may be cached for ever.
func FS() fs.FS {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		// Sub only fails on an invalid path, and this one is a constant.
		panic(err)
	}
	return root
}
