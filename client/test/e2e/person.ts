import { expect } from "@playwright/test";
import type { BrowserContext, Locator, Page } from "@playwright/test";
import type { Watch } from "./watch";

export type Lane = "evidence" | "customer" | "frontstage" | "backstage" | "support";
export type Step = "s1" | "s2" | "s3" | "s4" | "s5";

/** A note as it is seen on a screen. */
export interface Seen {
  readonly id: string;
  readonly kind: string;
  readonly color: string;
  readonly lane: string;
  readonly step: string;
  readonly text: string;
}

/** Looks more often than once a second, as expect.poll does by itself after a while. */
const SOON = { timeout: 20_000, intervals: [20, 50, 100] };

/** One person at one browser of their own, and what they do with a board. */
export class Person {
  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly watch: Watch,
    /** Where this person reaches the server. */
    readonly origin: string,
  ) {}

  /** Makes a board from the start page and returns its address, with the owner's secret. */
  async makeBoard(title: string): Promise<string> {
    await this.page.goto(this.origin);
    await this.page.locator("#board-name").fill(title);
    await this.page.locator("form button[type=submit]").click();
    await this.isAtBoard(title);
    return this.page.url();
  }

  /** Follows a link to a board, whichever way this person reaches the server. */
  async follow(link: string): Promise<void> {
    const { pathname, hash } = new URL(link);
    await this.page.goto(this.origin + pathname + hash);
  }

  async join(link: string, title?: string): Promise<void> {
    await this.follow(link);
    await this.isAtBoard(title);
  }

  async isAtBoard(title?: string): Promise<void> {
    await this.page.waitForURL(/\/b\/[\w-]+#[\w-]+$/, { waitUntil: "commit" });
    // Looks at each frame: expect() looks twice a second by then, and everybody comes here first.
    await this.page.waitForFunction(() => document.querySelector("[data-testid=board-title]")?.checkVisibility(), undefined, { timeout: 15_000 });
    if (title !== undefined) await expect(this.title).toHaveValue(title);
  }

  get title(): Locator {
    return this.page.getByTestId("board-title");
  }

  get notes(): Locator {
    return this.page.getByTestId("note");
  }

  note(text: string): Locator {
    return this.notes.filter({ hasText: text });
  }

  /** The note with these words in this cell. */
  noteIn(lane: Lane, step: Step, text: string): Locator {
    return this.note(text).and(this.page.locator(`[data-lane="${lane}"][data-step="${step}"]`));
  }

  /** The field of the note being written on. */
  get field(): Locator {
    return this.page.getByTestId("note-text");
  }

  get notice(): Locator {
    return this.page.getByTestId("notice");
  }

  get cursors(): Locator {
    return this.page.getByTestId("cursor");
  }

  cell(lane: Lane, step: Step): Locator {
    return this.page.getByTestId(`cell-${lane}-${step}`);
  }

  async saved(): Promise<void> {
    await expect(this.page.getByTestId("save-state")).toHaveAttribute("data-state", "saved", { timeout: 30_000 });
  }

  async unsaved(): Promise<void> {
    await expect(this.page.getByTestId("save-state")).toHaveAttribute("data-state", "unsaved", { timeout: 15_000 });
  }

  /** Puts a note or a card last in a cell, with the keyboard, and leaves it selected. */
  async add(lane: Lane, step: Step, text: string, key: "n" | "a" = "n"): Promise<void> {
    await this.cell(lane, step).locator(".cell-add").focus();
    await this.page.keyboard.press(key);
    await expect(this.field).toBeFocused();
    await this.page.keyboard.insertText(text);
    await this.page.keyboard.press("Escape");
    await expect(this.noteIn(lane, step, text)).toBeFocused();
  }

  /** Double-clicks a note and puts the caret at its end. */
  async writeOn(note: Locator): Promise<void> {
    await note.dblclick();
    await expect(this.field).toBeFocused();
  }

  /** Selects a note without the mouse. */
  async choose(note: Locator): Promise<void> {
    await note.focus();
    await expect(note).toHaveAttribute("data-selected", "true");
  }

  /** Takes a note by its upper part and carries it to the middle of a cell, still holding it. */
  async carry(note: Locator, cell: Locator): Promise<void> {
    const from = await boxOf(note);
    const to = await boxOf(cell);
    const { mouse } = this.page;
    await mouse.move(from.x + from.width / 2, from.y + 20);
    await mouse.down();
    await mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 8 });
  }

  /** Every note on the screen, in an order that does not depend on the screen. */
  async board(): Promise<Seen[]> {
    return seenOn(this.notes);
  }

  /** The words on the board, for comparing with what was written. */
  async words(): Promise<string[]> {
    return (await this.board()).map((note) => note.text).sort();
  }

  async sees(...words: string[]): Promise<void> {
    await expect.poll(() => this.words(), SOON).toEqual([...words].sort());
  }

  /** What the invitation dialog hands out for a role. */
  async linkFor(role: "viewer" | "commenter" | "editor"): Promise<string> {
    await this.page.getByTestId("invite").click();
    const link = await this.page.getByTestId(`link-${role}`).inputValue();
    await this.page.keyboard.press("Escape");
    await expect(this.page.getByRole("dialog")).toHaveCount(0);
    return link;
  }
}

/** These notes as they are seen, in an order that does not depend on the screen. */
export async function seenOn(notes: Locator): Promise<Seen[]> {
  const seen = await notes.evaluateAll((cards) =>
    cards.map((card) => {
      const { noteId, kind, color, lane, step } = (card as HTMLElement).dataset;
      const text = card.querySelector("textarea")?.value ?? card.querySelector(".card-text")?.textContent;
      return { id: noteId ?? "", kind: kind ?? "", color: color ?? "", lane: lane ?? "", step: step ?? "", text: text ?? "" };
    }),
  );
  return seen.sort((a, b) => a.id.localeCompare(b.id));
}

/** All of them see the same board, which is what the first sees once they agree. */
export async function sameBoard(first: Person, ...others: Person[]): Promise<void> {
  for (const other of others) {
    await expect.poll(() => Promise.all([other.board(), first.board()]).then(([a, b]) => ({ same: JSON.stringify(a) === JSON.stringify(b), a, b })), SOON).toMatchObject({ same: true });
  }
}

export async function boxOf(locator: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await locator.boundingBox();
  if (!box) throw new Error(`${String(locator)} is not on the screen`);
  return box;
}
