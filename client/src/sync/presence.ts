import { placeOf } from "./crowd";
import type { Place, Shown } from "./crowd";
import type { DocHandle, DocHandleEphemeralMessagePayload, PeerId } from "@automerge/automerge-repo/slim";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Area extends Point {
  readonly width: number;
  readonly height: number;
}

/** How many colours there are for people; the style sheet gives `--person-0` and so on. */
export const PERSON_COLORS = 10;
export const NAME_LENGTH = 64;

/** What one can call into the room without a word. */
export const CALLS = ["thumb", "heart", "star", "question"] as const;
export type CallKind = (typeof CALLS)[number];

export interface Call {
  readonly kind: CallKind;
  /** Tells a call from the one before. */
  readonly turn: number;
}

/** Someone at the board, as far as can be seen: where they point and what they are at. */
export interface Presence {
  readonly name: string;
  /** An index into the colours for people. */
  readonly color: number;
  /** In board coordinates. */
  readonly cursor: Point | undefined;
  /** The element, connector, step or lane that they are at. */
  readonly selected: string | undefined;
  /** All the elements they have chosen, when that is more than one. */
  readonly chosen?: readonly string[] | undefined;
  /** The element, step or lane whose words they are writing. */
  readonly editing: string | undefined;
  /** They write a comment: in this thread, or a new one about this part of the board. */
  readonly talking?: string | undefined;
  /** What they see of the board. */
  readonly view?: Area | undefined;
  /** The session whose view they follow. */
  readonly following?: string | undefined;
  readonly call?: Call | undefined;
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
/** And while nobody else is here, by the word of a server that would know. */
const THROTTLE_ALONE = 1_000;
const HEARTBEAT = 10_000;
/** Someone who has been silent for so long has left. Milliseconds. */
export const SILENCE = 25_000;
/** For each so many people here a sign of life comes once less often. */
const CROWD = 50;
/** Only while so few are here does everyone greet a newcomer; in a crowd the heartbeat has to do. */
const GREETING_CROWD = 12;
const MOST_PEERS = 1_000;
/** So many chosen elements are told of. */
const MOST_CHOSEN = 50;
/** A call is told for so long, so that nobody misses it who gets only some of what is told. Milliseconds. */
const CALL = 1_500;
/** Who has come just now gives way when somebody has the same colour. Milliseconds. */
const NEW = 5_000;

/**
 * Tells the others where this person is, and keeps who else is here. Every message is complete by itself, since a server
 * may pass on only the newest of several.
 */
export class PresenceRoom {
  readonly #handle: DocHandle<unknown>;
  readonly #listeners = new Set<() => void>();
  readonly #seen = new Map<string, { peer: Peer; at: number; since: number }>();
  readonly #came = Date.now();
  /** The id of this session, as the others see it. */
  readonly id: string;
  #peers: readonly Peer[] = [];
  #self: Presence;
  #sentAt = 0;
  /** Since when the server tells of everybody who comes or goes; then nobody has to say time and again that they are here. */
  #toldSince: number | undefined;
  #pending: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #calling: ReturnType<typeof setTimeout> | undefined;
  readonly #clock: ReturnType<typeof setInterval>;

  constructor(handle: DocHandle<unknown>, self: Pick<Presence, "name" | "color">, id: string) {
    this.#handle = handle;
    this.id = id;
    this.#self = { name: self.name, color: self.color, cursor: undefined, selected: undefined, editing: undefined };
    handle.on("ephemeral-message", this.#receive);
    window.addEventListener("pagehide", this.#leave);
    this.#clock = setInterval(() => this.#tick(), HEARTBEAT / 4);
    this.#soon(THROTTLE);
  }

  /** The others, in the order they came. The same array until one of them has changed. */
  peers = (): readonly Peer[] => this.#peers;

  /** This person, as the others see them. */
  self = (): Presence => this.#self;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  update(change: Partial<Presence>): void {
    const next = { ...this.#self, ...change };
    const same = (Object.keys(next) as (keyof Presence)[]).every((k) => next[k] === this.#self[k]);
    if (same) return;
    this.#self = next;
    this.#soon(this.#toldSince !== undefined && this.#seen.size === 0 ? THROTTLE_ALONE : THROTTLE);
    if ("name" in change || "color" in change || "following" in change || "call" in change) this.#tell();
  }

  /** Calls something to the others, for a moment. */
  call(kind: CallKind): void {
    clearTimeout(this.#calling);
    this.update({ call: { kind, turn: Math.floor(Math.random() * 1e9) } });
    this.#calling = setTimeout(() => this.update({ call: undefined }), CALL);
  }

  /** To be called when the connection has come back: the others may have forgotten us. `told`: its server tells of everybody who comes or goes. */
  announce(told: boolean): void {
    this.#toldSince = told ? Date.now() : undefined;
    this.#soon(THROTTLE * 3);
  }

  /** To be called when the connection is lost: for a while the others are taken to be still there. */
  lost(): void {
    this.#toldSince = undefined;
    const now = Date.now();
    for (const one of this.#seen.values()) one.at = now;
  }

  /** What the server tells of several people at once. */
  shown(people: readonly Shown[]): void {
    let changed = false;
    for (const { id, said, gone } of people) {
      if (id === this.id) continue;
      const read = gone ? "bye" : readMessage(id, said);
      if (read === undefined) continue;
      changed = (read === "bye" ? this.#seen.delete(id) : this.#note(read)) || changed;
    }
    if (changed) this.#changed();
  }

  /** What the server is told beside what the others are told; nothing while there are none. */
  place = (): Place | undefined => (this.#seen.size > 0 ? placeOf(this.#self) : undefined);

  /** Somebody is gone. */
  left(peer: PeerId): void {
    if (this.#seen.delete(peer)) this.#changed();
  }

  close(): void {
    this.#leave();
    clearInterval(this.#clock);
    clearTimeout(this.#pending);
    clearTimeout(this.#calling);
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
    if (this.#note(said)) this.#changed();
  };

  /** Takes in what somebody says; false if there is no room for them. */
  #note(said: Peer): boolean {
    const senderId = said.id;
    const isNew = !this.#seen.has(senderId);
    if (isNew && this.#seen.size >= MOST_PEERS) return false;
    const now = Date.now();
    const since = this.#seen.get(senderId)?.since ?? now;
    this.#seen.set(senderId, { peer: said, at: now, since });
    if (said.color === this.#self.color && givesWay(this.id, now - this.#came, senderId, now - since)) {
      this.update({ color: otherColor(said.color, Array.from(this.#seen.values(), ({ peer }) => peer.color), Math.random()) });
    }
    if (isNew && this.#seen.size <= GREETING_CROWD) this.#soon(THROTTLE + Math.random() * 300);
    return true;
  }

  #tick(): void {
    const now = Date.now();
    let gone = false;
    const told = this.#toldSince;
    for (const [id, { at }] of this.#seen) {
      const silent = told === undefined ? now - at > SILENCE : at < told && now - told > SILENCE;
      if (silent) gone = this.#seen.delete(id);
    }
    if (gone) this.#changed();
    // Those whom a server tells nothing of this kind need to hear it, but in a crowd not so often.
    if (now - this.#sentAt >= HEARTBEAT * (told === undefined ? 1 : 1 + this.#seen.size / CROWD)) this.#send();
  }

  #soon(wait: number): void {
    const at = Date.now() + wait;
    if (this.#pending !== undefined && at >= this.#due) return;
    clearTimeout(this.#pending);
    this.#due = at;
    this.#pending = setTimeout(() => this.#send(), wait);
  }

  #send(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.#sentAt = Date.now();
    const { name, color, cursor, selected, chosen, editing, talking, view, following, call, moving } = this.#self;
    this.#handle.broadcast({
      type: "presence",
      name,
      color,
      ...(cursor ? { cursor: { x: Math.round(cursor.x), y: Math.round(cursor.y) } } : {}),
      ...(selected === undefined ? {} : { selected }),
      ...(editing === undefined ? {} : { editing }),
      ...(moving ? { moving } : {}),
      ...(chosen && chosen.length > 1 ? { chosen: chosen.slice(-MOST_CHOSEN) } : {}),
      ...(talking === undefined ? {} : { talking }),
      ...(view ? { view } : {}),
      ...(following === undefined ? {} : { following }),
      ...(call ? { call } : {}),
    });
  }

  #changed(): void {
    this.#peers = Array.from(this.#seen.values(), ({ peer }) => peer);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** What would make a name look like another one, or break the line it stands in. The server refuses such names too. */
const MISLEADING = /[\p{Cc}\p{Bidi_Control}]/gu;

export const plainName = (name: string): string => name.replace(MISLEADING, "").trim().slice(0, NAME_LENGTH);

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
    name: typeof name === "string" ? plainName(name) : "",
    color: typeof color === "number" && Number.isInteger(color) && color >= 0 ? color % PERSON_COLORS : 0,
    cursor: readPoint(fields["cursor"]),
    selected: id(fields["selected"]),
    editing: id(fields["editing"]),
    moving: readMoving(fields["moving"]),
    chosen: readIds(fields["chosen"], MOST_CHOSEN),
    talking: id(fields["talking"]),
    view: readArea(fields["view"]),
    following: id(fields["following"]),
    call: readCall(fields["call"]),
  };
}

/**
 * Whether one of two people of the same colour takes another: who has come just now does, and when both have been here for
 * a while, the one whose id is greater. Times are milliseconds: since I came, and since I first saw the other.
 */
export function givesWay(me: string, here: number, other: string, known: number): boolean {
  return here < NEW || (known > NEW && me > other);
}

/** A colour that nobody has, or the same when there are not enough for all. `luck` is from 0 to 1. */
export function otherColor(mine: number, taken: readonly number[], luck: number): number {
  const free = Array.from({ length: PERSON_COLORS }, (_, color) => color).filter((color) => color !== mine && !taken.includes(color));
  return free[Math.min(free.length - 1, Math.floor(luck * free.length))] ?? mine;
}

/** Whether following this session would lead in a circle back to `me`. */
export function leadsBack(peers: readonly Peer[], leader: string, me: string): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = leader; at !== undefined && !seen.has(at); ) {
    if (at === me) return true;
    seen.add(at);
    const id: string = at;
    at = peers.find((p) => p.id === id)?.following;
  }
  return false;
}

function readIds(value: unknown, most: number): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const ids = value.slice(0, most).filter((id): id is string => typeof id === "string" && id.length <= 64);
  return ids.length > 0 ? ids : undefined;
}

function readCall(value: unknown): Call | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, turn } = value as Record<string, unknown>;
  const known = CALLS.find((c) => c === kind);
  return known && typeof turn === "number" && Number.isSafeInteger(turn) ? { kind: known, turn } : undefined;
}

function readMoving(value: unknown): Moving | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { ids, dx, dy } = value as Record<string, unknown>;
  const by = readPoint({ x: dx, y: dy });
  if (!by || !Array.isArray(ids)) return undefined;
  return { ids: readIds(ids, 100) ?? [], dx: by.x, dy: by.y };
}

function readPoint(value: unknown): Point | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { x, y } = value as Record<string, unknown>;
  const sane = (n: unknown): n is number => typeof n === "number" && Number.isFinite(n) && Math.abs(n) < 1e7;
  return sane(x) && sane(y) ? { x, y } : undefined;
}

function readArea(value: unknown): Area | undefined {
  const at = readPoint(value);
  if (!at) return undefined;
  const { width: x, height: y } = value as Record<string, unknown>;
  const size = readPoint({ x, y });
  return size && size.x >= 1 && size.y >= 1 ? { ...at, width: size.x, height: size.y } : undefined;
}
