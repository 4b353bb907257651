package server

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"openmic/server/history"
	"openmic/server/store"
)

// voiceAnswer is what one person has brought, or one audience, which is so many people.
type voiceAnswer struct {
	By       *int           `json:"by,omitempty"`
	Audience store.Audience `json:"audience,omitempty"`
	People   int            `json:"people,omitempty"`
	history.Voice
}

// onePercent holds what customers gave against what one of a hundred of them would
// give: all their working time, for as long as people have been at the board.
type onePercent struct {
	Customers    int     `json:"customers"` // that there are, as whoever asks says
	People       float64 `json:"people"`    // one of a hundred
	Hours        float64 `json:"hours"`     // that they would give
	PeoplePart   float64 `json:"peopleShare"`
	HoursPart    float64 `json:"hoursShare"`
	FullTimeWeek int     `json:"fullTimeWeek"` // hours
}

// fullTimeWeek is how many hours somebody works in a week who does nothing else.
const fullTimeWeek = 40

// mostCustomers is more than there are people.
const mostCustomers = 1 << 40

// A voicesAnswer is all that is counted of who said what on a board.
type voicesAnswer struct {
	People     []historian   `json:"people"`
	Voices     []voiceAnswer `json:"voices"`
	Audiences  []voiceAnswer `json:"audiences"`
	Weeks      int           `json:"weeks"`
	OnePercent *onePercent   `json:"onePercent,omitempty"`
}

func countVoices(t *history.Tape, h *historians, customers int) voicesAnswer {
	answer := voicesAnswer{People: h.people, Voices: []voiceAnswer{}, Weeks: t.Weeks(h.person)}
	audiences := make([]string, len(h.people))
	for i, p := range h.people {
		audiences[i] = string(p.Audience)
	}
	sums, people := map[store.Audience]history.Voice{}, map[store.Audience]int{}
	for i, voice := range t.Voices(audiences, h.person) {
		audience := h.people[i].Audience
		answer.Voices = append(answer.Voices, voiceAnswer{By: &i, Audience: audience, Voice: voice})
		sums[audience] = history.Sum(sums[audience], voice)
		people[audience]++
	}
	for _, audience := range []store.Audience{store.Customer, store.Staff} {
		answer.Audiences = append(answer.Audiences, voiceAnswer{Audience: audience, People: people[audience], Voice: sums[audience]})
	}
	if customers > 0 && answer.Weeks > 0 {
		one := onePercent{Customers: customers, People: float64(customers) / 100, FullTimeWeek: fullTimeWeek}
		one.Hours = one.People * fullTimeWeek * float64(answer.Weeks)
		one.PeoplePart = float64(people[store.Customer]) / one.People
		one.HoursPart = sums[store.Customer].Minutes / 60 / one.Hours
		answer.OnePercent = &one
	}
	return answer
}

// voices answers GET /api/boards/{id}/history/voices.
func (s *Server) voices(w http.ResponseWriter, r *http.Request) {
	v, named, ok := s.historyVisit(w, r)
	if !ok {
		return
	}
	customers, err := number(r, "customers", 0, mostCustomers)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	s.tell(w, r, v, named, func(t *history.Tape, h *historians) any { return countVoices(t, h, customers) })
}

// voicesCSV answers GET /api/boards/{id}/history/voices.csv: a row for each person and
// for each audience.
func (s *Server) voicesCSV(w http.ResponseWriter, r *http.Request) {
	v, named, ok := s.historyVisit(w, r)
	if !ok {
		return
	}
	customers, err1 := number(r, "customers", 0, mostCustomers)
	key, err2 := readDrawingKey(v.board.Doc, r)
	if err := cmp.Or(err1, err2); err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	s.scribe.note(v.line(auditExported, "", "voices"))
	h, err := s.historiansOf(r.Context(), v, named)
	if err != nil {
		s.fail(w, "list contributors", err)
		return
	}
	var told voicesAnswer
	err = s.histories.read(r.Context(), v.board.Doc, func(t *history.Tape) error {
		told = countVoices(t, h, customers)
		return nil
	})
	if err != nil {
		s.refuseHistory(w, err)
		return
	}
	w.Header().Set("Content-Disposition", `attachment; filename="voices.csv"`)
	send(w, r, "text/csv; charset=utf-8", told.csv(key.language))
}

// csv is what is counted as a table. Shares are of a hundred. Who has no name goes by
// their pseudonym in a language.
func (a voicesAnswer) csv(language string) []byte {
	var b bytes.Buffer
	c := csv.NewWriter(&b) // a buffer takes everything
	_ = c.Write([]string{
		"row", "name", "audience", "people", "contributions", "living", "living_percent", "words", "words_percent", "taken_up", "taken_up_across",
		"comments", "answered", "adopted", "declined", "hours", "one_percent_people_percent", "one_percent_hours_percent",
	})
	words := 0
	for _, one := range a.Audiences {
		words += one.Words
	}
	row := func(kind, name string, people int, v voiceAnswer, one *onePercent) {
		cells := []string{
			kind, harmless(name), string(v.Audience), strconv.Itoa(people), strconv.Itoa(v.Contributions), strconv.Itoa(v.Living), percent(v.Living, v.Contributions),
			strconv.Itoa(v.Words), percent(v.Words, words),
		}
		for _, n := range []int{v.TakenUp, v.Across, v.Comments, v.Answered, v.Adopted, v.Declined} {
			cells = append(cells, strconv.Itoa(n))
		}
		cells = append(cells, strconv.FormatFloat(v.Minutes/60, 'f', 2, 64), "", "")
		if one != nil {
			last := cells[len(cells)-2:]
			last[0], last[1] = strconv.FormatFloat(100*one.PeoplePart, 'g', 4, 64), strconv.FormatFloat(100*one.HoursPart, 'g', 4, 64)
		}
		_ = c.Write(cells)
	}
	for i, v := range a.Voices {
		name := a.People[i].Name
		if p := a.People[i].Pseudonym; p != nil {
			name = p.in(language)
		}
		row("person", name, 1, v, nil)
	}
	for _, v := range a.Audiences {
		one := a.OnePercent
		if v.Audience != store.Customer {
			one = nil
		}
		row("audience", "", v.People, v, one)
	}
	c.Flush()
	return b.Bytes()
}

// percent is a part of a whole, of a hundred; nothing where there is no whole.
func percent(part, whole int) string {
	if whole == 0 {
		return ""
	}
	return strconv.FormatFloat(100*float64(part)/float64(whole), 'f', 1, 64)
}

// harmless keeps a cell from being a formula where it is opened.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
