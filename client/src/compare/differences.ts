import type { Board, Comment, Connector, Element, Emotion, Lane, Marker, Phase, Step, Tally } from "../document/model";

/** What differs between two boards, thing by thing: two moments of one board, or a board and a variant of it. Pure. */

/** Facts of the board itself; each is a difference of its own, called by the fact. */
export type Facts = Pick<Board, "title" | "purpose" | "state" | "muted">;
export const FACTS = ["title", "purpose", "state", "muted"] as const;

export interface Things {
  board: Facts;
  phases: Phase;
  lanes: Lane;
  steps: Step;
  elements: Element;
  connectors: Connector;
  markers: Marker;
  emotions: Emotion;
  comments: Comment;
  votes: Tally;
}
export type Part = keyof Things;

/** From what holds others to what is held. */
export const PARTS = ["phases", "lanes", "steps", "elements", "connectors", "markers", "emotions", "comments", "votes"] as const satisfies readonly Part[];

/** What is where it was and says something else has changed; what lies elsewhere has moved. One thing can have done both. */
export type How = "added" | "removed" | "moved" | "changed";

interface DifferenceIn<P extends Part> {
  /** Names the difference among those of two boards. */
  readonly key: string;
  readonly part: P;
  /** Of the thing; the name of the fact for the board itself. */
  readonly id: string;
  readonly how: How;
  /** What differs, for what has moved or changed. */
  readonly fields: readonly string[];
  /** Missing when the thing was added. */
  readonly before: Things[P] | undefined;
  /** Missing when the thing was removed. */
  readonly after: Things[P] | undefined;
}
export type Difference = { [P in Part]: DifferenceIn<P> }[Part];

/** The fields that say where a thing is. */
const PLACE: Partial<Record<Part, ReadonlySet<string>>> = {
  phases: new Set(["order"]),
  lanes: new Set(["order"]),
  steps: new Set(["order", "phase"]),
  elements: new Set(["lane", "step", "order", "x", "y"]),
};

/** The targets of votes between variants begin with this. They are about boards, not about what is on one. */
export const VARIANT_VOTES = "variant-";

/** What became of `before` to make it `after`, in the order of PARTS and of the boards. Equal boards differ in nothing. */
export function compareBoards(before: Board, after: Board): readonly Difference[] {
  const list: Difference[] = [];
  for (const fact of FACTS) {
    if (!same(before[fact], after[fact])) list.push({ key: `board/${fact}/changed`, part: "board", id: fact, how: "changed", fields: [fact], before, after });
  }
  for (const part of PARTS) {
    const [old, now] = [before[part], after[part]];
    if (old !== now) compareLists(part, old, now, list);
  }
  return list;
}

const isBallot = (part: Part, id: string) => part === "votes" && id.startsWith(VARIANT_VOTES);

function compareLists<P extends (typeof PARTS)[number]>(part: P, old: readonly Things[P][], now: readonly Things[P][], list: Difference[]): void {
  const put = (id: string, how: How, fields: readonly string[], before: Things[P] | undefined, after: Things[P] | undefined) =>
    isBallot(part, id) ||
    list.push({ key: `${part}/${id}/${how}`, part, id, how, fields, before, after } as unknown as Difference);
  const former = new Map(old.map((thing) => [thing.id, thing]));
  for (const thing of now) {
    const known = former.get(thing.id);
    former.delete(thing.id);
    if (!known) put(thing.id, "added", [], undefined, thing);
    else if (known !== thing) {
      const fields = Object.keys(thing).filter((field) => !same(known[field as keyof typeof known], thing[field as keyof typeof thing]));
      const place = fields.filter((field) => PLACE[part]?.has(field));
      const rest = fields.filter((field) => !PLACE[part]?.has(field));
      if (place.length > 0) put(thing.id, "moved", place, known, thing);
      if (rest.length > 0) put(thing.id, "changed", rest, known, thing);
    }
  }
  for (const thing of former.values()) put(thing.id, "removed", [], thing, undefined);
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => item === b[i]);
  if (a instanceof Map && b instanceof Map) return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
  return false;
}

/** The same difference as it is seen from the other board. It keeps its key. */
export function reversed(difference: Difference): Difference {
  const { how, before, after } = difference;
  const other: How = how === "added" ? "removed" : how === "removed" ? "added" : how;
  return { ...difference, how: other, before: after, after: before } as Difference;
}

/** What a thing refers to, by the field it does it with. */
const REFERENCES: Partial<Record<Part, Readonly<Record<string, readonly Part[]>>>> = {
  steps: { phase: ["phases"] },
  elements: { lane: ["lanes"], step: ["steps"] },
  connectors: { from: ["elements"], to: ["elements"] },
  markers: { target: ["elements", "steps"], recovery: ["elements"] },
  emotions: { step: ["steps"] },
  comments: { parent: ["comments"] },
};

function referencesOf(difference: Difference, side: "before" | "after"): string[] {
  const thing = difference[side] as unknown as Readonly<Record<string, unknown>> | undefined;
  const whole = difference.how === "added" || difference.how === "removed";
  return Object.entries(REFERENCES[difference.part] ?? {}).flatMap(([field, parts]) => {
    const id = thing?.[field];
    return typeof id === "string" && (whole || difference.fields.includes(field)) ? parts.map((part) => `${part}/${id}`) : [];
  });
}

/**
 * The chosen differences, and with them those that they cannot be without: a note needs the step that it lies in, and
 * what hangs on something goes with it. Returns keys.
 */
export function withNeeds(all: readonly Difference[], chosen: ReadonlySet<string>): ReadonlySet<string> {
  const added = new Map<string, Difference>();
  /** By the thing that is gone or new: what differs because of that. */
  const leaving = new Map<string, Difference[]>();
  const arriving = new Map<string, Difference[]>();
  const note = (map: Map<string, Difference[]>, to: string, difference: Difference) => void map.set(to, [...(map.get(to) ?? []), difference]);
  for (const difference of all) {
    if (difference.how === "added") added.set(`${difference.part}/${difference.id}`, difference);
    if (difference.how !== "added") for (const to of referencesOf(difference, "before")) note(leaving, to, difference);
    if (difference.how !== "removed") for (const to of referencesOf(difference, "after")) if (belongs(difference)) note(arriving, to, difference);
  }
  const taken = new Set<string>();
  const waiting = all.filter((d) => chosen.has(d.key));
  for (let difference = waiting.pop(); difference; difference = waiting.pop()) {
    if (taken.has(difference.key)) continue;
    taken.add(difference.key);
    for (const to of referencesOf(difference, "after")) {
      const there = added.get(to);
      if (there) waiting.push(there);
    }
    const name = `${difference.part}/${difference.id}`;
    if (difference.how === "removed") waiting.push(...(leaving.get(name) ?? []));
    if (difference.how === "added") waiting.push(...(arriving.get(name) ?? []));
  }
  return taken;
}

/** Whether a difference goes with something new that it refers to: a mark with its card, a card that had no place with its step. */
function belongs({ part, how, before }: Difference): boolean {
  if (how === "added") return part === "markers" || part === "emotions";
  const nowhere = { elements: "lane", steps: "phase", markers: "recovery", comments: "parent" }[part as "elements"] as string | undefined;
  return nowhere !== undefined && (before as unknown as Record<string, unknown>)[nowhere] === undefined;
}
