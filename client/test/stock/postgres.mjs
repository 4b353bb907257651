// PostgreSQL databases for the tests, from the program that the Go tests use as
// well: it starts a server (or takes the one that OPENMIC_TEST_DATABASE_URL
// names), and removes everything when its standard input ends, however we end.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../..", import.meta.url));

// Start one PostgreSQL; each call of database() makes an empty database in it.
export async function startPostgres() {
  const dir = await mkdtemp(path.join(tmpdir(), "openmic-stock-"));
  try {
    const program = path.join(dir, "pgtest");
    const build = ["build", "-o", program, "./server/store/postgres/pgtest/cmd/pgtest"];
    await promisify(execFile)("go", build, { cwd: root });
    const keeper = await keep(program, process.env);
    return {
      database: () => keep(program, { ...process.env, OPENMIC_TEST_DATABASE_URL: keeper.url }),
      stop: async () => {
        await keeper.remove();
        await rm(dir, { recursive: true });
      },
    };
  } catch (err) {
    await rm(dir, { recursive: true });
    throw err;
  }
}

async function keep(program, env) {
  const child = spawn(program, { env, stdio: ["pipe", "pipe", "pipe"] });
  const exited = once(child, "exit");
  let complaint = "";
  child.stderr.on("data", text => (complaint += text));
  const lines = createInterface({ input: child.stdout });
  const [url] = await Promise.race([once(lines, "line"), exited.then(() => [])]);
  if (!url) throw new Error(`no PostgreSQL to test with: ${complaint.trim()}`);
  return {
    url,
    remove: async () => {
      child.stdin.end();
      const [code] = await exited;
      if (code !== 0) throw new Error(`remove database: ${complaint.trim()}`);
    },
  };
}
