import type { Content } from "./content";

/** What boards just made are to hold: given by the start page, taken by the board's page when it has opened. */
const pending = new Map<string, Content>();

export function fillLater(boardId: string, content: Content): void {
  pending.set(boardId, content);
}

export function takeFilling(boardId: string): Content | undefined {
  const content = pending.get(boardId);
  pending.delete(boardId);
  return content;
}
