import { ApiError } from "../sync/api";
import { PICTURE_TYPES } from "./head";
import { isPictureName, nameOf } from "./prepare";
import type { Fate, Shelf } from "./shelf";
import type { Transport } from "./transport";

/** "absent": the board knows of it, but who put it there has not sent it yet. */
export type Shown =
  | { readonly state: "loading" | "absent" | "unreachable" | "damaged" }
  | { readonly state: "here"; readonly url: string };

/** Why the server does not take a picture: words of the program, under "picture.refused". */
export type Refusal = "full" | "large" | "kind" | "forbidden";

/** What becomes of a picture that the server does not have yet. */
export type Sending =
  | { readonly state: "waiting" }
  | { readonly state: "sending"; readonly share: number }
  | { readonly state: "refused"; readonly why: Refusal };

export interface Look {
  readonly shown: Shown;
  readonly sending: Sending | undefined;
}

/** So many are fetched at once. */
const FETCHES = 4;
/** How long to wait before asking again, milliseconds; the last holds from then on. */
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000] as const;
const pauseAfter = (tries: number) => PAUSES[Math.min(tries, PAUSES.length - 1)] ?? 60_000;

interface Shower {
  shown: Shown;
  users: number;
  tries: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  stop: AbortController | undefined;
}

interface Sender {
  sending: Sending;
  /** Kept here only where the device has no room for it. */
  bytes: Uint8Array<ArrayBuffer> | undefined;
  type: string;
  stop: AbortController;
}

const NOTHING: Look = { shown: { state: "loading" }, sending: undefined };

/** The pictures of one board: fetched when they come into view, sent when they are put on it, and kept on this device. */
export class Pictures {
  readonly #board: string;
  readonly #shelf: Shelf;
  readonly #transport: Transport;
  readonly #listeners = new Set<() => void>();
  readonly #showers = new Map<string, Shower>();
  readonly #senders = new Map<string, Sender>();
  readonly #looks = new Map<string, Look>();
  readonly #fetchQueue: (() => void)[] = [];
  #fetching = 0;
  #closed = false;
  #sendTries = 0;
  #sendTimer: ReturnType<typeof setTimeout> | undefined;
  #sendingNow: string | undefined;

  constructor(board: string, shelf: Shelf, transport: Transport) {
    this.#board = board;
    this.#shelf = shelf;
    this.#transport = transport;
  }

  /** Goes on with what an earlier visit could not send. */
  async resume(): Promise<void> {
    for (const id of await this.#shelf.waiting(this.#board)) this.#enqueue(id, undefined, "");
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#sendTimer);
    for (const { stop } of this.#senders.values()) stop.abort();
    for (const id of this.#showers.keys()) this.#forget(id);
    this.#listeners.clear();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same object until something of it has changed. */
  look(id: string): Look {
    return this.#looks.get(id) ?? NOTHING;
  }

  /** Whether there are pictures that the server does not have yet, and whether they are on their way to it. */
  pending = (): "none" | "moving" | "stuck" => {
    if (this.#senders.size === 0) return "none";
    return this.#sendTries === 0 && [...this.#senders.values()].every((s) => s.sending.state !== "refused") ? "moving" : "stuck";
  };

  /** Shows a picture for as long as somebody looks. Returns how to end that. */
  acquire(id: string): () => void {
    let shower = this.#showers.get(id);
    if (!shower) {
      shower = { shown: { state: "loading" }, users: 0, tries: 0, timer: undefined, stop: undefined };
      this.#showers.set(id, shower);
      if (isPictureName(id)) void this.#load(id, shower);
      else shower.shown = { state: "absent" };
      this.#tell(id);
    }
    shower.users++;
    const mine = shower;
    return () => {
      mine.users--;
      // What is drawn anew in the same moment, as when it is moved, stays.
      setTimeout(() => {
        if (mine.users === 0 && this.#showers.get(id) === mine) this.#forget(id);
      }, 1_000);
    };
  }

  /** The bytes of a picture, from wherever they can be had. */
  async bytes(id: string, signal: AbortSignal): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> } | undefined> {
    const held = this.#senders.get(id);
    if (held?.bytes) return { type: held.type, bytes: held.bytes };
    const kept = await this.#shelf.get(this.#board, id);
    if (kept) return kept;
    try {
      return await this.#download(id, signal);
    } catch {
      return undefined;
    }
  }

  /** Keeps a picture on this device and sends it. False: it is lost if the page is closed before it is sent. */
  async keep({ id, type, bytes }: { readonly id: string; readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }): Promise<boolean> {
    const kept = await this.#shelf.put(this.#board, id, type, bytes, "waiting");
    this.#enqueue(id, kept ? undefined : bytes, type);
    const shower = this.#showers.get(id);
    if (shower && shower.shown.state !== "here") this.#here(id, shower, type, bytes);
    return kept;
  }

  /** Sends it no further. Should the board show it once more, it is sent after all. */
  async cancel(id: string): Promise<void> {
    this.#senders.get(id)?.stop.abort();
    this.#senders.delete(id);
    this.#tell(id);
    await this.#shelf.setFate(this.#board, id, "cancelled");
  }

  /** Fetches or sends again at once, whatever went wrong. */
  retry(id: string): void {
    const sender = this.#senders.get(id);
    if (sender?.sending.state === "refused") this.#setSending(id, { state: "waiting" });
    const shower = this.#showers.get(id);
    if (shower && shower.shown.state !== "here") this.#again(id, shower);
    this.#sendSoon(0);
  }

  /** There is a connection: what waits for one need not wait longer. */
  online(): void {
    this.#sendTries = 0;
    this.#sendSoon(0);
    for (const [id, shower] of this.#showers) if (shower.shown.state === "unreachable") this.#again(id, shower);
  }

  // Showing

  #again(id: string, shower: Shower): void {
    clearTimeout(shower.timer);
    shower.tries = 0;
    this.#setShown(id, shower, { state: "loading" });
    void this.#load(id, shower);
  }

  async #load(id: string, shower: Shower): Promise<void> {
    shower.stop?.abort();
    const stop = new AbortController();
    shower.stop = stop;
    const over = () => stop.signal.aborted || this.#closed;
    const held = this.#senders.get(id);
    if (held?.bytes) {
      this.#here(id, shower, held.type, held.bytes);
      return;
    }
    const kept = await this.#shelf.get(this.#board, id);
    if (over()) return;
    if (kept) {
      this.#here(id, shower, kept.type, kept.bytes);
      if (kept.fate === "cancelled") {
        await this.#shelf.setFate(this.#board, id, "waiting");
        this.#enqueue(id, undefined, kept.type);
      }
      return;
    }
    try {
      const { type, bytes } = await this.#download(id, stop.signal);
      if (!over()) this.#here(id, shower, type, bytes);
    } catch (error) {
      if (over()) return;
      const status = error instanceof ApiError ? error.status : 0;
      this.#setShown(id, shower, { state: status === 404 ? "absent" : status === 500 ? "damaged" : "unreachable" });
      if (status === 500) return;
      shower.timer = setTimeout(() => void this.#load(id, shower), pauseAfter(shower.tries++));
    }
  }

  async #download(id: string, signal: AbortSignal): Promise<{ type: string; bytes: Uint8Array<ArrayBuffer> }> {
    if (this.#fetching >= FETCHES) await new Promise<void>((resolve) => this.#fetchQueue.push(resolve));
    this.#fetching++;
    try {
      signal.throwIfAborted();
      const answer = await this.#transport.download(id, signal);
      // Something between here and the server may have changed it; what is kept is kept for long.
      if (nameOf(answer.bytes) !== id) throw new ApiError(502, "");
      await this.#shelf.put(this.#board, id, answer.type, answer.bytes, "sent");
      return answer;
    } finally {
      this.#fetching--;
      this.#fetchQueue.shift()?.();
    }
  }

  #here(id: string, shower: Shower, type: string, bytes: Uint8Array<ArrayBuffer>): void {
    if (shower.shown.state === "here") return;
    // Nothing else is ever made of the bytes than a picture.
    const known = PICTURE_TYPES.find((t) => t === type) ?? "image/png";
    this.#setShown(id, shower, { state: "here", url: URL.createObjectURL(new Blob([bytes], { type: known })) });
  }

  #forget(id: string): void {
    const shower = this.#showers.get(id);
    if (!shower) return;
    clearTimeout(shower.timer);
    shower.stop?.abort();
    if (shower.shown.state === "here") URL.revokeObjectURL(shower.shown.url);
    this.#showers.delete(id);
    this.#tell(id);
  }

  #setShown(id: string, shower: Shower, shown: Shown): void {
    shower.shown = shown;
    this.#tell(id);
  }

  // Sending

  #enqueue(id: string, bytes: Uint8Array<ArrayBuffer> | undefined, type: string): void {
    if (this.#closed || this.#senders.has(id)) return;
    this.#senders.set(id, { sending: { state: "waiting" }, bytes, type, stop: new AbortController() });
    this.#tell(id);
    this.#sendSoon(0);
  }

  #sendSoon(pause: number): void {
    clearTimeout(this.#sendTimer);
    if (this.#closed || this.#sendingNow !== undefined) return;
    this.#sendTimer = setTimeout(() => void this.#sendNext(), pause);
  }

  /** One at a time, so that the first is there soon. */
  async #sendNext(): Promise<void> {
    const [id, sender] = [...this.#senders].find(([, s]) => s.sending.state === "waiting") ?? [];
    if (id === undefined || !sender || this.#sendingNow !== undefined) return;
    this.#sendingNow = id;
    const { signal } = sender.stop;
    let pause = 0;
    try {
      const kept = sender.bytes ? { type: sender.type, bytes: sender.bytes } : await this.#shelf.get(this.#board, id);
      if (kept) {
        this.#setSending(id, { state: "sending", share: 0 });
        await this.#transport.upload(kept.bytes, kept.type, (share) => this.#setSending(id, { state: "sending", share }), signal);
        await this.#shelf.setFate(this.#board, id, "sent" satisfies Fate);
      }
      // A browser that has thrown it away leaves nothing to send.
      if (this.#senders.get(id) === sender) this.#senders.delete(id);
      this.#sendTries = 0;
      this.#tell(id);
    } catch (error) {
      const why = refusalOf(error);
      if (signal.aborted) pause = 0;
      else if (why) this.#setSending(id, { state: "refused", why });
      else {
        this.#setSending(id, { state: "waiting" });
        pause = pauseAfter(this.#sendTries++);
      }
    }
    this.#sendingNow = undefined;
    this.#sendSoon(pause);
  }

  #setSending(id: string, sending: Sending): void {
    const sender = this.#senders.get(id);
    if (!sender) return;
    sender.sending = sending;
    this.#tell(id);
  }

  #tell(id: string): void {
    const shown = this.#showers.get(id)?.shown;
    const sending = this.#senders.get(id)?.sending;
    if (shown ?? sending) this.#looks.set(id, { shown: shown ?? NOTHING.shown, sending });
    else this.#looks.delete(id);
    for (const listener of this.#listeners) listener();
  }
}

/** Undefined: it may go better later. */
function refusalOf(error: unknown): Refusal | undefined {
  switch (error instanceof ApiError ? error.status : 0) {
    case 409:
      return "full";
    case 413:
      return "large";
    case 400:
    case 415:
      return "kind";
    case 401:
    case 403:
    case 404:
      return "forbidden";
    default:
      return undefined;
  }
}
