package crdt

import (
	"encoding/binary"
	"math"

	"openmic/crdt/columnar"
)

// maxExact is the largest whole number up to which JavaScript counts exactly:
// Number.MAX_SAFE_INTEGER.
const maxExact = 1<<53 - 1

// reservedKey cannot be a key of a JavaScript object. A client that has the board
// open would end.
const reservedKey = "__proto__"

// maxTime is the farthest time from 1970 that a JavaScript Date holds, in milliseconds.
const maxTime = 8_640_000_000_000_000

// checkValue holds what an operation brings against rule R14, and its sizes
// against R3.
func checkValue(op *Operation, lim *Limits) error {
	if len(op.Key) > lim.KeyBytes || len(op.MarkName) > lim.KeyBytes {
		return refuse(RuleSize, "key of more than %d bytes", lim.KeyBytes)
	}
	if string(op.Key) == reservedKey || string(op.MarkName) == reservedKey {
		return refuse(RuleValue, "key that JavaScript keeps for itself")
	}
	v := op.Value
	if len(v.Raw) > lim.ValueBytes {
		return refuse(RuleSize, "value of %d bytes", len(v.Raw))
	}
	if (v.Type == Counter || op.Action == Increment) && !lim.Counters {
		return refuse(RuleValue, "counters are not taken here")
	}
	switch v.Type {
	case Null, False, True, String, Bytes:
		return nil
	case Float:
		if f := math.Float64frombits(binary.LittleEndian.Uint64(v.Raw)); math.IsNaN(f) || math.IsInf(f, 0) {
			return refuse(RuleValue, "number that is not finite")
		}
		return nil
	case Uint:
		if n, _, _ := columnar.Uint(v.Raw); n > maxExact {
			return refuse(RuleValue, "whole number of 2^53 or more")
		}
		return nil
	case Int, Counter, Timestamp:
		most := int64(maxExact)
		if v.Type == Timestamp {
			most = maxTime
		}
		if n, _, _ := columnar.Int(v.Raw); n > most || n < -most {
			return refuse(RuleValue, "whole number or time out of range")
		}
		return nil
	default:
		return refuse(RuleValue, "value of unknown type %d", v.Type)
	}
}
