import fc from "fast-check";
import { expect, test } from "vitest";
import { bindSharedText } from "../../src/board/sharedText";
import type { Edit } from "../../src/richtext/edit";
import { asAddress, breakItem, isBold, linkAt, setLink, toggleBold, toggleList } from "../../src/richtext/edit";
import { parseText, plainText } from "../../src/richtext/parse";
import { Writer, intoDocument } from "../../src/richtext/writer";
import { people } from "./boards";

type Deed = (text: string, start: number, end: number) => Edit | undefined;

/** Does something to a text in which the choice is shown by bars; one bar is the caret. */
function done(marked: string, deed: Deed): string {
  const start = marked.indexOf("|");
  const text = marked.replaceAll("|", "");
  const end = marked.lastIndexOf("|") - (marked.indexOf("|") === marked.lastIndexOf("|") ? 0 : 1);
  const edit = deed(text, start, end);
  if (!edit) return "nothing";
  const after = made(text, edit);
  return `${after.slice(0, edit.start)}|${edit.start === edit.end ? "" : `${after.slice(edit.start, edit.end)}|`}${after.slice(edit.end)}`;
}

function made(text: string, { splices }: Edit): string {
  let [last, after] = [Infinity, text];
  for (const { at, remove, insert } of splices) {
    expect(at + remove).toBeLessThanOrEqual(last);
    last = at;
    after = after.slice(0, at) + insert + after.slice(at + remove);
  }
  return after;
}

test.each([
  ["ett |två| tre", "ett **|två|** tre"],
  ["ett **|två|** tre", "ett |två| tre"],
  ["ett |två |tre", "ett **|två** |tre"],
  ["ett **två |tre| fyra**", "ett **två** |tre| **fyra**"],
  ["ett |två **tre|**", "ett **|två tre|**"],
  ["**ett** |två|", "**ett** **|två|**"],
  ["|ett\n- två\n\ntre|", "**|ett**\n- **två**\n\n**tre|**"],
  ["ett tv|å", "ett **tv|å**"],
  ["ett **tv|å** tre", "ett tv|å tre"],
  ["ett | två", "ett **|** två"],
  ["ett **|** två", "ett | två"],
  ["se |https://x.org/a| nu", "se **|https://x.org/a|** nu"],
  ["se https://x.|org|/a nu", "se **https://x.|org|/a** nu"],
  ["|[ord](https://x.org)|", "**|[ord](https://x.org)|**"],
  ["[ett |två|](https://x.org)", "[ett **|två|**](https://x.org)"],
])("bold: %j becomes %j", (before, after) => {
  expect(done(before, toggleBold)).toBe(after);
});

test.each([
  ["|mjölk", "- |mjölk"],
  ["- mj|ölk", "mj|ölk"],
  ["|mjölk\n\nägg|", "- |mjölk\n\n- ägg|"],
  ["1. |mjölk\n- ägg|", "|mjölk\nägg|"],
  ["|", "- |"],
])("list: %j becomes %j", (before, after) => {
  expect(done(before, toggleList)).toBe(after);
});

test.each([
  ["- mjölk|", "- mjölk\n- |"],
  ["9. mjölk| och ägg", "9. mjölk\n10. | och ägg"],
  ["- mjölk\n- |", "- mjölk\n|"],
  ["- mj|öl|k", "- mj\n- |k"],
  ["mjölk|", "nothing"],
  ["|- mjölk", "nothing"],
])("Enter: %j becomes %j", (before, after) => {
  expect(done(before, breakItem)).toBe(after);
});

test.each([
  ["läs |reglerna| nu", "https://x.org/a_(b)", "läs [reglerna](https://x.org/a_%28b%29)| nu"],
  ["läs |regl[e]rna |nu", "https://x.org", "läs [reglerna](https://x.org)| nu"],
  ["läs [regl|erna](https://x.org)", "https://y.org", "läs [reglerna](https://y.org)|"],
  ["läs [regl|erna](https://x.org)", "", "läs reglerna|"],
  ["läs https://x.|org", "https://y.org", "läs https://y.org|"],
  ["läs|", "https://x.org", "läs https://x.org|"],
  ["|ett\ntvå|", "https://x.org", "nothing"],
  ["|ett|", "javascript:alert(1)", "nothing"],
])("link: %j to %j becomes %j", (before, address, after) => {
  expect(done(before, (text, start, end) => setLink(text, start, end, address))).toBe(after);
});

test("an address is made whole where it can be", () => {
  expect(["kommun.se/bygglov", " anna@kommun.se ", "https://x.org", "kommun", "javascript:x", "a b.se"].map(asAddress)).toEqual([
    "https://kommun.se/bygglov",
    "mailto:anna@kommun.se",
    "https://x.org",
    undefined,
    undefined,
    undefined,
  ]);
  expect(linkAt("läs [reglerna](https://x.org)", 6, 6)).toMatchObject({ words: "reglerna", address: "https://x.org" });
});

const pieces = fc.constantFrom("a", "ord", "å👩‍👧", " ", "  ", "\n", "\n- ", "\n1. ", " https://x.org ", " [ord](https://x.org/b) ", "**ord**", " **a b** ", "(", ".");
const chosen = fc
  .tuple(fc.array(pieces, { maxLength: 14 }), fc.nat(), fc.nat())
  .map(([p, a, b]) => {
    const text = p.join("");
    const [start, end] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y);
    return { text, start: start ?? 0, end: end ?? 0 };
  });

/** Each letter and whether it is bold. Spaces are neither. */
const look = (text: string) => parseText(text).map((l) => l.runs.flatMap((r) => Array.from(r.text.replace(/\s/g, ""), (c) => (r.bold ? `<${c}>` : c))));

test("bold comes and goes without a word being changed, and the third time is like the first", () => {
  fc.assert(
    fc.property(chosen, ({ text, start, end }) => {
      // Asterisks without a counterpart are letters, and could find one.
      // An address has spaces around it: what is glued to it becomes a part.
      fc.pre(start < end && !plainText(text).includes("*"));
      const was = isBold(text, start, end);
      const first = toggleBold(text, start, end);
      const once = made(text, first);
      expect(plainText(once)).toBe(plainText(text));
      for (const s of first.splices) expect(["", "**"]).toContain(s.insert);
      if (first.splices.length === 0) return;
      expect(isBold(once, first.start, first.end)).toBe(!was);
      const second = toggleBold(once, first.start, first.end);
      const twice = made(once, second);
      expect(isBold(twice, second.start, second.end)).toBe(was);
      const third = toggleBold(twice, second.start, second.end);
      expect(look(made(twice, third))).toEqual(look(once));
    }),
    { numRuns: 2000 },
  );
});

test("a list comes and goes, and nothing that is done to a text fails", () => {
  fc.assert(
    fc.property(chosen, ({ text, start, end }) => {
      const first = toggleList(text, start, end);
      const once = made(text, first);
      const signs = (s: string) => parseText(s).map((l) => l.kind);
      const twice = made(once, toggleList(once, first.start, first.end));
      expect(signs(made(twice, toggleList(twice, first.start, first.start)))).toHaveLength(signs(text).length);
      for (const deed of [toggleBold, toggleList, breakItem]) {
        const edit = deed(text, start, end);
        if (!edit) continue;
        const after = made(text, edit);
        expect(edit.start).toBeLessThanOrEqual(edit.end);
        expect(edit.end).toBeLessThanOrEqual(after.length);
      }
      const link = setLink(text, start, end, "https://y.org/");
      if (link) expect(made(text, link)).toContain("https://y.org/");
    }),
    { numRuns: 2000 },
  );
});

/** As much of a text field as is used. */
class Field extends EventTarget {
  readonly ownerDocument = { activeElement: this };
  value = "";
  selectionStart = 0;
  selectionEnd = 0;
  selectionDirection = "none";
  readOnly = false;
  maxLength = 5000;

  setSelectionRange(start: number, end: number): void {
    [this.selectionStart, this.selectionEnd] = [start, end];
  }
}

test("two make bold and lists of the same text at once: all marks and all letters are there, and each takes back only their own", () => {
  const { all, meet } = people(2);
  const [a, b] = all;
  if (!a || !b) throw new Error("two people were asked for");
  const id = a.board.createElement({ lane: "customer", step: "s1" }) ?? "";
  const path = ["elements", id, "text"];
  a.board.editText(path, { at: 0, remove: 0, insert: "ett två tre" });
  meet();
  const [fieldA, fieldB] = [new Field(), new Field()];
  const hands = [[a, fieldA], [b, fieldB]] as const;
  const [writerA, writerB] = hands.map(([person, field]) => {
    bindSharedText(field as unknown as HTMLTextAreaElement, person.board, path);
    return new Writer(field as unknown as HTMLTextAreaElement, intoDocument(person.board, path));
  });
  fieldA.setSelectionRange(4, 7);
  writerA?.bold();
  fieldB.setSelectionRange(8, 11);
  writerB?.list();
  b.board.editText(path, { at: 13, remove: 0, insert: " fyra" });
  meet();
  expect(a.board.text(path)).toBe("- ett **två** tre fyra");
  expect(b.board.text(path)).toBe("- ett **två** tre fyra");
  expect([fieldA.value, fieldA.value.slice(fieldA.selectionStart, fieldA.selectionEnd)]).toEqual(["- ett **två** tre fyra", "två"]);
  a.board.undo();
  meet();
  expect(b.board.text(path)).toBe("- ett två tre fyra");
  a.board.redo();
  b.board.undo();
  b.board.undo();
  meet();
  expect(a.board.text(path)).toBe("ett **två** tre");
  writerA?.close();
  expect(fieldA.value).toBe("ett **två** tre");
});
