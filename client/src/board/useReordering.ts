import { useReactFlow } from "@xyflow/react";
import { useState } from "react";
import type { PointerEvent } from "react";
import { useHands } from "../commands/hands";
import { swallowClick, useHeld } from "../tools/useHeld";
import { insertionAt, stretchesOf } from "./insertion";
import type { Frame } from "./layout";
import { movePart } from "./parts";
import type { Part } from "./parts";

/** Pixels. */
const LEAST = 5;

interface Carried {
  readonly what: Part;
  readonly id: string;
  /** Where it was taken hold of, in pixels of the window. */
  readonly x: number;
  readonly y: number;
  readonly pointer: number;
  /** Where it would go; undefined while it has not been moved yet. */
  readonly to: { readonly index: number; readonly line: number } | undefined;
}

export type BeginReordering = (event: PointerEvent, what: Part, id: string) => void;

/** Carrying a step along the others, or a lane: with the mouse, a pen or a finger. */
export function useReordering(geometry: Frame): [Carried | undefined, BeginReordering] {
  const [carried, setCarried] = useState<Carried>();
  const hands = useHands();
  const flow = useReactFlow();

  useHeld(carried !== undefined, {
    move: (event) =>
      setCarried((c) => {
        if (!c || event.pointerId !== c.pointer) return c;
        if (!c.to && Math.hypot(event.clientX - c.x, event.clientY - c.y) < LEAST) return c;
        const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
        return { ...c, to: insertionAt(stretchesOf(geometry, c.what), c.id, c.what === "steps" ? at.x : at.y) };
      }),
    up: () => {
      setCarried(undefined);
      if (!carried?.to) return;
      swallowClick();
      const list = hands.document.board()[carried.what];
      if (list[carried.to.index]?.id !== carried.id) movePart(hands, carried.what, carried.id, carried.to.index);
    },
    cancel: () => setCarried(undefined),
  });

  const begin: BeginReordering = (event, what, id) => {
    if (event.button !== 0 || !event.isPrimary || !hands.document.editable) return;
    setCarried({ what, id, x: event.clientX, y: event.clientY, pointer: event.pointerId, to: undefined });
  };
  return [carried, begin];
}
