package server

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// A pseudonym is what somebody goes by who has no name, or has taken it away, or
// whose name is not to be told: in the history, in the audit and in what is counted
// of a board the same one. It is made of who they are and of the board, so that it
// tells neither, nor that somebody at another board is the same person. There are so
// many that no two of a hundred people have the same one, but in one board of 150.
type pseudonym struct {
	English string `json:"en"`
	Swedish string `json:"sv"`
}

// The words are among those that the client invents names of: it knows by them that
// nobody has said they are called so.
var (
	pseudonymFirst = [...]pseudonym{
		{"Brave", "Modig"}, {"Bright", "Pigg"}, {"Calm", "Lugn"}, {"Curious", "Nyfiken"},
		{"Gentle", "Snäll"}, {"Glad", "Glad"}, {"Quick", "Rask"}, {"Wise", "Klok"},
	}
	pseudonymSecond = [...]pseudonym{
		{"badger", "grävling"}, {"bear", "björn"}, {"elk", "älg"}, {"fox", "räv"}, {"hare", "hare"},
		{"hedgehog", "igelkott"}, {"lark", "lärka"}, {"otter", "utter"}, {"owl", "uggla"}, {"seal", "säl"},
	}
)

func pseudonymOf(board, participant string) pseudonym {
	sum := sha256.Sum256([]byte("pseudonym " + board + " " + participant))
	pick := func(at, of int) int { return int(binary.BigEndian.Uint64(sum[at:]) % uint64(of)) }
	first, second := pseudonymFirst[pick(0, len(pseudonymFirst))], pseudonymSecond[pick(8, len(pseudonymSecond))]
	number := 1000 + pick(16, 9000)
	return pseudonym{
		English: fmt.Sprintf("%s %s %d", first.English, second.English, number),
		Swedish: fmt.Sprintf("%s %s %d", first.Swedish, second.Swedish, number),
	}
}

// in is a pseudonym in a language, which is en or sv.
func (p pseudonym) in(language string) string {
	if language == "sv" {
		return p.Swedish
	}
	return p.English
}

// unnamed is the pseudonym of somebody who has no name; nothing for who has one.
func unnamed(board, participant, name string) *pseudonym {
	if participant == "" || name != "" {
		return nil
	}
	p := pseudonymOf(board, participant)
	return &p
}
