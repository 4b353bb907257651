package server_test

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"openmic/server"
	"openmic/server/store"
)

// drawn is a small picture in each of the formats.
func drawn(format string) string {
	canvas := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.White, color.Black})
	var b bytes.Buffer
	switch format {
	case "png":
		must(0, png.Encode(&b, canvas))
	case "jpeg":
		must(0, jpeg.Encode(&b, canvas, nil))
	case "gif":
		must(0, gif.Encode(&b, canvas, nil))
	case "webp": // 1 by 1 pixel, lossless
		b.Write(must(base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")))
	}
	return b.String()
}

// pngOf is a picture of which there is only the head.
func pngOf(width, height uint32) string {
	head := append([]byte("IHDR"), make([]byte, 13)...)
	binary.BigEndian.PutUint32(head[4:], width)
	binary.BigEndian.PutUint32(head[8:], height)
	head[12], head[13] = 8, 6
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), head...)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(head)))
}

func (n *node) upload(b board, role, content string) answer {
	n.t.Helper()
	return n.request("POST", "/api/boards/"+b.ID+"/attachments", content, "Authorization", "Bearer "+b.secret(role))
}

func (n *node) download(b board, role, id string) answer {
	n.t.Helper()
	return n.request("GET", "/api/boards/"+b.ID+"/attachments/"+id, "", "Authorization", "Bearer "+b.secret(role))
}

func (n *node) uploaded(b board, content string) (id string) {
	n.t.Helper()
	a := n.upload(b, "editor", content)
	var got struct{ ID string }
	if err := json.Unmarshal(a.body, &got); err != nil || a.StatusCode != http.StatusCreated {
		n.t.Fatalf("upload: %d %s", a.StatusCode, a.body)
	}
	if want := "/api/boards/" + b.ID + "/attachments/" + got.ID; a.Header.Get("Location") != want {
		n.t.Errorf("location %q, not %q", a.Header.Get("Location"), want)
	}
	return got.ID
}

func TestAttachments(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	polyglot := "GIF89a/*\x01\x00\x00\x00\x00*/=1;alert(document.domain)//"
	for kind, content := range map[string]string{
		"image/png": drawn("png"), "image/jpeg": drawn("jpeg"), "image/gif": drawn("gif"), "image/webp": drawn("webp"),
		"image/gif ": polyglot, "image/png ": drawn("png") + "<html><script>alert(1)</script>",
	} {
		kind = strings.TrimSpace(kind)
		id := n.uploaded(b, content)
		if again := n.uploaded(b, content); again != id {
			t.Errorf("%s is %s and then %s", kind, id, again)
		}
		for role := range b.Links {
			a := n.download(b, role, id)
			if a.StatusCode != http.StatusOK || string(a.body) != content {
				t.Fatalf("%s for the %s: %d, %d bytes", kind, role, a.StatusCode, len(a.body))
			}
			for header, want := range map[string]string{
				"Content-Type": kind, "Content-Disposition": "inline", "X-Content-Type-Options": "nosniff",
				"Content-Security-Policy": "default-src 'none'; sandbox", "Cross-Origin-Resource-Policy": "same-origin",
				"Cache-Control": "private, max-age=31536000, immutable",
			} {
				if got := a.Header.Get(header); got != want {
					t.Errorf("%s: %s is %q, not %q", kind, header, got, want)
				}
			}
		}
	}
}

func TestAttachmentsRefuse(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	big := int(server.DefaultSettings().AttachmentBytes)
	sized := func(size int) string { return drawn("png") + strings.Repeat("x", size-len(drawn("png"))) }
	for name, c := range map[string]struct {
		role, content string
		status        int
		says          string
	}{
		"nothing":              {"editor", "", 415, "PNG, JPEG, GIF or WebP"},
		"text":                 {"editor", "hello", 415, ""},
		"HTML":                 {"editor", "<!doctype html><script>alert(1)</script>", 415, ""},
		"an SVG":               {"editor", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, 415, "save it as a PNG"},
		"an SVG after a bit":   {"editor", "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n<SVG/>", 415, "save it as a PNG"},
		"a script":             {"editor", "alert(1)", 415, ""},
		"a PDF":                {"editor", "%PDF-1.7", 415, ""},
		"a ZIP":                {"editor", "PK\x03\x04", 415, ""},
		"an icon":              {"editor", "\x00\x00\x01\x00\x01\x00", 415, ""},
		"a BMP":                {"editor", "BM\x00\x00\x00\x00", 415, ""},
		"a PNG's first bytes":  {"editor", "\x89PNG\r\n\x1a\n<script>", 415, ""},
		"a GIF's first bytes":  {"editor", "GIF89a", 415, ""},
		"a JPEG's first bytes": {"editor", "\xff\xd8\xff", 415, ""},
		"a WebP's first bytes": {"editor", "RIFF\x00\x00\x00\x00WEBPVP8 ", 415, ""},
		"a PNG of no pixels":   {"editor", pngOf(0, 0), 415, ""},
		"60,000 by 60,000":     {"editor", pngOf(60_000, 60_000), 413, "60000 by 60000"},
		"2^31-1 by 2^31-1":     {"editor", pngOf(1<<31-1, 1<<31-1), 415, ""},
		"50 million and one":   {"editor", pngOf(50_000_001, 1), 413, ""},
		"one byte too large":   {"editor", sized(big + 1), 413, fmt.Sprint(big)},
		"a viewer":             {"viewer", drawn("png"), 403, ""},
		"a commenter":          {"commenter", drawn("png"), 403, ""},
		"a stranger":           {"nobody", drawn("png"), 401, ""},
	} {
		t.Run(name, func(t *testing.T) {
			a := n.upload(b, c.role, c.content)
			isProblem(t, a, c.status)
			if !strings.Contains(string(a.body), c.says) {
				t.Errorf("it says %s", a.body)
			}
		})
	}
	isProblem(t, n.request("POST", "/api/boards/"+b.ID+"/attachments", drawn("png")), 401)
	// What comes without a length is measured as it comes.
	r := must(http.NewRequest("POST", n.web.URL+"/api/boards/"+b.ID+"/attachments", io.MultiReader(strings.NewReader(sized(big+1)))))
	r.Header.Set("Authorization", "Bearer "+b.secret("owner"))
	res := must(http.DefaultTransport.RoundTrip(r))
	res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("one byte too large in pieces: %d", res.StatusCode)
	}
	n.uploaded(b, sized(big))
	n.uploaded(b, pngOf(50_000_000, 1))
}

// raw sends a request as it is written, and returns the status of the answer.
func (n *node) raw(request string) int {
	n.t.Helper()
	conn := must(net.Dial("tcp", n.web.Listener.Addr().String()))
	defer conn.Close()
	must(io.WriteString(conn, request))
	must(0, conn.(*net.TCPConn).CloseWrite())
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode
}

func TestAttachmentsOfWrongLength(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	for length, status := range map[string]int{
		fmt.Sprint(len(drawn("png")) + 1): 400, "8388608": 400, "8388609": 413, "4294967296": 413, "-1": 400, "9999999999999999999999": 400,
	} {
		head := "POST /api/boards/" + b.ID + "/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + b.secret("owner") + "\r\nContent-Length: "
		if got := n.raw(head + length + "\r\n\r\n" + drawn("png")); got != status {
			t.Errorf("%s bytes announced: %d, not %d", length, got, status)
		}
	}
}

func TestAttachmentsAreOfOneBoard(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b, other := n.createBoard(""), n.createBoard("")
	id := n.uploaded(b, drawn("png"))
	unknown := n.download(other, "owner", strings.Repeat("A", 43))
	isProblem(t, unknown, http.StatusNotFound)
	for name, a := range map[string]answer{
		"through another board":  n.download(other, "owner", id),
		"by another spelling":    n.download(b, "owner", id+"="),
		"by a name cut short":    n.download(b, "owner", id[:42]),
		"by a path":              n.download(b, "owner", "..%2f..%2fetc"),
		"by another last letter": n.download(b, "owner", id[:42]+string(rune(id[42]+1))),
	} {
		if isProblem(t, a, http.StatusNotFound); !bytes.Equal(a.body, unknown.body) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	isProblem(t, n.request("GET", "/api/boards/"+b.ID+"/attachments/"+id, "", "Authorization", "Bearer "+other.secret("owner")), http.StatusNotFound)
	isProblem(t, n.request("GET", "/api/boards/"+b.ID+"/attachments/"+id, ""), http.StatusUnauthorized)
}

func TestAttachmentsHaveLimits(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Open, s.BoardAttachments = false, 2
		s.AttachmentRate, s.AttachmentBurst = 0.001, 5
	}})
	b, other := n.createBoard(""), n.createBoard("")
	n.uploaded(b, drawn("png"))
	n.uploaded(b, drawn("gif"))
	full := n.upload(b, "editor", drawn("jpeg"))
	if isProblem(t, full, http.StatusConflict); !strings.Contains(string(full.body), "2 pictures") {
		t.Errorf("it says %s", full.body)
	}
	n.uploaded(b, drawn("png"))
	n.uploaded(b, drawn("png"))
	often := n.upload(b, "editor", drawn("png"))
	if isProblem(t, often, http.StatusTooManyRequests); often.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	// Those with another link have nothing to do with it.
	n.uploaded(other, drawn("png"))
	if a := n.upload(b, "owner", drawn("png")); a.StatusCode != http.StatusCreated {
		t.Errorf("the owner: %d", a.StatusCode)
	}
}

// Those who begin to send and do not go on keep neither others from looking nor
// the server's memory, and what they take is given back.
func TestAttachmentsThatDoNotArrive(t *testing.T) {
	n := startNode(t, nodeOption{settings: func(s *server.Settings) {
		s.Open, s.AttachmentMemory = false, s.AttachmentBytes
		s.AttachmentWait = 50 * time.Millisecond
	}})
	b := n.createBoard("")
	id := n.uploaded(b, drawn("png"))
	conn := must(net.Dial("tcp", n.web.Listener.Addr().String()))
	must(fmt.Fprintf(conn, "POST /api/boards/%s/attachments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 8388608\r\n\r\n%s",
		b.ID, b.secret("owner"), drawn("png")))
	poll(t, "another has to wait", func() bool {
		return n.upload(b, "editor", drawn("gif")).StatusCode == http.StatusServiceUnavailable
	})
	if a := n.download(b, "viewer", id); a.StatusCode != http.StatusOK {
		t.Errorf("a viewer: %d", a.StatusCode)
	}
	must(0, conn.Close())
	poll(t, "another is taken again", func() bool {
		return n.upload(b, "editor", drawn("gif")).StatusCode == http.StatusCreated
	})
}

func TestHostileAttachmentsStayOutOfMemory(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 50 {
		isProblem(t, n.upload(b, "editor", pngOf(60_000, 60_000)), http.StatusRequestEntityTooLarge)
	}
	runtime.ReadMemStats(&after)
	// One of them unpacked would be 14 GB.
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
		t.Errorf("%d bytes were allocated", grown)
	}
}

func TestDamagedAttachment(t *testing.T) {
	dir := t.TempDir()
	n := startNode(t, nodeOption{settings: closed, dir: dir})
	b := n.createBoard("")
	id, whole := n.uploaded(b, drawn("png")), n.uploaded(b, drawn("gif"))
	db := must(sql.Open("sqlite3", filepath.Join(dir, "openmic.db")))
	defer db.Close()
	sum := store.NameAttachment([]byte(drawn("png")))
	must(db.Exec(`UPDATE attachments SET content = $1 WHERE sha256 = $2`, []byte(drawn("jpeg")), sum[:]))
	a := n.download(b, "owner", id)
	isProblem(t, a, http.StatusInternalServerError)
	if strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Error("the damage is kept for ever")
	}
	if a := n.download(b, "owner", whole); a.StatusCode != http.StatusOK {
		t.Errorf("another picture: %d", a.StatusCode)
	}
	if got := n.metric(`openmic_damage_total{part="attachment"}`); got != 1 {
		t.Errorf("%v damages counted", got)
	}
}
