import { useMemo, useRef } from "react";
import type { Node } from "@xyflow/react";
import { useTranslation } from "react-i18next";
import { inCell } from "../document/elements";
import type { Board, Element, LaneRole } from "../document/model";
import { plainText } from "../richtext/parse";
import { useNames, useTools } from "./context";
import type { Geometry, Rect } from "./layout";
import { touches } from "./ground";

export interface ElementData extends Record<string, unknown> {
  readonly element: Element;
  /** How a screen reader names it: kind, words and place. */
  readonly label: string;
  readonly role: LaneRole;
}
export type ElementNode = Node<ElementData, "element">;

/** What is being carried, by this person or another, and how far. */
export interface Drag {
  readonly ids: ReadonlySet<string>;
  readonly dx: number;
  readonly dy: number;
}

/** What is being stretched. */
export interface Resize {
  readonly id: string;
  readonly rect: Rect;
}

/** What of the board is drawn as cards that can be read and reached: all of it without an area. */
export interface Shown {
  readonly area: Rect | undefined;
  /** Wherever they are: what somebody is at keeps the keyboard. */
  readonly also: ReadonlySet<string>;
}

/**
 * The board's elements as nodes of the canvas, in reading order. A node is the same object as before unless something
 * of it has changed, so that one edit draws one node anew; and so is the list.
 */
export function useNodes(
  board: Board,
  geometry: Geometry,
  drags: readonly Drag[],
  resize: Resize | undefined,
  chosen: readonly string[],
  /** A finger that is put on what is not chosen moves the view. */
  draggable: "all" | "chosen" | false,
  { area, also }: Shown,
): ElementNode[] {
  const { t } = useTranslation();
  const names = useNames();
  const { document } = useTools();
  const cache = useRef(new Map<string, ElementNode>());
  const cachedFor = useRef<unknown[]>([]);
  const last = useRef<ElementNode[]>([]);

  return useMemo(() => {
    const next = new Map<string, ElementNode>();
    // Labels are worth keeping: putting five hundred together takes longer than drawing one note.
    const sameWords = cachedFor.current[0] === names && cachedFor.current[1] === t;
    cachedFor.current = [names, t];
    const all = new Set(chosen);
    const labelOf = (element: Element) => {
      const { kind, text, lane, step, locked } = element;
      const words = { kind: t(`kind.${kind}`), text: plainText(text), lane: names.lane(lane), step: names.step(step) };
      const label = inCell(element) ? t(text ? "note.label" : "note.labelEmpty", words) : t(text ? "note.labelFree" : "note.labelFreeEmpty", words);
      return locked ? `${label}. ${t("note.locked")}` : label;
    };
    for (const element of board.elements) {
      const place = geometry.places.get(element.id);
      if (!place) continue;
      const drag = drags.find((d) => d.ids.has(element.id));
      const rect = resize?.id === element.id ? resize.rect : drag ? { ...place, x: place.x + drag.dx, y: place.y + drag.dy } : place;
      if (area && !touches(rect, area) && !also.has(element.id)) continue;
      const role = names.roleOf(element.lane);
      const former = cache.current.get(element.id);
      const label = sameWords && former?.data.element === element ? former.data.label : labelOf(element);
      const node = make(element, label, role, rect, all.has(element.id), (draggable === "all" || (draggable === "chosen" && all.has(element.id))) && !element.locked && document.mayEdit(element.id), drag !== undefined);
      next.set(element.id, former && same(former, node) ? former : node);
    }
    cache.current = next;
    const list = [...next.values()];
    const before = last.current;
    if (list.length !== before.length || list.some((node, i) => node !== before[i])) last.current = list;
    return last.current;
  }, [board, geometry, drags, resize, chosen, draggable, area, also, names, document, t]);
}

// The canvas calls its wrappers "node", which says nothing; the card inside names itself.
const WRAPPER = { "aria-roledescription": undefined };

// Of a frame only the rim and the name can be taken, of ink only the stroke: what lies under them stays in reach.
const THROUGH = { style: { pointerEvents: "none" } } as const;

function make(
  element: Element,
  label: string,
  role: LaneRole,
  rect: Rect,
  selected: boolean,
  draggable: boolean,
  carried: boolean,
): ElementNode {
  const { x, y, width, height } = rect;
  return {
    id: element.id,
    type: "element",
    position: { x, y },
    width,
    height,
    selected,
    draggable,
    zIndex: carried ? 1000 : element.kind === "frame" ? -1 : 0,
    ...(element.kind === "frame" || element.kind === "ink" ? THROUGH : undefined),
    data: { element, label, role },
    domAttributes: WRAPPER,
  };
}

function same(a: ElementNode, b: ElementNode): boolean {
  return (
    a.data.element === b.data.element &&
    a.data.label === b.data.label &&
    a.data.role === b.data.role &&
    a.position.x === b.position.x &&
    a.position.y === b.position.y &&
    a.width === b.width &&
    a.height === b.height &&
    a.zIndex === b.zIndex &&
    a.selected === b.selected &&
    a.draggable === b.draggable
  );
}
