// Lets the program open without a connection. Pages come from the server when it answers; files under /assets/ are named
// by their content and come from here once they are here. Nothing else is touched: no board, no secret, no API answer.
const CACHE = "openmic-shell";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

// A page tells what it is made of; what an older version was made of goes.
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
  const wanted = ["/", ...assets];
  const has = (await cache.keys()).map((r) => new URL(r.url).pathname);
  await cache.addAll(wanted.filter((w) => w === "/" || !has.includes(w)));
  await Promise.all(has.filter((h) => !wanted.includes(h)).map((h) => cache.delete(h)));
}
