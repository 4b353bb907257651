/**
 * Keeps the files that this page is made of on the device, so that a board opens again without a connection. Call it once
 * everything has been loaded. Without service workers (plain HTTP to another host) the program works online only.
 */
export async function keepForOffline(): Promise<void> {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  try {
    await navigator.serviceWorker.register("/sw.js");
    const { active } = await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
    const own = loaded.filter((url) => url.origin === location.origin && url.pathname.startsWith("/assets/"));
    active?.postMessage({ assets: [...new Set(own.map((url) => url.pathname))] });
  } catch {
    // A browser may forbid it, for instance in a private window.
  }
}
