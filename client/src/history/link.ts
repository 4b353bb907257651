import type { KnownBoard } from "../sync/device";

/** The address that opens a board at a moment of its history, for whoever may open the board by the same link. */
export const momentLink = ({ id, secret }: Pick<KnownBoard, "id" | "secret">, position: number): string => `${location.origin}/b/${id}?at=${String(position)}#${secret}`;

/** The moment that the address asks for. */
export function askedMoment(): number | undefined {
  const asked = new URLSearchParams(location.search).get("at");
  return asked !== null && /^\d{1,9}$/.test(asked) ? Number(asked) : undefined;
}

/** Takes the moment out of the address: a reload then shows the board as it is. */
export function forgetMoment(): void {
  if (askedMoment() !== undefined) window.history.replaceState(null, "", location.pathname + location.hash);
}
