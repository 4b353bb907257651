import type { DocHandle, DocHandleEphemeralMessagePayload, PeerId } from "@automerge/automerge-repo/slim";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How many colours there are for people; the style sheet gives `--person-0` and so on. */
export const PERSON_COLORS = 10;
export const NAME_LENGTH = 64;

/** Someone at the board, as far as can be seen: where they point and what they are at. */
export interface Presence {
  readonly name: string;
  /** An index into the colours for people. */
  readonly color: number;
  /** In board coordinates. */
  readonly cursor: Point | undefined;
  readonly selected: string | undefined;
  readonly editing: string | undefined;
  /** What they carry just now, and how far from where it lies. */
  readonly moving?: Moving | undefined;
}

export interface Moving {
  readonly ids: readonly string[];
  readonly dx: number;
  readonly dy: number;
}

export interface Peer extends Presence {
  /** The session: one person with two windows is two. */
  readonly id: string;
}

/** At most one message in so many milliseconds. */
const THROTTLE = 80;
const HEARTBEAT = 10_000;
/** Someone who has been silent for so long has left. Milliseconds. */
export const SILENCE = 25_000;
/** Only while so few are here does everyone greet a newcomer; in a crowd the heartbeat has to do. */
const GREETING_CROWD = 12;
const MOST_PEERS = 500;

/**
 * Tells the others where this person is, and keeps who else is here. Every message is complete by itself, since a server
 * may pass on only the newest of several.
 */
export class PresenceRoom {
  readonly #handle: DocHandle<unknown>;
  readonly #listeners = new Set<() => void>();
  readonly #seen = new Map<string, { peer: Peer; at: number }>();
  #peers: readonly Peer[] = [];
  #self: Presence;
  #sentAt = 0;
  #pending: ReturnType<typeof setTimeout> | undefined;
  readonly #clock: ReturnType<typeof setInterval>;

  constructor(handle: DocHandle<unknown>, self: Pick<Presence, "name" | "color">) {
    this.#handle = handle;
    this.#self = { ...self, cursor: undefined, selected: undefined, editing: undefined };
    handle.on("ephemeral-message", this.#receive);
    window.addEventListener("pagehide", this.#leave);
    this.#clock = setInterval(() => this.#tick(), HEARTBEAT / 4);
    this.#soon(THROTTLE);
  }

  /** The others, in the order they came. The same array until one of them has changed. */
  peers = (): readonly Peer[] => this.#peers;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  update(change: Partial<Presence>): void {
    const next = { ...this.#self, ...change };
    const same = (Object.keys(next) as (keyof Presence)[]).every((k) => next[k] === this.#self[k]);
    if (same) return;
    this.#self = next;
    this.#soon(THROTTLE);
  }

  /** To be called when the connection has come back: the others may have forgotten us. */
  announce(): void {
    this.#soon(THROTTLE * 3);
  }

  /** Somebody is gone. */
  left(peer: PeerId): void {
    if (this.#seen.delete(peer)) this.#changed();
  }

  close(): void {
    this.#leave();
    clearInterval(this.#clock);
    clearTimeout(this.#pending);
    this.#handle.off("ephemeral-message", this.#receive);
    window.removeEventListener("pagehide", this.#leave);
  }

  readonly #leave = () => {
    this.#handle.broadcast({ type: "bye" });
  };

  readonly #receive = ({ senderId, message }: DocHandleEphemeralMessagePayload<unknown>) => {
    const said = readMessage(senderId, message);
    if (said === "bye") {
      this.left(senderId);
      return;
    }
    if (!said) return;
    const isNew = !this.#seen.has(senderId);
    if (isNew && this.#seen.size >= MOST_PEERS) return;
    this.#seen.set(senderId, { peer: said, at: Date.now() });
    if (isNew && this.#seen.size <= GREETING_CROWD) this.#soon(THROTTLE + Math.random() * 300);
    this.#changed();
  };

  #tick(): void {
    const now = Date.now();
    let gone = false;
    for (const [id, { at }] of this.#seen) if (now - at > SILENCE) gone = this.#seen.delete(id);
    if (gone) this.#changed();
    if (now - this.#sentAt >= HEARTBEAT) this.#send();
  }

  #soon(wait: number): void {
    this.#pending ??= setTimeout(() => this.#send(), wait);
  }

  #send(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#sentAt = Date.now();
    const { name, color, cursor, selected, editing, moving } = this.#self;
    this.#handle.broadcast({
      type: "presence",
      name,
      color,
      cursor: cursor ? { x: Math.round(cursor.x), y: Math.round(cursor.y) } : null,
      selected: selected ?? null,
      editing: editing ?? null,
      ...(moving ? { moving } : {}),
    });
  }

  #changed(): void {
    this.#peers = Array.from(this.#seen.values(), ({ peer }) => peer);
    for (const listener of this.#listeners) listener();
  }
}

/** What a message says of its sender. Anyone may send anything: what is no presence says nothing. */
export function readMessage(senderId: PeerId, message: unknown): Peer | "bye" | undefined {
  if (typeof message !== "object" || message === null) return undefined;
  const fields = message as Record<string, unknown>;
  if (fields["type"] === "bye") return "bye";
  if (fields["type"] !== "presence") return undefined;
  const { name, color } = fields;
  const id = (value: unknown) => (typeof value === "string" && value.length <= 64 ? value : undefined);
  return {
    id: senderId,
    name: typeof name === "string" ? name.slice(0, NAME_LENGTH) : "",
    color: typeof color === "number" && Number.isInteger(color) && color >= 0 ? color % PERSON_COLORS : 0,
    cursor: readPoint(fields["cursor"]),
    selected: id(fields["selected"]),
    editing: id(fields["editing"]),
    moving: readMoving(fields["moving"]),
  };
}

function readMoving(value: unknown): Moving | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { ids, dx, dy } = value as Record<string, unknown>;
  const by = readPoint({ x: dx, y: dy });
  if (!by || !Array.isArray(ids)) return undefined;
  return { ids: ids.slice(0, 100).filter((id) => typeof id === "string" && id.length <= 64) as string[], dx: by.x, dy: by.y };
}

function readPoint(value: unknown): Point | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { x, y } = value as Record<string, unknown>;
  const sane = (n: unknown): n is number => typeof n === "number" && Number.isFinite(n) && Math.abs(n) < 1e7;
  return sane(x) && sane(y) ? { x, y } : undefined;
}
