/** One short message at a time, shown and read out: what has just happened, when it cannot be seen from the board. */
export class NoticeStore {
  readonly #listeners = new Set<() => void>();
  #message = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  get = (): string => this.#message;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  say = (message: string): void => {
    clearTimeout(this.#timer);
    // The same words twice are two events: a no-break space makes them differ for a screen reader.
    this.#set(message === this.#message ? `${message}\u00a0` : message);
    this.#timer = setTimeout(() => this.#set(""), 5_000);
  };

  #set(message: string): void {
    this.#message = message;
    for (const listener of this.#listeners) listener();
  }
}
