// An intranet with a board on its front page, to try "Embed it" of the README with, and to begin one's own from:
//   node client/docs/intranet.mjs --board http://127.0.0.1:8080/b/ID --secret-file embed.key
// Its people are "signed in" by http://localhost:3000/?as=bo. Take that from the sign-in that your intranet has.
import { Buffer } from "node:buffer";
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { argv, stdout } from "node:process";
import { URL } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  args: argv.slice(2),
  options: {
    board: { type: "string" },
    "secret-file": { type: "string" },
    port: { type: "string", default: "3000" },
    seconds: { type: "string", default: "300" },
  },
});
const board = new URL(values.board);
const secret = readFileSync(values["secret-file"], "utf8").trim();
const people = { vera: { name: "Vera Berg", audience: "customer", role: "viewer" }, anna: { name: "Anna Ek", audience: "staff", role: "editor" }, bo: { name: "Bo Alm", audience: "customer", role: "commenter" } };

// What vouches for somebody. Sign it on the server, short-lived, and only for whoever is signed in there.
function token(subject) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = {
    iss: "intranet",
    aud: "openmic",
    sub: subject,
    jti: randomUUID(),
    exp: Math.floor(Date.now() / 1000) + Number(values.seconds),
    board: board.pathname.split("/").at(-1),
    ...people[subject],
  };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

const page = `<!doctype html>
<html lang="sv">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Intranätet</title>
<link rel="stylesheet" href="/page.css">
<script src="${board.origin}/embed.js" async></script>
<script src="/page.js" defer></script>
<main>
<h1>Så hjälper vi den som flyttar</h1>
<openmic-board src="${board.href}" token-url="/openmic-token" label="Tavlan"></openmic-board>
<p>Valt: <output id="chosen">inget</output>. Lappar: <output id="count">0</output>.</p>
<p><a href="/replay">Se hur tavlan kom till</a></p>
</main>
`;
// The same board as it came to be, for all who may read it. It begins by itself, and leaves the page its keys and its wheel.
const replay = `<!doctype html>
<html lang="sv">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Intranätet</title>
<link rel="stylesheet" href="/page.css">
<script src="${board.origin}/embed.js" async></script>
<main>
<h1>Så kom tavlan till</h1>
<p><label>Sök på intranätet <input autofocus></label></p>
<openmic-board replay speed="64" autoplay src="${board.href}" token-url="/openmic-token" label="Så kom tavlan till"></openmic-board>
</main>
`;
const script = `const show = (id, text) => { document.getElementById(id).textContent = text; };
addEventListener("openmic-selection", ({ detail }) => show("chosen", detail.elements.map((e) => e.text).join(", ") || "inget"));
addEventListener("openmic-changed", ({ detail }) => show("count", detail.elements));
`;
const style = "body { max-width: 1100px; margin: 20px auto; padding: 0 12px; font-family: system-ui; }";

// The page needs the board's server for its script and its frame, and nothing else of others.
const policy = `default-src 'self'; script-src 'self' ${board.origin}; frame-src ${board.origin}`;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  const person = searchParams.get("as") ?? /person=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "anna";
  const answer = (type, text, headers = {}) => response.writeHead(200, { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "no-store", ...headers }).end(text);
  const headers = { "Content-Security-Policy": policy, "Set-Cookie": `person=${person}; HttpOnly; SameSite=Lax` };
  if (!Object.hasOwn(people, person)) response.writeHead(403).end();
  else if (pathname === "/") answer("text/html", page, headers);
  else if (pathname === "/replay") answer("text/html", replay, headers);
  else if (pathname === "/openmic-token") answer("text/plain", token(person));
  else if (pathname === "/page.js") answer("text/javascript", script);
  else if (pathname === "/page.css") answer("text/css", style);
  else response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
});
server.listen(Number(values.port), () => stdout.write(`intranet: http://localhost:${String(server.address().port)}\n`));
