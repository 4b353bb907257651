package rows

import (
	"errors"

	"openmic/server/store"
)

// CheckPerson tells whether a person can be stored.
func CheckPerson(p store.Person) error {
	if p.ID == "" || p.Issuer == "" || p.Subject == "" || !Text(p.Issuer) || !Text(p.Subject) || !Text(p.Name) {
		return errors.New("a person has an id, an issuer and a subject, and all are UTF-8 without NUL")
	}
	return nil
}
