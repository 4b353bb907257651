/** When to knock again, and when to stop: decided here, without a clock or a socket. */

/** Why the server will not have this connection, for good. */
export type Refusal = "link" | "left" | "program" | "role" | "scope" | "gone" | "change" | "large" | Condition;

/** Why the holder of a good link does not get in. */
export type Condition = "removed" | "password" | "closed" | "full" | "embedding" | "signin";

export type AfterClose = { readonly retry: "now" | "soon" | "backoff" } | { readonly refused: Refusal };

/** So many times in a row a change may be refused, or a fresh ticket be worthless, before we stop knocking. */
const PATIENCE = 3;

/**
 * What a close code asks for. `row` is how many times in a row this same code has come, this time included; `condition`
 * is what the server said before it closed.
 * Codes: 1001 and 1012 the server restarts, 4400 it does not understand what we say, 4401 the ticket or link no longer
 * holds, 4403 role, 4404 board gone, 4410 this person has been sent away, or has left, 4413 a change is too large, 4422 it
 * was refused; all else is worth another try.
 */
export function afterClose(code: number, row: number, condition = ""): AfterClose {
  switch (code) {
    case 1001:
    case 1012:
      return { retry: "soon" };
    case 4401:
      // A fresh ticket tells whether the link itself still holds.
      return row < PATIENCE ? { retry: "now" } : { refused: "link" };
    case 4400:
      return row < PATIENCE ? { retry: "backoff" } : { refused: "program" };
    case 4403:
      return { refused: condition === "scope" ? "scope" : "role" };
    case 4404:
      return { refused: "gone" };
    case 4410:
      return { refused: condition === "left" ? "left" : "removed" };
    case 4413:
      return row < PATIENCE ? { retry: "backoff" } : { refused: "large" };
    case 4422:
      return row < PATIENCE ? { retry: "backoff" } : { refused: "change" };
    default:
      return { retry: "backoff" };
  }
}

/** What an HTTP status, and the condition that goes with it, mean for getting a ticket. */
export function afterTicketError(status: number, condition = ""): AfterClose {
  // The page around the board may have another one the next time it is asked.
  if (condition === "token") return { retry: "backoff" };
  if (status === 403) return { refused: conditionOf(condition) ?? "link" };
  // A stranger is told the same of a board that never was and of one that this link no longer opens.
  if (status === 401 || status === 404) return { refused: conditionOf(condition) ?? "link" };
  if (status === 410) return { refused: "gone" };
  return { retry: "backoff" };
}

export function conditionOf(condition: string): Condition | undefined {
  if (condition === "banned") return "removed";
  return (["password", "closed", "full", "embedding", "signin"] as const).find((c) => c === condition);
}

const FIRST = 500;
const LONGEST = 15_000;
/** A server that restarts has everyone come back at once: spread them. */
const RESTART_SPREAD = 2_000;

/**
 * Milliseconds to wait before trying again. `attempt` counts the failures in a row, from 0; `random` is in 0..1. Half of
 * the time is drawn, so that many who lost their connection together do not return together.
 */
export function delay(retry: "now" | "soon" | "backoff", attempt: number, random: number): number {
  if (retry === "now") return 0;
  if (retry === "soon" && attempt === 0) return 100 + random * RESTART_SPREAD;
  const most = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 10));
  return most * (0.5 + random / 2);
}
