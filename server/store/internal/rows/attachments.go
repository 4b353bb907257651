package rows

import (
	"errors"
	"fmt"

	"openmic/server/store"
)

// CheckAttachment tells whether a file can be kept.
func CheckAttachment(a store.Attachment) error {
	if len(a.Content) == 0 {
		return errors.New("it is empty")
	}
	return nil
}

// Fits tells whether a file of this size fits in beside what a board has. The
// error wraps store.ErrFull.
func Fits(room store.Room, files int, bytes, size int64) error {
	if files >= room.Files {
		return fmt.Errorf("the board has %d files: %w", files, store.ErrFull)
	}
	if bytes+size > room.Bytes {
		return fmt.Errorf("the board has %d bytes of files: %w", bytes, store.ErrFull)
	}
	return nil
}

// Attachment checks the content in a row against its name. The error wraps
// store.ErrDamaged.
func Attachment(id, content []byte) (store.AttachmentID, error) {
	sum := store.NameAttachment(content)
	if string(sum[:]) != string(id) {
		var name store.AttachmentID
		copy(name[:], id)
		return name, fmt.Errorf("attachment %x: %w", id, store.ErrDamaged)
	}
	return sum, nil
}
