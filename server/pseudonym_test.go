package server_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"openmic/server"
	"openmic/server/history/historytest"
)

type pseudonym struct{ EN, SV string }

type pseudonymous struct {
	ID, Participant, Name string
	Pseudonym             pseudonym
}

// Somebody without a name goes by the same one wherever a board tells of them, and by
// another one at another board.
func TestPseudonymIsTheSameEverywhereOnABoard(t *testing.T) {
	n := startNode(t, nodeOption{settings: closed})
	b := n.createBoard("")
	path := "/api/boards/" + b.ID
	anna, berit := n.join(b, b.secret("viewer"), `{"name": "Anna"}`), n.join(b, b.secret("owner"), `{"name": "Berit"}`)
	s := historytest.New(1)
	card := s.Add("anna", "elements", "I waited", map[string]string{"kind": "note", "lane": "customer", "step": s.Steps[0], "order": "a0"})
	s.Write("berit", card, "text", 0, 0, "Three weeks. ")
	n.written(b, s, 1, map[string]joined{"anna": anna, "berit": berit})
	n.untilNoted(b, "joined")
	get := func(at board, from string) []pseudonymous {
		all := do[struct{ People, Joined []pseudonymous }](t, n.as(at.secret("owner"), "GET", "/api/boards/"+at.ID+from, ""), http.StatusOK)
		return append(all.People, all.Joined...)
	}
	hidden := get(b, "/history?names=none")
	goes := hidden[0].Pseudonym
	if goes.EN == "" || goes == hidden[1].Pseudonym {
		t.Fatalf("without names people are %+v", hidden)
	}
	do[any](t, n.as(b.secret("viewer"), "DELETE", path+"/participants/me/name", "", "Openmic-Participant", anna.Token), http.StatusNoContent)

	for from, wants := range map[string]int{
		"/history": 1, "/history/things/" + card: 1, "/history/voices": 1, "/people": 1,
		"/history?names=none": 2, "/history/things/" + card + "?names=none": 2, "/history/voices?names=none": 2,
	} {
		var found, others []pseudonym
		for _, p := range get(b, from) {
			switch {
			case p.Name != "" && p.Pseudonym != (pseudonym{}):
				t.Errorf("%s tells a name and a pseudonym: %+v", from, p)
			case p.Pseudonym == goes:
				found = append(found, p.Pseudonym)
			case p.Name == "":
				others = append(others, p.Pseudonym)
			}
		}
		if len(found) != 1 || len(found)+len(others) != wants {
			t.Errorf("%s tells of %+v and %+v", from, found, others)
		}
	}
	lines := do[struct {
		Lines []struct{ By, Subject *pseudonymous }
	}](t, n.as(b.secret("owner"), "GET", path+"/audit", ""), http.StatusOK).Lines
	times := 0
	for _, l := range lines {
		for _, who := range []*pseudonymous{l.By, l.Subject} {
			if who != nil && who.Participant == anna.ID {
				times++
				if who.Name != "" || who.Pseudonym != goes {
					t.Errorf("in the audit they are %+v", who)
				}
			}
		}
	}
	if times < 2 {
		t.Errorf("the audit tells of them %d times", times)
	}
	me := do[pseudonymous](t, n.as(b.secret("viewer"), "GET", path+"/participants/me", "", "Openmic-Participant", anna.Token), http.StatusOK)
	// Who has a name still is told what they would go by.
	her := do[pseudonymous](t, n.as(b.secret("owner"), "GET", path+"/participants/me", "", "Openmic-Participant", berit.Token), http.StatusOK)
	if me.Pseudonym != goes || her.Pseudonym != hidden[1].Pseudonym || her.Name != "Berit" {
		t.Errorf("themselves are told %+v and %+v", me, her)
	}
	for lang, name := range map[string]string{"": goes.EN, "en": goes.EN, "sv": goes.SV} {
		rows := strings.Split(string(n.as(b.secret("viewer"), "GET", path+"/history/voices.csv?lang="+lang, "").body), "\n")
		if !slices.ContainsFunc(rows, func(row string) bool { return strings.HasPrefix(row, "person,"+name+",customer,") }) {
			t.Errorf("in %q the table has\n%s", lang, strings.Join(rows, "\n"))
		}
	}

	// The same participant is told of at a variant, by another pseudonym.
	fork := n.fork(b, `{"title": "Without the form"}`)
	there := get(fork, "/history")
	if len(there) != 2 || there[0].ID != hidden[0].ID && there[0].ID != anna.ID || there[0].Pseudonym.EN == "" || there[0].Pseudonym == goes {
		t.Errorf("at another board they are %+v", there)
	}
}

func TestPseudonyms(t *testing.T) {
	// The client knows by their words that a name was not chosen.
	client := string(must(os.ReadFile("../client/src/i18n/index.ts")))
	seen, words := map[string]int{}, map[string]bool{}
	const people = 1000
	for i := range people {
		who := fmt.Sprint("participant ", i)
		english, swedish := server.PseudonymOf("board", who)
		seen[english]++
		for _, name := range []string{english, swedish} {
			parts := strings.Fields(name)
			if len(parts) != 3 || len(parts[2]) != 4 {
				t.Fatalf("a pseudonym is %q", name)
			}
			for _, word := range parts[:2] {
				if words[word] = true; !strings.Contains(client, `"`+word+`"`) {
					t.Errorf("the client does not know %q", word)
				}
			}
		}
		if again, _ := server.PseudonymOf("board", who); again != english {
			t.Errorf("the same person is %q and %q", english, again)
		}
		if other, _ := server.PseudonymOf("another board", who); other == english {
			t.Errorf("at two boards somebody is %q", other)
		}
	}
	if len(seen) < people-5 || len(words) != 2*(8+10)-2 {
		t.Errorf("%d people have %d pseudonyms of %d words", people, len(seen), len(words))
	}
}
