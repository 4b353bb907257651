// The pages of the editors that the board is compared with.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("dist", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json" };

/** Serves them with the plan of the board at /plan.json; resolves to the address and how to stop. */
export async function serve(plan) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const body = pathname === "/plan.json" ? JSON.stringify(plan) : await readFile(join(DIST, pathname)).catch(() => undefined);
    response.writeHead(body === undefined ? 404 : 200, { "Content-Type": TYPES[extname(pathname)] ?? "application/octet-stream" });
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
