package server_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// house is the repository's files: slash paths from its top, and their content.
type house map[string]string

// rule is one thing that holds for the house. breaks are houses that differ
// from soundHouse by what is listed and must each be found out.
type rule struct {
	name   string
	check  func(house) (violations []string)
	breaks []house
}

const module = "openmic"

// mayImport lists, for the packages that stand on little, all that they import
// of ours outside tests. A package that is not here may import what Go lets it.
var mayImport = map[string][]string{
	"client":                     nil,
	"crdt":                       {"crdt/columnar"},
	"crdt/columnar":              nil,
	"crdt/engine":                {"crdt"},
	"crdt/replay":                {"crdt", "crdt/columnar"},
	"migrations":                 nil,
	"server/docid":               nil,
	"server/embed":               nil,
	"server/genesis":             {"crdt"},
	"server/internal/failpoint":  nil,
	"server/internal/faultproxy": nil,
	"server/load":                {"crdt", "server/docid", "server/wire"},
	"server/wire":                nil,
}

// keptTo lists, for libraries that stay in one place, the folders that may
// import them, in tests as well.
var keptTo = map[string][]string{
	"github.com/automerge/automerge-go": {"crdt/engine"},
	"github.com/coreos/go-oidc":         {"server"},
	"github.com/dop251/goja":            {"crdt/engine"},
	"github.com/jackc/pgx":              {"migrations", "server/store/postgres"},
	"github.com/mattn/go-sqlite3":       {"migrations", "server/store/sqlite"},
	"github.com/rs/zerolog":             {"server", "server/cmd/openmic"},
}

// clock is what of package time depends on when it is called.
var clock = []string{"After", "AfterFunc", "NewTicker", "NewTimer", "Now", "Since", "Sleep", "Tick", "Until"}

const fileLines = 600

var topLevel = []string{"Makefile", "README.md", "client", "crdt", "go.mod", "go.sum", "migrations", "server"}

var rules = []rule{
	{
		name:  "packages import only what lies below them",
		check: checkArrows,
		breaks: []house{
			{"crdt/graph.go": `package crdt; import "openmic/server/wire"`},
			{"crdt/graph.go": `package crdt; import "openmic/crdt/engine"`},
			{"crdt/columnar/rle.go": `package columnar; import "openmic/crdt"`},
			{"crdt/engine/pool.go": `package engine; import "openmic/server/docid"`},
			{"server/wire/wire.go": `package wire; import "openmic/server/docid"`},
			{"server/docid/docid.go": `package docid; import "openmic/crdt"`},
			{"migrations/apply.go": `package migrations; import "openmic/server/store"`},
			{"client/client.go": `package client; import "openmic/server"`},
		},
	},
	{
		name:  "crdt is the standard library and arithmetic: no cgo, log, clock, goroutine",
		check: checkPure,
		breaks: []house{
			{"crdt/graph.go": `package crdt; import "C"`},
			{"crdt/graph.go": `package crdt; import "log"`},
			{"crdt/graph.go": `package crdt; import "log/slog"`},
			{"crdt/graph.go": `package crdt; import "github.com/rs/zerolog"`},
			{"crdt/graph.go": `package crdt; import "time"; var at = time.Now()`},
			{"crdt/graph.go": `package crdt; import wall "time"; var at = wall.Now`},
			{"crdt/graph.go": `package crdt; import . "time"`},
			{"crdt/graph.go": `package crdt; func f() { go f() }`},
			{"crdt/columnar/rle.go": `package columnar; import "time"; var t = time.NewTimer(1)`},
		},
	},
	{
		name:  "libraries stay in their place",
		check: checkLibraries,
		breaks: []house{
			{"crdt/graph.go": `package crdt; import "github.com/automerge/automerge-go"`},
			{"crdt/graph_test.go": `package crdt_test; import "github.com/automerge/automerge-go"`},
			{"server/drawing.go": `package server; import "github.com/dop251/goja"`},
			{"server/room.go": `package server; import "github.com/jackc/pgx/v5/pgconn"`},
			{"server/store/sqlite/x.go": `package sqlite; import "github.com/jackc/pgx/v5"`},
			{"server/room.go": `package server; import _ "github.com/mattn/go-sqlite3"`},
			{"server/cmd/openmic/serve.go": `package main; import "github.com/coreos/go-oidc/v3/oidc"`},
			{"server/wire/wire.go": `package wire; import "github.com/rs/zerolog/log"`},
		},
	},
	{
		name:  "one file of package server knows the WebSocket library, and one of those who play its clients",
		check: checkSocket,
		breaks: []house{
			{"server/socket.go": `package server`},
			{"server/room.go": `package server; import "github.com/coder/websocket"`},
			{"server/room.go": `package server; import "github.com/coder/websocket/wsjson"`},
			{"server/cmd/openmic/main.go": `package main; import "github.com/coder/websocket"`},
			{"server/load/load.go": `package load; import "github.com/coder/websocket"`},
		},
	},
	{
		name:  "the top level is what it is",
		check: checkTopLevel,
		breaks: []house{
			{"docs/index.md": ""},
			{"package.json": "{}"},
			{"README.md": gone},
		},
	},
	{
		name:  "lock files name no addresses",
		check: checkLockFiles,
		breaks: []house{
			{"client/package-lock.json": `{"packages": {"a": {"resolved": "https://registry.example/a.tgz"}}}`},
			{"client/x/npm-shrinkwrap.json": `{"resolved":"x"}`},
		},
	},
	{
		name:  "a source file is one thing",
		check: checkLength,
		breaks: []house{
			{"server/room.go": "package server\n" + strings.Repeat("\n", fileLines)},
			{"client/src/App.tsx": strings.Repeat("\n", fileLines+1)},
			{"client/src/board/tools.ts": strings.Repeat("\n", fileLines+1)},
			{"client/src/look.css": strings.Repeat("\n", fileLines) + "a {}"},
		},
	},
}

// gone, as content, takes a file out of soundHouse.
const gone = "\x00"

// soundHouse breaks no rule, and comes close where a rule could be too strict.
var soundHouse = house{
	"Makefile":                     "",
	"README.md":                    "",
	"go.mod":                       "module openmic",
	"go.sum":                       "",
	".ci/run":                      "",
	".gitignore":                   "",
	"client/client.go":             `package client; import "embed"`,
	"client/package-lock.json":     `{"packages": {"resolved-by-name": {"version": "1.0.0"}}}`,
	"client/src/App.tsx":           strings.Repeat("\n", fileLines),
	"client/src/App.test.tsx":      strings.Repeat("\n", fileLines+1),
	"client/test/e2e/board.ts":     strings.Repeat("\n", fileLines+1),
	"crdt/graph.go":                `package crdt; import ("time"; "openmic/crdt/columnar"); func f(at time.Time) int64 { return at.Unix() }`,
	"crdt/graph_test.go":           `package crdt_test; import ("testing"; "openmic/crdt"; "time"); func f() { go f(); time.Now() }`,
	"crdt/columnar/rle.go":         `package columnar; import "encoding/binary"`,
	"crdt/engine/pool.go":          `package engine; import ("time"; "github.com/automerge/automerge-go"; "openmic/crdt"); func f() { go f(); time.Now() }`,
	"migrations/apply.go":          `package migrations; import "github.com/jackc/pgx/v5"`,
	"server/room.go":               `package server; import ("github.com/rs/zerolog"; "openmic/crdt"; "openmic/server/wire")`,
	"server/room_test.go":          `package server_test; import "github.com/coder/websocket"` + strings.Repeat("\n", fileLines+1),
	"server/socket.go":             `package server; import "github.com/coder/websocket"`,
	"server/load/person.go":        `package load; import ("github.com/coder/websocket"; "openmic/server/wire")`,
	"server/cmd/openmic/main.go":   `package main; import ("github.com/rs/zerolog"; "openmic/server")`,
	"server/docid/docid.go":        `package docid; import "crypto/sha256"`,
	"server/store/postgres/pg.go":  `package postgres; import ("github.com/jackc/pgx/v5"; "openmic/migrations")`,
	"server/store/postgres/t/t.go": `package t; import "github.com/jackc/pgx/v5/pgxpool"`,
	"server/wire/wire.go":          `package wire; import "github.com/fxamacker/cbor/v2"`,
}

func TestHouse(t *testing.T) {
	files := readHouse(t, "..")
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			for _, v := range r.check(files) {
				t.Error(v)
			}
		})
	}
}

func TestHouseRulesFindWhatBreaksThem(t *testing.T) {
	for _, r := range rules {
		t.Run(r.name, func(t *testing.T) {
			if found := r.check(soundHouse); len(found) > 0 {
				t.Errorf("the sound house: %q", found)
			}
			if len(r.breaks) == 0 {
				t.Error("nothing shows that this rule can fail")
			}
			for i, difference := range r.breaks {
				broken := maps.Clone(soundHouse)
				maps.Copy(broken, difference)
				maps.DeleteFunc(broken, func(_, content string) bool { return content == gone })
				found := r.check(broken)
				if len(found) == 0 {
					t.Errorf("break %d is not found: %.80q", i, difference)
				}
				for _, v := range found {
					if strings.HasPrefix(v, unreadable) {
						t.Errorf("break %d is broken itself: %s", i, v)
					}
				}
			}
		})
	}
}

// readHouse reads what git has or would add.
func readHouse(t *testing.T, top string) house {
	t.Helper()
	// The tree may belong to somebody else, as it does in a container.
	git := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	git.Dir = top
	out, err := git.Output()
	if err != nil {
		t.Fatalf("list files: %v", err)
	}
	files := house{}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		content, err := os.ReadFile(filepath.Join(top, filepath.FromSlash(name)))
		if os.IsNotExist(err) {
			continue // deleted, and git does not know yet
		}
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	if len(files) == 0 {
		t.Fatal("an empty house")
	}
	return files
}

// unreadable begins the violation that is no rule's.
const unreadable = "cannot parse "

// source is one parsed Go file.
type source struct {
	path    string
	dir     string
	test    bool
	imports []string
	file    *ast.File
}

// sources parses the Go files in the order of their paths.
func (h house) sources(violations *[]string) (parsed []source) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "/testdata/") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, h[name], parser.SkipObjectResolution)
		if err != nil {
			*violations = append(*violations, unreadable+err.Error())
			continue
		}
		s := source{path: name, dir: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), file: file}
		for _, spec := range file.Imports {
			if imported, err := strconv.Unquote(spec.Path.Value); err == nil {
				s.imports = append(s.imports, imported)
			}
		}
		parsed = append(parsed, s)
	}
	return parsed
}

func checkArrows(h house) (violations []string) {
	for _, s := range h.sources(&violations) {
		allowed, bound := mayImport[s.dir]
		if !bound || s.test {
			continue
		}
		for _, imported := range s.imports {
			ours, ok := strings.CutPrefix(imported, module+"/")
			if ok && !slices.Contains(allowed, ours) {
				violations = append(violations, fmt.Sprintf("%s imports %s", s.path, imported))
			}
		}
	}
	return violations
}

func checkPure(h house) (violations []string) {
	for _, s := range h.sources(&violations) {
		if s.test || (s.dir != "crdt" && s.dir != "crdt/columnar") {
			continue
		}
		for _, imported := range s.imports {
			first, _, _ := strings.Cut(imported, "/")
			if imported == "C" || first == "log" || strings.Contains(first, ".") {
				violations = append(violations, fmt.Sprintf("%s imports %s", s.path, imported))
			}
		}
		timeName := ""
		for _, spec := range s.file.Imports {
			if spec.Path.Value != `"time"` {
				continue
			}
			timeName = "time"
			if spec.Name != nil {
				timeName = spec.Name.Name
			}
			if timeName == "." {
				violations = append(violations, s.path+" imports all names of package time")
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				violations = append(violations, s.path+" starts a goroutine")
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && timeName != "" && x.Name == timeName && slices.Contains(clock, n.Sel.Name) {
					violations = append(violations, fmt.Sprintf("%s reads the clock: time.%s", s.path, n.Sel.Name))
				}
			}
			return true
		})
	}
	return violations
}

// within reports whether an import path is the module or package of a library.
func within(imported, library string) bool {
	return imported == library || strings.HasPrefix(imported, library+"/")
}

func checkLibraries(h house) (violations []string) {
	for _, s := range h.sources(&violations) {
		for _, imported := range s.imports {
			for library, dirs := range keptTo {
				// A folder stands for its packages below as well, but server's are
				// packages of their own.
				at := func(dir string) bool {
					return s.dir == dir || (dir != "server" && strings.HasPrefix(s.dir, dir+"/"))
				}
				if within(imported, library) && !slices.ContainsFunc(dirs, at) {
					violations = append(violations, fmt.Sprintf("%s imports %s", s.path, imported))
				}
			}
		}
	}
	return violations
}

func checkSocket(h house) (violations []string) {
	users := map[string][]string{"server": nil, "server/load": nil}
	for _, s := range h.sources(&violations) {
		if s.test || !slices.ContainsFunc(s.imports, func(i string) bool { return within(i, "github.com/coder/websocket") }) {
			continue
		}
		if _, may := users[s.dir]; !may {
			violations = append(violations, s.path+" imports coder/websocket")
		}
		users[s.dir] = append(users[s.dir], s.path)
	}
	for dir, files := range users {
		if len(files) != 1 {
			violations = append(violations, fmt.Sprintf("%d files of %s import coder/websocket: %q", len(files), dir, files))
		}
	}
	return violations
}

func checkTopLevel(h house) (violations []string) {
	found := map[string]bool{}
	for name := range h {
		first, _, _ := strings.Cut(name, "/")
		found[first] = true
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		if !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) {
			violations = append(violations, name+" does not belong at the top level")
		}
	}
	for _, name := range topLevel {
		if !found[name] {
			violations = append(violations, name+" is missing at the top level")
		}
	}
	return violations
}

func checkLockFiles(h house) (violations []string) {
	for name, content := range h {
		base := path.Base(name)
		if (base == "package-lock.json" || base == "npm-shrinkwrap.json") && strings.Contains(content, `"resolved":`) {
			violations = append(violations, name+` has "resolved"`)
		}
	}
	return violations
}

func checkLength(h house) (violations []string) {
	for name, content := range h {
		switch path.Ext(name) {
		case ".go", ".ts", ".tsx", ".css":
		default:
			continue
		}
		stem := strings.TrimSuffix(path.Base(name), path.Ext(name))
		if strings.HasSuffix(stem, "_test") || strings.HasSuffix(stem, ".test") || strings.HasPrefix(name, "client/test/") {
			continue
		}
		lines := strings.Count(content, "\n")
		if content != "" && !strings.HasSuffix(content, "\n") {
			lines++
		}
		if lines > fileLines {
			violations = append(violations, fmt.Sprintf("%s has %d lines, %d allowed", name, lines, fileLines))
		}
	}
	return violations
}
