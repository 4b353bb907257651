import { createReader, mapOf } from "../document/read";
import type { LookUp } from "../drawing/words";
import { SCALARS, bareMap, emptyContent, isCollection } from "./content";
import type { Content, Plain, PlainMap } from "./content";
import { toCsv } from "./csv";
import { toJson } from "./json";
import { toMarkdown } from "./markdown";
import { outlineWords } from "./outline-words";

/** The copies of a board that the server gives to programs, made by the same hands as those that people save. */

/**
 * A board's document as a copy. `json` is the document as the server's engine writes it: without loss for "json" (a text is a string,
 * and {"$scalar": …} a string that is set whole), plain for the others.
 */
export function copyOf(json: string, form: string, t: LookUp): string {
  const doc = JSON.parse(json) as unknown;
  if (form === "json") return toJson(contentFrom(doc));
  const board = createReader()(doc);
  if (form === "csv") return toCsv(board);
  if (form !== "markdown") throw new Error("no such form");
  const step = (id: string) => {
    const at = board.steps.findIndex((s) => s.id === id);
    return board.steps[at]?.title || (at < 0 ? "" : t("step", { number: at + 1 }));
  };
  const lane = (id: string) => {
    const found = board.lanes.find((l) => l.id === id);
    return found ? found.title || t(`lane.${found.role}`) : t("board.nowhere");
  };
  return toMarkdown(board, outlineWords(board, t as never, { step, lane }));
}

/** The same content as contentOf gives of an Automerge document; see content.ts. */
function contentFrom(doc: unknown): Content {
  const content = emptyContent();
  for (const [name, value] of Object.entries(inside(doc) ?? {})) {
    if (name === "schema") continue;
    if (name === "meta") content.meta = fieldsOf(value, SCALARS["meta"]);
    else if (isCollection(name)) {
      content[name] = bareMap<PlainMap>();
      for (const [id, thing] of Object.entries(inside(value) ?? {})) if (inside(thing)) content[name][id] = fieldsOf(thing, SCALARS[name]);
    } else content.more[name] = value as Plain;
  }
  return content;
}

/** The fields of a thing. Where a string is set whole as a rule, it is the text that is marked. */
function fieldsOf(value: unknown, scalars: ReadonlySet<string> | undefined): PlainMap {
  const fields = bareMap<Plain>();
  for (const [field, plain] of Object.entries(inside(value) ?? {})) {
    const whole = wholeIn(plain);
    if (!scalars?.has(field)) fields[field] = plain as Plain;
    else if (typeof plain === "string") fields[field] = { $text: plain };
    else fields[field] = whole ?? (plain as Plain);
  }
  return fields;
}

/** A map, also one that is marked as such because it looks like something else; undefined for what is none. */
function inside(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const map = mapOf(value);
  const keys = map ? Object.keys(map) : [];
  if (keys.length !== 1) return map;
  if (keys[0] === "$map") return mapOf(map?.["$map"]);
  return keys[0] !== undefined && ["$scalar", "$bytes", "$date"].includes(keys[0]) ? undefined : map;
}

function wholeIn(value: unknown): string | undefined {
  const map = mapOf(value);
  const whole = map && Object.keys(map).length === 1 ? map["$scalar"] : undefined;
  return typeof whole === "string" ? whole : undefined;
}
