import * as A from "@automerge/automerge/slim";
import { NetworkAdapter, cbor } from "@automerge/automerge-repo/slim";
import type { Message, PeerId, PeerMetadata, StorageId } from "@automerge/automerge-repo/slim";
import { ApiError } from "./api";
import { readPeople } from "./crowd";
import type { Place, Shown } from "./crowd";
import { afterClose, afterTicketError, delay } from "./reconnect";
import type { AfterClose, Refusal } from "./reconnect";

export type Connection =
  | { readonly state: "connecting"; readonly lost: boolean }
  | { readonly state: "online"; readonly frozen?: Frozen }
  | { readonly state: "waiting" }
  | { readonly state: "refused"; readonly reason: Refusal };

/** Why the server takes no changes of a board, though it can be read. */
export type Frozen = (typeof FROZEN)[number];
const FROZEN = ["full", "damaged", "locked", "archived"] as const;

/** The close code for a link that no longer allows what it did. */
const LINK_CHANGED = 4401;

/** Whose a peer is, by the word of the server: no client can say it of itself. */
export interface Standing {
  readonly participant: string;
  readonly staff: boolean;
}

const MOST_STANDINGS = 1_000;
/** So many messages about people are kept for who listens later. */
const MOST_EARLY = 200;

/** From opening a socket to the server's greeting, at most. Milliseconds. */
const GREETING_TIMEOUT = 10_000;
/** Messages that only confirm what we have are gathered for so long: every reader answers every change otherwise. Milliseconds. */
const CONFIRM_AFTER = 1_000;
/** A server of ours knows what it has sent. Once it has been told what we had at first, it need not hear it more often. Milliseconds. */
const CONFIRM_SELDOM = 60_000;
/** No plain confirmation is longer than this; longer messages are sent without being looked into. Bytes. */
const CONFIRM_SIZE = 2_048;
/** Some networks keep a door open without letting anyone through: after this, a board opens from the device alone. */
const READY_AFTER = 2_500;

/**
 * One board's connection to the server, for automerge-repo. It fetches a ticket for each socket, comes back by itself
 * after a loss, and stops when the server refuses for good. What could not be sent is not kept here: automerge-repo
 * finds out what each side misses when the connection is back.
 */
export class BoardSocket extends NetworkAdapter {
  readonly #ticket: () => Promise<string>;
  readonly #listeners = new Set<() => void>();
  readonly #farewells = new Set<(peer: PeerId) => void>();
  readonly #crowds = new Set<(people: readonly Shown[]) => void>();
  #place: () => Place | undefined = () => undefined;
  #batches = false;
  #confirmed = false;
  #connection: Connection = { state: "connecting", lost: false };
  #socket: WebSocket | undefined;
  #server: PeerId | undefined;
  #storageId: StorageId | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #confirmTimer: ReturnType<typeof setTimeout> | undefined;
  #confirmation: Message | undefined;
  #attempt = 0;
  #lastCode = { code: 0, row: 0 };
  #condition = "";
  readonly #standings = new Map<string, Standing>();
  /** What came before anybody listened. */
  readonly #early: (readonly Shown[])[] = [];
  #wanted = false;
  #isReady = false;
  #resolveReady: () => void = () => undefined;
  readonly #whenReady = new Promise<void>((resolve) => {
    this.#resolveReady = resolve;
  });

  constructor(ticket: () => Promise<string>) {
    super();
    this.#ticket = ticket;
  }

  connection = (): Connection => this.#connection;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Calls back when somebody else has left the board, whether or not they could say so. */
  onLeave = (listener: (peer: PeerId) => void): (() => void) => {
    this.#farewells.add(listener);
    return () => this.#farewells.delete(listener);
  };

  /**
   * Calls back with what a server that knows of crowds tells of several people at once; also with what it has told
   * already, for it does not tell it again.
   */
  onPeople = (listener: (people: readonly Shown[]) => void): (() => void) => {
    this.#crowds.add(listener);
    for (const people of this.#early.splice(0)) listener(people);
    return () => this.#crowds.delete(listener);
  };

  /** Whether the server knows of crowds: it tells of all who come and go, and of several people at once. */
  get crowds(): boolean {
    return this.#batches;
  }

  /** Has such a server told where this person is, with each message of their presence. */
  placed(place: () => Place | undefined): void {
    this.#place = place;
  }

  /** Whether the last socket was closed because what it was opened with does not hold any more. */
  get outdated(): boolean {
    return this.#lastCode.code === LINK_CHANGED;
  }

  standing = (peer: string): Standing | undefined => this.#standings.get(peer);

  #noteStanding({ senderId, participant, audience }: Record<string, unknown>): void {
    if (typeof senderId !== "string" || typeof participant !== "string") return;
    if (this.#standings.size >= MOST_STANDINGS && !this.#standings.has(senderId)) return;
    this.#standings.set(senderId, { participant, staff: audience === "staff" });
  }

  /** The server's storage, whose heads tell what is saved. Known once connected. */
  get storageId(): StorageId | undefined {
    return this.#storageId;
  }

  override isReady(): boolean {
    return this.#isReady;
  }

  override whenReady(): Promise<void> {
    return this.#whenReady;
  }

  override connect(peerId: PeerId, peerMetadata?: PeerMetadata): void {
    this.peerId = peerId;
    this.peerMetadata = peerMetadata ?? {};
    this.#wanted = true;
    window.addEventListener("online", this.#knock);
    window.addEventListener("offline", this.#wentOffline);
    document.addEventListener("visibilitychange", this.#cameBack);
    setTimeout(() => this.#becomeReady(), READY_AFTER);
    void this.#open();
  }

  override disconnect(): void {
    this.#wanted = false;
    window.removeEventListener("online", this.#knock);
    window.removeEventListener("offline", this.#wentOffline);
    document.removeEventListener("visibilitychange", this.#cameBack);
    this.#drop();
  }

  override send(message: Message): void {
    if (message.type === "sync" && this.#isConfirmation(message)) {
      this.#confirmation = message;
      this.#confirmTimer ??= setTimeout(() => this.#confirm(), this.#batches && this.#confirmed ? CONFIRM_SELDOM : CONFIRM_AFTER);
      return;
    }
    if (message.type === "ephemeral") {
      // automerge-repo passes on what it hears from others to the server that it has it from.
      if (message.senderId !== this.peerId) return;
      const place = this.#batches ? this.#place() : undefined;
      this.#write(place ? { ...message, place } : message);
      return;
    }
    // Whatever is said now says more than the confirmation that waits.
    if (message.type === "sync") this.#forgetConfirmation();
    this.#write(message);
  }

  /** Leaves the present socket, which may be dead without saying so, and connects anew. */
  reconnect(): void {
    if (this.#connection.state === "refused") return;
    this.#drop();
    void this.#open();
  }

  async #open(): Promise<void> {
    this.#set({ state: "connecting", lost: this.#connection.state === "waiting" || this.#wasLost() });
    const mine = (this.#timer = setTimeout(() => this.#failed({ retry: "backoff" }), GREETING_TIMEOUT));
    let ticket: string;
    try {
      ticket = await this.#ticket();
    } catch (error) {
      if (this.#timer !== mine) return;
      if (error instanceof ApiError) this.#failed(afterTicketError(error.status, error.condition), error.retryAfter);
      else this.#failed(afterTicketError(0));
      return;
    }
    // Meanwhile the wait may have ended, or another attempt begun.
    if (this.#timer !== mine || !this.#wanted) return;
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/sync?ticket=${encodeURIComponent(ticket)}`);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#condition = "";
    socket.onopen = () => {
      this.#write({
        type: "join",
        senderId: this.peerId,
        peerMetadata: { ...this.peerMetadata, presenceBatches: true },
        supportedProtocolVersions: ["1"],
      });
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => {
      if (this.#socket !== socket) return;
      this.#lastCode = { code: event.code, row: this.#lastCode.code === event.code ? this.#lastCode.row + 1 : 1 };
      this.#failed(afterClose(event.code, this.#lastCode.row, this.#condition));
    };
  }

  #receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer) || data.byteLength === 0) return;
    let message: unknown;
    try {
      message = cbor.decode(new Uint8Array(data));
    } catch {
      return;
    }
    if (typeof message !== "object" || message === null) return;
    const { type, senderId, peerMetadata, condition, data: payload } = message as Record<string, unknown>;
    if (type === "peer" && typeof senderId === "string") {
      this.#greeted(senderId as PeerId, peerMetadata);
    } else if (type === "leave" && typeof senderId === "string") {
      this.#standings.delete(senderId);
      for (const tell of this.#farewells) tell(senderId as PeerId);
    } else if (type === "presence" && this.#batches) {
      const people = readPeople((message as Record<string, unknown>)["people"]);
      for (const { id, gone, participant, audience } of people) {
        if (gone) this.#standings.delete(id);
        else this.#noteStanding({ senderId: id, participant, audience });
      }
      if (this.#crowds.size === 0 && people.length > 0 && this.#early.length < MOST_EARLY) this.#early.push(people);
      if (people.length > 0) for (const tell of this.#crowds) tell(people);
    } else if (type === "error") {
      const frozen = FROZEN.find((f) => f === condition);
      if (frozen && this.#connection.state === "online") this.#set({ state: "online", frozen });
      this.#condition = typeof condition === "string" ? condition : "";
    } else if (this.#server !== undefined) {
      if (type === "ephemeral") this.#noteStanding(message as Record<string, unknown>);
      // automerge-repo does not survive a sync message without content.
      if (payload instanceof Uint8Array && payload.byteLength === 0) return;
      this.emit("message", message as Message);
    }
  }

  #greeted(server: PeerId, metadata: unknown): void {
    if (this.#server !== undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#attempt = 0;
    // The link holds. What it allows may change any number of times.
    if (this.#lastCode.code === LINK_CHANGED) this.#lastCode = { code: 0, row: 0 };
    this.#server = server;
    const { storageId: id, presenceBatches } = typeof metadata === "object" && metadata !== null ? (metadata as Record<string, unknown>) : {};
    this.#batches = presenceBatches === true;
    this.#storageId = typeof id === "string" ? (id as StorageId) : undefined;
    this.#set({ state: "online" });
    this.#becomeReady();
    // Presented as ephemeral so that the sync state is not stored beside the document: two tabs share that storage, and
    // a stored state that is ahead of the stored document would ask for too little.
    const peerMetadata: PeerMetadata = this.#storageId
      ? { storageId: this.#storageId, isEphemeral: true }
      : { isEphemeral: true };
    this.emit("peer-candidate", { peerId: server, peerMetadata });
  }

  #failed(next: AfterClose, atLeast = 0): void {
    this.#drop();
    this.#becomeReady();
    if (!this.#wanted) return;
    if ("refused" in next) {
      this.#set({ state: "refused", reason: next.refused });
      return;
    }
    const wait = Math.max(atLeast, delay(next.retry, this.#attempt, Math.random()));
    this.#attempt++;
    this.#timer = setTimeout(() => void this.#open(), wait);
    this.#set({ state: "waiting" });
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#forgetConfirmation();
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const server = this.#server;
    this.#server = undefined;
    this.#batches = this.#confirmed = false;
    this.#early.length = 0;
    if (server !== undefined) this.emit("peer-disconnected", { peerId: server });
  }

  readonly #knock = () => {
    if (this.#connection.state === "waiting") this.reconnect();
  };

  readonly #cameBack = () => {
    if (document.visibilityState === "visible") this.#knock();
  };

  readonly #wentOffline = () => {
    if (this.#socket) this.#failed({ retry: "backoff" });
  };

  #isConfirmation(message: Message): boolean {
    const { data } = message;
    if (!(data instanceof Uint8Array) || data.byteLength > CONFIRM_SIZE) return false;
    const { heads, need, have, changes } = A.decodeSyncMessage(data);
    // The first message of a connection asks for things: it carries no shared heads yet.
    const asks = have.length !== 1 || (have[0]?.lastSync.length ?? 0) === 0;
    return heads.length > 0 && need.length === 0 && changes.length === 0 && !asks;
  }

  #confirm(): void {
    const message = this.#confirmation;
    this.#forgetConfirmation();
    if (!message) return;
    this.#confirmed = true;
    this.#write(message);
  }

  #forgetConfirmation(): void {
    clearTimeout(this.#confirmTimer);
    this.#confirmTimer = undefined;
    this.#confirmation = undefined;
  }

  #write(message: unknown): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(new Uint8Array(cbor.encode(message)));
  }

  #becomeReady(): void {
    this.#isReady = true;
    this.#resolveReady();
  }

  #wasLost(): boolean {
    return this.#connection.state === "online" || (this.#connection.state === "connecting" && this.#connection.lost);
  }

  #set(connection: Connection): void {
    this.#connection = connection;
    for (const listener of this.#listeners) listener();
  }
}
