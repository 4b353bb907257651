import * as A from "@automerge/automerge/slim";
import { decodeHeads } from "@automerge/automerge-repo/slim";
import type { DocHandle, DocHandleRemoteHeadsPayload } from "@automerge/automerge-repo/slim";
import type { BoardSocket } from "./adapter";

/** What the sign says: everything is stored by the server, is on its way, or is on this device only. */
export type SaveState = "saved" | "saving" | "unsaved";

/** A change without an acknowledgment for this long counts as not saved. Milliseconds. */
export const UNSAVED_AFTER = 5_000;
/** After this long without an acknowledgment the connection is taken for dead. Milliseconds. */
export const DEAD_AFTER = 15_000;

/** The heads go to the device so long after the server has told them: in a busy room new ones come all the time. Milliseconds. */
const REMEMBER_AFTER = 2_000;

/** `waited` is how long, in milliseconds, changes have waited since anything was acknowledged last. */
export function saveState(pending: boolean, online: boolean, waited: number): SaveState {
  if (!pending) return "saved";
  return online && waited < UNSAVED_AFTER ? "saving" : "unsaved";
}

/**
 * Whether the document holds changes that the server has not said it stores. The server tells heads that contain a
 * change only once it is durable, so what those heads cover is safe.
 */
export function hasPending(doc: A.Doc<unknown>, serverHeads: readonly string[] | undefined): boolean {
  const heads = A.getHeads(doc);
  if (heads.length === 0) return false;
  if (!serverHeads) return true;
  if (heads.every((h) => serverHeads.includes(h))) return false;
  const known = serverHeads.filter((h) => A.hasHeads(doc, [h]));
  return known.length === 0 || A.getChangesMetaSince(doc, known).length > 0;
}

/** Keeps the sign true. The heads the server told last are remembered on the device, so it is true after a restart too. */
export class SaveWatch {
  readonly #handle: DocHandle<unknown>;
  readonly #socket: BoardSocket;
  readonly #listeners = new Set<() => void>();
  readonly #key: string;
  #serverHeads: readonly string[] | undefined;
  #state: SaveState = "saved";
  #progress = Date.now();
  #pending = false;
  #check: ReturnType<typeof setTimeout> | undefined;
  #keep: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval>;

  constructor(handle: DocHandle<unknown>, socket: BoardSocket) {
    this.#handle = handle;
    this.#socket = socket;
    this.#key = `openmic.heads.${handle.documentId}`;
    this.#serverHeads = this.#toldBefore() ?? recall(this.#key);
    handle.on("heads-changed", this.#soon);
    handle.on("remote-heads", this.#told);
    socket.subscribe(this.#soon);
    this.#clock = setInterval(() => this.#tick(), 1_000);
    window.addEventListener("pagehide", this.#remember);
    this.#soon();
  }

  state = (): SaveState => this.#state;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    clearInterval(this.#clock);
    clearTimeout(this.#check);
    if (this.#keep !== undefined) this.#remember();
    window.removeEventListener("pagehide", this.#remember);
    this.#handle.off("heads-changed", this.#soon);
    this.#handle.off("remote-heads", this.#told);
  }

  readonly #told = ({ storageId, heads }: DocHandleRemoteHeadsPayload) => {
    if (storageId !== this.#socket.storageId) return;
    this.#serverHeads = decodeHeads(heads);
    this.#progress = Date.now();
    this.#soon();
  };

  // Both events come from within an update of the document: look once it has ended.
  readonly #soon = () => {
    this.#check ??= setTimeout(() => {
      this.#check = undefined;
      this.#look();
    }, 0);
  };

  #look(): void {
    if (!this.#handle.isReady()) return;
    this.#serverHeads ??= this.#toldBefore();
    const pending = hasPending(this.#handle.doc(), this.#serverHeads);
    if (pending && !this.#pending) this.#progress = Date.now();
    this.#pending = pending;
    if (!pending && this.#serverHeads) this.#keep ??= setTimeout(this.#remember, REMEMBER_AFTER);
    this.#tick();
  }

  readonly #remember = () => {
    clearTimeout(this.#keep);
    this.#keep = undefined;
    if (!this.#pending && this.#serverHeads) remember(this.#key, this.#serverHeads);
  };

  /** What the server told while the board was still being opened. */
  #toldBefore(): readonly string[] | undefined {
    const { storageId } = this.#socket;
    const heads = storageId && this.#handle.getSyncInfo(storageId)?.lastHeads;
    return heads && decodeHeads(heads);
  }

  #tick(): void {
    const waited = Date.now() - this.#progress;
    const online = this.#socket.connection().state === "online";
    if (this.#pending && online && waited > DEAD_AFTER) {
      this.#progress = Date.now() - UNSAVED_AFTER;
      this.#socket.reconnect();
    }
    const state = saveState(this.#pending, online, waited);
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function recall(key: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    return Array.isArray(value) && value.every((h) => typeof h === "string" && /^[0-9a-f]{64}$/.test(h)) ? value : undefined;
  } catch {
    return undefined;
  }
}

function remember(key: string, heads: readonly string[]): void {
  try {
    localStorage.setItem(key, JSON.stringify(heads));
  } catch {
    // A full or forbidden storage only means that the sign starts out careful next time.
  }
}
