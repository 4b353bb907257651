package migrations_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Both databases have the same migrations, which only go forward, each in a
// transaction. That they apply, again too, is for the stores to show.
func TestFiles(t *testing.T) {
	names := make(map[string][]string)
	for _, dir := range []string{"postgres", "sqlite"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			name := entry.Name()
			names[dir] = append(names[dir], name)
			if !regexp.MustCompile(`^\d{5}_[a-z0-9_]+\.sql$`).MatchString(name) {
				t.Errorf("%s/%s is not named like 00001_what_it_does.sql", dir, name)
			}
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			for _, forbidden := range []string{"+goose Down", "+goose NO TRANSACTION"} {
				if strings.Contains(string(text), forbidden) {
					t.Errorf("%s/%s has %q", dir, name, forbidden)
				}
			}
		}
	}
	if got, want := strings.Join(names["sqlite"], " "), strings.Join(names["postgres"], " "); got != want || got == "" {
		t.Errorf("sqlite has %q, postgres has %q", got, want)
	}
}
