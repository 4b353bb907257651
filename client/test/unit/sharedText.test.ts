import { expect, test } from "vitest";
import { bindSharedText } from "../../src/board/sharedText";
import { people } from "./boards";

/** As much of a text field as the binding uses. */
class Field extends EventTarget {
  readonly ownerDocument = { activeElement: this };
  value = "";
  selectionStart = 0;
  selectionEnd = 0;
  selectionDirection = "none";

  setSelectionRange(start: number, end: number): void {
    this.selectionStart = start;
    this.selectionEnd = end;
  }

  type(text: string): void {
    this.value = this.value.slice(0, this.selectionStart) + text + this.value.slice(this.selectionEnd);
    this.setSelectionRange(this.selectionStart + text.length, this.selectionStart + text.length);
    this.dispatchEvent(new Event("input"));
  }
}

function two(text: string) {
  const { all, meet } = people(2);
  const [a, b] = all;
  if (!a || !b) throw new Error("two people were asked for");
  const id = a.board.createElement({ lane: "customer", step: "s1" }) ?? "";
  const path = ["elements", id, "text"];
  a.board.editText(path, { at: 0, remove: 0, insert: text });
  meet();
  const field = new Field();
  bindSharedText(field as unknown as HTMLTextAreaElement, a.board, path);
  return { a, b, path, field, meet };
}

test("the field shows the text, and typing changes it", () => {
  const { a, path, field } = two("hello");
  expect(field.value).toBe("hello");
  field.setSelectionRange(5, 5);
  field.type("!");
  expect(a.board.text(path)).toBe("hello!");
});

test("what another types before the caret moves it along, after it does not", () => {
  const { b, path, field, meet } = two("hello");
  field.setSelectionRange(3, 3);
  b.board.editText(path, { at: 0, remove: 0, insert: ">> " });
  meet();
  expect([field.value, field.selectionStart]).toEqual([">> hello", 6]);
  b.board.editText(path, { at: 8, remove: 0, insert: " <<" });
  meet();
  expect([field.value, field.selectionStart]).toEqual([">> hello <<", 6]);
});

test("a word that is being composed is left alone, and both sides meet when it is done", () => {
  const { a, b, path, field, meet } = two("ab");
  field.setSelectionRange(1, 1);
  field.dispatchEvent(new Event("compositionstart"));
  field.type("k");
  b.board.editText(path, { at: 0, remove: 0, insert: "12" });
  meet();
  expect(field.value).toBe("akb");
  field.type("a");
  field.dispatchEvent(new Event("compositionend"));
  expect(a.board.text(path)).toBe("12akab");
  expect([field.value, field.selectionStart]).toEqual(["12akab", 5]);
  meet();
  expect(b.board.text(path)).toBe("12akab");
});
