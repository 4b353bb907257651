import { PASS } from "../embed/where";
import { isPseudonym } from "../i18n";
import { ApiError, renameMe } from "./api";
import type { KnownBoard } from "./device";
import { keepName, toldName, tokenFor } from "./participant";

/**
 * Tells the server what this person is called now, where it was told something else: when they choose another name, and
 * once the connection is back. A name that it does not have any more because they had it erased is not told again.
 */
export class Naming {
  readonly #board: Pick<KnownBoard, "id" | "secret">;
  /** What they are called, and what they were when the board was opened. */
  #name: string;
  readonly #first: string;
  #telling = false;

  constructor(board: Pick<KnownBoard, "id" | "secret">, name: string) {
    this.#board = board;
    this.#name = this.#first = name;
  }

  call(name: string): void {
    this.#name = name;
    void this.tell();
  }

  async tell(): Promise<void> {
    const { id, secret } = this.#board;
    const name = this.#name;
    // Who has not joined as somebody has no name there, and a page that vouches for somebody names them. What the program
    // has made up is nobody's name.
    if (this.#telling || secret === PASS || isPseudonym(name) || tokenFor(id) === undefined || (toldName(id) ?? this.#first) === name) return;
    this.#telling = true;
    try {
      await renameMe(id, secret, name);
      keepName(id, name);
    } catch (error) {
      // It will not have it: asking again would change nothing.
      if (error instanceof ApiError && error.status >= 400 && error.status < 429) keepName(id, name);
    } finally {
      this.#telling = false;
    }
    if (this.#name !== name) void this.tell();
  }
}
