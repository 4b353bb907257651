import * as A from "@automerge/automerge/slim";
import { mapOf } from "../document/read";
import type { Draft } from "../document/write";
import { COLLECTIONS, SCALARS, bareMap, costOf, emptyContent, isCollection } from "./content";
import type { Content, Plain, PlainMap, Things } from "./content";

/** Between an Automerge document and its content as plain JSON; see content.ts. */

/** All that a document holds. */
export function contentOf(doc: unknown): Content {
  const content = emptyContent();
  for (const [name, value] of Object.entries(mapOf(doc) ?? {})) {
    if (name === "schema") continue;
    if (name === "meta") content.meta = plainMap(value, SCALARS["meta"]);
    else if (isCollection(name)) content[name] = thingsOf(value, SCALARS[name]);
    else content.more[name] = plainOf(value, false);
  }
  return content;
}

function thingsOf(value: unknown, scalars: ReadonlySet<string> | undefined): Things {
  const things = bareMap<PlainMap>();
  for (const [id, thing] of Object.entries(mapOf(value) ?? {})) if (mapOf(thing)) things[id] = plainMap(thing, scalars);
  return things;
}

function plainMap(value: unknown, scalars: ReadonlySet<string> | undefined): PlainMap {
  const map = bareMap<Plain>();
  for (const [field, v] of Object.entries(mapOf(value) ?? {})) map[field] = plainOf(v, scalars?.has(field) ?? false);
  return map;
}

function plainOf(value: unknown, scalar: boolean): Plain {
  if (typeof value === "string") return scalar ? { $text: value } : value;
  if (A.isImmutableString(value)) return scalar ? String(value.val) : { $scalar: String(value.val) };
  if (typeof value === "boolean" || value === null) return value;
  // Counters are not used; one that is there all the same is the number it has come to.
  if (A.isCounter(value)) return Number(value.value);
  if (typeof value === "number" || typeof value === "bigint") return Number.isFinite(Number(value)) ? Number(value) : null;
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Uint8Array) return { $bytes: btoa(Array.from(value, (b) => String.fromCharCode(b)).join("")) };
  if (Array.isArray(value)) return Array.from(value as unknown[], (v) => plainOf(v, false));
  if (!mapOf(value)) return null;
  const map = plainMap(value, undefined);
  return tagOf(map) === undefined ? map : { $map: map };
}

/** The value for a document. Inside a change only, since Automerge takes no value that is in a document already. */
export function valueOf(plain: Plain, scalar: boolean): unknown {
  if (typeof plain === "string") return scalar ? new A.ImmutableString(plain) : plain;
  if (Array.isArray(plain)) return plain.map((p) => valueOf(p, false));
  if (typeof plain !== "object" || plain === null) return plain;
  const tag = tagOf(plain);
  const inner = tag === undefined ? undefined : plain[tag];
  if (tag === "$text" && typeof inner === "string") return inner;
  if (tag === "$scalar" && typeof inner === "string") return new A.ImmutableString(inner);
  if (tag === "$date" && typeof inner === "number") return new Date(inner);
  if (tag === "$bytes" && typeof inner === "string") return bytesOf(inner);
  if (tag === "$map" && typeof inner === "object" && inner !== null && !Array.isArray(inner)) return mapFrom(inner, undefined);
  return mapFrom(plain, undefined);
}

function mapFrom(plain: PlainMap, scalars: ReadonlySet<string> | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(plain).map(([field, p]) => [field, valueOf(p, scalars?.has(field) ?? false)]));
}

function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

const TAGS = ["$text", "$scalar", "$date", "$bytes", "$map"] as const;

function tagOf(map: PlainMap): (typeof TAGS)[number] | undefined {
  const [only, ...others] = Object.keys(map);
  return others.length > 0 ? undefined : TAGS.find((tag) => tag === only);
}

/** A server takes no change with more operations than 10,000. */
const MOST_OPERATIONS = 6_000;

/**
 * The changes that make a fresh board hold this content and nothing else. They are for a board that nobody has come to yet:
 * what is on it is replaced.
 */
export function fillings(content: Content): ((draft: Draft) => void)[] {
  const changes: ((draft: Draft) => void)[] = [];
  changes.push((draft) => {
    const root = draft as Record<string, unknown>;
    const meta = mapFrom(content.meta, SCALARS["meta"]);
    if (!mapOf(root["meta"])) root["meta"] = {};
    const own = root["meta"] as Record<string, unknown>;
    for (const [field, value] of Object.entries(meta)) if (own[field] !== value) own[field] = value;
    for (const name of COLLECTIONS) {
      if (!mapOf(root[name])) root[name] = {};
      const map = root[name] as Record<string, unknown>;
      for (const id of Object.keys(map)) Reflect.deleteProperty(map, id);
    }
    for (const [name, value] of Object.entries(content.more)) root[name] = valueOf(value, false);
  });
  for (const name of COLLECTIONS) {
    for (const part of parts(Object.entries(content[name]))) {
      changes.push((draft) => {
        const map = (draft as Record<string, Record<string, unknown>>)[name];
        if (map) for (const [id, thing] of part) map[id] = mapFrom(thing, SCALARS[name]);
      });
    }
  }
  return changes;
}

function parts(entries: [string, PlainMap][]): [string, PlainMap][][] {
  const all: [string, PlainMap][][] = [];
  let cost = Infinity;
  for (const entry of entries) {
    const more = costOf(entry[1]);
    if (cost + more > MOST_OPERATIONS) {
      all.push([]);
      cost = 0;
    }
    all.at(-1)?.push(entry);
    cost += more;
  }
  return all;
}
