import { LIMITS, SCHEMA } from "../document/model";
import type { PictureFiles } from "./pictures";

/**
 * All that a board's document holds, as plain JSON that loses nothing. A string is collaborative text, but where the
 * schema has a value that is set whole (`SCALARS`) it is that. What differs from this, and what JSON has no value for,
 * is an object with one key: {"$text": …}, {"$scalar": …}, {"$bytes": base64}, {"$date": milliseconds}; {"$map": …} is a map
 * that would otherwise look like one of these.
 */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };
export type PlainMap = Record<string, Plain>;
export type Things = Record<string, PlainMap>;

export interface Content {
  meta: PlainMap;
  lanes: Things;
  steps: Things;
  phases: Things;
  elements: Things;
  connectors: Things;
  markers: Things;
  emotions: Things;
  comments: Things;
  votes: Things;
  /** Whatever else the document has at its root. */
  more: PlainMap;
  /** Pictures that come along, which are beside the document: here, by name, or with the board named. */
  pictures?: PictureFiles;
  picturesOf?: string;
}

export const COLLECTIONS = ["lanes", "steps", "phases", "elements", "connectors", "markers", "emotions", "comments", "votes"] as const;
export type Collection = (typeof COLLECTIONS)[number];

/** The fields of each collection whose strings are set whole. */
export const SCALARS: Readonly<Record<string, ReadonlySet<string>>> = {
  meta: new Set(["state", "locale"]),
  lanes: new Set(["role", "order"]),
  steps: new Set(["order", "phase"]),
  phases: new Set(["order"]),
  elements: new Set(["kind", "lane", "step", "order", "color", "form", "performedBy", "evidenceStatus", "image"]),
  connectors: new Set(["from", "to", "direction", "meaning"]),
  markers: new Set(["target", "type", "recovery"]),
  emotions: new Set(["step", "who"]),
  comments: new Set(["target", "parent", "order", "fate"]),
};

export const FORMAT = "openmic-board";
export const VERSION = 1;

/** Why something cannot be brought in: words of the program, under "open", and what goes into them. */
export interface ImportProblem {
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
  /** A problem of one row has the row's own problem within. */
  readonly within?: { readonly row: number };
}

export type Imported = { readonly content: Content } | { readonly problem: ImportProblem };

export const problem = (key: string, values?: Readonly<Record<string, string | number>>): { problem: ImportProblem } => ({
  problem: values ? { key, values } : { key },
});

/** Files larger than this are not read, bytes. */
export const MOST_BYTES = 20 * 1024 * 1024;
/** JSON may hold pictures. */
export const MOST_JSON_BYTES = 64 * 1024 * 1024;
/** What a server takes is counted in operations: one for every letter of a text and every value. */
const MOST_OPERATIONS = 400_000;
const MOST_DEPTH = 10;
const LONGEST_KEY = 200;

export function emptyContent(): Content {
  return { meta: {}, lanes: {}, steps: {}, phases: {}, elements: {}, connectors: {}, markers: {}, emotions: {}, comments: {}, votes: {}, more: {} };
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A map of things whose names others may have chosen. */
export const bareMap = <T>(): Record<string, T> => Object.create(null) as Record<string, T>;

/** Takes a JSON value for a board's content, or says what is wrong with it. */
export function readContent(value: unknown): Imported {
  if (!isMap(value)) return problem("notBoard");
  const wrapped = value["format"] === FORMAT;
  if (wrapped && typeof value["version"] === "number" && value["version"] > VERSION) return problem("newer");
  const root = wrapped ? value["board"] : value;
  if (!isMap(root) || !COLLECTIONS.some((name) => isMap(root[name]))) return problem("notBoard");
  if (typeof root["schema"] === "number" && root["schema"] > SCHEMA) return problem("newer");

  const fault = faultOf(root);
  if (fault) return { problem: fault };
  const content = emptyContent();
  for (const [name, part] of Object.entries(root)) {
    if (name === "schema") continue;
    if (name === "meta") content.meta = isMap(part) ? (part as PlainMap) : {};
    else if (isCollection(name)) content[name] = thingsIn(part);
    else content.more[name] = part as Plain;
  }
  const crowded = crowdIn(content);
  if (crowded) return { problem: crowded };
  for (const element of Object.values(content.elements)) {
    for (const axis of ["x", "y", "w", "h"]) {
      const at = element[axis];
      if (typeof at === "number") element[axis] = Math.max(-1e6, Math.min(1e6, at));
    }
  }
  return { content };
}

/** More of something than a board has room for. */
export function crowdIn(content: Content): ImportProblem | undefined {
  const many: Partial<Record<Collection, string>> = { elements: "manyElements", steps: "manySteps", lanes: "manyLanes" };
  for (const name of COLLECTIONS) {
    const count = Object.keys(content[name]).length;
    const most = name in LIMITS ? LIMITS[name as keyof typeof LIMITS] : LIMITS.others;
    if (count > most) return { key: many[name] ?? "manyThings", values: { count, most } };
  }
  const operations = COLLECTIONS.reduce((sum, name) => sum + costOf(content[name]), costOf(content.meta) + costOf(content.more));
  return operations > MOST_OPERATIONS ? { key: "manyWords" } : undefined;
}

/** About how many operations a value is when it is written into a document. */
export function costOf(value: Plain): number {
  if (typeof value === "string") return 1 + value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + costOf(item), 1);
  if (typeof value === "object" && value !== null) return Object.values(value).reduce<number>((sum, item) => sum + costOf(item), 1);
  return 1;
}

export const isCollection = (name: string): name is Collection => (COLLECTIONS as readonly string[]).includes(name);

function thingsIn(value: unknown): Things {
  const things = bareMap<PlainMap>();
  if (isMap(value)) for (const [id, thing] of Object.entries(value)) if (isMap(thing)) things[id] = thing as PlainMap;
  return things;
}

/** What no document may hold, wherever it is. */
function faultOf(value: unknown, depth = 0): ImportProblem | undefined {
  if (depth > MOST_DEPTH) return { key: "deep" };
  if (typeof value === "number" && !Number.isFinite(value)) return { key: "badNumber", values: { value: String(value), column: "JSON" } };
  if (typeof value === "string" && value.length > LIMITS.text) return { key: "manyWords" };
  if (Array.isArray(value)) {
    for (const item of value) {
      const fault = faultOf(item, depth + 1);
      if (fault) return fault;
    }
  } else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (!isKey(key)) return { key: "badKey", values: { value: key.slice(0, 40) } };
      const fault = faultOf(item, depth + 1);
      if (fault) return fault;
    }
  }
  return undefined;
}

export const isKey = (key: string) => key !== "" && key.length <= LONGEST_KEY && !key.includes("/") && key !== "__proto__";

/** What a template keeps of a board: all but what was said about it. */
export function withoutTalk(content: Content): Content {
  return { ...content, comments: {}, votes: {} };
}

