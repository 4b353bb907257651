package crdt

// shapeCheck holds the operations of one change against rule R6, in order.
type shapeCheck struct {
	open   bool // the operation before began a mark
	object OpID // of that operation
}

// next returns what is wrong with an operation, or "".
func (s *shapeCheck) next(op *Operation) string {
	isElement := op.Key == nil
	switch {
	case op.Object == OpID{} && isElement:
		return "the root is a map"
	case op.Insert && !isElement:
		return "insertion into a map"
	case op.Insert && len(op.Pred) > 0:
		return "insertion with predecessors"
	case !op.Insert && isElement && op.Element == OpID{}:
		return "the head of a list has no value"
	case !op.Insert && isElement && op.Action != Delete && len(op.Pred) == 0:
		return "overwrites nothing"
	case op.Action == MakeTable:
		return "tables are of the past"
	case s.open && (op.Action != Mark || op.MarkName != nil):
		return "mark without an end"
	}
	if op.Action == Mark {
		return s.mark(op)
	}
	switch {
	case op.MarkName != nil || op.Expand:
		return "not a mark"
	case op.Action == Set:
		return ""
	case op.Action == Increment:
		if op.Insert || len(op.Pred) == 0 {
			return "increment of nothing"
		}
		if op.Value.Type != Int && op.Value.Type != Uint {
			return "increment by what is not a whole number"
		}
		return ""
	case op.Value.Type != Null:
		return "value where none belongs"
	case op.Action == Delete && (op.Insert || len(op.Pred) == 0):
		return "deletion of nothing"
	}
	return ""
}

func (s *shapeCheck) mark(op *Operation) string {
	begins := op.MarkName != nil
	switch {
	case !op.Insert:
		return "mark that is not an insertion"
	case begins:
		s.object = op.Object
	case !s.open || s.object != op.Object:
		return "end of a mark without its begin"
	case op.Value.Type != Null:
		return "end of a mark with a value"
	}
	s.open = begins
	return ""
}
