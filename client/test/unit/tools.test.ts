import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { area } from "../../src/tools/area";
import type { Chart, Press } from "../../src/tools/chart";
import { ENDLESS, ink } from "../../src/tools/ink";
import { marquee } from "../../src/tools/marquee";

/** A board at zoom 1/2, moved: board units are not pixels. */
const press = (type: Press["type"], x: number, y: number): Press => ({ type, screen: { x, y }, at: { x: 2 * x + 10, y: 2 * y } });

function play<S extends { readonly type: string }, E>(chart: Chart<S, E>, events: readonly Press[]) {
  let state = chart.idle;
  const effects: E[] = [];
  for (const event of events) {
    const step = chart.next(state, event);
    state = step.state;
    if (step.effect !== undefined) effects.push(step.effect);
  }
  return { state, effects };
}

describe("the pen", () => {
  test("a stroke goes from where it is pressed to where it is lifted, with all that was passed", () => {
    const { state, effects } = play(ink, [
      press("down", 0, 0),
      { ...press("move", 2, 2), passed: { points: [12, 2, 14, 4], pressures: [] } },
      press("move", 3, 3),
      press("up", 3, 3),
    ]);
    expect(state).toEqual({ type: "idle" });
    expect(effects).toEqual([{ points: [10, 0, 12, 2, 14, 4, 16, 6], pressures: [] }]);
  });

  test("moving without pressing draws nothing, and a cancelled stroke is none", () => {
    expect(play(ink, [press("move", 1, 1), press("up", 1, 1)]).effects).toEqual([]);
    expect(play(ink, [press("down", 1, 1), press("move", 2, 2), press("cancel", 2, 2), press("up", 2, 2)]).effects).toEqual([]);
  });

  test("a stroke without end stops growing", () => {
    const passed = { points: Array.from({ length: 3_000 }, (_, i) => i), pressures: [] };
    const moves = Array.from({ length: 20 }, (): Press => ({ ...press("move", 1, 1), passed }));
    const { effects } = play(ink, [press("down", 0, 0), ...moves, press("up", 0, 0)]);
    expect(effects[0]?.points.length).toBeGreaterThan(ENDLESS);
    expect(effects[0]?.points.length).toBeLessThanOrEqual(ENDLESS + passed.points.length);
  });
});

describe("text, shapes and frames", () => {
  test("a click puts one down where it was, also when the hand shook", () => {
    expect(play(area, [press("down", 5, 5), press("move", 7, 6), press("up", 7, 6)]).effects).toEqual([{ at: { x: 24, y: 12 } }]);
  });

  test("a drag in any direction says how large it is, and nothing is too small to be seen", () => {
    const box = { x: 30, y: 40, width: 200, height: 100 };
    expect(play(area, [press("down", 10, 20), press("move", 50, 50), press("up", 110, 70)]).effects).toEqual([{ box }]);
    expect(play(area, [press("down", 110, 70), press("up", 10, 20)]).effects).toEqual([{ box }]);
    expect(play(area, [press("down", 0, 0), press("up", 0, 8)]).effects).toEqual([{ box: { x: 10, y: 0, width: 24, height: 24 } }]);
  });

  test("a cancelled drag puts nothing down", () => {
    expect(play(area, [press("down", 0, 0), press("move", 50, 50), press("cancel", 50, 50)])).toEqual({ state: area.idle, effects: [] });
  });
});

describe("the marquee", () => {
  test("a click is none", () => {
    expect(play(marquee, [press("down", 0, 0), press("move", 3, 3), press("up", 3, 3)]).effects).toEqual([]);
  });

  test("chooses while it is drawn, and tells when it is let go", () => {
    const { state, effects } = play(marquee, [press("down", 50, 50), press("move", 40, 60), press("move", 0, 100), press("up", 0, 100)]);
    expect(state).toEqual(marquee.idle);
    expect(effects).toEqual([
      { type: "over", area: { x: 90, y: 100, width: 20, height: 20 } },
      { type: "over", area: { x: 10, y: 100, width: 100, height: 100 } },
      { type: "done" },
    ]);
  });
});

test("whatever a pointer does, every tool comes to rest when it is cancelled, and takes one stroke at a time", () => {
  const event = fc.record({ type: fc.constantFrom("down", "move", "up", "cancel"), x: fc.integer(), y: fc.integer() });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const presses = events.map(({ type, x, y }) => press(type as Press["type"], x, y));
      const downs = presses.filter((p) => p.type === "down").length;
      for (const tool of [ink, area] as Chart<{ type: string }, unknown>[]) {
        expect(play(tool, presses).effects.length).toBeLessThanOrEqual(downs);
        expect(play(tool, [...presses, press("cancel", 0, 0)]).state).toEqual(tool.idle);
      }
      expect(play(marquee, [...presses, press("cancel", 0, 0)]).state).toEqual(marquee.idle);
    }),
  );
});
