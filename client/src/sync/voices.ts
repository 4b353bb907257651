import { boardPath, call } from "./api";
import { credentials } from "./participant";

export type Audience = "customer" | "staff";
/** Whether customers or staff speak by an actor, as the server knows it. An actor that is not in it is nobody it knows. */
export type Voices = ReadonlyMap<string, Audience>;

/** So long the server is not asked again, milliseconds. */
const PAUSE = 20_000;

/** Whose hands the actors of a board are. Asks the server when somebody wants to know, and again when new actors appear. */
export class VoiceStore {
  readonly #board: { readonly id: string; readonly secret: string };
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #voices: Voices = new Map();
  #asked = -Infinity;

  constructor(board: { readonly id: string; readonly secret: string }, now: () => number = Date.now) {
    this.#board = board;
    this.#now = now;
  }

  get = (): Voices => this.#voices;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Says that these actors matter; what is known of them comes to those who have subscribed. */
  want(actors: Iterable<string>): void {
    const unknown = [...actors].some((actor) => !this.#voices.has(actor));
    if (!unknown || this.#now() - this.#asked < PAUSE) return;
    this.#asked = this.#now();
    const { id, secret } = this.#board;
    call(`${boardPath(id)}/authors`, { headers: credentials(id, secret) }).then(
      (answer) => {
        this.#voices = readVoices(answer);
        for (const listener of this.#listeners) listener();
      },
      // Without an answer nobody is judged; the next change asks again.
      () => undefined,
    );
  }
}

export function readVoices({ authors }: Readonly<Record<string, unknown>>): Voices {
  const voices = new Map<string, Audience>();
  for (const author of Array.isArray(authors) ? (authors as unknown[]) : []) {
    const { actor, audience } = (author ?? {}) as Record<string, unknown>;
    if (typeof actor === "string" && (audience === "customer" || audience === "staff")) voices.set(actor, audience);
  }
  return voices;
}
