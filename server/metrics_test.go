package server

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// metricNames are all that /metrics may show, also those of which there is nothing yet.
func metricNames(t *testing.T) (names []string) {
	t.Helper()
	m := newMetrics()
	m.watch(&Hub{})
	descriptions := make(chan *prometheus.Desc, 1000)
	m.registry.Describe(descriptions)
	close(descriptions)
	named := regexp.MustCompile(`fqName: "([^"]+)"`)
	for d := range descriptions {
		names = append(names, named.FindStringSubmatch(d.String())[1])
	}
	// The Go collector tells no more of itself beforehand than its names in general.
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		names = append(names, f.GetName())
	}
	return names
}

// Whatever the dashboard asks for, there is; and it leaves nothing of ours out
// that tells of people, changes or sockets.
func TestDashboard(t *testing.T) {
	b, err := os.ReadFile("grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(b, &dashboard); err != nil {
		t.Fatal(err)
	}
	names := metricNames(t)
	metric := regexp.MustCompile(`\b(?:openmic|go|process)_[a-z_]+`)
	asked := map[string]bool{}
	for _, p := range dashboard.Panels {
		if len(p.Targets) == 0 {
			t.Errorf("%q shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			found := metric.FindAllString(target.Expr, -1)
			if len(found) == 0 {
				t.Errorf("%q asks for nothing of ours: %s", p.Title, target.Expr)
			}
			for _, name := range found {
				asked[strings.TrimSuffix(name, "_bucket")] = true
				if !slices.Contains(names, strings.TrimSuffix(name, "_bucket")) {
					t.Errorf("%q asks for %s, which there is not", p.Title, name)
				}
			}
		}
	}
	for _, name := range names {
		if regexp.MustCompile(`^openmic_(sessions|rooms|changes|sockets|flush|commit|sync|fanout|slowest)`).MatchString(name) && !asked[name] {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}
