import { SCHEMA } from "../document/model";
import { COLLECTIONS, FORMAT, VERSION, problem, readContent } from "./content";
import type { Content, Imported } from "./content";

/** A board as a file that loses nothing, for keeping and for other programs. */
export function toJson(content: Content): string {
  const board = { schema: SCHEMA, meta: content.meta, ...Object.fromEntries(COLLECTIONS.map((name) => [name, content[name]])), ...content.more };
  return `${JSON.stringify({ format: FORMAT, version: VERSION, board }, null, 2)}\n`;
}

export function fromJson(text: string): Imported {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return problem("json", { detail: error instanceof Error ? error.message : "" });
  }
  return readContent(value);
}
