import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";

/** The pictures that this device keeps: those it has seen, to show them without a connection, and those not sent yet. */

/** "sent": the server has it. "waiting": it does not, and shall. "cancelled": it shall not, unless the board shows it again. */
export type Fate = "sent" | "waiting" | "cancelled";

interface About {
  readonly key: string;
  readonly board: string;
  readonly id: string;
  readonly type: string;
  readonly size: number;
  readonly fate: Fate;
  /** When it was last looked at, milliseconds since 1970. */
  readonly used: number;
}

interface Schema extends DBSchema {
  about: { key: string; value: About; indexes: { board: string } };
  bytes: { key: string; value: ArrayBuffer };
}

export interface Kept {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fate: Fate;
}

/** Bytes. What was seen longest ago goes first; what waits is never thrown away, so there is a limit to what may wait. */
export interface ShelfLimits {
  readonly seen: number;
  readonly waiting: number;
}
const LIMITS: ShelfLimits = { seen: 200 * 1024 * 1024, waiting: 100 * 1024 * 1024 };

const keyOf = (board: string, id: string) => `${board}/${id}`;

/** Every answer is a guess where a browser keeps nothing: then nothing is found, and `put` says no. */
export class Shelf {
  #db: Promise<IDBPDatabase<Schema>> | undefined;
  readonly #name: string;
  readonly #limits: ShelfLimits;

  constructor(name = "openmic-pictures", limits: ShelfLimits = LIMITS) {
    this.#name = name;
    this.#limits = limits;
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    this.#db ??= openDB<Schema>(this.#name, 1, {
      upgrade: (db) => {
        db.createObjectStore("about", { keyPath: "key" }).createIndex("board", "board");
        db.createObjectStore("bytes");
      },
      // Another page has a newer version, or the browser has thrown it away.
      blocking: () => void this.close(),
      terminated: () => (this.#db = undefined),
    });
    return this.#db;
  }

  async close(): Promise<void> {
    const db = this.#db;
    this.#db = undefined;
    (await db?.catch(() => undefined))?.close();
  }

  async get(board: string, id: string): Promise<Kept | undefined> {
    try {
      const tx = (await this.#open()).transaction(["about", "bytes"], "readwrite");
      const about = await tx.objectStore("about").get(keyOf(board, id));
      const bytes = await tx.objectStore("bytes").get(keyOf(board, id));
      if (!about || !bytes) return undefined;
      await tx.objectStore("about").put({ ...about, used: Date.now() });
      await tx.done;
      return { type: about.type, bytes: new Uint8Array(bytes), fate: about.fate };
    } catch {
      return undefined;
    }
  }

  /** Keeps a picture. False: there is no room for it, and it is gone when the page is. */
  async put(board: string, id: string, type: string, bytes: Uint8Array<ArrayBuffer>, fate: Fate): Promise<boolean> {
    try {
      const db = await this.#open();
      const all = await db.getAll("about");
      if (fate === "waiting" && total(all, ["waiting"]) + bytes.length > this.#limits.waiting) return false;
      const key = keyOf(board, id);
      const tx = db.transaction(["about", "bytes"], "readwrite");
      await tx.objectStore("about").put({ key, board, id, type, size: bytes.length, fate, used: Date.now() });
      await tx.objectStore("bytes").put(bytes.slice().buffer, key);
      await tx.done;
      await this.#trim(db);
      return true;
    } catch {
      return false;
    }
  }

  async #trim(db: IDBPDatabase<Schema>): Promise<void> {
    const all = await db.getAll("about");
    let over = total(all, ["sent", "cancelled"]) - this.#limits.seen;
    if (over <= 0) return;
    const tx = db.transaction(["about", "bytes"], "readwrite");
    for (const { key, size } of all.filter((a) => a.fate !== "waiting").sort((a, b) => a.used - b.used)) {
      if (over <= 0) break;
      over -= size;
      await tx.objectStore("about").delete(key);
      await tx.objectStore("bytes").delete(key);
    }
    await tx.done;
  }

  async setFate(board: string, id: string, fate: Fate): Promise<void> {
    try {
      const tx = (await this.#open()).transaction("about", "readwrite");
      const about = await tx.store.get(keyOf(board, id));
      if (about) await tx.store.put({ ...about, fate });
      await tx.done;
    } catch {
      // What is not kept has no fate.
    }
  }

  /** The pictures of a board that the server does not have yet. */
  async waiting(board: string): Promise<string[]> {
    try {
      const all = await (await this.#open()).getAllFromIndex("about", "board", board);
      return all.filter((a) => a.fate === "waiting").map((a) => a.id);
    } catch {
      return [];
    }
  }
}

const total = (all: readonly About[], fates: readonly Fate[]) => all.filter((a) => fates.includes(a.fate)).reduce((sum, a) => sum + a.size, 0);
