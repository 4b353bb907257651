import * as A from "@automerge/automerge/slim";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BoardDocument } from "../../src/document/document";
import { createReader } from "../../src/document/read";
import type { Board } from "../../src/document/model";
import { joinItems, neutralise, restore, splitItems } from "../../src/exchange/cells";
import type { Imported } from "../../src/exchange/content";
import { COLUMNS, fromCsv, toCsv } from "../../src/exchange/csv";
import { fromJson, toJson } from "../../src/exchange/json";
import { gatherPictures, pictureIn } from "../../src/exchange/pictures";
import { nameOf } from "../../src/pictures/prepare";
import { toMarkdown } from "../../src/exchange/markdown";
import { decode, openFile } from "../../src/exchange/open";
import { contentOf, fillings } from "../../src/exchange/plain";
import { fileName } from "../../src/exchange/save";
import { copyOf } from "../../src/exchange/server";
import { Desk, genesis } from "./boards";

/** A board with something of everything. */
function full(): { desk: Desk; board: BoardDocument } {
  const desk = new Desk(genesis());
  const board = new BoardDocument(desk);
  const { blueprint } = board;
  const write = (path: string[], insert: string) => board.editText(path, { at: 0, remove: board.text(path).length, insert });
  write(["meta", "title"], "Ansöka; om \"bygglov\"");
  write(["meta", "purpose"], "Att se\nhelheten");
  const phase = blueprint.addPhaseFor("s1") ?? "";
  blueprint.rename("phases", phase, "Före");
  blueprint.rename("steps", "s1", "=Upptäcka");
  blueprint.set("steps", "s1", { observedSeconds: 600 });
  const a = board.createElement({ lane: "customer", step: "s1", kind: "action" }) ?? "";
  const b = board.createElement({ lane: "frontstage", step: "s1", kind: "action" }) ?? "";
  const c = board.createElement({ lane: "frontstage", step: "s1", kind: "note", color: "pink" }) ?? "";
  write(["elements", a, "text"], "Söker, efter\nregler");
  write(["elements", b, "text"], "+46 svarar");
  write(["elements", b, "owner"], "@kundtjänst");
  write(["elements", b, "channel"], "telefon");
  write(["elements", c, "text"], "'=citat");
  blueprint.set("elements", b, { performedBy: "staff", evidenceStatus: "assumed" });
  const link = blueprint.connect(a, b, { direction: "two-way", meaning: "information" }) ?? "";
  write(["connectors", link, "label"], "frågar; ofta");
  const mark = blueprint.addMarker(a, "fail-point") ?? "";
  blueprint.set("markers", mark, { severity: 4, likelihood: 2, waitSeconds: 90, recovery: b });
  write(["markers", mark, "note"], "{inte; alltid}\\");
  blueprint.addMarker(a, "idea");
  blueprint.addEmotion("s1", "customer", -2);
  blueprint.setFate(blueprint.addComment(a, "Varför?") ?? "", "declined", "Dyrt");
  blueprint.vote("s1", "anna", 3);
  blueprint.mute("SB004", true);
  return { desk, board };
}

function fresh(imported: Imported): { desk: Desk; board: Board } {
  if (!("content" in imported)) throw new Error(JSON.stringify(imported.problem));
  const desk = new Desk(genesis());
  const board = new BoardDocument(desk);
  board.begin(fillings(imported.content));
  expect(board.undo()).toBe("nothing");
  return { desk, board: board.board() };
}

describe("JSON", () => {
  test("everything comes back, and no kind of string turns into the other", () => {
    const { desk } = full();
    const again = fresh(fromJson(toJson(contentOf(desk.doc()))));
    expect(A.toJS(again.desk.doc())).toEqual(A.toJS(desk.doc()));
    expect(contentOf(again.desk.doc())).toEqual(contentOf(desk.doc()));
  });

  test("what this program does not know is kept", () => {
    const { desk } = full();
    desk.change((d) => {
      const doc = d as Record<string, Record<string, unknown>>;
      doc["rooms"] = { r: { when: new Date(5), raw: new Uint8Array([1, 255]), $text: "x", set: new A.ImmutableString("s"), list: [1, "två", null] } };
      (doc["elements"] as Record<string, unknown>)["odd"] = { kind: "hologram", deep: { $map: { n: 1.5 } }, order: "text here" };
    });
    const again = fresh(fromJson(toJson(contentOf(desk.doc()))));
    expect(contentOf(again.desk.doc())).toEqual(contentOf(desk.doc()));
    const rooms = (again.desk.doc() as { rooms: { r: Record<string, unknown> } }).rooms.r;
    expect(rooms["when"]).toEqual(new Date(5));
    expect(rooms["raw"]).toEqual(new Uint8Array([1, 255]));
    expect(A.isImmutableString(rooms["set"])).toBe(true);
    expect(rooms["$text"]).toBe("x");
  });

  test("pictures come along, called by what they hold; what is no picture is left out", async () => {
    const png = Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="), (c) => c.charCodeAt(0));
    const { desk } = full();
    desk.change((d) => {
      const { elements } = d as unknown as { elements: Record<string, unknown> };
      for (const [id, image] of [["p1", nameOf(png)], ["p2", nameOf(png)], ["p3", "gone"]] as const) {
        elements[id] = { kind: new A.ImmutableString("image"), image: new A.ImmutableString(image), text: "" };
      }
    });
    const board = createReader()(desk.doc());
    const source = { bytes: (id: string) => Promise.resolve(id === nameOf(png) ? { type: "image/png", bytes: png } : undefined) };
    const { files, left } = await gatherPictures(board, source);
    expect([Object.keys(files), left]).toEqual([[nameOf(png)], 1]);

    const text = toJson(contentOf(desk.doc()), files);
    const again = fromJson(text);
    if ("problem" in again) throw new Error(again.problem.key);
    expect(again.content.pictures).toEqual(files);
    expect(pictureIn(again.content.pictures?.[nameOf(png)] ?? "")).toEqual({ type: "image/png", bytes: png });
    expect(contentOf(fresh(again).desk.doc())).toEqual(contentOf(desk.doc()));

    // A program that named it in its own way, and files that are something else.
    const value = JSON.parse(text) as { board: { elements: Record<string, { image: string }> }; pictures: Record<string, string> };
    value.pictures = {
      mine: files[nameOf(png)] ?? "",
      page: `data:text/html;base64,${btoa("<script>")}`,
      liar: `data:image/png;base64,${btoa("<script>")}`,
      odd: "data:image/png;base64,%%",
      svg: `data:image/svg+xml;base64,${btoa("<svg>")}`,
    };
    (value.board.elements["p3"] ?? { image: "" }).image = "mine";
    const other = fromJson(JSON.stringify(value));
    if ("problem" in other) throw new Error(other.problem.key);
    expect(Object.keys(other.content.pictures ?? {})).toEqual([nameOf(png)]);
    expect(other.content.elements["p3"]?.["image"]).toBe(nameOf(png));
  });

  const fault = (text: string) => {
    const imported = fromJson(text);
    return "problem" in imported ? imported.problem.key : "none";
  };

  test("what is wrong is said", () => {
    const file = (board: object, version = 1) => JSON.stringify({ format: "openmic-board", version, board });
    expect(fault("{")).toBe("json");
    expect(fault("[1]")).toBe("notBoard");
    expect(fault('{"a":1}')).toBe("notBoard");
    expect(fault(file({ steps: {} }, 2))).toBe("newer");
    expect(fault(file({ steps: {}, schema: 2 }))).toBe("newer");
    expect(fault(file({ steps: {} }))).toBe("none");
    expect(fault(file({ steps: { "a/b": {} } }))).toBe("badKey");
    expect(fault(file({ steps: { "": {} } }))).toBe("badKey");
    expect(fault('{"steps":{"__proto__":{}}}')).toBe("badKey");
    expect(fault('{"steps":{"a":{"x":1e999}}}')).toBe("badNumber");
    expect(fault(file({ steps: Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`s${String(i)}`, {}])) }))).toBe("manySteps");
    expect(fault(file({ lanes: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`l${String(i)}`, {}])) }))).toBe("manyLanes");
    expect(fault(file({ elements: Object.fromEntries(Array.from({ length: 5001 }, (_, i) => [`e${String(i)}`, {}])) }))).toBe("manyElements");
    expect(fault(file({ elements: { a: { text: "x".repeat(20_001) } } }))).toBe("manyWords");
    expect(fault(`{"steps":{"a":${"[".repeat(50)}${"]".repeat(50)}}}`)).toBe("deep");
  });

  test("any JSON at all is a board or a problem, and a board can be put into a document", () => {
    const names = fc.constantFrom("schema", "meta", "steps", "lanes", "elements", "votes", "other", "format", "version", "board");
    const value = fc.oneof(fc.jsonValue(), fc.dictionary(fc.string(), fc.dictionary(fc.constantFrom("title", "kind", "order", "x"), fc.jsonValue())));
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.dictionary(names, value).map((v) => JSON.stringify(v)), fc.string()), (text) => {
        const imported = fromJson(text);
        if ("content" in imported) fresh(imported);
      }),
    );
  });
});

describe("CSV", () => {
  /** What a table carries of a board, without the ids of what has no column. */
  const carried = (b: Board) => ({
    title: b.title,
    phases: b.phases.map((p) => p.title),
    lanes: b.lanes.map((l) => [l.role, l.title]),
    steps: b.steps.map((s) => [s.title, b.phases.find((p) => p.id === s.phase)?.title]),
    elements: b.elements.map((e) => [
      e.id, e.kind, b.lanes.findIndex((l) => l.id === e.lane), b.steps.findIndex((s) => s.id === e.step), e.text, e.performedBy, e.channel, e.owner, e.evidenceStatus,
    ]), // prettier-ignore
    connectors: b.connectors.map((c) => [c.from, c.to, c.direction, c.meaning, c.label]).sort(),
    markers: b.markers.map((m) => [m.target, m.type, m.severity, m.likelihood, m.waitSeconds, m.recovery, m.note]).sort(),
  });

  test("what it carries comes back", () => {
    const { board } = full();
    const csv = toCsv(board.board());
    expect(csv.slice(1).split("\r\n")[0]).toBe(COLUMNS.join(","));
    const again = fresh(fromCsv(csv)).board;
    expect(carried(again)).toEqual(carried(board.board()));
    expect(fresh(fromCsv(toCsv(again))).board.lanes.map((l) => l.title)).toEqual(again.lanes.map((l) => l.title));
  });

  test("whatever people write comes back", () => {
    const words = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom("=", "'", "@", "\t", "\r", "\n", '"', ",", ";", "{", "}", "\\", " ", "-") }));
    fc.assert(
      fc.property(fc.array(fc.tuple(words, words, words), { minLength: 1, maxLength: 5 }), words, (list, title) => {
        const elements = Object.fromEntries(
          list.map(([text, owner], i) => [`e${String(i)}`, { kind: "action", lane: "l", step: "s", order: `a${String(i)}`, text, owner }]),
        );
        const markers = Object.fromEntries(list.map(([, , note], i) => [`m${String(i)}`, { target: `e${String(i)}`, type: "pain", note }]));
        const doc = { meta: { title: "t" }, lanes: { l: { role: "customer", order: "a", title } }, steps: { s: { order: "a", title } }, elements, markers };
        const board = createReader()(doc);
        expect(carried(fresh(fromCsv(toCsv(board))).board)).toEqual(carried(board));
      }),
      { numRuns: 60 },
    );
  });

  test("no cell begins like a formula, and the quote goes away again", () => {
    for (const text of ["=1+1", "+46", "-5", "@x", "\tx", "\rx"]) {
      expect(neutralise(text)).toBe(`'${text}`);
      expect(restore(neutralise(text))).toBe(text);
    }
    expect(neutralise("a=b")).toBe("a=b");
    expect(neutralise("'n")).toBe("'n");
    expect(neutralise("'=n")).toBe("''=n");
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("'", "=", "-", "a", "\r") }), (s) => restore(neutralise(s)) === s));
  });

  test("a hand-made table with semicolons and few columns is a board", () => {
    const { board } = fresh(fromCsv("Step;Lane role;Text\nAnsöka;customer;Fyller i\nAnsöka;frontstage;Hjälper\nBeslut;customer;Läser\n"));
    expect(board.steps.map((s) => s.title)).toEqual(["Ansöka", "Beslut"]);
    expect(board.lanes.map((l) => l.role)).toEqual(["customer", "frontstage"]);
    expect(board.elements.map((e) => [e.text, e.kind])).toEqual([["Fyller i", "action"], ["Läser", "action"], ["Hjälper", "action"]]);
  });

  test("what is wrong is said with its row", () => {
    const fault = (csv: string) => {
      const imported = fromCsv(csv);
      return "problem" in imported ? imported.problem : undefined;
    };
    expect(fault("a,b\n1,2")).toEqual({ key: "csvHead", values: { column: "step" } });
    expect(fault("")).toMatchObject({ key: "csvHead" });
    expect(fault("step,lane_role,text\ns,customer,x\ns,king,x")).toEqual({ key: "badRole", values: { value: "king" }, within: { row: 3 } });
    expect(fault("step,lane_role,text,kind\ns,customer,x,thing")).toMatchObject({ key: "badKind", within: { row: 2 } });
    expect(fault("step,lane_role,text,step_order\ns,customer,x,first")).toMatchObject({ key: "badNumber", within: { row: 2 } });
    expect(fault('step,lane_role,text\ns,customer,"x')).toMatchObject({ key: "quotes" });
    expect(fault(`step,lane_role,text\n${Array.from({ length: 201 }, (_, i) => `s${String(i)},customer,x`).join("\n")}`)).toMatchObject({ key: "manySteps" });
    fc.assert(fc.property(fc.string(), (s) => void fromCsv(`step,lane_role,text,markers,connects_to,element\n${s}`)));
  });

  test("lists in a cell come back whatever is in them", () => {
    const text = fc.string({ unit: fc.constantFrom("a", ";", "{", "}", "=", ",", "\\", " ", "\n") });
    const item = fc.record({ head: text.filter((t) => t !== ""), params: fc.dictionary(fc.constantFrom("wait", "to"), text), words: text });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 4 }), (items) => {
        expect(splitItems(joinItems(items)).map((i) => ({ ...i }))).toEqual(items.map(({ params, ...rest }) => ({ ...rest, params: { ...params } })));
      }),
    );
    fc.assert(fc.property(fc.string(), (s) => void splitItems(s)));
  });
});

test("an outline is read from top to bottom, and nobody's words are markup", () => {
  const { board } = full();
  const outline = toMarkdown(board.board(), {
    step: (id) => board.board().steps.find((s) => s.id === id)?.title || "Steg",
    lane: (id) => id,
    about: (e) => (e.owner ? [`ägare: ${e.owner}`] : []),
    aboutStep: () => [],
    untitled: "Tavla",
    loose: "Utanför",
    connections: "Kopplingar",
  });
  expect(outline.split("\n").slice(0, 4)).toEqual(['# Ansöka; om "bygglov"', "", "Att se  ", "helheten"]);
  expect(outline).toContain("*Före*\n\n## 1. =Upptäcka");
  expect(outline).toContain("### frontstage\n\n- \\+46 svarar — ägare: @kundtjänst");
  expect(outline).toContain("- Söker, efter regler ↔ \\+46 svarar (frågar; ofta)");
});

test("an outline keeps bold, lists and links, and only those", () => {
  const board = new BoardDocument(new Desk(genesis()));
  const id = board.createElement({ lane: "customer", step: "s1", kind: "action" }) ?? "";
  board.editText(["elements", id, "text"], { at: 0, remove: 0, insert: "**Ringer** # nu\n- läser [reglerna](https://x.org/a_(b))\n- *väntar*\nslut\n# nej" });
  const outline = toMarkdown(board.board(), { step: () => "Steg", lane: (l) => l, about: () => [], aboutStep: () => [], untitled: "Tavla", loose: "Utanför", connections: "Kopplingar" });
  expect(outline).toContain(`- **Ringer** # nu
  - läser [reglerna](https://x.org/a_%28b%29)
  - \\*väntar\\*
  
  slut  
  \\# nej
`);
});

describe("files", () => {
  const opened = async (name: string, bytes: Uint8Array<ArrayBuffer> | string) => {
    const imported = await openFile(new File([bytes], name));
    return "problem" in imported ? imported.problem.key : "board";
  };

  test("are told apart by what they are", async () => {
    const json = toJson(contentOf(full().desk.doc()));
    expect(await opened("b.json", json)).toBe("board");
    expect(await opened("b.txt", json)).toBe("board");
    expect(await opened("b.csv", toCsv(full().board.board()))).toBe("board");
    expect(await opened("b.json", "")).toBe("empty");
    expect(await opened("b.png", "xxxx")).toBe("kind");
    expect(await opened("b.automerge", "xxxx")).toBe("unread");
    expect(await opened("b.csv", new Uint8Array(21 * 1024 * 1024))).toBe("large");
    // JSON may hold pictures.
    expect(await opened("b.json", new Uint8Array(65 * 1024 * 1024))).toBe("large");
  });

  test("of old spreadsheets are read too", () => {
    expect(decode(new Uint8Array([0xe5, 0xe4, 0xf6]))).toBe("åäö");
    expect(decode(new Uint8Array([0xff, 0xfe, 0xe5, 0]))).toBe("å");
    expect(decode(new Uint8Array([0xc3, 0xa5]))).toBe("å");
  });

  test("have names that every system takes", () => {
    expect(fileName("Ansöka: om/bygglov?")).toBe("Ansöka-om-bygglov");
    expect(fileName("***")).toBe("board");
  });

  test("with a full board fill a new one in changes that a server takes", () => {
    const elements = Object.fromEntries(
      Array.from({ length: 5000 }, (_, i) => [`e${String(i)}`, { kind: "note", lane: "l", step: "s", order: `a${String(i)}`, text: "En lapp med några ord på" }]),
    );
    const imported = fromJson(JSON.stringify({ lanes: { l: { role: "customer", order: "a" } }, steps: { s: { order: "a" } }, elements }));
    const { desk, board } = fresh(imported);
    expect(board.elements).toHaveLength(5000);
    for (const change of A.getAllChanges(desk.doc())) expect(A.decodeChange(change).ops.length).toBeLessThan(10_000);
  });
});

/** A document as the server's engine writes it for a copy: see taggedJSON in crdt/engine. */
function tagged(value: unknown): unknown {
  if (A.isImmutableString(value)) return { $scalar: String(value.val) };
  if (value instanceof Date) return { $date: value.getTime() };
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== "object" || value === null) return value;
  const map = Object.fromEntries(Object.entries(value).map(([key, v]) => [key, tagged(v)]));
  const [only, ...others] = Object.keys(map);
  return others.length === 0 && only !== undefined && /^\$(text|scalar|date|bytes|map)$/.test(only) ? { $map: map } : map;
}

describe("copies that the server makes", () => {
  const t = (key: string) => key;

  test("are those that a browser saves", () => {
    const { desk, board } = full();
    desk.change((draft) => {
      const root = draft as unknown as Record<string, Record<string, unknown>>;
      root["more"] = { at: new Date(5), text: "a text", whole: new A.ImmutableString("whole"), odd: { $text: "no tag" }, list: ["x", new A.ImmutableString("y")] };
      Object.assign(root["lanes"]?.["customer"] as object, { role: "a text where none is" });
    });
    const json = JSON.stringify(tagged(desk.doc()));
    expect(JSON.parse(copyOf(json, "json", t))).toEqual(JSON.parse(toJson(contentOf(desk.doc()))));
    const plain = JSON.stringify(desk.doc());
    expect(copyOf(plain, "csv", t)).toBe(toCsv(board.board()));
    expect(copyOf(plain, "markdown", t)).toMatch(/^# Ansöka; om "bygglov"\n/);
    expect(() => copyOf(plain, "pdf", t)).toThrow();
  });
});
