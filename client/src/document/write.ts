import * as A from "@automerge/automerge/slim";
import { fenceOf } from "./fence";
import type { Fence } from "./fence";
import { isScalarText, mapOf, textOf } from "./read";
import { charsAt, revertText, spliceText } from "./text";
import type { Splice, TextEdit } from "./text";

/**
 * The changes that can be made to a board's document. Each runs inside an Automerge change and returns what it did, so
 * that exactly that can be taken back later (see `revert`). None of them replaces an object that others may be editing.
 */

/** The document inside a change, or between changes. Its shape is not taken for granted. */
export type Draft = A.Doc<unknown>;
export type Path = readonly string[];

/** Something done to a document, with what is needed to take it back. */
export type Action =
  | { readonly type: "set"; readonly path: Path; readonly before: unknown; readonly after: unknown }
  | { readonly type: "create"; readonly path: Path; readonly text: string; readonly talk?: Talk; readonly object?: string }
  | { readonly type: "remove"; readonly path: Path; readonly snapshot: unknown; readonly cursors: Cursors; readonly object: string | null }
  | { readonly type: "text"; readonly path: Path; readonly edit: TextEdit };

/** What had become of a comment, and who had answered it, when it was brought here: no more than that is its bringer's to take away. */
export interface Talk {
  readonly fate: string;
  readonly answers: ReadonlySet<string>;
}

/** The characters of each text of an object, by the field it is in. */
type Cursors = Readonly<Record<string, readonly string[]>>;

/** Follows characters and objects that an undo has brought back under a new name. */
export interface Aliases {
  resolve(name: string): string;
  add(from: string, to: string): void;
}

export type Scalar = string | number | boolean;
export type Fields = Readonly<Record<string, Scalar | undefined>>;

/** Sets scalar fields of the object at `path`; undefined takes one away. Fields that hold the value already are left alone. */
export function setFields(draft: Draft, path: Path, fields: Fields): Action[] {
  const target = find(draft, path);
  const fence = fenceOf(draft);
  if (!target || (fence && !(fence.mayChange(draft, path) && fence.mayPut(draft, path, fields)))) return [];
  const actions: Action[] = [];
  for (const [field, value] of Object.entries(fields)) {
    const before = target[field];
    if (sameScalar(before, value)) continue;
    const former = copy(before);
    if (value === undefined) Reflect.deleteProperty(target, field);
    else target[field] = scalar(value);
    actions.push({ type: "set", path: [...path, field], before: former, after: value });
  }
  return actions;
}

/** The value as the last writer sets it whole, in contrast to a plain string, which becomes text written together. */
export const scalar = (value: Scalar): unknown => (typeof value === "string" ? new A.ImmutableString(value) : value);

export function removeObject(draft: Draft, path: Path): Action[] {
  const target = find(draft, path);
  const parent = find(draft, path.slice(0, -1));
  const key = path.at(-1);
  if (!target || !parent || key === undefined || fenceOf(draft)?.mayChange(draft, path) === false) return [];
  const snapshot = copy(target);
  const object = A.getObjectId(target);
  const cursors: Record<string, readonly string[]> = {};
  for (const [field, value] of Object.entries(target)) {
    if (typeof value === "string") cursors[field] = cursorsOf(draft, [...path, field]);
  }
  Reflect.deleteProperty(parent, key);
  return [{ type: "remove", path, snapshot, cursors, object }];
}

/** Edits the collaborative text at `path`; a scalar string or a hole there becomes collaborative text first. What is no text is left alone. */
export function editText(draft: Draft, path: Path, splice: Splice, former?: TextEdit): Action[] {
  const parent = find(draft, path.slice(0, -1));
  const key = path.at(-1);
  if (!parent || key === undefined || (splice.remove === 0 && splice.insert === "")) return [];
  if (fenceOf(draft)?.mayChange(draft, path) === false) return [];
  const there = parent[key] ?? "";
  if (typeof there !== "string" && !isScalarText(there)) return [];
  if (typeof parent[key] !== "string") parent[key] = textOf(there);
  return [{ type: "text", path, edit: spliceText(draft, path, splice, former) }];
}

/**
 * Takes back what was done together, and returns what that in turn did. When somebody else has changed one of these very
 * things since, or it is where one may not write any more, nothing is touched and the answer is "conflict": undo is for
 * one's own doings only.
 */
export function revert(draft: Draft, actions: readonly Action[], aliases: Aliases): Action[] | "conflict" {
  const fence = fenceOf(draft);
  if (fence && !isWithin(fence, draft, actions)) return "conflict";
  if (actions.some((action) => conflicts(draft, action, aliases))) return "conflict";
  return [...actions].reverse().flatMap((action) => revertOne(draft, action, aliases));
}

/** Whether taking all of this back stays within the lanes. */
function isWithin(fence: Fence, draft: Draft, actions: readonly Action[]): boolean {
  // Cards come back together with what hangs on them, and fields of a thing are set at once.
  const back = new Set<string>();
  const sets = new Map<string, { path: Path; fields: Record<string, unknown> }>();
  for (const action of actions) {
    const [root = "", id = "", field] = action.path;
    if (action.type === "remove" && root === "elements") back.add(id);
    if (action.type !== "set" || field === undefined) continue;
    const key = `${root}\u0000${id}`;
    const set = sets.get(key) ?? { path: [root, id], fields: {} };
    sets.set(key, set);
    // The first of them is the last that is taken back.
    if (!(field in set.fields)) set.fields[field] = action.before;
  }
  return (
    actions.every((a) => (a.type === "remove" ? fence.mayPut(draft, a.path, mapOf(a.snapshot) ?? {}, back) : fence.mayChange(draft, a.path))) &&
    [...sets.values()].every(({ path, fields }) => fence.mayPut(draft, path, fields))
  );
}

function conflicts(draft: Draft, action: Action, aliases: Aliases): boolean {
  const object = find(draft, action.type === "set" || action.type === "text" ? action.path.slice(0, -1) : action.path);
  switch (action.type) {
    case "set":
      return !object || !sameScalar(object[action.path.at(-1) ?? ""], action.after);
    case "create":
      // Someone has written on it since: then it is no longer only mine to take away.
      return !object || (action.object !== undefined && A.getObjectId(object) !== aliases.resolve(action.object)) || textOf(object[textField(action.path)]) !== action.text || isTakenUp(draft, action.path, action.talk) || isShared(draft, action.path);
    case "remove":
      return object !== undefined;
    case "text":
      return !object;
  }
}

/** What was done, with the names of the objects that were made: another one may be at the same place later, which came from a variant. */
export function named(draft: Draft, actions: readonly Action[]): Action[] {
  return actions.map((action) => {
    const object = action.type === "create" && action.object === undefined ? A.getObjectId(find(draft, action.path)) : null;
    return object === null ? action : { ...action, object };
  });
}

/** Whether a comment has been answered or decided on: then it is no longer only its maker's either. */
function isTakenUp(draft: Draft, [collection, id]: Path, talk: Talk = { fate: "open", answers: new Set() }): boolean {
  const comments = collection === "comments" ? (find(draft, ["comments"]) ?? {}) : {};
  const fate = textOf(mapOf(comments[id ?? ""])?.["fate"]) || "open";
  return (collection === "comments" && fate !== talk.fate) || Object.entries(comments).some(([key, c]) => !talk.answers.has(key) && textOf(mapOf(c)?.["parent"]) === id);
}

/** Whether somebody else has made a thing of this name as well, which came from a variant: taking away one takes both. */
function isShared(draft: Draft, path: Path): boolean {
  const parent = find(draft, path.slice(0, -1));
  const rivals = parent && A.getConflicts(parent as A.Doc<Record<string, unknown>>, path.at(-1) ?? "");
  return Object.keys(rivals ?? {}).length > 1;
}

function revertOne(draft: Draft, action: Action, aliases: Aliases): Action[] {
  const parent = find(draft, action.path.slice(0, -1));
  const key = action.path.at(-1) ?? "";
  switch (action.type) {
    case "set": {
      if (!parent) return [];
      const before = parent[key];
      if (action.before === undefined || action.before === null) Reflect.deleteProperty(parent, key);
      else parent[key] = copy(action.before);
      return [{ type: "set", path: action.path, before: copy(before), after: action.before }];
    }
    case "create":
      return removeObject(draft, action.path);
    case "remove": {
      const target = parent ?? container(draft, action.path[0] ?? "");
      if (!target) return [];
      target[key] = copy(action.snapshot);
      const object = A.getObjectId(target[key]);
      if (action.object !== null && object !== null) aliases.add(action.object, object);
      for (const [field, cursors] of Object.entries(action.cursors)) {
        cursorsOf(draft, [...action.path, field]).forEach((cursor, i) => {
          const from = cursors[i];
          if (from !== undefined) aliases.add(from, cursor);
        });
      }
      return [{ type: "create", path: action.path, text: textOf(mapOf(action.snapshot)?.[textField(action.path)]) }];
    }
    case "text": {
      const edit = revertText(draft, action.path, action.edit, aliases.resolve, aliases.add);
      return [{ type: "text", path: action.path, edit }];
    }
  }
}

const cursorsOf = (draft: Draft, path: Path) =>
  charsAt(draft, path, 0, Number.MAX_SAFE_INTEGER).map((c) => c.cursor);

const TEXT_FIELDS: Readonly<Record<string, string>> = {
  elements: "text",
  comments: "text",
  markers: "note",
  emotions: "note",
  connectors: "label",
};

/** The field that holds the words of an object, by which it is told whether somebody has written on it since. */
const textField = (path: Path) => TEXT_FIELDS[path[0] ?? ""] ?? "title";

export type MutableMap = Record<string, unknown>;

/** The map of this name, made when it is missing; undefined when something else stands there, which is not ours to replace. */
export function container(draft: Draft, name: string): MutableMap | undefined {
  const root = draft as MutableMap;
  // Who writes in some lanes only does not write at the root.
  if (root[name] === undefined && fenceOf(draft)) return undefined;
  root[name] ??= {};
  return mapOf(root[name]) as MutableMap | undefined;
}

export function find(draft: Draft, path: Path): MutableMap | undefined {
  let value: unknown = draft;
  for (const key of path) {
    const map = mapOf(value);
    if (!map || !Object.hasOwn(map, key)) return undefined;
    value = map[key];
  }
  return mapOf(value) as MutableMap | undefined;
}

/** Whether two values that are set whole are the same; the points of a stroke are such a value too. */
export function sameScalar(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => item === b[i]);
  const plain = (v: unknown) => (isScalarText(v) ? v.val : (v ?? null));
  return plain(a) === plain(b);
}

/** A value that may be put into a document: Automerge refuses objects that are part of one already. */
export function copy(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from(value as unknown[], copy);
  if (isScalarText(value)) return new A.ImmutableString(String(value.val));
  if (A.isCounter(value)) return new A.Counter(value.value);
  if (value instanceof Date) return new Date(value);
  if (value instanceof Uint8Array) return value.slice();
  const map = mapOf(value);
  if (map) return Object.fromEntries(Object.entries(map).map(([k, v]) => [k, copy(v)]));
  return value;
}
