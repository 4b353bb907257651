import { ApiError } from "../sync/api";
import type { Page } from "./page";
import { where } from "./where";
import type { TokenReason } from "./messages";

/**
 * Does something with the token of the page, and asks for another one where that has expired. `stale`: it is known to have,
 * though the server would take it for a little longer, as clocks differ.
 */
export async function passed<T>(work: () => Promise<T>, stale = false): Promise<T> {
  const { page } = where();
  if (!page) throw noToken();
  if (page.token === undefined || stale) await renew(page, stale ? "expired" : "missing");
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError) || error.condition !== "token") throw error;
    await renew(page, "expired");
    return work();
  }
}

const noToken = () => new ApiError(0, "", undefined, "token");

async function renew(page: Page, reason: TokenReason): Promise<void> {
  await page.renew(reason).catch(() => {
    throw noToken();
  });
}
