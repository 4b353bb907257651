import fc from "fast-check";
import { expect, test } from "vitest";
import { breakLines, countLines } from "../../src/richtext/lines";
import { linksIn, marksIn, parseText, plainText, safeAddress } from "../../src/richtext/parse";

/** A text as it is shown, with bold in angle brackets and links with where they lead. */
const shown = (text: string) =>
  parseText(text)
    .map(({ sign, runs }) => `${sign === "" ? "" : `${sign} `}${runs.map((r) => (r.href === undefined ? "" : `{${r.href} `) + (r.bold ? `<${r.text}>` : r.text) + (r.href === undefined ? "" : "}")).join("")}`)
    .join("\n");

/** Texts made of what has a meaning, and of what looks like it. */
const pieces = fc.constantFrom("**", "*", "***", "- ", "1. ", "12. ", "\n", " ", "a", "ord", "å👩‍👧", "[", "]", "(", ")", "](", "https://x.org", "http://", "mailto:a@b.se", "javascript:alert(1)", "<img onerror=x>", "https://x.org/a_(b)", ".", "\u0000", "\r");
const texts = fc.oneof(fc.array(pieces, { maxLength: 30 }).map((p) => p.join("")), fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));

test.each([
  ["plain words, 2 * 3 and a ** b", "plain words, 2 * 3 and a ** b"],
  ["**bold** and not", "<bold> and not"],
  ["in**si**de", "in<si>de"],
  ["** not bold **", "** not bold **"],
  ["**left open", "**left open"],
  ["**a **b**", "**a <b>"],
  ["***a***", "<*a*>"],
  ["****", "****"],
  ["**one\ntwo**", "**one\ntwo**"],
  ["- milk\n- **eggs**\n-no item", "• milk\n• <eggs>\n-no item"],
  ["1. first\n12. twelfth\n1234. a year", "1. first\n12. twelfth\n1234. a year"],
  ["- ", "• "],
  ["see https://x.org.", "see {https://x.org/ https://x.org}."],
  ["(https://x.org/a_(b)), then", "({https://x.org/a_(b) https://x.org/a_(b)}), then"],
  ["**https://x.org**", "{https://x.org/ <https://x.org>}"],
  ["xhttps://x.org", "xhttps://x.org"],
  ["[the rules](https://x.org/r) hold", "{https://x.org/r the rules} hold"],
  ["**see [the rules](https://x.org/**)**", "<see >{https://x.org/** <the rules>}"],
  ["[write **us**](mailto:a@b.se)", "{mailto:a@b.se write }{mailto:a@b.se <us>}"],
  ["[**](https://x.org)", "{https://x.org/ **}"],
  ["[](https://x.org)", "[]({https://x.org/ https://x.org})"],
  ["[a](javascript:alert(1))", "[a](javascript:alert(1))"],
  ["[a](data:text/html,x) [b](//x.org) [c](/b/1)", "[a](data:text/html,x) [b](//x.org) [c](/b/1)"],
  ["https://bank.se@evil.example/", "https://bank.se@evil.example/"],
  ["<img src=x onerror=alert(1)> & <b>no</b>", "<img src=x onerror=alert(1)> & <b>no</b>"],
])("%j is shown as %j", (text, expected) => {
  expect(shown(text)).toBe(expected);
});

test("labels have the words without their marks", () => {
  expect(plainText("**Väntar** på\n- [svar](https://x.org)\n2. brev")).toBe("Väntar på\nsvar\n2. brev");
});

test("whatever is written, it is read: what is shown is in the text in that order, and links lead only where links may", () => {
  fc.assert(
    fc.property(texts, (text) => {
      let at = 0;
      const lines = parseText(text);
      expect(lines).toHaveLength(text.split("\n").length);
      for (const run of lines.flatMap((l) => l.runs)) {
        expect(run.text).not.toBe("");
        const found = text.indexOf(run.text, at);
        expect(found).toBeGreaterThanOrEqual(at);
        at = found + run.text.length;
        if (run.href !== undefined) {
          expect(["http:", "https:", "mailto:"]).toContain(new URL(run.href).protocol);
          expect(safeAddress(run.href)).toBe(run.href);
        }
      }
      // Every letter that is no mark is shown.
      const letters = (s: string) => Array.from(s.replace(/[*\s\d.•-]/g, "")).length;
      if (!text.includes("](")) expect(letters(plainText(text))).toBe(letters(text));
    }),
    { numRuns: 2000 },
  );
});

test("marks come in pairs and links lie beside each other", () => {
  fc.assert(
    fc.property(texts, (text) => {
      for (const line of text.split("\n")) {
        const marks = marksIn(line);
        expect(marks.map((m) => m.opens)).toEqual(marks.map((_, i) => i % 2 === 0));
        for (const [i, m] of marks.entries()) {
          expect(line.slice(m.at, m.at + 2)).toBe("**");
          expect(m.at).toBeGreaterThanOrEqual((marks[i - 1]?.at ?? -2) + 2);
        }
        let at = 0;
        for (const link of linksIn(line)) {
          expect(link.from).toBeGreaterThanOrEqual(at);
          at = link.to;
        }
      }
    }),
    { numRuns: 1000 },
  );
});

test("what is hostile and long is read whole", () => {
  for (const piece of ["**a ", "**", "[", "[a](http://", "[a](https://x()", "((((", "https://x.org/((((", "[a", "* **", "- [", "mailto:", "http://"]) {
    const long = piece.repeat(Math.ceil(20_000 / piece.length));
    expect(plainText(long).length).toBeLessThanOrEqual(long.length);
    expect(parseText(`${long}\n`.repeat(5))).toHaveLength(6);
  }
});

test("a text is broken into the lines that are counted, all words are on them, and marks take no room", () => {
  const measure = (text: string, bold: boolean) => text.length * (bold ? 8 : 7);
  expect(countLines("**aaaa** bbbb", 9 * 8, measure)).toBe(1);
  expect(countLines("aaaa bbbb", 8 * 7, measure)).toBe(2);
  expect(breakLines("- aaaa **bb** cc", 80, measure)).toEqual([
    { sign: "•", indent: 14, runs: [{ text: "aaaa ", bold: false }, { text: "bb", bold: true }, { text: " ", bold: false }] },
    { sign: "", indent: 14, runs: [{ text: "cc", bold: false }] },
  ]);
  fc.assert(
    fc.property(texts, fc.integer({ min: 30, max: 200 }), (text, width) => {
      const lines = breakLines(text, width, measure);
      expect(lines).toHaveLength(countLines(text, width, measure));
      const words = parseText(text).flatMap((l) => l.runs.map((r) => r.text)).join("");
      expect(lines.flatMap((l) => l.runs.map((r) => r.text)).join("")).toBe(words);
      for (const { indent, runs } of lines) {
        const letters = runs.map((r) => r.text).join("");
        const wide = runs.reduce((sum, r, i) => sum + measure(i === runs.length - 1 ? r.text.trimEnd() : r.text, r.bold), 0);
        if (Array.from(letters.trim()).length > 1 && !/\s{2}|[^\S ]|\p{M}|\u200d/u.test(letters)) expect(wide, JSON.stringify(letters)).toBeLessThanOrEqual(width - indent + 8);
      }
    }),
    { numRuns: 1000 },
  );
});
