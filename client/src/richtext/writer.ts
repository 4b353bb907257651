import type { BoardDocument } from "../document/document";
import { movePosition } from "../document/text";
import type { Splice } from "../document/text";
import { breakItem, setLink, toggleBold, toggleList } from "./edit";
import type { Edit } from "./edit";
import { fromHtml } from "./fromHtml";
import { safeAddress } from "./parse";

/** Where what is written goes. The field follows it. */
export interface Destination {
  /** Makes replacements, from the last to the first, as one deed. */
  edit(splices: readonly Splice[]): void;
  /** Tells what others write meanwhile; nobody does, when it is left out. */
  follow?(listener: (splices: readonly Splice[]) => void): () => void;
}

export const intoDocument = (document: BoardDocument, path: readonly string[]): Destination => ({
  edit: (splices) => void document.formatText(path, splices),
  follow: (listener) => document.onText(path, listener),
});

/** A field in which text with bold, lists and links is written: by keys, by pasting, and by whoever holds the writer. */
export class Writer {
  readonly #stop = new AbortController();

  constructor(
    readonly field: HTMLTextAreaElement,
    readonly destination: Destination,
    /** Asks for an address; without it there is no key for that. */
    readonly askForLink?: () => void,
  ) {
    const { signal } = this.#stop;
    field.addEventListener("keydown", this.#key, { signal });
    field.addEventListener("beforeinput", this.#input, { signal });
    field.addEventListener("paste", this.#paste, { signal });
  }

  close(): void {
    this.#stop.abort();
  }

  bold(): void {
    this.apply(toggleBold(...this.#chosen()));
  }

  list(): void {
    this.apply(toggleList(...this.#chosen()));
  }

  /** Makes a link of what is chosen; false when it cannot be one. An empty address takes the link away. */
  link(address: string, [start, end] = [this.field.selectionStart, this.field.selectionEnd]): boolean {
    const edit = setLink(this.field.value, start, end, address);
    return edit !== undefined && this.apply(edit);
  }

  /** What is chosen now, kept true while the keyboard is elsewhere and others go on writing. */
  hold(): { start: number; end: number; release: () => void } {
    const { selectionStart: start, selectionEnd: end } = this.field;
    const place = { start, end, release: (): void => undefined };
    const stop = this.destination.follow?.((splices) => {
      place.start = movePosition(place.start, splices);
      place.end = Math.max(place.start, movePosition(place.end, splices));
    });
    place.release = () => stop?.();
    return place;
  }

  /** False when there is no room for it. */
  apply({ splices, start, end }: Edit): boolean {
    const { field } = this;
    const grows = splices.reduce((sum, s) => sum + s.insert.length - s.remove, 0);
    if (field.readOnly || (field.maxLength >= 0 && grows > 0 && field.value.length + grows > field.maxLength)) return false;
    if (splices.length > 0) this.destination.edit(splices);
    field.setSelectionRange(start, end);
    return true;
  }

  #chosen(): [text: string, start: number, end: number] {
    const { value, selectionStart, selectionEnd } = this.field;
    return [value, selectionStart, selectionEnd];
  }

  #key = (event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const does = event.shiftKey ? (event.code === "Digit8" ? () => this.list() : event.code === "KeyK" ? this.askForLink : undefined) : event.key.toLowerCase() === "b" ? () => this.bold() : undefined;
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  };

  #input = (event: InputEvent) => {
    if (event.inputType !== "insertLineBreak" || event.isComposing) return;
    const edit = breakItem(...this.#chosen());
    if (edit && this.apply(edit)) event.preventDefault();
  };

  #paste = (event: ClipboardEvent) => {
    const [text, start, end] = this.#chosen();
    const plain = event.clipboardData?.getData("text/plain") ?? "";
    const address = plain.trim();
    if (start !== end && safeAddress(address) !== undefined && safeAddress(text.slice(start, end).trim()) === undefined && this.link(address)) {
      event.preventDefault();
      return;
    }
    const html = event.clipboardData?.getData("text/html") ?? "";
    const rich = html === "" ? undefined : fromHtml(html);
    if (rich === undefined) return;
    event.preventDefault();
    const { maxLength } = this.field;
    const room = maxLength < 0 ? rich.length : Math.max(0, maxLength - text.length + (end - start));
    const insert = rich.slice(0, room);
    this.apply({ splices: [{ at: start, remove: end - start, insert }], start: start + insert.length, end: start + insert.length });
  };
}
