import { Page } from "./page";
import { PASS, settle } from "./where";

/** Finds out where this program runs, before the rest of it begins. */

const framed = window.parent !== window;
const homeless = self.origin === "null";
const TOKEN = /^#token=([\w.-]+)$/;

/** The token in the address, which is taken out of there before anybody sees it. */
function tokenInAddress(): string | undefined {
  const token = TOKEN.exec(location.hash)?.[1];
  if (token !== undefined) history.replaceState(history.state, "", `${location.pathname}${location.search}#${PASS}`);
  return token;
}

const token = homeless ? undefined : tokenInAddress();
// A page that shows a board without a link to it has a token to give.
if (framed && !homeless && location.hash === "") history.replaceState(history.state, "", `${location.pathname}${location.search}#${PASS}`);

const named = document.querySelector<HTMLMetaElement>('meta[name="openmic-embedders"]')?.content.split(" ") ?? [];
const page = new Page(
  {
    parent: window.parent,
    allowed: framed ? [location.origin, ...named] : [],
    now: () => performance.now(),
    wait: (then, milliseconds) => {
      const timer = setTimeout(then, milliseconds);
      return () => clearTimeout(timer);
    },
  },
  token,
);
if (framed) window.addEventListener("message", ({ source, origin, data }: MessageEvent<unknown>) => page.hear(source, origin, data));
settle({ framed, homeless, page: framed || token !== undefined ? page : undefined });
