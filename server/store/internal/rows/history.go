package rows

import (
	"encoding/binary"
	"hash/crc32"

	"openmic/server/docid"
)

// SumPart is the checksum of a part of a history. It is signed because SQL's integers are.
func SumPart(doc docid.ID, part int, content []byte) int32 {
	sum := crc32.Update(0, castagnoli, doc[:])
	sum = crc32.Update(sum, castagnoli, binary.BigEndian.AppendUint64(nil, uint64(part)))
	return int32(crc32.Update(sum, castagnoli, content))
}
