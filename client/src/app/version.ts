/** So often an open page asks whether the server has a newer program, at most. Milliseconds. */
const SELDOM = 60_000;
const RELOADED = "openmic.reloaded";

const own = () => document.querySelector<HTMLScriptElement>("script[type=module][src]")?.getAttribute("src");

/**
 * Calls back once when the server has a newer program than this page is made of: looked up when the page is seen again
 * and when the network is back. Returns how to stop.
 */
export function watchForNewVersion(found: () => void): () => void {
  let asked = 0;
  let done = false;
  const look = async () => {
    const mine = own();
    if (done || mine === null || mine === undefined || document.visibilityState !== "visible" || Date.now() - asked < SELDOM) return;
    asked = Date.now();
    try {
      const answer = await fetch("/", { cache: "no-cache" });
      if (!answer.ok || (await answer.text()).includes(mine) || done) return;
      done = true;
      found();
    } catch {
      // No network: there is nothing newer to be had.
    }
  };
  const ask = () => void look();
  window.addEventListener("online", ask);
  document.addEventListener("visibilitychange", ask);
  return () => {
    done = true;
    window.removeEventListener("online", ask);
    document.removeEventListener("visibilitychange", ask);
  };
}

/** A part of an older program that the server has no more is not missed: the newer one is loaded whole, once. */
export function reloadWhenParted(): void {
  window.addEventListener("vite:preloadError", (event) => {
    if (sessionStorage.getItem(RELOADED) === own()) return;
    sessionStorage.setItem(RELOADED, own() ?? "");
    event.preventDefault();
    location.reload();
  });
}
