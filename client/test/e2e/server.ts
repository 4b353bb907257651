import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server as Listener, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** The program under test: OPENMIC_BIN, relative to client/, or what `make build` leaves. */
const PROGRAM = resolve(import.meta.dirname, "../..", process.env["OPENMIC_BIN"] ?? "../bin/openmic");

/** A server of its own with data of its own. It can be killed and started again at the same address. */
export class Server {
  #child: ChildProcess | undefined;
  #listen: string;
  readonly #data: string;
  readonly #flags: readonly string[];
  /** Where people reach it, for example "http://127.0.0.1:4711". */
  origin = "";

  private constructor(data: string, listen: string, flags: readonly string[]) {
    this.#data = data;
    this.#listen = listen;
    this.#flags = flags;
  }

  static create(...flags: string[]): Promise<Server> {
    return Server.at("127.0.0.1:0", ...flags);
  }

  /** One whose address is known before it starts. */
  static async at(listen: string, ...flags: string[]): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "openmic-e2e-")), listen, flags);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const child = spawn(PROGRAM, ["serve", "--listen", this.#listen, "--data", this.#data, ...this.#flags], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    await once(child, "spawn");
    this.#child = child;
    const end = () => child.kill("SIGKILL");
    process.once("exit", end);
    child.once("exit", () => process.off("exit", end));
    let log = "";
    child.stderr.on("data", (text: Buffer) => (log = (log + text.toString()).slice(-10_000)));
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), "line").then(([first]) => String(first)),
      once(child, "exit").then(() => ""),
    ]);
    const origin = /^openmic: listening on (http:\/\/\S+)$/.exec(line)?.[1];
    if (origin === undefined) throw new Error(`${PROGRAM} does not say where it listens: ${line}\n${log}`);
    this.origin = origin;
    this.#listen = new URL(origin).host;
  }

  /** Ends it as a power cut would, at once. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  /** Ends it in good order: everything is then in one file. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    await gone;
  }

  /** Changes a letter of what is stored, wherever that is; the server must have been stopped. */
  async damage(text: string): Promise<void> {
    const file = join(this.#data, "openmic.db");
    const bytes = await readFile(file);
    let found = 0;
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) {
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      found++;
    }
    if (found === 0) throw new Error(`${text} is not in the database`);
    await writeFile(file, bytes);
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true });
  }
}

/** A wire between one person and the server, which can be cut, or go silent without a word. */
export class Cable {
  readonly #to: URL;
  readonly #sockets = new Set<Socket>();
  #listener: Listener | undefined;
  #port = 0;
  #silent = false;

  private constructor(to: string) {
    this.#to = new URL(to);
  }

  static async lay(to: string): Promise<Cable> {
    const cable = new Cable(to);
    await cable.mend();
    return cable;
  }

  get origin(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** Every connection breaks, and no new one comes about. */
  async cut(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    const closed = listener && once(listener, "close");
    listener?.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Also the first laying; always at the same port. */
  async mend(): Promise<void> {
    const listener = createServer((near) => this.#join(near));
    listener.listen(this.#port, "127.0.0.1");
    await once(listener, "listening");
    this.#port = (listener.address() as AddressInfo).port;
    this.#listener = listener;
  }

  /** Nothing arrives any more at either end, and nobody is told. */
  silence(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#to.port), this.#to.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on("data", (bytes) => to.write(bytes));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      if (this.#silent) from.pause();
    }
  }

  /** What was held back arrives, and all is as before. */
  heal(): void {
    this.#silent = false;
    for (const socket of this.#sockets) socket.resume();
  }
}
