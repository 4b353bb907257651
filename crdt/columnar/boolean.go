package columnar

// Booleans reads a boolean column: counts of equal rows, of false first. Only the
// first count may be zero.
type Booleans struct {
	rest    []byte
	rows    uint64
	value   bool
	started bool
}

// NewBooleans reads a column of booleans.
func NewBooleans(column []byte) Booleans { return Booleans{rest: column} }

// Done reports whether every row has been read.
func (b *Booleans) Done() bool { return b.rows == 0 && len(b.rest) == 0 }

// Next reads one row. It fails with ErrTruncated after the last one.
func (b *Booleans) Next() (bool, error) {
	for b.rows == 0 {
		rows, n, err := Uint(b.rest)
		if err != nil {
			return false, err
		}
		b.rest = b.rest[n:]
		if rows == 0 && (b.started || len(b.rest) == 0) {
			return false, ErrNotCanonical
		}
		if b.started {
			b.value = !b.value
		}
		b.started = true
		b.rows = rows
	}
	b.rows--
	return b.value, nil
}

// NextOrFalse reads one row like Next, but of a column without a byte every row is
// false.
func (b *Booleans) NextOrFalse() (bool, error) {
	if !b.started && len(b.rest) == 0 {
		return false, nil
	}
	return b.Next()
}
