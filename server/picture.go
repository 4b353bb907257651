package server

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // known to image.DecodeConfig
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"strings"

	_ "golang.org/x/image/webp"
)

// pictureTypes are the types that a board's pictures may have, by the name that
// package image knows them under. None of them can carry a script.
var pictureTypes = map[string]string{
	"image/png":  "png",
	"image/jpeg": "jpeg",
	"image/gif":  "gif",
	"image/webp": "webp",
}

var (
	errNoPicture  = errors.New("a picture is a PNG, JPEG, GIF or WebP file")
	errSVG        = errors.New("SVG files may carry scripts and are not taken; save it as a PNG")
	errManyPixels = errors.New("the picture is too large")
)

// pictureType tells the type of a picture by its first bytes, as a browser does.
// Empty: it is none that a board takes.
func pictureType(content []byte) string {
	kind := http.DetectContentType(content)
	if _, ok := pictureTypes[kind]; !ok {
		return ""
	}
	return kind
}

// checkPicture refuses what is no picture, or would be too large once a browser
// unpacks it. Only the head is parsed, so what it claims costs nothing here.
func checkPicture(content []byte, pixels int64) error {
	kind := pictureType(content)
	if kind == "" {
		head := strings.ToLower(string(content[:min(len(content), 1024)]))
		if strings.Contains(head, "<svg") {
			return errSVG
		}
		return errNoPicture
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || format != pictureTypes[kind] || config.Width < 1 || config.Height < 1 {
		return errNoPicture
	}
	if int64(config.Width) > pixels/int64(config.Height) {
		return fmt.Errorf("%w: %d by %d pixels, and it may have %d million", errManyPixels, config.Width, config.Height, pixels/1e6)
	}
	return nil
}
