import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { MouseEvent as ReactMouseEvent } from "react";
import type { NodeChange } from "@xyflow/react";
import { useActions } from "./actions";
import { useTools } from "./context";
import { duplicate } from "./copying";
import { useHands } from "../commands/hands";
import { ratioOf } from "./layout";
import type { Cell, Geometry } from "./layout";
import { carried, cellOver, withCarried } from "./moving";
import type { Drag, ElementNode, Resize } from "./nodes";
import { useStable } from "./stable";

const NONE: readonly Drag[] = [];
/** So many ids fit into what is told the others while something is carried. */
const TOLD = 60;

type Event = MouseEvent | TouchEvent | ReactMouseEvent;
interface Carrying extends Drag {
  /** The one that is in the hand. */
  readonly held: string;
  /** Kept out of the cells. */
  readonly loose: boolean;
}

/** What is carried and stretched on this board: by this person, and by others as far as they tell. */
export function useCarrying(geometry: Geometry) {
  const { document, focus, session } = useTools();
  const actions = useActions();
  const hands = useHands();
  const [drag, setDrag] = useState<Carrying>();
  const [resize, setResize] = useState<Resize>();
  const stretched = useRef<Resize>(undefined);
  const others = useOthersDrags();

  // The others see it move; the document learns of it once, when it is let go. Presence is sent at most 12 times a second.
  useEffect(() => {
    const { presence } = session;
    presence.update({ moving: drag ? { ids: [...drag.ids].slice(0, TOLD), dx: Math.round(drag.dx), dy: Math.round(drag.dy) } : undefined });
  }, [drag, session]);

  const onNodeDragStart = useStable((_: Event, node: ElementNode) => {
    if (!focus.isChosen(node.id)) focus.select(node.id);
  });

  const dragOf = (event: Event, node: ElementNode, former: Carrying | undefined): Carrying | undefined => {
    const place = geometry.places.get(node.id);
    if (!place) return undefined;
    const chosen = focus.get().chosen;
    const board = document.board();
    const locked = new Set(board.elements.filter((e) => e.locked || !document.mayEdit(e.id)).map((e) => e.id));
    const ids = former?.ids ?? new Set(withCarried(board, geometry, chosen.includes(node.id) ? chosen : [node.id]).filter((id) => !locked.has(id)));
    return { ids, held: node.id, dx: node.position.x - place.x, dy: node.position.y - place.y, loose: event.ctrlKey || event.metaKey };
  };

  const onNodeDrag = useStable((event: Event, node: ElementNode) => setDrag((former) => dragOf(event, node, former)));

  const onNodeDragStop = useStable((event: Event, node: ElementNode) => {
    const last = dragOf(event, node, drag);
    setDrag(undefined);
    if (!last || (last.dx === 0 && last.dy === 0)) return;
    const ids = [...last.ids];
    if (event.altKey) duplicate(hands, carried(document.board(), geometry, ids, last.dx, last.dy, last.loose), ids);
    else actions.drop(ids, last.dx, last.dy, last.loose);
  });

  const onNodesChange = useStable((changes: NodeChange<ElementNode>[]) => {
    for (const change of changes) {
      if (change.type !== "dimensions" || change.resizing === undefined) continue;
      const { id, dimensions } = change;
      const moved = changes.find((c) => c.type === "position" && c.id === id);
      const position = moved?.type === "position" ? moved.position : undefined;
      const place = stretched.current?.id === id ? stretched.current.rect : geometry.places.get(id);
      if (!place) continue;
      const rect = { x: position?.x ?? place.x, y: position?.y ?? place.y, width: dimensions?.width ?? place.width, height: dimensions?.height ?? place.height };
      stretched.current = change.resizing ? { id, rect } : undefined;
      setResize(stretched.current);
      if (change.resizing) continue;
      const picture = document.board().elements.find((e) => e.id === id && e.kind === "image");
      // What is written below a picture is no part of its height.
      const h = picture ? rect.width * ratioOf(picture) : rect.height;
      actions.patch(new Map([[id, { x: rect.x, y: rect.y, w: rect.width, h }]]));
    }
  });

  const target = useMemo((): Cell | undefined => {
    const held = drag && document.board().elements.find((e) => e.id === drag.held);
    const cell = held && cellOver(geometry, held, drag.dx, drag.dy, drag.loose);
    return cell && document.mayPut(cell.lane) ? cell : undefined;
  }, [drag, document, geometry]);

  const crossing = useMemo(() => {
    if (!drag) return "";
    const { elements } = document.board();
    // Over the lanes of others it will not stay.
    if (elements.some((e) => drag.ids.has(e.id) && !document.mayPut(cellOver(geometry, e, drag.dx, drag.dy, drag.loose)?.lane))) return actions.elsewhere();
    const moves = elements
      .filter((e) => drag.ids.has(e.id))
      .map((e) => [e.lane, cellOver(geometry, e, drag.dx, drag.dy, drag.loose)?.lane] as const);
    return actions.crossing(moves);
  }, [actions, drag, document, geometry]);

  const drags = useMemo(() => (drag ? [drag, ...others] : others), [drag, others]);
  const places = useMemo(() => placesWith(geometry, drags), [geometry, drags]);
  return { drags, places, carrying: drag !== undefined, resize, target, crossing, on: { onNodeDragStart, onNodeDrag, onNodeDragStop, onNodesChange } };
}

/** Where everything is seen just now, with what is being carried. */
function placesWith({ places }: Geometry, drags: readonly Drag[]): Geometry["places"] {
  if (drags.length === 0) return places;
  const moved = new Map(places);
  for (const { ids, dx, dy } of drags) {
    for (const id of ids) {
      const place = places.get(id);
      if (place) moved.set(id, { ...place, x: place.x + dx, y: place.y + dy });
    }
  }
  return moved;
}

/** What others carry just now. The same list until one of them moves on, however much their pointers do. */
function useOthersDrags(): readonly Drag[] {
  const { presence } = useTools().session;
  const key = useSyncExternalStore(presence.subscribe, () => {
    const moving = presence.peers().flatMap((p) => (p.moving ? [p.moving] : []));
    return moving.length === 0 ? "" : JSON.stringify(moving);
  });
  return useMemo(() => {
    if (key === "") return NONE;
    return (JSON.parse(key) as { ids: string[]; dx: number; dy: number }[]).map(({ ids, dx, dy }) => ({ ids: new Set(ids), dx, dy }));
  }, [key]);
}
