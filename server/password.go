package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

// passwords hashes what opens a link, with argon2id, and so many at a time that
// those who try many cannot take the memory of the server.
type passwords struct {
	memory, rounds uint32 // KiB, passes over it
	patience       time.Duration
	places         chan struct{}
}

func newPasswords(s *Settings) *passwords {
	return &passwords{
		memory: uint32(s.PasswordMemory), rounds: uint32(s.PasswordRounds), patience: s.PasswordWait,
		places: make(chan struct{}, s.PasswordsAtOnce),
	}
}

var errPasswordsBusy = errors.New("too many passwords are being tried")

const (
	saltBytes = 16
	keyBytes  = 32
)

// hash returns the text that a password is kept as: the usual one, $argon2id$...
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	key, err := p.key(ctx, password, salt, p.rounds, p.memory)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, p.memory, p.rounds,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// matches tells whether a password is the one that was hashed.
func (p *passwords) matches(ctx context.Context, password, hash string) (bool, error) {
	var version int
	var memory, rounds uint32
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errors.New("the stored hash of a password is of an unknown kind")
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=1", &version, &memory, &rounds); err != nil || version != argon2.Version {
		return false, errors.New("the stored hash of a password is of an unknown kind")
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err := errors.Join(err, err2); err != nil {
		return false, fmt.Errorf("the stored hash of a password: %w", err)
	}
	key, err := p.key(ctx, password, salt, rounds, memory)
	return err == nil && subtle.ConstantTimeCompare(key, want) == 1, err
}

// key waits for a place, but not for long.
func (p *passwords) key(ctx context.Context, password string, salt []byte, rounds, memory uint32) ([]byte, error) {
	timer := time.NewTimer(p.patience)
	defer timer.Stop()
	select {
	case p.places <- struct{}{}:
		defer func() { <-p.places }()
	case <-timer.C:
		return nil, errPasswordsBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, rounds, memory, 1, keyBytes), nil
}
