// @vitest-environment node
import { SIZES } from "../../src/board/layout";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { create } from "fontkit";
import { SaxesParser } from "saxes";
import { describe, expect, test } from "vitest";
import { layout } from "../../src/board/layout";
import { rememberedLines } from "../../src/board/measure";
import { KINDS, LANE_ROLES, MARKER_TYPES } from "../../src/document/model";
import { createReader, textOf } from "../../src/document/read";
import { draw } from "../../src/drawing/draw";
import { widthOf } from "../../src/drawing/font";
import { PALETTES, THEMES, TINTS } from "../../src/drawing/palette";
import { drawBoard } from "../../src/drawing/server";
import { n } from "../../src/drawing/svg";
import { drawingWords } from "../../src/drawing/words";
import { CARD, cut, wrap } from "../../src/drawing/wrap";
import { en } from "../../src/i18n/en";
import { sv } from "../../src/i18n/sv";

const words = drawingWords((key, values) => `${key}${values ? JSON.stringify(values) : ""}`);
const look = { theme: "light", words } as const;

interface Part {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The parts and the words of a drawing, read by an XML parser that forgives nothing. */
function parse(svg: string): { parts: Part[]; text: string } {
  const parts: Part[] = [];
  let text = "";
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => parts.push({ name, attributes: attributes as Record<string, string> }));
  parser.on("text", (t) => (text += t));
  parser.write(svg).close();
  return { parts, text };
}

/** Letters that break what is put together carelessly. */
const hostile = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("**fet</b>** - [x](https://example.org/\"><script>)", "- en\n- **två**\n1. https://example.org/a&b", "</text></svg><script>alert(1)</script>", `"/><a href="javascript:x" onload='x'>`, "]]>", "<!--", "&amp;&#0;", "\ud800", "\udc00\ud800", "\u0000\u0008\u000b\ufffe\uffff", "a\r\nb\tc", "url(#x)", "å".repeat(200), "漢字".repeat(60)),
);
const sometimes = <T>(value: fc.Arbitrary<T>) => fc.oneof({ weight: 4, arbitrary: value as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: fc.anything() });
const id = fc.oneof(fc.constantFrom("a", "b", "c", "d"), hostile);
const number = fc.oneof(fc.integer({ min: -500, max: 3000 }), fc.double());
const lane = fc.record({ role: sometimes(fc.constantFrom(...LANE_ROLES)), title: sometimes(hostile), order: hostile });
const step = fc.record({ title: sometimes(hostile), order: hostile, phase: id, standardSeconds: sometimes(number) });
const element = fc.record({
  kind: sometimes(fc.constantFrom(...KINDS)),
  lane: id,
  step: id,
  order: hostile,
  x: sometimes(number),
  y: sometimes(number),
  w: sometimes(number),
  h: sometimes(number),
  text: sometimes(hostile),
  color: sometimes(fc.oneof(hostile, fc.constantFrom("yellow", "gray"))),
  form: sometimes(fc.constantFrom("ellipse", "diamond")),
  image: hostile,
  locked: fc.anything(),
  points: sometimes(fc.array(number, { maxLength: 20 })),
});
const map = <T>(value: fc.Arbitrary<T>, maxKeys = 6) => sometimes(fc.dictionary(id, sometimes(value), { maxKeys }));
const anyDocument = fc.record({
  schema: fc.anything(),
  meta: sometimes(fc.record({ title: sometimes(hostile) })),
  lanes: map(lane),
  steps: map(step),
  phases: map(fc.record({ title: hostile, order: hostile })),
  elements: map(element, 12),
  connectors: map(fc.record({ from: id, to: id, direction: hostile, meaning: sometimes(fc.constantFrom("enables", "information")), label: sometimes(hostile) })),
  markers: map(fc.record({ target: id, type: sometimes(fc.constantFrom(...MARKER_TYPES)), waitSeconds: sometimes(number) })),
  emotions: map(fc.record({ step: id, who: fc.constantFrom("customer", "staff"), value: fc.integer({ min: -3, max: 3 }) })),
});

const NAMES = new Set(["svg", "title", "g", "rect", "path", "text", "circle", "ellipse", "tspan"]);
const ATTRIBUTES = new Set(
  ["xmlns", "xmlns:xlink", "xml:space", "width", "height", "viewBox", "data-board", "font-family", "font-size", "font-weight", "text-decoration", "text-anchor", "x", "y", "rx", "ry", "cx", "cy", "r", "d", "fill", "fill-opacity", "opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "transform"],
);

describe("a drawing", () => {
  test("is well-formed XML of the few parts it is made of, whatever the document holds", () => {
    fc.assert(
      fc.property(anyDocument, fc.constantFrom(...THEMES), fc.boolean(), (document, theme, sheet) => {
        const { parts } = parse(draw(createReader()(document), { theme, words, sheet }).svg);
        const strange = parts.flatMap(({ name, attributes }) => [
          ...(NAMES.has(name) ? [] : [name]),
          ...Object.entries(attributes).filter(([key, value]) => !ATTRIBUTES.has(key) || (key !== "font-family" && !/^[\w\s#.,()\-:/]*$/.test(value))),
        ]);
        expect(strange).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("puts every element where the canvas has it, and nothing else", () => {
    fc.assert(
      fc.property(anyDocument, (document) => {
        const board = createReader()(document);
        const { places } = layout(board, rememberedLines);
        const drawn = parse(draw(board, look).svg).parts.flatMap(({ attributes }) => /^translate\((\S+ \S+)\)$/.exec(attributes["transform"] ?? "")?.[1] ?? []);
        const expected = board.elements.flatMap((e) => {
          const place = places.get(e.id);
          return place ? [`${n(place.x)} ${n(place.y)}`] : [];
        });
        // Shadows and locks are moved within their card.
        for (const place of new Set(expected)) expect(drawn.filter((d) => d === place).length).toBeGreaterThanOrEqual(expected.filter((e) => e === place).length);
      }),
    );
  });

  test("shows the words of cards, lanes, steps, lines, marks and connectors", () => {
    const board = createReader()({
      meta: { title: "Flytta <hem> & bo" },
      lanes: { c: { role: "customer", title: "", order: "a" }, f: { role: "frontstage", title: "", order: "a0" }, b: { role: "backstage", title: "Kontoret", order: "a1" } },
      phases: { p: { title: "Före", order: "a0" } },
      steps: { s: { title: "Börja", order: "a0", phase: "p", standardSeconds: 7200 } },
      elements: {
        one: { kind: "action", lane: "f", step: "s", order: "a0", text: "Räkna < 3 & \"fler\" 'till'", performedBy: "system", channel: "webb" },
        two: { kind: "decision", lane: "b", step: "s", order: "a0", text: "Klart?", locked: true },
        frame: { kind: "frame", x: 900, y: 20, w: 200, h: 100, text: "Ram" },
        picture: { kind: "image", x: 900, y: 300, w: 200, h: 100, text: "" },
      },
      connectors: { c: { from: "one", to: "two", direction: "two-way", meaning: "enables", label: "" } },
      markers: { m: { target: "one", type: "wait-point", waitSeconds: 60 } },
      emotions: { e: { step: "s", who: "customer", value: 2 } },
    });
    const { svg } = draw(board, { ...look, words: drawingWords((key, values) => key + Object.values(values ?? {}).join()) });
    const { text } = parse(svg);
    for (const seen of ["Flytta <hem> & bo", "Räkna < 3 & \"fler\"", "Klart?", "Ram", "lane.frontstage", "Kontoret", "Börja", "Före", "details.shortUnits.h2", "line.visibility", "connector.enables", "details.marker.wait-point", "parts.sign.system · webb", "details.who.staff"]) {
      expect(text).toContain(seen);
    }
    expect(text.includes("kind.image")).toBe(layout(board, rememberedLines).places.has("picture"));
  });

  test("shows a picture whose bytes are handed in, and takes nothing else for one", () => {
    const board = createReader()({ elements: { p: { kind: "image", image: "id", x: 10, y: 10, w: 50, h: 40, text: "" } } });
    if (!layout(board, rememberedLines).places.has("p")) return; // the canvas shows none yet
    const bytes = "data:image/png;base64,iVBORw0KGgo=";
    expect(parse(draw(board, { ...look, image: () => bytes }).svg).parts.find((p) => p.name === "image")?.attributes["href"]).toBe(bytes);
    for (const other of ["data:image/svg+xml;base64,AAAA", "https://example.org/x.png", `${bytes}" onload="x`]) {
      expect(parse(draw(board, { ...look, image: () => other }).svg).parts.map((p) => p.name)).not.toContain("image");
    }
  });

  test("what is said about a picture stands below it", () => {
    const board = createReader()({ elements: { p: { kind: "image", image: "id", x: 10, y: 10, w: 160, h: 90, text: "Blanketten vid **disken**, sedd från den som söker" } } });
    const { parts } = parse(draw(board, { ...look, image: () => "data:image/png;base64,iVBORw0KGgo=" }).svg);
    const picture = parts.find((p) => p.name === "image")?.attributes;
    expect(Number(picture?.["height"])).toBeCloseTo(88);
    const below = parts.filter((p) => p.name === "text" && Number(p.attributes["y"]) > 90 && Number(p.attributes["y"]) < 90 + SIZES.captionRim + 3 * SIZES.captionLine);
    expect(below.length).toBeGreaterThan(1);
  });

  test("has the colours of the canvas", () => {
    const css = readFileSync(new URL("../../src/app/base.css", import.meta.url), "utf8");
    for (const theme of THEMES) {
      const block = new RegExp(`:root\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? "";
      const variable = (name: string) => new RegExp(`--${name}: ([^;]+);`).exec(block)?.[1];
      const { lanes, spines, notes, strong, ...plain } = PALETTES[theme];
      for (const tint of TINTS) expect([lanes[tint], spines[tint]]).toEqual([variable(`lane-${tint}`), variable(`spine-${tint}`)]);
      for (const color of Object.keys(notes) as (keyof typeof notes)[]) expect([notes[color], strong[color]]).toEqual([variable(color), variable(`strong-${color}`)]);
      for (const [name, key] of [["paper", "paper"], ["surface", "surface"], ["ink", "ink"], ["ink-2", "ink2"], ["edge", "edge"], ["warm", "warm"], ["accent-ink", "accentInk"]] as const) {
        expect([theme, name, plain[key]]).toEqual([theme, name, variable(name)]);
      }
    }
  });
});

describe("the script for the server", () => {
  test("draws plain JSON in either language, and speaks every word", () => {
    const json = JSON.stringify({ lanes: { a: { role: "customer", order: "a0" }, b: { role: "frontstage", order: "a1" } }, steps: { s: { order: "a0", standardSeconds: 60 } } });
    const [english, swedish] = [drawBoard(json, "light", "en"), drawBoard(json, "dark", "sv")];
    expect(parse(english).text).toContain(en.line.interaction);
    expect(parse(english).text).toContain(en.board.steps_one.replace("{{count}}", "1"));
    expect(parse(swedish).text).toContain(sv.line.interaction);
    expect(swedish).toContain(PALETTES.dark.surface);
    expect(english + swedish).not.toMatch(/\{\{|details\.|lane\.\w/);
  });

  test("tells scalar strings as Automerge does", () => {
    expect(textOf(new A.ImmutableString("hej"))).toBe("hej");
    expect(A.isImmutableString({ [Symbol.for("_am_immutableString")]: true })).toBe(true);
  });
});

describe("text", () => {
  const files = createRequire(import.meta.url);
  const inter = (weight: string) => create(readFileSync(files.resolve(`@expo-google-fonts/inter/${weight}.ttf`)));

  test("is measured as the font says", () => {
    const shipped = create(readFileSync(files.resolve("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2")));
    if (!("glyphForCodePoint" in shipped)) throw new Error("a font was expected");
    for (let point = 0x21; point < 0x17f; point++) {
      if (!shipped.hasGlyphForCodePoint(point) || (point >= 0x30 && point <= 0x39)) continue;
      expect([point, widthOf(String.fromCodePoint(point), 2048, 400)]).toEqual([point, shipped.glyphForCodePoint(point).advanceWidth]);
    }
    const text = "Jag ringer kommunen och frågar hur länge handläggningen tar, 10–12 veckor";
    for (const [file, weight] of [["500Medium/Inter_500Medium", 500], ["600SemiBold/Inter_600SemiBold", 600]] as const) {
      const font = inter(file);
      if (!("layout" in font)) throw new Error("a font was expected");
      // With kerning, which the table leaves out.
      const wide = font.layout(text, { tnum: true }).advanceWidth / 2048;
      expect(Math.abs(widthOf(text, 1, weight) / wide - 1)).toBeLessThan(0.01);
    }
  });

  test("is broken so that no line is wider than its room, and no letter is lost", () => {
    const prose = fc.oneof(hostile, fc.array(fc.constantFrom("ord", "e-tjänst", "och/eller", "2024-11-05", "  ", "\n", "lång".repeat(20), "🏠"), { maxLength: 30 }).map((w) => w.join(" ")));
    fc.assert(
      fc.property(prose, fc.integer({ min: 40, max: 240 }), (text, width) => {
        const lines = wrap(text, width, CARD);
        for (const line of lines) if ([...line].length > 1) expect(widthOf(line, CARD.size, CARD.weight)).toBeLessThanOrEqual(width + 1e-6);
        const bare = (s: string) => s.replace(/\s/g, "");
        expect(bare(lines.join(""))).toBe(bare(text));
        expect(widthOf(cut(text, width, CARD), CARD.size, CARD.weight)).toBeLessThanOrEqual(width + 1e-6);
      }),
    );
    expect(wrap("en e-tjänst och/eller 2024-11-05 igen", 60, CARD)).toEqual(["en e-", "tjänst", "och/eller", "2024-11", "-05 igen"]);
  });
});
