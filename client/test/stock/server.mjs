// The server under test: the real program, on SQLite or PostgreSQL.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { startPostgres } from "./postgres.mjs";

export const program = path.resolve(
  fileURLToPath(new URL("../..", import.meta.url)),
  process.env.OPENMIC_BIN ?? "../bin/openmic",
);

// Outlives this process by a moment, to end the server if we could not.
const watchdog = 'cat >/dev/null; kill -KILL "$1"';

// A backend gives each server a store of its own: flags to reach it, and remove.
export const sqlite = {
  name: "SQLite",
  async start() {},
  async stop() {},
  async store() {
    const dir = await dataDirectory();
    return { flags: ["--data", dir], remove: () => rm(dir, { recursive: true }) };
  },
};

export const postgres = {
  name: "PostgreSQL",
  async start() {
    this.server = await startPostgres();
  },
  async stop() {
    await this.server?.stop();
  },
  async store() {
    const dir = await dataDirectory();
    const database = await this.server.database();
    return {
      flags: ["--data", dir, "--database-url", database.url],
      remove: async () => {
        await database.remove();
        await rm(dir, { recursive: true });
      },
    };
  },
};

const dataDirectory = () => mkdtemp(path.join(tmpdir(), "openmic-stock-"));

const deferred = new WeakMap();

// Do something when the test ends, before what was deferred earlier.
export function defer(context, action) {
  if (!deferred.has(context)) {
    const actions = [];
    deferred.set(context, actions);
    context.after(async () => {
      const failures = [];
      for (const act of actions.reverse()) {
        try {
          await act();
        } catch (err) {
          failures.push(err);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, "clean up");
    });
  }
  deferred.get(context).push(action);
}

// Start a server that ends, with all it stored, when the test does.
export async function startServer(context, backend, { open = true } = {}) {
  const store = await backend.store();
  const server = new Server(store.flags, open ? ["--open"] : []);
  defer(context, store.remove);
  defer(context, () => server.stop("SIGKILL"));
  await server.start();
  return server;
}

class Server {
  flags; // that say where the store is
  #options;
  #child;
  #listen = "127.0.0.1:0";
  log = ""; // of the run that is going on, or was the last

  constructor(flags, options) {
    this.flags = flags;
    this.#options = options;
  }

  // Start, from the second time on at the address of the first.
  async start() {
    const child = spawn(program, ["serve", "--listen", this.#listen, ...this.#options, ...this.flags], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    await once(child, "spawn");
    const dog = spawn("/bin/sh", ["-c", watchdog, "sh", `${child.pid}`], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true, // the terminal's signals are not for it
    });
    child.once("exit", () => dog.kill("SIGKILL"));
    this.#child = child;
    this.log = "";
    child.stderr.on("data", text => (this.log += text));
    const lines = createInterface({ input: child.stdout });
    const [line] = await Promise.race([once(lines, "line"), once(child, "exit").then(() => [])]);
    this.http = /^openmic: listening on (http:\/\/.+)$/.exec(line)?.[1];
    if (!this.http) throw new Error(`${program} does not say where it listens: ${line ?? ""}\n${this.log}`);
    this.#listen = new URL(this.http).host;
  }

  get sync() {
    return this.http.replace(/^http/, "ws") + "/sync";
  }

  // The most memory that the run has had, in bytes.
  async peakMemory() {
    const status = await readFile(`/proc/${this.#child.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)[1]) * 1024;
  }

  // End with a signal, at once; resolves to the exit code, null when the signal killed it.
  async stop(signal) {
    const child = this.#child;
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  }
}
