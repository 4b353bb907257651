import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linesToClip, MOST_LINES, placeClip, readClip, toClip, writeClip } from "../../src/board/clip";
import { boundsOf, inkPath, MOST_POINTS, simplified } from "../../src/board/ink";
import { evenLetters, layout } from "../../src/board/layout";
import { aligned, carried, distributed, restacked, withCarried, within } from "../../src/board/moving";
import { matches } from "../../src/commands/keys";
import { createConnector } from "../../src/document/create";
import { createElements, patchObjects, removeElements } from "../../src/document/elements";
import type { NewElement } from "../../src/document/elements";
import { NOTE_COLORS } from "../../src/document/model";
import { people } from "./boards";

const lines = evenLetters(7);

function boardOf(made: NewElement[]) {
  const [person] = people(1, { now: () => 1 }).all;
  if (!person) throw new Error("one person was asked for");
  const document = person.board;
  document.perform((draft) => createElements(draft, made));
  const look = () => ({ board: document.board(), geometry: layout(document.board(), lines) });
  return { document, look };
}

const free = (id: string, x: number, y: number, more: Partial<NewElement> = {}): NewElement => ({ id, kind: "shape", order: id, x, y, w: 100, h: 60, ...more });

describe("moving", () => {
  test("what is carried out of the grid lies free, and what is carried into it goes into a cell", () => {
    const { document, look } = boardOf([{ id: "n", kind: "note", order: "a0", lane: "customer", step: "s1" }, free("o", 0, 900, { kind: "note" })]);
    const { board, geometry } = look();
    const out = carried(board, geometry, ["n"], 0, 2000);
    expect(out.get("n")).toMatchObject({ lane: undefined, step: undefined });
    document.perform((draft) => patchObjects(draft, "elements", out));
    expect(document.board().elements.find((e) => e.id === "n")).toMatchObject({ lane: undefined, y: expect.any(Number) });
    document.undo();
    expect(document.board().elements.find((e) => e.id === "n")).toMatchObject({ lane: "customer", step: "s1" });
    const place = geometry.places.get("o");
    if (!place) throw new Error("no place");
    const back = carried(board, geometry, ["o"], 200 - place.x, 100 - place.y);
    expect(back.get("o")).toMatchObject({ lane: "evidence", step: "s1" });
    expect(carried(board, geometry, ["o"], 200 - place.x, 100 - place.y, true).get("o")?.lane).toBeUndefined();
  });

  test("locked elements stay", () => {
    const { look } = boardOf([free("a", 10, 900, { locked: true }), free("b", 10, 1000)]);
    const { board, geometry } = look();
    expect([...carried(board, geometry, ["a", "b"], 5, 5).keys()]).toEqual(["b"]);
  });

  test("a frame carries what lies on it, also the frames on it and what those hold", () => {
    const { look } = boardOf([
      free("f", 0, 900, { kind: "frame", w: 600, h: 400 }),
      free("g", 50, 950, { kind: "frame", w: 200, h: 200 }),
      free("in", 60, 960),
      free("out", 800, 960),
    ]);
    const { board, geometry } = look();
    expect(withCarried(board, geometry, ["f"]).sort()).toEqual(["f", "g", "in"]);
    expect(within(board, geometry, { x: 40, y: 940, width: 300, height: 300 }).sort()).toEqual(["g", "in"]);
  });

  test("lining up and spreading keep the outermost where they are", () => {
    const { look } = boardOf([free("a", 0, 900), free("b", 150, 950), free("c", 500, 1000)]);
    const { board, geometry } = look();
    const ids = ["a", "b", "c"];
    expect([...aligned(board, geometry, ids, "top").values()].map((p) => p.y)).toEqual([900, 900, 900]);
    expect(distributed(board, geometry, ids, "x").get("b")).toEqual({ x: 250, y: 950 });
  });

  test("to the front and to the back, keeping their order", () => {
    const { document, look } = boardOf(["a", "b", "c", "d"].map((id, i) => free(id, i, 900, { order: `a${String(i)}` })));
    const order = () => look().board.elements.map((e) => e.id).join("");
    document.perform((draft) => patchObjects(draft, "elements", restacked(look().board, ["a", "b"], "front")));
    expect(order()).toBe("cdab");
    document.perform((draft) => patchObjects(draft, "elements", restacked(look().board, ["d", "b"], "back")));
    expect(order()).toBe("dbca");
  });
});

describe("deeds on many", () => {
  test("nudging is one step for undo; whatever the numbers, the document holds whole ones within bounds", () => {
    const { document } = boardOf([free("a", 0, 900)]);
    for (const x of [10, 20.4, 1e12]) document.perform((draft) => patchObjects(draft, "elements", new Map([["a", { x }]])), "nudge a");
    expect(document.board().elements[0]?.x).toBe(1e6);
    expect(document.undo()).toBe("done");
    expect(document.board().elements[0]?.x).toBe(0);
    document.perform((draft) => patchObjects(draft, "elements", new Map([["a", { x: NaN, y: 3.7 }]])));
    expect(document.board().elements[0]).toMatchObject({ x: 0, y: 4 });
  });

  test("what connects goes with what is deleted, and comes back with it", () => {
    const { document } = boardOf([free("a", 0, 900), free("b", 300, 900)]);
    document.perform((draft) => createConnector(draft, { id: "c", from: "a", to: "b", direction: "one-way", meaning: "enables", label: "hej" }));
    document.perform((draft) => removeElements(draft, new Set(["a"])));
    expect(document.board().connectors).toEqual([]);
    document.undo();
    expect(document.board().connectors).toMatchObject([{ id: "c", label: "hej", meaning: "enables" }]);
  });
});

describe("clips", () => {
  test("come back as they went, into the cells right and below of another", () => {
    const { document, look } = boardOf([
      { id: "a", kind: "note", order: "a0", lane: "customer", step: "s1", text: "hej", color: "pink" },
      { id: "b", kind: "action", order: "a0", lane: "frontstage", step: "s2", text: "svar" },
      free("i", 5, 900, { kind: "ink", points: [0, 0, 10, 10], w: 10, h: 10 }),
    ]);
    document.perform((draft) => createConnector(draft, { id: "c", from: "a", to: "b", direction: "two-way", meaning: "information", label: "x" }));
    const { board, geometry } = look();
    const clip = readClip(writeClip(toClip(board, geometry, ["a", "b", "i"])));
    if (!clip) throw new Error("not read");
    let n = 0;
    const made = placeClip(clip, board, { lane: "backstage", step: "s5" }, { x: 100, y: 2000 }, () => `new${String(n++)}`);
    expect(made.elements).toMatchObject([
      { kind: "note", text: "hej", color: "pink", lane: "backstage", step: "s5" },
      { kind: "action", text: "svar", lane: "support", step: "s5" },
      { kind: "ink", points: [0, 0, 10, 10] },
    ]);
    expect(made.connectors).toMatchObject([{ from: "new0", to: "new1", direction: "two-way", meaning: "information", label: "x" }]);
  });

  test("of any text at all never throw, and hold nothing unknown", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        readClip(text);
        readClip(`{"openmic":1,"elements":[${text},{"kind":"note","x":${text}}],"connectors":[${text}]}`);
      }),
      { numRuns: 50 },
    );
    expect(readClip("hello")).toBeUndefined();
    expect(readClip('{"openmic":1,"elements":[{"kind":"virus"}]}')).toBeUndefined();
  });

  test("plain text is one note a line, with a limit", () => {
    const { clip, left } = linesToClip(`one\r\n\r\n• two\n${"x\n".repeat(200)}`);
    expect(clip.elements).toHaveLength(MOST_LINES);
    expect(clip.elements.slice(0, 2).map((e) => e.text)).toEqual(["one", "two"]);
    expect(left).toBe(102);
  });
});

describe("ink", () => {
  test("is whole numbers, few, and keeps its ends and bounds", () => {
    const raw = Array.from({ length: 5000 }, (_, i) => [i / 3, 200 * Math.sin(i / 7)]).flat();
    const { points, pressures } = simplified({ points: raw, pressures: [] });
    expect(pressures).toEqual([]);
    expect(points.length).toBeLessThanOrEqual(2 * MOST_POINTS);
    expect(points.every(Number.isInteger)).toBe(true);
    expect([points[0], points[1]]).toEqual([0, 0]);
    expect(boundsOf(points).width).toBeCloseTo(4999 / 3, -1);
  });

  test("keeps how hard the pen was pressed, also where the line is straight, and is drawn by that", () => {
    const points = Array.from({ length: 101 }, (_, i) => [i * 10, 0]).flat();
    const pressures = Array.from({ length: 101 }, (_, i) => 100 - 2 * Math.abs(i - 50));
    const kept = simplified({ points, pressures });
    expect(kept).toEqual({ points: [0, 0, 500, 0, 1000, 0], pressures: [0, 100, 0] });
    const ys = [...inkPath({ points, pressures }).matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Math.abs(Number(y)) }));
    const widest = (from: number, to: number) => Math.max(...ys.filter(({ x }) => x >= from && x <= to).map(({ y }) => y));
    expect(widest(450, 550)).toBeGreaterThan(2 * widest(0, 100));
  });

  test("of any points has an outline without NaN", () => {
    const numbers = fc.array(fc.integer({ min: -1e6, max: 1e6 }), { maxLength: 60 });
    const presses = fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 60 });
    fc.assert(
      fc.property(numbers, presses, (points, pressures) => {
        expect(inkPath({ points, pressures }, { width: 10, height: 20 })).not.toContain("NaN");
      }),
      { numRuns: 50 },
    );
  });
});

test("keys are matched by what they say, digits by where they lie", () => {
  const press = (key: string, more: object = {}) => ({ key, code: "", ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });
  expect(matches("n", press("N", { shiftKey: true }))).toBe(false);
  expect(matches("n", press("n"))).toBe(true);
  expect(matches("Mod+Shift+z", press("Z", { shiftKey: true, ctrlKey: true }))).toBe(true);
  expect(matches("Mod+z", press("Z", { shiftKey: true, ctrlKey: true }))).toBe(false);
  expect(matches("?", press("?", { shiftKey: true }))).toBe(true);
  expect(matches("+", press("+"))).toBe(true);
  expect(matches("Mod++", press("+", { ctrlKey: true }))).toBe(true);
  expect(matches("Shift+Digit1", press("!", { code: "Digit1", shiftKey: true }))).toBe(true);
  expect(matches(" ", press(" "))).toBe(true);
});

describe("colours", () => {
  const css = readFileSync(new URL("../../src/app/base.css", import.meta.url), "utf8");
  const rgb = (hex: string) => {
    const full = hex.length === 4 ? [...hex.slice(1)].map((c) => c + c).join("") : hex.slice(1);
    return [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16) / 255);
  };
  const luminance = (hex: string) => {
    const [r = 0, g = 0, b = 0] = rgb(hex).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a: string, b: string) => {
    const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };

  test.each(["light", "dark"])("hold 4.5:1 in %s: on paper, and as words and ink on every ground", (theme) => {
    const block = css.split(`[data-theme="${theme}"] {`)[1]?.split("}")[0] ?? "";
    const value = (name: string) => new RegExp(`--${name}: (#[0-9a-f]{3,6})`).exec(block)?.[1] ?? "";
    const grounds = ["paper", "surface", ...["evidence", "customer", "frontstage", "backstage", "support", "custom"].map((l) => `lane-${l}`)];
    for (const color of NOTE_COLORS) {
      const onPaper = color === "gray" ? value("ink") : "#1c2331";
      expect(contrast(value(color), onPaper), `${color} paper`).toBeGreaterThanOrEqual(4.5);
      for (const ground of grounds) expect(contrast(value(`strong-${color}`), value(ground)), `${color} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });
});
