import { boardPath, call } from "./api";
import { credentials } from "./participant";

export type Audience = "customer" | "staff";
/** Whether customers or staff speak by an actor, as the server knows it. An actor that is not in it is nobody it knows. */
export type Voices = ReadonlyMap<string, Audience>;

/** So long the server is not asked again, milliseconds. */
const PAUSE = 5_000;
/** So often it is asked for an actor; who is unknown then stays so, as programs do that never joined. */
const TRIES = 3;

/** Whose hands the actors of a board are. Asks the server when somebody wants to know of actors that are new. */
export class VoiceStore {
  readonly #board: { readonly id: string; readonly secret: string };
  readonly #listeners = new Set<() => void>();
  /** How often the server was asked for an actor it does not know. */
  readonly #tries = new Map<string, number>();
  #voices: Voices = new Map();
  #asked = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(board: { readonly id: string; readonly secret: string }) {
    this.#board = board;
  }

  get = (): Voices => this.#voices;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Says that these actors matter; what is known of them comes to those who have subscribed. */
  want(actors: ReadonlySet<string>): void {
    const unknown = [...actors].filter((actor) => !this.#voices.has(actor) && (this.#tries.get(actor) ?? 0) < TRIES);
    clearTimeout(this.#timer);
    if (unknown.length === 0 || this.#closed) return;
    this.#timer = setTimeout(() => {
      for (const actor of unknown) this.#tries.set(actor, (this.#tries.get(actor) ?? 0) + 1);
      void this.#ask().then(() => this.want(actors));
    }, Math.max(0, this.#asked + PAUSE - Date.now()));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  async #ask(): Promise<void> {
    this.#asked = Date.now();
    const { id, secret } = this.#board;
    try {
      this.#voices = readVoices(await call(`${boardPath(id)}/authors`, { headers: credentials(id, secret) }));
    } catch {
      return; // nobody is judged without an answer
    }
    for (const listener of this.#listeners) listener();
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
