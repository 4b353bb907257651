import { useEffect } from "react";
import { inCell } from "../document/model";
import { useFocus, useTools } from "./context";
import { SIZES } from "./layout";
import type { Geometry } from "./layout";

/**
 * What is written on in a cell, or has come to the keyboard there, is not left behind a bar or the names at the edges: a card that grows
 * there, in the lowest lane of a new board, takes the view along. Who points at something sees it already.
 */
export function useInView(geometry: Geometry): void {
  const { stage, document: board } = useTools();
  const selected = useFocus((f) => f.selected);
  const place = selected === undefined ? undefined : geometry.places.get(selected);
  const { head } = geometry;
  useEffect(() => {
    const element = board.board().elements.find((e) => e.id === selected);
    // What lies free was put where it is by someone who saw it.
    if (selected === undefined || !place || !element || !inCell(element)) return;
    // Once it has been drawn and has the keyboard.
    const request = requestAnimationFrame(() => {
      const { activeElement } = document;
      const own = activeElement?.closest<HTMLElement>("[data-note-id]");
      const seen = stage.view?.visible();
      if (!seen || own?.dataset["noteId"] !== selected || !activeElement?.matches(":focus-visible")) return;
      const zoom = (document.querySelector(".canvas")?.clientWidth ?? seen.width) / seen.width;
      const off = (from: number, to: number, low: number, high: number) => (from < low ? from - low : to > high ? Math.min(to - high, from - low) : 0);
      const dx = off(place.x - 10, place.x + place.width + 10, seen.x + SIZES.laneHeader, seen.x + seen.width);
      const dy = off(place.y - 14, place.y + place.height + 14, seen.y + head, seen.y + seen.height);
      if (dx !== 0 || dy !== 0) stage.view?.panBy(-dx * zoom, -dy * zoom);
    });
    return () => cancelAnimationFrame(request);
  }, [selected, place, head, stage, board]);
}
