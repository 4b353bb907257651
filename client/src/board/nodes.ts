import { useMemo, useState, useSyncExternalStore } from "react";
import type { Node } from "@xyflow/react";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { inCell } from "../document/elements";
import { exchanged } from "../document/exchanged";
import type { Board, Element, LaneRole } from "../document/model";
import { plainText } from "../richtext/parse";
import { useFollowed, useNames, useTools } from "./context";
import type { Names } from "./context";
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

/** All that the nodes are made of, beside the elements themselves. */
interface Look {
  readonly drags: readonly Drag[];
  readonly resize: Resize | undefined;
  readonly chosen: readonly string[];
  /** A finger that is put on what is not chosen moves the view. */
  readonly draggable: "all" | "chosen" | false;
  readonly shown: Shown;
  readonly mayEdit: (id: string) => boolean;
  readonly names: Names;
  readonly t: TFunction;
}

/**
 * The board's elements as nodes of the canvas, in reading order. A node is the same object as before unless something
 * of it has changed, so that one edit draws one node anew; and so is the list: what is written out of sight draws nothing.
 */
export function useNodes(
  geometryNow: () => Geometry,
  drags: readonly Drag[],
  resize: Resize | undefined,
  chosen: readonly string[],
  draggable: Look["draggable"],
  shown: Shown,
): ElementNode[] {
  const { t } = useTranslation();
  const { document } = useTools();
  const names = useNames();
  const [nodesOf] = useState(createNodes);
  // What one may take goes with it.
  const scope = useFollowed("newer", () => document.scope);
  const mayEdit = useMemo(() => (id: string) => scope !== "none" && document.mayEdit(id), [document, scope]);
  const look = useMemo(() => ({ drags, resize, chosen, draggable, shown, mayEdit, names, t }), [drags, resize, chosen, draggable, shown, mayEdit, names, t]);
  return useSyncExternalStore(document.subscribe, () => nodesOf(document.board().elements, geometryNow().places, look));
}

function createNodes(): (elements: Board["elements"], places: Geometry["places"], look: Look) => ElementNode[] {
  let known = new Map<string, ElementNode>();
  let list: ElementNode[] = [];
  let last: { readonly elements: Board["elements"]; readonly places: Geometry["places"]; readonly look: Look } | undefined;

  return (elements, places, look) => {
    if (last?.elements === elements && last.places === places && last.look === look) return list;
    const { drags, resize, chosen, draggable, shown, mayEdit, names, t } = look;
    const { area, also } = shown;
    const sameWords = last?.look.names === names && last.look.t === t;
    const changed = last?.places === places && last.look === look ? exchanged(last.elements, elements) : undefined;
    last = { elements, places, look };
    const all = new Set(chosen);
    const nodeOf = (element: Element, rect: Rect, carried: boolean) => {
      const former = known.get(element.id);
      // Labels are worth keeping: putting five hundred together takes longer than drawing one note.
      const label = sameWords && former?.data.element === element ? former.data.label : labelOf(element, names, t);
      const mayDrag = (draggable === "all" || (draggable === "chosen" && all.has(element.id))) && !element.locked && mayEdit(element.id);
      const node = make(element, label, names.roleOf(element.lane), rect, all.has(element.id), mayDrag, carried);
      return former && same(former, node) ? former : node;
    };
    if (changed && drags.length === 0 && !resize) {
      // Nothing has moved, come or gone: what is not among the nodes has no part in them.
      const fresh = changed.filter(([, e]) => known.has(e.id));
      if (fresh.length === 0) return list;
      for (const [, element] of fresh) {
        const place = places.get(element.id);
        if (place) known.set(element.id, nodeOf(element, place, false));
      }
      list = [...known.values()];
      return list;
    }
    const next = new Map<string, ElementNode>();
    for (const element of elements) {
      const place = places.get(element.id);
      if (!place) continue;
      const drag = drags.length === 0 ? undefined : drags.find((d) => d.ids.has(element.id));
      const rect = resize?.id === element.id ? resize.rect : drag ? { ...place, x: place.x + drag.dx, y: place.y + drag.dy } : place;
      if (area && !touches(rect, area) && !also.has(element.id)) continue;
      next.set(element.id, nodeOf(element, rect, drag !== undefined));
    }
    known = next;
    const made = [...next.values()];
    if (made.length !== list.length || made.some((node, i) => node !== list[i])) list = made;
    return list;
  };
}

function labelOf(element: Element, names: Names, t: TFunction): string {
  const { kind, text, lane, step, locked } = element;
  const words = { kind: t(`kind.${kind}`), text: plainText(text), lane: names.lane(lane), step: names.step(step) };
  const label = inCell(element) ? t(text ? "note.label" : "note.labelEmpty", words) : t(text ? "note.labelFree" : "note.labelFreeEmpty", words);
  return locked ? `${label}. ${t("note.locked")}` : label;
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
