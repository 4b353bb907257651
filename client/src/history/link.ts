import type { KnownBoard } from "../sync/device";

type Of = Pick<KnownBoard, "id" | "secret">;

const address = ({ id, secret }: Of, asked: string) => `${location.origin}/b/${id}?${asked}#${secret}`;

/** The address that opens a board at a moment of its history, for whoever may open the board by the same link. */
export const momentLink = (board: Of, position: number): string => address(board, `at=${String(position)}`);

/** Two moments of a board: positions of its history, the later of which may be whatever is now. */
export interface Between {
  readonly from: number;
  readonly to: number | "now";
}

/** The address that compares two moments. */
export const comparisonLink = (board: Of, { from, to }: Between): string => address(board, `compare=${String(from)}..${String(to)}`);

const MOMENT = /^\d{1,9}$/;

/** The two moments that the address asks to compare. */
export function askedComparison(): Between | undefined {
  const [from, to, ...more] = new URLSearchParams(location.search).get("compare")?.split("..") ?? [];
  if (from === undefined || to === undefined || more.length > 0 || !MOMENT.test(from)) return undefined;
  if (to !== "now" && !MOMENT.test(to)) return undefined;
  return inOrder({ from: Number(from), to: to === "now" ? to : Number(to) });
}

/** The earlier one first. */
export const inOrder = ({ from, to }: Between): Between => (to !== "now" && to < from ? { from: to, to: from } : { from, to });

/** The moment that the address asks for; behind a comparison one sees the later of its moments, or that which now is compared with. */
export function askedMoment(): number | undefined {
  const asked = new URLSearchParams(location.search).get("at");
  if (asked !== null) return MOMENT.test(asked) ? Number(asked) : undefined;
  const between = askedComparison();
  return between && (between.to === "now" ? between.from : between.to);
}

/** Takes what was asked for out of the address: a reload then shows the board as it is. */
export function forgetMoment(): void {
  if (askedMoment() !== undefined) window.history.replaceState(null, "", location.pathname + location.hash);
}
