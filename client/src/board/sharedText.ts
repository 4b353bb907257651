import type { BoardDocument } from "../document/document";
import { movePosition, spliceOf } from "../document/text";
import type { Splice } from "../document/text";

type Field = HTMLTextAreaElement | HTMLInputElement;

/**
 * Ties a text field to a text of the document: what is typed goes into the document letter by letter, what others type
 * comes into the field at once, and the caret stays where its person has it. While an input method composes a word the
 * field is left alone, since changing it would break the word; both sides meet when the word is done. Returns how to
 * untie it.
 */
export function bindSharedText(field: Field, document: BoardDocument, path: readonly string[]): () => void {
  let composing = false;
  let mine = false;
  let missed: Splice[] = [];

  const show = (caretStart: number, caretEnd: number) => {
    const text = document.text(path);
    if (field.value === text) return;
    const active = field.ownerDocument.activeElement === field;
    const direction = field.selectionDirection ?? "none";
    field.value = text;
    if (active) field.setSelectionRange(caretStart, caretEnd, direction);
  };

  const caret = (splices: readonly Splice[]): [number, number] => [
    movePosition(field.selectionStart ?? 0, splices),
    movePosition(field.selectionEnd ?? 0, splices),
  ];

  const typed = () => {
    if (composing) return;
    const splice = spliceOf(document.text(path), field.value, field.selectionEnd ?? undefined);
    if (splice) document.editText(path, splice);
  };

  const composed = () => {
    composing = false;
    const splices = missed;
    missed = [];
    if (splices.length === 0) {
      typed();
      return;
    }
    const splice = spliceOf(before, field.value, field.selectionEnd ?? undefined);
    if (splice) {
      const at = movePosition(splice.at, splices);
      const end = movePosition(splice.at + splice.remove, splices);
      mine = true;
      document.editText(path, { at, remove: Math.max(0, end - at), insert: splice.insert });
      mine = false;
      show(at + splice.insert.length, at + splice.insert.length);
    } else {
      show(...caret(splices));
    }
  };

  let before = "";
  const composes = () => {
    composing = true;
    before = field.value;
  };

  const beforeInput = (event: Event) => {
    const { inputType } = event as InputEvent;
    // The browser's own undo knows nothing of what others typed.
    if (inputType === "historyUndo" || inputType === "historyRedo") {
      event.preventDefault();
      if (inputType === "historyUndo") document.undo();
      else document.redo();
    }
  };

  const stop = document.onText(path, (splices) => {
    // The word just composed is not in the field yet where it belongs: its caret is set with it.
    if (mine) return;
    if (composing) missed.push(...splices);
    else show(...caret(splices));
  });
  field.addEventListener("input", typed);
  field.addEventListener("beforeinput", beforeInput);
  field.addEventListener("compositionstart", composes);
  field.addEventListener("compositionend", composed);
  field.value = document.text(path);
  return () => {
    stop();
    field.removeEventListener("input", typed);
    field.removeEventListener("beforeinput", beforeInput);
    field.removeEventListener("compositionstart", composes);
    field.removeEventListener("compositionend", composed);
  };
}
