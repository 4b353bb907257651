//go:build !failpoint

// Package failpoint lets tests kill the program where it would hurt most. A
// binary made without the build tag failpoint has none of it: both functions
// do nothing there.
//
// With the tag, OPENMIC_FAILPOINT=name ends the process by SIGKILL when it
// reaches that point, name:3 when it does so for the third time; and
// OPENMIC_WRONG=name makes the program wrong in one way, to show that the
// tests would notice.
package failpoint

// Reach marks a point that a test may die at.
func Reach(string) {}

// Wrong tells whether a test wants the program to be wrong in the named way.
func Wrong(string) bool { return false }
