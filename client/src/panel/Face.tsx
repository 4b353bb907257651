import type { Feeler } from "../document/model";
import { faceOf } from "./face";

export const VALUES = [-2, -1, 0, 1, 2] as const;

/** A face whose mouth says it: from -2, corners down, to 2, corners up. That of staff has corners. */
export function Face({ value, who = "customer" }: { value: number; who?: Feeler }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      {who === "customer" ? <circle cx="12" cy="12" r="9" /> : <rect x="3.500" y="3.500" width="17" height="17" rx="4" />}
      <path d={faceOf(value)} />
    </svg>
  );
}
