package crdt

import "slices"

// Missing returns the indexes, in log order, of the changes that are neither among
// have nor something that those depend on. Unknown hashes are ignored. It looks
// only at the end of the log that contains all missing changes.
func (g *Graph) Missing(have []Hash) []int {
	var indexes []int32
	for _, hash := range have {
		if i, ok := g.index[hash]; ok {
			indexes = append(indexes, i)
		}
	}
	unseen := g.unseen(nil, indexes)
	if len(unseen) == 0 {
		return nil
	}
	missing := make([]int, len(unseen))
	for n, i := range unseen {
		missing[n] = int(i)
	}
	return missing
}

// unseen appends to dst, which is empty, what Missing returns, have being indexes.
func (g *Graph) unseen(dst, have []int32) []int32 {
	n := g.Len()
	if g.areHeads(have) {
		return dst
	}
	var known, wanted bitset
	sets := newBitset(2 * ((n + 63) &^ 63))
	known, wanted = sets[:len(sets)/2], sets[len(sets)/2:]
	for _, i := range have {
		known.add(i)
	}
	// Every change is a head or something that a head depends on. Going backwards,
	// each change is reached after all that depend on it, so by then it is settled
	// whether it is known. pending counts wanted changes below i that are not known
	// so far; when there are none, everything below is known.
	pending := 0
	want := func(i int32) {
		if !wanted.has(i) {
			wanted.add(i)
			if !known.has(i) {
				pending++
			}
		}
	}
	for _, head := range g.frontier.heads {
		want(g.index[head])
	}
	for i := int32(n) - 1; i >= 0 && pending > 0; i-- {
		if known.has(i) {
			for _, dep := range g.depsOf(i) {
				if !known.has(dep) {
					known.add(dep)
					if wanted.has(dep) {
						pending--
					}
				}
			}
			continue
		}
		dst = append(dst, i)
		pending--
		for _, dep := range g.depsOf(i) {
			want(dep)
		}
	}
	slices.Reverse(dst)
	return dst
}

// areHeads tells whether changes are the heads of the graph, in their order.
func (g *Graph) areHeads(changes []int32) bool {
	return slices.EqualFunc(changes, g.frontier.heads, func(i int32, head Hash) bool { return g.hashes[i] == head })
}

// MissingFor returns the indexes, in log order, of the changes to send to a peer
// that sent m: those it does not have, and those it asks for.
//
// A peer whose heads are all known has those and what they depend on, exactly. With
// heads that are unknown to us it may have more of our changes than that; then its
// Bloom filters tell which ones, and everything that depends on a change it lacks
// is sent as well. A filter may hold a change back wrongly; the peer asks for it.
func (g *Graph) MissingFor(m *SyncMessage) []int {
	have := make([]Hash, 0, len(m.Heads)+8)
	have = append(have, m.Heads...)
	unknownHeads := false
	for _, head := range m.Heads {
		unknownHeads = unknownHeads || !g.Has(head)
	}
	for i := range m.Have {
		have = append(have, m.Have[i].LastSync...)
	}
	var missing []int
	switch {
	case !unknownHeads:
		missing = g.Missing(have)
	case len(m.Have) > 0:
		missing = g.filter(g.Missing(have), m.Have)
	default: // it asks for what it needs first, and says later what it has
	}
	return g.addNeed(missing, m.Need)
}

// filter keeps the candidates that no Bloom filter contains and the candidates
// that depend on those. It works in place.
func (g *Graph) filter(candidates []int, have []Have) []int {
	sent := newBitset(g.Len())
	kept := candidates[:0]
	for _, i := range candidates {
		send := !slices.ContainsFunc(have, func(h Have) bool { return h.Bloom.Contains(g.hashes[i]) })
		if !send {
			send = slices.ContainsFunc(g.depsOf(int32(i)), sent.has)
		}
		if send {
			sent.add(int32(i))
			kept = append(kept, i)
		}
	}
	return kept
}

func (g *Graph) addNeed(missing []int, need []Hash) []int {
	sorted := len(missing)
	for _, hash := range need {
		i, ok := g.Index(hash)
		if !ok {
			continue
		}
		if _, found := slices.BinarySearch(missing[:sorted], i); !found {
			missing = append(missing, i)
		}
	}
	if len(missing) > sorted {
		slices.Sort(missing)
		missing = slices.Compact(missing)
	}
	return missing
}
