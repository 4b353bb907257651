import type { ImmutableString } from "@automerge/automerge/slim";
import { noteExchange } from "./exchanged";
import * as M from "./model";
import type { Board, Comment, Connector, Element, Emotion, Lane, Marker, Phase, Step, Tally } from "./model";
import { byOrder } from "./order";

type Raw = Readonly<Record<string, unknown>>;

/** All values that a key of a map got at the same time, by the operation that set each; undefined when there is but one. */
export type Rivals = (map: Raw, key: string) => Readonly<Record<string, unknown>> | undefined;

/** What of a document has changed since it was last read: the ids of the things, by the map that they are in. */
export type Touched = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Makes a reader: a function from a document to the board it holds. It takes any value at all and never throws. Parts
 * that did not change since the last call are the same objects again, so a view can compare by identity. It reads what
 * Automerge gives and plain JSON alike; only who has Automerge can say what people set at the same time. Told what has been
 * touched since the last call, it looks at nothing else: one letter costs the same however much is on the board.
 */
export function createReader(rivals: Rivals = () => undefined): (doc: unknown, touched?: Touched) => Board {
  const phases = listReader(M.LIMITS.phases, readPhase);
  const lanes = listReader(M.LIMITS.lanes, readLane);
  const steps = listReader(M.LIMITS.steps, readStep);
  const elements = elementReader();
  const asBefore = {
    phases: keeper<readonly Phase[]>(),
    lanes: keeper<readonly Lane[]>(),
    steps: keeper<readonly Step[]>(),
    connectors: keeper<readonly Connector[]>(),
    markers: keeper<readonly Marker[]>(),
    emotions: keeper<readonly Emotion[]>(),
    comments: keeper<readonly Comment[]>(),
  };
  const connectors = listReader(M.LIMITS.others, readConnector);
  const markers = listReader(M.LIMITS.others, readMarker);
  const emotions = listReader(M.LIMITS.others, readEmotion);
  const comments = listReader(M.LIMITS.others, readComment);
  let last: Board | undefined;

  return (doc, touched) => {
    const root = mapOf(doc) ?? {};
    const meta = mapOf(root["meta"]) ?? {};
    const phaseList = asBefore.phases([root["phases"]], (raw) => reuse(phases(raw, "").sort(byOrder), last?.phases));
    const laneList = asBefore.lanes([root["lanes"]], (raw) => reuse(lanes(raw, "").sort(byOrder), last?.lanes));
    const stepList = asBefore.steps([root["steps"], phaseList], (raw) => reuse(steps(raw, phaseList, { phase: idsOf(phaseList) }).sort(byOrder), last?.steps));
    const { list: elementList, ids: known } = elements(root["elements"], laneList, stepList, touched?.get("elements") ?? (touched && NOTHING));
    const board: Board = {
      newer: numberOf(root["schema"], M.SCHEMA) > M.SCHEMA,
      title: textOf(meta["title"]),
      purpose: textOf(meta["purpose"]),
      state: oneOf(meta["state"], M.STATES) ?? "as-is",
      muted: reuse(M.RULES.filter((rule) => meta[muteKey(rule)] === true), last?.muted),
      phases: phaseList,
      lanes: laneList,
      steps: stepList,
      elements: elementList,
      connectors: asBefore.connectors([root["connectors"], known], (raw) => reuse(connectors(raw, "").filter((c) => known.has(c.from) && known.has(c.to)).sort(byId), last?.connectors)),
      markers: asBefore.markers([root["markers"], known, stepList], (raw) => {
        const inSteps = idsOf(stepList);
        const there = markers(raw, known, { recovery: known }).filter((m) => known.has(m.target) || inSteps.has(m.target));
        return reuse(there.sort(byId), last?.markers);
      }),
      emotions: asBefore.emotions([root["emotions"], stepList], (raw) => {
        const inSteps = idsOf(stepList);
        return reuse(emotions(raw, "").filter((e) => inSteps.has(e.step)).sort(byId), last?.emotions);
      }),
      comments: asBefore.comments([root["comments"]], (raw) => {
        const ids = new Set(Object.keys(mapOf(raw) ?? {}));
        return reuse(comments(raw, raw, { parent: ids }).sort(byOrder), last?.comments);
      }),
      // That two people have voted at the same time is not seen in the map itself.
      votes: touched && last && !touched.has("votes") ? last.votes : readVotes(root["votes"], last?.votes, rivals),
    };
    last = last && sameFields(last, board) ? last : board;
    return last;
  };
}

const NOTHING: ReadonlySet<string> = new Set();

/** What was made is kept until one of the things that it was made of is another object: Automerge gives an untouched map as the same one again. */
function keeper<T>() {
  let last: { readonly of: readonly unknown[]; readonly made: T } | undefined;
  return (of: readonly [raw: unknown, ...others: unknown[]], make: (raw: unknown) => T): T => {
    if (!last?.of.every((part, i) => part === of[i])) last = { of, made: make(of[0]) };
    return last.made;
  };
}

/** The field of meta that rids a board of a rule. A field for each, so that two people can mute at the same time. */
export const muteKey = (rule: string) => `mute${rule}`;

/** The text of a value that is collaborative text or a scalar string; anything else is no text. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value.length > M.LIMITS.text ? value.slice(0, M.LIMITS.text) : value;
  if (isScalarText(value)) return textOf(String(value.val));
  return "";
}

// As Automerge marks them; a test holds it to that. Asking Automerge itself would bring all of it along.
const SCALAR = Symbol.for("_am_immutableString");

/** A string that is set whole. Inside a change, Automerge takes any list for one. */
export const isScalarText = (value: unknown): value is ImmutableString =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.prototype.hasOwnProperty.call(value, SCALAR);

/** The value as a map, or undefined when it is none. */
export function mapOf(value: unknown): Raw | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (isScalarText(value) || value instanceof Date || ArrayBuffer.isView(value)) return undefined;
  return value as Record<string, unknown>;
}

const LONGEST = 10 * 366 * 86_400;

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function within(value: unknown, least: number, most: number): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  return Math.max(least, Math.min(most, value));
}

function wholeWithin(value: unknown, least: number, most: number): number | undefined {
  const number = within(value, least, most);
  // Adding zero makes one of the two zeros that round() knows.
  return number === undefined ? undefined : Math.round(number) + 0;
}

const seconds = (value: unknown) => (typeof value === "number" && value < 0 ? undefined : within(value, 0, LONGEST));

function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  const text = textOf(value);
  return allowed.find((a) => a === text);
}

function readPhase(id: string, raw: Raw): Phase {
  return { id, title: textOf(raw["title"]), order: textOf(raw["order"]) };
}

function readLane(id: string, raw: Raw): Lane {
  const role = oneOf(raw["role"], M.LANE_ROLES) ?? "custom";
  return { id, role, title: textOf(raw["title"]), order: textOf(raw["order"]), owner: textOf(raw["owner"]) };
}

function readStep(id: string, raw: Raw): Step {
  return {
    id,
    title: textOf(raw["title"]),
    order: textOf(raw["order"]),
    phase: textOf(raw["phase"]) || undefined,
    standardSeconds: seconds(raw["standardSeconds"]),
    acceptableSeconds: seconds(raw["acceptableSeconds"]),
    observedSeconds: seconds(raw["observedSeconds"]),
  };
}

function readConnector(id: string, raw: Raw): Connector {
  return {
    id,
    from: textOf(raw["from"]),
    to: textOf(raw["to"]),
    direction: oneOf(raw["direction"], M.DIRECTIONS) ?? "one-way",
    meaning: oneOf(raw["meaning"], M.MEANINGS) ?? "leads-to",
    label: textOf(raw["label"]),
  };
}

function readMarker(id: string, raw: Raw): Marker | undefined {
  const type = oneOf(raw["type"], M.MARKER_TYPES);
  if (!type) return undefined;
  return {
    id,
    type,
    target: textOf(raw["target"]),
    severity: wholeWithin(raw["severity"], 1, M.MOST_SEVERE),
    likelihood: wholeWithin(raw["likelihood"], 1, M.MOST_SEVERE),
    waitSeconds: seconds(raw["waitSeconds"]),
    recovery: textOf(raw["recovery"]) || undefined,
    note: textOf(raw["note"]),
  };
}

function readEmotion(id: string, raw: Raw): Emotion | undefined {
  const who = oneOf(raw["who"], M.FEELERS);
  const value = wholeWithin(raw["value"], -2, 2);
  if (!who || value === undefined) return undefined;
  return { id, step: textOf(raw["step"]), who, value, note: textOf(raw["note"]) };
}

function readComment(id: string, raw: Raw): Comment {
  return {
    id,
    target: textOf(raw["target"]),
    parent: textOf(raw["parent"]) || undefined,
    order: textOf(raw["order"]),
    text: textOf(raw["text"]),
    fate: oneOf(raw["fate"], M.FATES) ?? "open",
    reason: textOf(raw["reason"]),
  };
}

/**
 * Reads a map of things by id. A thing is read anew only when it changed, or when what it may refer to did: `context`
 * stands for that, and `references` names the fields that hold an id and the ids there are.
 */
function listReader<T extends { readonly id: string }>(limit: number, read: (id: string, raw: Raw) => T | undefined) {
  const cache = new Map<string, { source: unknown; context: unknown; item: T | undefined }>();
  return (value: unknown, context: unknown, references: Partial<Record<keyof T, ReadonlySet<string>>> = {}): T[] => {
    const list: T[] = [];
    const entries = Object.entries(mapOf(value) ?? {});
    for (const [id, source] of entries) {
      if (list.length >= limit) break;
      const raw = mapOf(source);
      if (!raw) continue;
      const known = cache.get(id);
      let item = known?.item;
      if (!known || known.source !== source || known.context !== context) {
        let fresh = read(id, raw);
        for (const [field, ids] of Object.entries(references) as [keyof T, ReadonlySet<string>][]) {
          if (fresh && !ids.has(String(fresh[field]))) fresh = { ...fresh, [field]: undefined };
        }
        item = item && fresh && sameFields(item, fresh) ? item : fresh;
        cache.set(id, { source, context, item });
      }
      if (item) list.push(item);
    }
    if (cache.size > entries.length) {
      const there = new Set(entries.map(([id]) => id));
      for (const id of cache.keys()) if (!there.has(id)) cache.delete(id);
    }
    return list;
  };
}

interface ReadElements {
  readonly list: readonly Element[];
  /** Their ids: the same set as before while they are the same, whatever else has changed. */
  readonly ids: ReadonlySet<string>;
}

/** Reads the elements, in reading order. Its cost follows what has changed, as far as that can be: a board has thousands. */
function elementReader() {
  const cache = new Map<string, { readonly source: unknown; readonly place: string; readonly element: Element | undefined }>();
  let last: (ReadElements & { readonly value: unknown; readonly lanes: readonly Lane[]; readonly steps: readonly Step[] }) | undefined;
  let laneAt: ReadonlyMap<string, number> = new Map();
  let stepAt: ReadonlyMap<string, number> = new Map();

  const rank = (positions: ReadonlyMap<string, number>, id: string | undefined) =>
    id === undefined ? Number.MAX_SAFE_INTEGER : (positions.get(id) ?? Number.MAX_SAFE_INTEGER);
  const compare = (a: Element, b: Element) => rank(laneAt, a.lane) - rank(laneAt, b.lane) || rank(stepAt, a.step) - rank(stepAt, b.step) || byOrder(a, b);
  /** What an id holds now. The same object as before when that is the same. */
  const read = (id: string, source: unknown): Element | undefined => {
    const known = cache.get(id);
    const raw = mapOf(source);
    const laneId = textOf(raw?.["lane"]);
    const stepId = textOf(raw?.["step"]);
    const placed = laneAt.has(laneId) && stepAt.has(stepId);
    const place = placed ? `${laneId}\u0000${stepId}` : "";
    if (known && known.source === source && known.place === place) return known.element;
    const fresh = raw && readElement(id, raw, placed);
    const element = known?.element && fresh && sameFields(known.element, fresh) ? known.element : fresh;
    cache.set(id, { source, place, element });
    return element;
  };
  /** Only these are looked at: each has become another, has come, or has gone. */
  const follow = ({ list, ids }: ReadElements, map: Raw, touched: ReadonlySet<string>): ReadElements => {
    let next: Element[] | undefined;
    const pairs: [Element, Element][] = [];
    let inPlace = true;
    let there: Set<string> | undefined;
    for (const id of touched) {
      const former = cache.get(id)?.element;
      const fresh = Object.hasOwn(map, id) ? read(id, map[id]) : undefined;
      if (!Object.hasOwn(map, id)) cache.delete(id);
      if (former === fresh) continue;
      next ??= [...list];
      if (!former || !fresh) {
        there ??= new Set(ids);
        if (fresh) there.add(id);
        else there.delete(id);
      }
      const at = former ? next.indexOf(former) : -1;
      if (former && fresh && former.lane === fresh.lane && former.step === fresh.step && former.order === fresh.order) {
        next[at] = fresh;
        pairs.push([former, fresh]);
        continue;
      }
      inPlace = false;
      if (former) next.splice(at, 1);
      if (fresh) next.splice(placeIn(next, fresh, compare), 0, fresh);
    }
    if (next && inPlace) noteExchange(list, next, pairs);
    return { list: next ?? list, ids: there ?? ids };
  };

  return (value: unknown, lanes: readonly Lane[], steps: readonly Step[], touched: ReadonlySet<string> | undefined): ReadElements => {
    const settled = last !== undefined && last.lanes === lanes && last.steps === steps;
    if (last && settled && last.value === value) return last;
    const map = mapOf(value) ?? {};
    if (last && settled && touched && cache.size + touched.size <= M.LIMITS.elements) {
      last = { ...follow(last, map, touched), value, lanes, steps };
      return last;
    }
    if (!settled) {
      laneAt = new Map(lanes.map((lane, i) => [lane.id, i]));
      stepAt = new Map(steps.map((step, i) => [step.id, i]));
    }
    const ids = Object.keys(map);
    const list: Element[] = [];
    for (const id of ids) {
      if (list.length >= M.LIMITS.elements) break;
      const element = read(id, map[id]);
      if (element) list.push(element);
    }
    if (cache.size > ids.length) {
      const now = new Set(ids);
      for (const id of cache.keys()) if (!now.has(id)) cache.delete(id);
    }
    const known = last?.ids;
    const same = known?.size === list.length && list.every((e) => known.has(e.id));
    last = { value, lanes, steps, list: reuse(list.sort(compare), last?.list), ids: known && same ? known : idsOf(list) };
    return last;
  };
}

/** Where in a sorted list something belongs. */
function placeIn<T>(list: readonly T[], item: T, compare: (a: T, b: T) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = list[middle];
    if (there !== undefined && compare(there, item) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

const NONE: readonly number[] = [];

const numbersOf = (value: unknown, most: number, read: (value: unknown) => number) => (Array.isArray(value) && value.length > 0 ? value.slice(0, most).map(read) : NONE);

function readElement(id: string, raw: Raw, placed: boolean): Element | undefined {
  const kind = oneOf(raw["kind"], M.KINDS);
  if (!kind) return undefined;
  const { coordinate: far, side } = M.BOUNDS;
  const coordinate = (value: unknown) => within(value, -far, far) ?? 0;
  const size = (value: unknown) => within(value, 0, side) ?? 0;
  return {
    id,
    kind,
    lane: placed ? textOf(raw["lane"]) : undefined,
    step: placed ? textOf(raw["step"]) : undefined,
    order: textOf(raw["order"]),
    x: coordinate(raw["x"]),
    y: coordinate(raw["y"]),
    w: size(raw["w"]),
    h: size(raw["h"]),
    text: textOf(raw["text"]),
    color: oneOf(raw["color"], M.NOTE_COLORS) ?? (kind === "note" ? "yellow" : "gray"),
    form: oneOf(raw["form"], M.FORMS) ?? "rectangle",
    performedBy: oneOf(raw["performedBy"], M.PERFORMERS),
    channel: textOf(raw["channel"]),
    owner: textOf(raw["owner"]),
    evidenceStatus: oneOf(raw["evidenceStatus"], M.EVIDENCE_STATUSES),
    image: textOf(raw["image"]) || undefined,
    points: numbersOf(raw["points"], M.LIMITS.points, coordinate),
    pressures: numbersOf(raw["pressures"], M.LIMITS.points / 2, (value) => within(value, 0, 100) ?? 50),
    locked: raw["locked"] === true,
  };
}

/** The most votes that one participant can give one target: what is above is somebody's mistake. */
const MOST_VOTES = 100;

function readVotes(value: unknown, last: readonly Tally[] | undefined, rivals: Rivals): readonly Tally[] {
  const former = new Map(last?.map((tally) => [tally.id, tally]));
  const list: Tally[] = [];
  const votes = mapOf(value) ?? {};
  for (const [id, source] of Object.entries(votes)) {
    if (list.length >= M.LIMITS.others) break;
    const by = new Map<string, number>();
    // The first votes of two people who did not know of each other are two maps: all of them count.
    for (const map of [mapOf(source), ...others(rivals, votes, id)]) {
      for (const [who, count] of Object.entries(map ?? {})) {
        const whole = wholeWithin(count, 0, MOST_VOTES);
        if (whole !== undefined && !by.has(who)) by.set(who, whole);
      }
    }
    if (by.size === 0) continue;
    const fresh: Tally = { id, total: [...by.values()].reduce((sum, n) => sum + n, 0), by };
    const known = former.get(id);
    const same = known && known.by.size === by.size && [...by].every(([who, count]) => known.by.get(who) === count);
    list.push(same ? known : fresh);
  }
  return reuse(list.sort((a, b) => (a.id < b.id ? -1 : 1)), last);
}

/** The values that a key of a map got at the same time, in the same order for everyone. */
function others(rivals: Rivals, map: Raw, key: string): (Raw | undefined)[] {
  try {
    const all = rivals(map, key);
    if (!all) return [];
    return Object.keys(all)
      .sort()
      .map((id) => mapOf(all[id]));
  } catch {
    return []; // not a part of a document
  }
}

/** In the same order for everyone, whatever wrote the document down. */
const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

const idsOf = (list: readonly { readonly id: string }[]): ReadonlySet<string> => new Set(list.map((item) => item.id));

/** The former list when it holds the very same items, else the new one. */
function reuse<T>(fresh: T[], former: readonly T[] | undefined): readonly T[] {
  if (!former || former.length !== fresh.length) return fresh;
  return fresh.every((item, i) => item === former[i]) ? former : fresh;
}

/** Whether two things of the same shape hold the same; lists of numbers are compared by what they hold. */
function sameFields<T extends object>(a: T, b: T): boolean {
  return (Object.keys(b) as (keyof T)[]).every((key) => {
    const [one, other] = [a[key], b[key]];
    if (one === other) return true;
    if (!Array.isArray(one) || !Array.isArray(other) || typeof other[0] !== "number") return false;
    return one.length === other.length && one.every((n, i) => n === other[i]);
  });
}
