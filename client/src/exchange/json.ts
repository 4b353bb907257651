import { SCHEMA } from "../document/model";
import { COLLECTIONS, FORMAT, VERSION, isMap, problem, readContent } from "./content";
import type { Content, Imported } from "./content";
import { readPictures } from "./pictures";
import type { PictureFiles } from "./pictures";

/** A board as a file that loses nothing, for keeping and for other programs. */
export function toJson(content: Content, pictures: PictureFiles = {}): string {
  const board = { schema: SCHEMA, meta: content.meta, ...Object.fromEntries(COLLECTIONS.map((name) => [name, content[name]])), ...content.more };
  return `${JSON.stringify({ format: FORMAT, version: VERSION, board, ...(Object.keys(pictures).length > 0 && { pictures }) }, null, 2)}\n`;
}

export function fromJson(text: string): Imported {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return problem("json", { detail: error instanceof Error ? error.message : "" });
  }
  const imported = readContent(value);
  if (!("content" in imported) || !isMap(value) || value["format"] !== FORMAT || value["pictures"] === undefined) return imported;
  const { content } = imported;
  return { content: { ...content, pictures: readPictures(value["pictures"], content.elements) } };
}
