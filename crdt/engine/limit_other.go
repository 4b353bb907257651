//go:build !linux

package engine

import "syscall"

// limitProcess does nothing here: only Linux limits memory that is used without
// counting what is reserved. The deadline holds everywhere.
func limitProcess(int64) error { return nil }

// giveWay does nothing here: the child is not alone in its group.
func giveWay() error { return nil }

// childAttributes leaves the end of the child to its standard input's.
func childAttributes() *syscall.SysProcAttr { return nil }
