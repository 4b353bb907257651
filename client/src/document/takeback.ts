import * as A from "@automerge/automerge/slim";
import type { BoardDocument } from "./document";
import { removeElements } from "./elements";
import { mapOf, textOf } from "./read";
import { charsAt } from "./text";
import { editText, find, removeObject, setFields } from "./write";
import type { Action, Draft, Path, Scalar } from "./write";

/**
 * What one person wrote on a board, found in its history, so that it can be taken back as one deed: what they made goes, unless others
 * have written in it, or it holds what others made; the letters they typed go; and what they set, if it still holds, is again what it
 * was before. What they took away does not come back: for that there is the history.
 */
export interface Writing {
  /** What goes as a whole. */
  readonly things: readonly Path[];
  /** The letters that go, in things that stay: runs from the last to the first. */
  readonly texts: readonly { readonly path: Path; readonly runs: readonly Run[] }[];
  /** The values that are set back. */
  readonly values: readonly { readonly path: Path; readonly before: Scalar | undefined }[];
  readonly count: Count;
}

interface Run {
  readonly at: number;
  readonly remove: number;
}

export interface Count {
  readonly elements: number;
  readonly comments: number;
  /** Connectors, marks, feelings, lanes, steps and phases. */
  readonly others: number;
  /** Connectors that others made and that would be left hanging. */
  readonly hanging: number;
  /** Votes that go. */
  readonly votes: number;
  /** In what stays. */
  readonly words: number;
  /** Values that are set back. */
  readonly values: number;
}

export const nothingIn = (count: Count): boolean => Object.values(count).every((n) => n === 0);

/** In the order in which things can go: what stands in a lane or a step before these. */
const MADE = ["elements", "connectors", "markers", "emotions", "comments", "steps", "lanes", "phases"] as const;

/** A value that was set in a map, or taken away; `of` is the actor who did. */
interface Setting {
  readonly counter: number;
  readonly of: string;
  readonly value: unknown;
  readonly pred: readonly string[];
}

/** Finds what the actors of one person wrote that is still there. */
export function writingOf(doc: Draft, theirs: ReadonlySet<string>): Writing {
  const history = historyOf(doc, theirs);
  const root = mapOf(doc) ?? {};
  const made = (path: Path) => theirs.has(makerOf(root, path));
  const touched = (path: Path) => stringsIn(root, path).filter((field) => history.written.has(`${keyIn(root, path)} ${field}`) || made(path));
  const written = new Map<string, { path: Path; runs: readonly Run[]; words: number; others: boolean }>();
  for (const path of allThings(root)) {
    for (const field of touched(path)) {
      const found = runsOf(doc, [...path, field], theirs);
      written.set(keyOf([...path, field]), { path: [...path, field], ...found });
    }
  }
  const hasOthersWords = (path: Path) => stringsIn(root, path).some((field) => written.get(keyOf([...path, field]))?.others === true);

  const things: Path[] = [];
  const goes = new Set<string>();
  for (const collection of MADE) {
    for (const id of Object.keys(mapOf(root[collection]) ?? {})) {
      const path = [collection, id];
      if (!made(path) || hasOthersWords(path) || holdsOthers(root, path, goes)) continue;
      things.push(path);
      goes.add(keyOf(path));
    }
  }
  const elements = new Set(things.flatMap(([collection, id]) => (collection === "elements" && id !== undefined ? [id] : [])));
  const hanging = Object.entries(mapOf(root["connectors"]) ?? {}).filter(
    ([id, raw]) => !goes.has(keyOf(["connectors", id])) && [mapOf(raw)?.["from"], mapOf(raw)?.["to"]].some((end) => elements.has(textOf(end))),
  );
  for (const [id] of hanging) goes.add(keyOf(["connectors", id]));

  const stays = (path: Path) => !goes.has(keyOf(path.slice(0, 2)));
  const texts = [...written.values()].filter(({ path, runs }) => runs.length > 0 && stays(path));
  const values = history.values(root).filter(({ path }) => stays(path) && (!made(path.slice(0, -1)) || path[0] === "votes"));
  const of = (collection: string) => things.filter(([name]) => name === collection).length;
  const votes = values.filter(({ path }) => path[0] === "votes").length;
  return {
    things,
    texts,
    values,
    count: {
      elements: of("elements"),
      comments: of("comments"),
      others: things.length - of("elements") - of("comments"),
      hanging: hanging.length,
      votes,
      words: texts.reduce((sum, { words }) => sum + words, 0),
      values: values.length - votes,
    },
  };
}

/** So many operations go into one change; a server takes no more than 10,000. */
const MOST_OPERATIONS = 5_000;

/** Takes back what a person wrote, as one deed for undo. False when there is nothing of theirs, or the board cannot be changed. */
export function takeBack(document: BoardDocument, theirs: ReadonlySet<string>): boolean {
  const { things, texts, values } = writingOf(document.doc(), theirs);
  const elements = things.flatMap(([collection, id]) => (collection === "elements" && id !== undefined ? [id] : []));
  const works: { cost: number; work: (draft: Draft) => Action[] }[] = [];
  for (let at = 0; at < elements.length; at += 1000) {
    const some = new Set(elements.slice(at, at + 1000));
    works.push({ cost: some.size * 3, work: (draft) => removeElements(draft, some) });
  }
  for (const path of things) if (path[0] !== "elements") works.push({ cost: 1, work: (draft) => removeObject(draft, path) });
  for (const { path, runs } of texts) {
    const cost = runs.reduce((sum, { remove }) => sum + remove, 0);
    works.push({ cost, work: (draft) => cutOut(draft, path, runs) });
  }
  for (const { path, before } of values) works.push({ cost: 1, work: (draft) => setFields(draft, path.slice(0, -1), { [path.at(-1) ?? ""]: before }) });

  const joins = `take back ${[...theirs].join(" ")} ${String(works.length)}`;
  let done = false;
  for (const part of parts(works)) done = document.perform((draft) => part.flatMap(({ work }) => work(draft)), joins) || done;
  return done;
}

function parts<T extends { cost: number }>(works: readonly T[]): T[][] {
  const all: T[][] = [];
  let room = 0;
  for (const work of works) {
    if (room < work.cost || all.length === 0) {
      all.push([]);
      room = MOST_OPERATIONS;
    }
    all.at(-1)?.push(work);
    room -= work.cost;
  }
  return all;
}

/** Takes runs out of a text; `runs` go from the last to the first, so that each leaves the next in its place. */
function cutOut(draft: Draft, path: Path, runs: readonly Run[]): Action[] {
  let done: Action[] = [];
  for (const { at, remove } of runs) {
    const [former] = done;
    const next = editText(draft, path, { at, remove, insert: "" }, former?.type === "text" ? former.edit : undefined);
    if (next.length > 0) done = next;
  }
  return done;
}

const keyOf = (path: Path) => path.join("\u0000");

/** The maps that hold what people write: the things of each collection, and what the board says of itself. */
function allThings(root: Readonly<Record<string, unknown>>): Path[] {
  const paths: Path[] = mapOf(root["meta"]) ? [["meta"]] : [];
  for (const collection of MADE) for (const [id, raw] of Object.entries(mapOf(root[collection]) ?? {})) if (mapOf(raw)) paths.push([collection, id]);
  return paths;
}

const stringsIn = (root: Readonly<Record<string, unknown>>, path: Path): string[] =>
  Object.entries(find(root as Draft, path) ?? {}).flatMap(([field, value]) => (typeof value === "string" && value !== "" ? [field] : []));

/** What Automerge calls the map at a path: the number of the operation that made it, and its actor. */
function keyIn(root: Readonly<Record<string, unknown>>, path: Path): string {
  const map = find(root as Draft, path);
  return (map && A.getObjectId(map)) ?? "";
}

const makerOf = (root: Readonly<Record<string, unknown>>, path: Path): string => keyIn(root, path).split("@")[1] ?? "";

/** The letters of a text that are theirs, from the last run to the first, and whether there are any of others. */
function runsOf(doc: Draft, path: Path, theirs: ReadonlySet<string>): { runs: Run[]; words: number; others: boolean } {
  const chars = charsAt(doc, path, 0, Number.MAX_SAFE_INTEGER);
  const runs: { at: number; remove: number }[] = [];
  let [words, others] = ["", false];
  for (const { at, char, cursor } of chars) {
    if (!theirs.has(cursor.split("@")[1] ?? "")) {
      others ||= char.trim() !== "";
      continue;
    }
    const last = runs.at(-1);
    if (last && last.at + last.remove === at) {
      last.remove += char.length;
      words += char;
    } else {
      runs.push({ at, remove: char.length });
      words += ` ${char}`;
    }
  }
  return { runs: runs.reverse(), words: words.split(/\s+/).filter((w) => w !== "").length, others };
}

/** Whether something of others stands on it, so that it cannot go: they have answered, or put things in the lane or step. */
function holdsOthers(root: Readonly<Record<string, unknown>>, [collection, id]: Path, goes: ReadonlySet<string>): boolean {
  const stands = (name: string, field: string) =>
    Object.entries(mapOf(root[name]) ?? {}).some(([other, raw]) => textOf(mapOf(raw)?.[field]) === id && !goes.has(keyOf([name, other])));
  switch (collection) {
    case "comments":
      return Object.entries(mapOf(root["comments"]) ?? {}).some(([other, raw]) => {
        const answer = mapOf(raw);
        return textOf(answer?.["parent"]) === id && makerOf(root, ["comments", other]) !== makerOf(root, ["comments", id ?? ""]);
      });
    case "steps":
      return stands("elements", "step") || stands("emotions", "step");
    case "lanes":
      return stands("elements", "lane");
    case "phases":
      return stands("steps", "phase");
    default:
      return false;
  }
}

/** Reads the history once: in which texts they have written, and what they have set that others had set before. */
function historyOf(doc: Draft, theirs: ReadonlySet<string>) {
  const sets = new Map<string, Map<string, Setting>>();
  const over = new Set<string>();
  const texts = new Map<string, string>();
  const written = new Set<string>();
  for (const change of A.getAllChanges(doc)) {
    const { actor, startOp, ops } = A.decodeChange(change);
    ops.forEach((raw, i) => {
      const { action, obj, key, insert, value, pred } = raw as { action: string; obj: string; key?: string; insert?: boolean; value?: unknown; pred: string[] };
      if (insert === true) {
        if (theirs.has(actor)) written.add(texts.get(obj) ?? "");
        return;
      }
      if (key === undefined) return;
      const id = `${String(startOp + i)}@${actor}`;
      if (action === "makeText") texts.set(id, `${obj} ${key}`);
      for (const before of pred) over.add(before);
      if (action === "del") return;
      const place = `${obj} ${key}`;
      const known = sets.get(place) ?? new Map<string, Setting>();
      sets.set(place, known.set(id, { counter: startOp + i, of: actor, value: action === "set" ? value : undefined, pred }));
    });
  }

  /** The latest of some operations on one place. */
  const latest = (list: readonly (Setting | undefined)[]) =>
    list.reduce<Setting | undefined>((best, s) => (s && (!best || s.counter > best.counter || (s.counter === best.counter && s.of > best.of)) ? s : best), undefined);

  /** What is set at a place now by them, and by whom and to what it was set before. */
  const values = (root: Readonly<Record<string, unknown>>): { path: Path; before: Scalar | undefined }[] => {
    const found: { path: Path; before: Scalar | undefined }[] = [];
    for (const path of [...allThings(root), ...Object.keys(mapOf(root["votes"]) ?? {}).map((id) => ["votes", id])]) {
      const at = keyIn(root, path);
      for (const field of Object.keys(find(root as Draft, path) ?? {})) {
        const known = sets.get(`${at} ${field}`);
        const standing = known && [...known].filter(([id]) => !over.has(id)).map(([, s]) => s);
        const now = latest(standing ?? []);
        if (!known || !standing || !now || !theirs.has(now.of) || !isScalar(now.value)) continue;
        const before = othersBefore(known, standing);
        // Two may have set the same at once: then it stays.
        if (before !== undefined && (!isScalar(before.value) || before.value === now.value)) continue;
        found.push({ path: [...path, field], before: before?.value as Scalar | undefined });
      }
    }
    return found;
  };

  /** The last that somebody else had set at a place: beside them, or before them. */
  const othersBefore = (known: ReadonlyMap<string, Setting>, standing: readonly Setting[]): Setting | undefined => {
    let open: readonly Setting[] = standing;
    for (let step = 0; step <= known.size && open.length > 0; step++) {
      const other = latest(open.filter((s) => !theirs.has(s.of)));
      if (other) return other;
      open = [...new Set(open.flatMap((s) => s.pred))].flatMap((id) => known.get(id) ?? []);
    }
    return undefined;
  };

  return { written, values };
}

const isScalar = (value: unknown): value is Scalar => ["string", "number", "boolean"].includes(typeof value);
