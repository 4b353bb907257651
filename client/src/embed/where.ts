import type { Page } from "./page";

/** Where the program runs: in a window of its own, or in a frame of somebody else's page. */
export interface Where {
  readonly framed: boolean;
  /** The frame is kept from being anybody's: nothing can be stored, and nothing be asked of the server. */
  readonly homeless: boolean;
  /** Who gives tokens and is told what happens. */
  readonly page: Page | undefined;
}

let here: Where = { framed: false, homeless: false, page: undefined };

export const where = (): Where => here;

/** Said once, before anything else begins. */
export function settle(found: Where): void {
  here = found;
}

/** Stands where the secret of a link does for who is here by a token, which is kept nowhere. No secret is written like this. */
export const PASS = "~";
