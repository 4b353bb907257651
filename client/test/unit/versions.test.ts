import * as A from "@automerge/automerge";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { compareBoards } from "../../src/compare/differences";
import { summarise } from "../../src/compare/words";
import { createReader } from "../../src/document/read";
import { askedComparison, askedMoment, comparisonLink, inOrder } from "../../src/history/link";
import type { Between } from "../../src/history/link";
import { setLanguage, startLanguage } from "../../src/i18n";
import { en } from "../../src/i18n/en";
import { sv } from "../../src/i18n/sv";
import type { NamedVersion, Period } from "../../src/versions/api";
import { beginningOf, choicesOf, labelOf, sayPeriod, sayTogether, timeNear } from "../../src/versions/words";
import { people } from "./boards";
import type { Person } from "./boards";
import { act, doings } from "./doings";
import { lookUp } from "./lookUp";

const english = lookUp(en);
const swedish = lookUp(sv);

beforeEach(async () => {
  vi.stubGlobal("localStorage", { getItem: () => "en", setItem: () => undefined });
  vi.stubGlobal("navigator", { languages: [] });
  vi.stubGlobal("document", { documentElement: {} });
  await startLanguage();
});
afterEach(() => vi.unstubAllGlobals());

const at = (text: string) => new Date(text).getTime();
const period = (start: string, end: string, count: number, first = 2, last = 9): Period => ({ first, last, start: at(start), end: at(end), people: count });
const now = at("2026-11-28T12:00");

describe("when people worked", () => {
  test("is told with the day, the hours and how many they were", async () => {
    const say = (p: Period) => sayPeriod(p, english, now);
    expect(say(period("2026-11-27T10:05", "2026-11-27T11:40", 4))).toBe("Friday 27 November, 10:05 to 11:40, 4 people");
    expect(say(period("2026-11-27T10:05", "2026-11-27T10:05:40", 1))).toBe("Friday 27 November, 10:05, 1 person");
    expect(say(period("2026-11-27T23:50", "2026-11-28T01:20", 0))).toBe("Friday 27 November, 23:50 to Saturday 28 November, 01:20");
    expect(say(period("2025-11-27T10:05", "2025-11-27T11:40", 2))).toBe("Thursday, 27 November 2025, 10:05 to 11:40, 2 people");
    await setLanguage("sv");
    expect(sayPeriod(period("2026-11-27T10:05", "2026-11-27T11:40", 4), swedish, now)).toBe("Fredag 27 november, 10:05 till 11:40, 4 personer");
  });

  test("its start is what others had left, and never before the board", () => {
    expect(beginningOf(period("2026-11-27T10:05", "2026-11-27T11:40", 4, 8))).toBe(7);
    expect(beginningOf(period("2026-11-27T10:05", "2026-11-27T11:40", 4, 1))).toBe(1);
  });
});

describe("two moments", () => {
  const between = fc.record({ from: fc.integer({ min: 1, max: 999_999_999 }), to: fc.oneof(fc.integer({ min: 1, max: 999_999_999 }), fc.constant("now" as const)) });

  test("are in a link, the earlier one first, and found in it again", () => {
    fc.assert(
      fc.property(between, (b: Between) => {
        vi.stubGlobal("location", new URL("https://x.test/b/b"));
        const link = new URL(comparisonLink({ id: "b", secret: "s3cret" }, b));
        expect(link.hash).toBe("#s3cret");
        vi.stubGlobal("location", link);
        const asked = askedComparison();
        expect(asked).toEqual(inOrder(b));
        expect(asked?.to === "now" || (asked?.from ?? 0) <= (asked?.to ?? 0)).toBe(true);
        expect(askedMoment()).toBe(asked?.to === "now" ? asked.from : asked?.to);
      }),
    );
  });

  test("that no address can mean are not asked for", () => {
    for (const search of ["", "?compare=", "?compare=1", "?compare=1..", "?compare=now..2", "?compare=1..2..3", "?compare=-1..2", "?compare=1..1e3", "?compare=1..12345678901"]) {
      vi.stubGlobal("location", new URL(`https://x.test/b/b${search}#s`));
      expect(askedComparison(), search).toBeUndefined();
      expect(askedMoment(), search).toBeUndefined();
    }
  });

  test("are picked among all versions, the newest first, each called by its name", () => {
    const named: NamedVersion[] = [
      { id: "a", title: "After the workshop", moment: 9, at: at("2026-11-27T11:40"), by: { name: "Anna", pseudonym: undefined }, mine: true },
      { id: "b", title: "First draft", moment: 4, at: at("2026-11-27T10:30"), by: undefined, mine: false },
    ];
    const choices = choicesOf(named, [period("2026-11-27T10:05", "2026-11-27T11:40", 4)], [{ position: 4, time: now }, { position: 6, time: 0 }], english, now);
    expect(choices.map(({ position, group, label }) => [position, group, label])).toEqual([
      [9, "named", "After the workshop (27 Nov 11:40)"],
      [9, "automatic", "End of Friday 27 November, 11:40"],
      [6, "here", "After 6 changes"],
      [4, "named", "First draft (27 Nov 10:30)"],
      [1, "automatic", "Start of Friday 27 November, 10:05"],
    ]);
    expect(labelOf(choices, 9)).toBe("After the workshop (27 Nov 11:40)");
    expect(labelOf(choices, 5)).toBe("");
  });

  test("are dated by the contributions that led to them", () => {
    const did = [[2, 4, 100, 200], [5, 9, 500, 900]].map(([first = 0, last = 0, start = 0, end = 0]) => ({ first, last, start, end, by: 0, changes: 1, operations: [] }));
    expect([1, 2, 4, 5, 9, 12].map((p) => timeNear(did, p))).toEqual([0, 100, 200, 500, 900, 900]);
  });

  test("read as plain JSON differ in what they differ in as documents", () => {
    const read = createReader((map, key) => A.getConflicts(map as never, key as never));
    fc.assert(
      fc.property(doings(10), doings(8), (before, after) => {
        const { all } = people(1, { now: () => 0 });
        const [a] = all as [Person];
        act(a, before);
        const then = A.clone(a.desk.doc() as A.Doc<unknown>);
        act(a, after);
        const plain = (doc: unknown) => createReader()(JSON.parse(JSON.stringify(doc)));
        const [x, y] = [plain(then), plain(a.desk.doc())];
        const differences = compareBoards(x, y);
        expect(differences.map((d) => d.key)).toEqual(compareBoards(read(then), read(a.desk.doc())).map((d) => d.key));
        // And back again everything that came is gone.
        const back = compareBoards(y, x);
        expect(back.filter((d) => d.how === "removed").map((d) => d.id).sort()).toEqual(differences.filter((d) => d.how === "added").map((d) => d.id).sort());
        expect(sayTogether(summarise(differences, x, y, english), 3, english) === "").toBe(differences.length === 0);
      }),
      { numRuns: 40 },
    );
  });
});

test("sentences become one, and what is too much is counted", () => {
  const sentences = ["3 steps added", "1 action moved from “Backstage” to “Frontstage”", "2 fail points gained a recovery"];
  expect(sayTogether(sentences, 8, english)).toBe("3 steps added, 1 action moved from “Backstage” to “Frontstage”, 2 fail points gained a recovery");
  expect(sayTogether(["The board got another name", "Other votes on 1 thing"], 8, english)).toBe("The board got another name, other votes on 1 thing");
  expect(sayTogether(sentences, 1, english)).toBe("3 steps added, and 2 things more");
  expect(sayTogether([], 8, english)).toBe("");
});
