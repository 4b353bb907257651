import type { Geometry, Rect } from "../board/layout";
import { SIZES, layout } from "../board/layout";
import type { Board } from "../document/model";
import { CARD, layOnce } from "../drawing/wrap";
import type { Difference, How } from "./differences";

/** Where on a drawn board its differences from another one are shown. Pure, as the drawing is. */

export interface Mark extends Rect {
  readonly how: How;
  /** The keys of the differences it stands for. */
  readonly keys: readonly string[];
}

export type Side = "before" | "after";

/** What is gone or new matters more than where it lies, and that more than what else changed. */
const WEIGHT: readonly How[] = ["changed", "moved", "removed", "added"];
const CONNECTOR = 24;

/** The geometry of the board as draw() lays it out. */
export function drawnGeometry(board: Board): Geometry {
  const laid = layOnce();
  return layout(board, (words, width) => laid(words, width, CARD).length);
}

/** The marks on one of two boards that were compared: one for each place, with the weightiest of what differs there. */
export function marksOn(geometry: Geometry, differences: readonly Difference[], side: Side): readonly Mark[] {
  const marks = new Map<string, Mark>();
  for (const difference of differences) {
    const [name, rect, how] = placeOf(geometry, difference, side) ?? [];
    if (name === undefined || !rect || !how) continue;
    const there = marks.get(name);
    const weightier = !there || WEIGHT.indexOf(how) > WEIGHT.indexOf(there.how);
    marks.set(name, { ...rect, how: weightier ? how : there.how, keys: [...(there?.keys ?? []), difference.key] });
  }
  return [...marks.values()];
}

function placeOf(geometry: Geometry, difference: Difference, side: Side): [string, Rect | undefined, How] | undefined {
  const { part, id, how } = difference;
  const thing = difference[side];
  if (!thing) return undefined;
  switch (part) {
    case "elements":
      return [id, geometry.places.get(id), how];
    case "steps":
    case "lanes":
      return [id, headOf(geometry, id), how];
    case "connectors": {
      const { from, to } = thing as NonNullable<Extract<Difference, { part: "connectors" }>["after"]>;
      const [a, b] = [geometry.places.get(from), geometry.places.get(to)];
      const middle = (p: Rect) => ({ x: p.x + p.width / 2, y: p.y + p.height / 2 });
      if (!a || !b) return undefined;
      const [p, q] = [middle(a), middle(b)];
      return [id, { x: (p.x + q.x - CONNECTOR) / 2, y: (p.y + q.y - CONNECTOR) / 2, width: CONNECTOR, height: CONNECTOR }, how];
    }
    case "markers":
    case "comments": {
      // It is the card that has got or lost one.
      const { target } = thing as { target: string };
      return [target, geometry.places.get(target) ?? headOf(geometry, target), "changed"];
    }
    case "emotions":
      return [(thing as { step: string }).step, headOf(geometry, (thing as { step: string }).step), "changed"];
    default:
      return undefined;
  }
}

function headOf({ steps, lanes, head }: Geometry, id: string): Rect | undefined {
  const column = steps.find((s) => s.step.id === id);
  if (column) return { x: column.x + 4, y: 4, width: SIZES.step - 8, height: head - 8 };
  const row = lanes.find((l) => l.lane.id === id);
  return row && { x: 4, y: row.y + 4, width: SIZES.laneHeader - 8, height: row.height - 8 };
}
