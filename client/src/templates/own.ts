import { newId } from "../document/id";
import { withoutTalk, readContent } from "../exchange/content";
import type { Content } from "../exchange/content";

/** Templates that people made of their boards. They stay on this device. */

export interface OwnTemplate {
  readonly id: string;
  readonly name: string;
  readonly content: Content;
}

const KEY = "openmic.templates";
const MOST = 20;

/** The latest first. What is no template is left out. */
export function ownTemplates(): OwnTemplate[] {
  return stored().flatMap((entry) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { id, name, board, picturesOf } = entry as Record<string, unknown>;
    const read = readContent(board);
    if (typeof id !== "string" || typeof name !== "string" || !("content" in read)) return [];
    return [{ id, name, content: typeof picturesOf === "string" ? { ...read.content, picturesOf } : read.content }];
  });
}

/** Keeps a board as a template, without what was said about it. False when the device has no room. */
export function keepTemplate(name: string, content: Content): boolean {
  // Pictures are too large to be kept here: they come from the board, which this device knows.
  const { more, picturesOf, ...board } = withoutTalk(content);
  const entries = [{ id: newId(), name, board: { ...more, ...board }, picturesOf }, ...stored()].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(entries));
    return true;
  } catch {
    return false;
  }
}

export function forgetTemplate(id: string): void {
  localStorage.setItem(KEY, JSON.stringify(stored().filter((entry) => (entry as { id?: unknown } | null)?.id !== id)));
}

function stored(): unknown[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
