import { useState, useSyncExternalStore } from "react";
import { exchanged } from "../document/exchanged";
import type { Board, Element } from "../document/model";
import { useTools } from "./context";

/** The board for what draws all of it without its words: the same object until something has changed that is seen there. */
export function useDrawnBoard(): Board {
  const { document } = useTools();
  const [drawn] = useState(createDrawn);
  return useSyncExternalStore(document.subscribe, () => drawn(document.board()));
}

export function createDrawn(): (board: Board) => Board {
  let last: { readonly seen: Board; readonly drawn: Board } | undefined;
  return (board) => {
    if (last?.seen === board) return last.drawn;
    last = { seen: board, drawn: last && looksAlike(last.seen, board) ? last.drawn : board };
    return last.drawn;
  };
}

function looksAlike(a: Board, b: Board): boolean {
  if (a.connectors !== b.connectors || a.lanes !== b.lanes) return false;
  return exchanged(a.elements, b.elements)?.every(([was, now]) => sameArea(was, now)) ?? false;
}

const sameArea = (a: Element, b: Element) =>
  a.kind === b.kind && a.color === b.color && a.form === b.form && a.lane === b.lane && a.points === b.points;
