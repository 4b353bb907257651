package history

// An Operation is one thing that somebody did, in the words of blueprints: who
// shows it puts these into sentences.
type Operation struct {
	Do   Do     `json:"do"`
	What What   `json:"what"`
	ID   string `json:"id,omitempty"`
	// Type is the kind of an element, the type of a marker, the role of a lane, the
	// fate of a comment, the value of a feeling.
	Type string `json:"type,omitempty"`
	// Title is how the thing was called then.
	Title string `json:"title,omitempty"`
	// At is where it was done: where the thing lies, or what it is about.
	At     *Place  `json:"at,omitempty"`
	From   *Place  `json:"from,omitempty"`
	Target *Target `json:"target,omitempty"`
	// Crossed are the lines that something moved across, in order.
	Crossed []string `json:"crossed,omitempty"`
	// Field is what was changed of the thing, and Value what it is now.
	Field string `json:"field,omitempty"`
	Value string `json:"value,omitempty"`
	// Position is how many changes there were once it was done.
	Position int `json:"position"`
}

// Do is what was done.
type Do string

// What can be done.
const (
	Added   Do = "added"
	Removed Do = "removed"
	Moved   Do = "moved"
	Wrote   Do = "wrote"
	Changed Do = "changed"
)

// What is what it was done to.
type What string

// The things of a board, by the maps of the document that they lie in.
const (
	Board     What = "board"
	Lane      What = "lane"
	Step      What = "step"
	Phase     What = "phase"
	Element   What = "element"
	Connector What = "connector"
	Marker    What = "marker"
	Emotion   What = "emotion"
	Comment   What = "comment"
	Vote      What = "vote"
)

var whats = map[string]What{
	"meta": Board, "lanes": Lane, "steps": Step, "phases": Phase, "elements": Element, "connectors": Connector,
	"markers": Marker, "emotions": Emotion, "comments": Comment, "votes": Vote,
}

// A Place is a cell of the board, as it was called then. A title may be empty: the
// lane then goes by its role, and the step by its number.
type Place struct {
	Lane      string `json:"lane,omitempty"`
	Role      string `json:"role,omitempty"`
	LaneTitle string `json:"laneTitle,omitempty"`
	Step      string `json:"step,omitempty"`
	StepTitle string `json:"stepTitle,omitempty"`
	Number    int    `json:"number,omitempty"`
}

// A Target is what a marker, a comment, a vote or a connector is about.
type Target struct {
	What  What   `json:"what,omitempty"`
	ID    string `json:"id"`
	Title string `json:"title,omitempty"`
}

// The lines of a blueprint lie between these, from above.
var (
	stages = []string{"customer", "frontstage", "backstage", "support"}
	lines  = []string{"interaction", "visibility", "internal"}
)

// crossed returns the lines between lanes of two roles.
func crossed(from, to string) []string {
	stage := func(role string) int {
		if role == "evidence" {
			role = "customer" // what a customer holds in the hand is on their side of every line
		}
		for i, s := range stages {
			if s == role {
				return i
			}
		}
		return -1
	}
	a, b := stage(from), stage(to)
	var over []string
	switch {
	case a < 0 || b < 0:
	case a <= b:
		over = append(over, lines[a:b]...)
	default:
		for i := a - 1; i >= b; i-- {
			over = append(over, lines[i])
		}
	}
	return over
}
