// Lets the program open without a connection. Pages come from the server when it answers; files under /assets/ are named
// by their content and come from here once they are here. Nothing else is touched: no board, no secret, no API answer.
const CACHE = "openmic-shell";
const PICTURES = ["/icon.svg", "/manifest.webmanifest"];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/") || PICTURES.includes(url.pathname)) event.respondWith(asset(request));
});

// A page tells what it is made of. All that it has needed of this version is kept; what an older version was made of goes.
self.addEventListener("message", (event) => {
  const { assets } = event.data ?? {};
  if (Array.isArray(assets)) event.waitUntil(keep(assets.filter((a) => typeof a === "string" && a.startsWith("/assets/"))));
});

async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const shell = await (await caches.open(CACHE)).match("/");
    if (shell) return shell;
    throw error;
  }
}

async function asset(request) {
  return (await (await caches.open(CACHE)).match(request)) ?? fetch(request);
}

async function keep(assets) {
  const cache = await caches.open(CACHE);
  const shell = await fetch("/", { cache: "no-cache" });
  if (!shell.ok) return;
  const text = await shell.clone().text();
  const named = [...text.matchAll(/\/assets\/[\w.-]+/g)].map((m) => m[0]);
  // A page of an older version, open while the server got a new one: its files and the new page do not fit together.
  if (!named.every((n) => assets.includes(n))) return;
  const former = await (await cache.match("/"))?.text();
  const has = (await cache.keys()).map((r) => new URL(r.url).pathname);
  await cache.addAll([...new Set([...assets, ...PICTURES])].filter((w) => !has.includes(w)));
  await cache.put("/", shell);
  if (former === text) return;
  await Promise.all(has.filter((h) => h !== "/" && !assets.includes(h)).map((h) => cache.delete(h)));
  await cache.addAll(PICTURES);
}
