import fc from "fast-check";
import { expect, test } from "vitest";
import { NOTHING, SIZES } from "../../src/board/layout";
import type { Geometry } from "../../src/board/layout";
import { presentingView, stepFrom } from "../../src/board/presenting";
import { ZOOM } from "../../src/board/view";

const boardOf = (steps: number, height: number): Geometry => ({
  ...NOTHING,
  width: SIZES.laneHeader + steps * SIZES.step,
  height,
  steps: Array.from({ length: steps }, (_, i) => ({ step: { id: `s${String(i)}` } as Geometry["steps"][number]["step"], x: SIZES.laneHeader + i * SIZES.step })),
});

test("whichever step is presented, it is seen whole in every window, beside the names of the lanes, and so is the whole board", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 200, max: 4000 }), fc.integer({ min: 320, max: 4000 }), fc.integer({ min: 320, max: 2200 }), fc.nat(), (steps, tall, width, height, n) => {
      const board = boardOf(steps, tall);
      const inside = (x: number, wide: number, left: number, v: { x: number; y: number; zoom: number }) => {
        expect(v.x + x * v.zoom).toBeGreaterThanOrEqual(left - 0.01);
        expect(v.x + (x + wide) * v.zoom).toBeLessThanOrEqual(width + 0.01);
        expect(v.y).toBeGreaterThanOrEqual(0);
        expect(v.y + tall * v.zoom).toBeLessThanOrEqual(height);
      };
      const column = board.steps[n % steps];
      const view = presentingView(board, column?.step.id, width, height);
      inside(column?.x ?? 0, SIZES.step, SIZES.laneHeader * view.zoom, view);
      const all = presentingView(board, undefined, width, height);
      // A very large board does not get smaller than the least zoom.
      if (all.zoom > ZOOM.least) inside(0, board.width, 0, all);
    }),
  );
});

test("one goes from the whole board to the last step and back, and a step that is gone is the whole board", () => {
  const ids = ["a", "b", "c"];
  expect(stepFrom(ids, undefined, 1)).toBe("a");
  expect(stepFrom(ids, "a", -1)).toBeUndefined();
  expect(stepFrom(ids, undefined, -1)).toBeUndefined();
  expect(stepFrom(ids, "c", 1)).toBe("c");
  expect(stepFrom(ids, "b", -Infinity)).toBeUndefined();
  expect(stepFrom(ids, "b", Infinity)).toBe("c");
  expect(stepFrom(ids, "gone", 1)).toBe("a");
  expect(stepFrom([], undefined, Infinity)).toBeUndefined();
});
