import { once } from "node:events";
import { cbor } from "@automerge/automerge-repo/slim";
import { WebSocket } from "ws";

/** "I have nothing": the first sync message of who comes to a document for the first time. */
const NOTHING = new Uint8Array([0x42, 0, 0, 1, 0, 0, 0]);

/** Many people at a board, without a browser each: they show presence and read nothing. */
export class Crowd {
  readonly #sockets: WebSocket[] = [];
  readonly #documentId: string;
  #said = 0;

  private constructor(documentId: string) {
    this.#documentId = documentId;
  }

  /** Has so many people come by a link to a board. */
  static async gather(link: string, people: number): Promise<Crowd> {
    const { origin, pathname, hash } = new URL(link);
    const secret = hash.slice(1);
    const answer = await fetch(`${origin}/api${pathname.replace(/^\/b\//, "/boards/")}`, { headers: { Authorization: `Bearer ${secret}` } });
    const { documentId } = (await answer.json()) as { documentId: string };
    const crowd = new Crowd(documentId);
    for (let i = 0; i < people; i++) {
      const socket = new WebSocket(`${origin.replace(/^http/, "ws")}/sync?link=${secret}`);
      await once(socket, "open");
      crowd.#sockets.push(socket);
      crowd.#send(i, { type: "join", senderId: crowd.#name(i), peerMetadata: { presenceBatches: true }, supportedProtocolVersions: ["1"] });
      crowd.#send(i, { type: "request", senderId: crowd.#name(i), documentId, data: NOTHING });
    }
    return crowd;
  }

  say(person: number, presence: Readonly<Record<string, unknown>>, place: unknown): void {
    const senderId = this.#name(person);
    const data = cbor.encode({ type: "presence", ...presence });
    this.#send(person, { type: "ephemeral", senderId, documentId: this.#documentId, sessionId: "s", count: ++this.#said, data, place });
  }

  leave(person: number): void {
    this.#sockets[person]?.close();
  }

  go(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  readonly #name = (person: number) => `crowd-${String(person)}`;

  #send(person: number, message: unknown): void {
    this.#sockets[person]?.send(cbor.encode(message));
  }
}
