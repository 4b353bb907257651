import type { Board } from "../document/model";
import { plainText } from "../richtext/parse";
import type { Names } from "./context";

/** Whether words are in a text, capitals or not. */
export function matchesWords(text: string, words: string): boolean {
  return plainText(text).normalize("NFC").toLocaleLowerCase().includes(words.trim().normalize("NFC").toLocaleLowerCase());
}

/** A part of the board that has the words searched for, or that a comment with these words is about. */
export interface Match {
  readonly key: string;
  readonly kind: "element" | "step" | "lane";
  readonly id: string;
  readonly text: string;
  readonly comment: boolean;
}

/** All that has these words, steps and lanes first, then the elements in reading order, then what has been said. */
export function find(board: Board, words: string, names: Pick<Names, "step" | "lane">): Match[] {
  if (words.trim() === "") return [];
  const places = new Map<string, Pick<Match, "kind" | "id">>();
  const matches: Match[] = [];
  const look = (kind: Match["kind"], id: string, text: string) => {
    places.set(id, { kind, id });
    if (matchesWords(text, words)) matches.push({ key: id, kind, id, text, comment: false });
  };
  for (const { id } of board.steps) look("step", id, names.step(id));
  for (const { id } of board.lanes) look("lane", id, names.lane(id));
  for (const { id, text } of board.elements) look("element", id, text);
  // What is said about a connector is found where that begins.
  for (const { id, from } of board.connectors) places.set(id, { kind: "element", id: from });
  for (const { id, target, text } of board.comments) {
    const place = places.get(target);
    if (place && matchesWords(text, words)) matches.push({ key: `comment ${id}`, ...place, text, comment: true });
  }
  return matches;
}
