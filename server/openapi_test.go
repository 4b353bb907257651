package server_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	v3 "github.com/pb33f/libopenapi/datamodel/high/v3"
)

// A description is what the server says of its HTTP interface.
type description struct {
	model    *v3.Document
	validate validator.Validator
}

// describe reads the description that a server gives of itself.
func describe(t *testing.T, n *node) *description {
	t.Helper()
	a := n.request("GET", "/api/openapi.json", "")
	if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("description: %d %s", a.StatusCode, a.Header.Get("Content-Type"))
	}
	doc, err := libopenapi.NewDocument(a.body)
	if err != nil {
		t.Fatal(err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if ok, found := v.ValidateDocument(); !ok {
		for _, f := range found {
			t.Errorf("the description is not OpenAPI: %s: %s", f.Message, f.Reason)
		}
	}
	return &description{&model.Model, v}
}

// wantAnswer holds an answer against the description.
func (d *description) wantAnswer(t *testing.T, a answer) {
	t.Helper()
	res := *a.Response
	res.Body = io.NopCloser(bytes.NewReader(a.body))
	if ok, found := d.validate.ValidateHttpResponse(a.Request, &res); !ok {
		for _, f := range found {
			t.Errorf("%s %s: %d is not as described: %s: %s %.300s", a.Request.Method, a.Request.URL.Path, a.StatusCode, f.Message, f.Reason, a.body)
			for _, s := range f.SchemaValidationErrors {
				t.Errorf("  %s", s.Reason)
			}
		}
	}
}

// Every route is described, and nothing else is.
func TestDescriptionIsComplete(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	d := describe(t, n)
	var routes, said []string
	for _, pattern := range n.Patterns() {
		if _, path, ok := strings.Cut(pattern, " "); ok && strings.HasPrefix(path, "/api/") {
			routes = append(routes, pattern)
		}
	}
	for path, item := range d.model.Paths.PathItems.FromOldest() {
		for method := range item.GetOperations().FromOldest() {
			said = append(said, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(said)
	for _, r := range routes {
		if !slices.Contains(said, r) {
			t.Errorf("%s is not described", r)
		}
	}
	for _, r := range said {
		if !slices.Contains(routes, r) {
			t.Errorf("%s is described, and there is no such route", r)
		}
	}
}

// What people and programs are answered is as described, and what is not is found.
func TestAnswersAreAsDescribed(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	d := describe(t, n)
	_, key := n.key("x")
	b := n.boardOfKey(key, "Moving house")
	path := "/api/boards/" + b.ID
	in := n.join(b, b.secret("editor"), `{"name": "Erik"}`)
	me := []string{"Openmic-Participant", in.Token}
	n.connect("erik", "ticket="+n.ticket(b, b.secret("editor"), in.Token))
	n.untilNoted(b, "opened")
	for _, a := range []answer{
		n.as(key, "GET", "/api/boards?limit=1", ""),
		n.as(key, "POST", "/api/boards", `{}`, "Idempotency-Key", onceKey),
		n.as(key, "POST", "/api/boards", `{"title": "x"}`, "Idempotency-Key", onceKey),
		n.as(key, "POST", "/api/boards", `{}`, "Idempotency-Key", "short"),
		n.as(key, "POST", path+"/links", `{"label": "Rådet", "expiresAt": "2100-01-01T00:00:00Z", "password": "sesam", "people": 3, "lanes": ["customer"]}`),
		n.as(key, "POST", path+"/links", `{"role": "root"}`),
		n.as(key, "GET", path+"/links", ""),
		n.as(key, "GET", path+"/people", ""),
		n.as(key, "GET", path+"/audit?limit=2", ""),
		n.as(key, "PATCH", path, `{"locked": true, "archived": true}`),
		n.as(b.secret("editor"), "GET", path, "", me...),
		n.as(b.secret("editor"), "GET", path+"/participants/me", "", me...),
		n.as(b.secret("editor"), "PATCH", path+"/participants/me", `{"name": "Erika"}`, me...),
		n.as(b.secret("editor"), "DELETE", path+"/participants/me/name", "", me...),
		n.as(b.secret("editor"), "DELETE", path+"/participants/me", "", me...),
		n.as(b.secret("viewer"), "GET", path+"/export.json", ""),
		n.as(key, "DELETE", path, ""),
		n.as(b.secret("viewer"), "GET", path, ""),
	} {
		d.wantAnswer(t, a)
	}
	a := n.as(key, "GET", "/api/boards", "")
	for name, wrong := range map[string]func(*answer){
		"a field too many": func(a *answer) { a.body = []byte(`{"boards": [], "more": 1}`) },
		"a field missing":  func(a *answer) { a.body = []byte(`{}`) },
		"another type":     func(a *answer) { a.body = []byte(`{"boards": {}}`) },
		"another status":   func(a *answer) { a.StatusCode = http.StatusTeapot },
		"another kind":     func(a *answer) { a.Header = http.Header{"Content-Type": {"text/plain"}} },
	} {
		res := *a.Response
		other := answer{&res, a.body}
		wrong(&other)
		res.Body = io.NopCloser(bytes.NewReader(other.body))
		if ok, _ := d.validate.ValidateHttpResponse(a.Request, &res); ok {
			t.Errorf("%s is taken for as described", name)
		}
	}
}
