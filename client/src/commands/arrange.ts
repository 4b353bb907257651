import { NUDGE } from "../board/actions";
import { ratioOf } from "../board/layout";
import type { Direction } from "../board/layout";
import { aligned, around, distributed, movable, restacked } from "../board/moving";
import type { Edge } from "../board/moving";
import { createElements, inCell } from "../document/elements";
import { newId } from "../document/id";
import { FORMS } from "../document/model";
import type { Element } from "../document/model";
import { orderBetween } from "../document/order";
import type { Command, Hands } from "./command";
import { anyChosen, chosenOf } from "./command";

const free = ({ document, stage, focus }: Hands) => movable(document.board(), stage.geometry, focus.get().chosen);

const ARROWS: readonly (readonly [Direction, string])[] = [
  ["left", "ArrowLeft"],
  ["right", "ArrowRight"],
  ["up", "ArrowUp"],
  ["down", "ArrowDown"],
];
const PAN = 80;

/** A picture keeps its ratio. */
function scaled(element: Element, width: number, by: number): { w: number; h: number } {
  const w = Math.max(24, width + by);
  return { w, h: w * ratioOf(element) };
}

const moves = ARROWS.flatMap(([direction, key]): Command[] => {
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  const across = direction === "left" || direction === "right";
  return [
    { id: `move.${direction}`, lanes: "chosen", group: "arrange", keys: [key], listed: "move", onlyKey: true, on: "canvas", can: anyChosen, run: ({ actions }) => actions.step(direction) },
    { id: `moveFine.${direction}`, lanes: "chosen", group: "arrange", keys: [`Shift+${key}`], listed: "moveFine", onlyKey: true, on: "canvas", can: anyChosen, run: ({ actions }) => actions.step(direction, 1) },
    {
      id: `resize.${direction}`,
      group: "arrange",
      keys: [`Alt+Shift+${key}`],
      listed: "resize",
      on: "canvas",
      can: (hands) => free(hands).length > 0,
      run: (hands) => {
        const by = sign * NUDGE * 2;
        const patches = new Map(
          free(hands).map(({ element, place }) => {
            if (element.kind === "image") return [element.id, scaled(element, place.width, across ? by : by / ratioOf(element))];
            return [element.id, across ? { w: Math.max(24, place.width + by) } : { w: place.width, h: Math.max(24, place.height + by) }];
          }),
        );
        hands.actions.patch(patches, `resize ${[...patches.keys()].join()}`);
      },
    },
    {
      id: `pan.${direction}`,
      group: "view",
      keys: [key],
      listed: "pan",
      look: true,
      onlyKey: true,
      on: "canvas",
      can: (hands) => !anyChosen(hands),
      run: ({ stage }) => stage.view?.panBy(across ? -sign * PAN : 0, across ? 0 : -sign * PAN),
    },
  ];
});

const EDGES: readonly Edge[] = ["left", "center", "right", "top", "middle", "bottom"];

export const ARRANGE: readonly Command[] = [
  ...moves,
  ...EDGES.map(
    (edge): Command => ({
      id: `align.${edge}`,
      group: "arrange",
      on: "canvas",
      can: (hands) => free(hands).length > 1,
      run: ({ actions, document, stage, focus }) => void actions.patch(aligned(document.board(), stage.geometry, focus.get().chosen, edge)),
    }),
  ),
  ...(["x", "y"] as const).map(
    (axis): Command => ({
      id: `distribute.${axis}`,
      group: "arrange",
      on: "canvas",
      can: (hands) => free(hands).length > 2,
      run: ({ actions, document, stage, focus }) => void actions.patch(distributed(document.board(), stage.geometry, focus.get().chosen, axis)),
    }),
  ),
  ...(["front", "back"] as const).map(
    (to): Command => ({
      id: `stack.${to}`,
      group: "arrange",
      on: "canvas",
      keys: [to === "front" ? "Mod+Shift+ArrowUp" : "Mod+Shift+ArrowDown"],
      menu: ["chosen"],
      can: (hands) => chosenOf(hands).some((e) => !inCell(e)),
      run: ({ actions, document, focus }) => void actions.patch(restacked(document.board(), focus.get().chosen, to)),
    }),
  ),
  {
    id: "form",
    group: "arrange",
    icon: "shape",
    can: (hands) => chosenOf(hands).some((e) => e.kind === "shape" && !e.locked),
    run: (hands) => {
      const shapes = chosenOf(hands).filter((e) => e.kind === "shape" && !e.locked);
      const form = FORMS[(FORMS.indexOf(shapes[0]?.form ?? "rectangle") + 1) % FORMS.length] ?? "rectangle";
      hands.actions.patch(new Map(shapes.map((e) => [e.id, { form }])));
    },
  },
  {
    id: "frameChosen",
    group: "arrange",
    on: "canvas",
    keys: ["Mod+g"],
    menu: ["chosen"],
    icon: "frame",
    can: (hands) => free(hands).length > 0,
    run: (hands) => {
      const { document, focus } = hands;
      const box = around(free(hands).map((i) => i.place));
      const lowest = document.board().elements.find((e) => !inCell(e))?.order;
      if (!box) return;
      const id = newId();
      const made = { id, kind: "frame" as const, color: "gray" as const, order: orderBetween(undefined, lowest) };
      const rim = 24;
      const area = { x: box.x - rim, y: box.y - rim - 12, w: box.width + 2 * rim, h: box.height + 2 * rim + 12 };
      if (document.perform((draft) => createElements(draft, [{ ...made, ...area }]))) {
        focus.select(id);
        focus.edit(id);
      }
    },
  },
];
