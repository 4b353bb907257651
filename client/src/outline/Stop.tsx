import { useLayoutEffect, useRef } from "react";
import type { FocusEvent, RefObject } from "react";
import { useTools } from "../board/context";
import type { Cell } from "../board/layout";
import type { Subject } from "../panel/store";
import { usePanel } from "../panel/store";
import { useIsAt, useOutline } from "./store";
import { keyOf } from "./stops";
import type { Stop } from "./stops";

interface Props<T extends HTMLElement> {
  readonly ref: RefObject<T | null>;
  readonly tabIndex: 0 | -1;
  readonly onFocus: (event: FocusEvent) => void;
}

/**
 * Makes an element a place where the keyboard can be. `cell` is where something new goes from here, and `subject` what the
 * panel then tells about.
 */
export function useStop<T extends HTMLElement>(stop: Stop, cell: Cell | undefined, subject?: Subject): Props<T> & { at: boolean } {
  const { store } = useOutline();
  const { focus } = useTools();
  const panel = usePanel();
  const key = keyOf(stop);
  const at = useIsAt(key);
  const ref = useRef<T>(null);
  useLayoutEffect(() => (ref.current ? store.hold(key, ref.current) : undefined), [store, key]);
  return {
    ref,
    at,
    tabIndex: at ? 0 : -1,
    onFocus: (event) => {
      if (event.target !== ref.current) return;
      store.visit(stop);
      if (stop.at === "element") focus.visit(stop.id, cell);
      else focus.atCell(cell);
      panel.point(subject);
    },
  };
}
