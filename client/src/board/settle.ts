import type { Geometry, Rect } from "./layout";

/**
 * A layout in which everything that lies where it lay before is the same object again, so that what is drawn from it can
 * be compared by identity. When nothing has moved at all it is the former layout itself.
 */
export function settled(fresh: Geometry, former: Geometry | undefined): Geometry {
  if (!former) return fresh;
  const places = new Map<string, Rect>();
  let moved = fresh.places.size !== former.places.size;
  for (const [id, rect] of fresh.places) {
    const before = former.places.get(id);
    const same = before !== undefined && alike(before, rect);
    places.set(id, same ? before : rect);
    moved ||= !same;
  }
  const made: Geometry = {
    ...fresh,
    phases: keep(fresh.phases, former.phases),
    lanes: keep(fresh.lanes, former.lanes),
    steps: keep(fresh.steps, former.steps),
    places: moved ? places : former.places,
    folded: keep(fresh.folded, former.folded),
    // All or none: those of one cell share an object.
    tucked: sameTucked(fresh.tucked, former.tucked) ? former.tucked : fresh.tucked,
  };
  return alike(made, former) ? former : made;
}

function sameTucked(a: Geometry["tucked"], b: Geometry["tucked"]): boolean {
  return a.size === b.size && [...a].every(([id, rect]) => alike(b.get(id) ?? {}, rect));
}

function keep<T extends object>(fresh: readonly T[], former: readonly T[]): readonly T[] {
  const list = fresh.map((item, i) => {
    const before = former[i];
    return before && alike(before, item) ? before : item;
  });
  return list.length === former.length && list.every((item, i) => item === former[i]) ? former : list;
}

/** Whether all fields of the second are the same in the first. */
function alike<T extends object>(a: Partial<T>, b: T): boolean {
  for (const key in b) if (a[key] !== b[key]) return false;
  return true;
}
