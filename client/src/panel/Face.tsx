import type { Feeler } from "../document/model";

export const VALUES = [-2, -1, 0, 1, 2] as const;

/** A face whose mouth says it: from -2, corners down, to 2, corners up. That of staff has corners. */
export function Face({ value, who = "customer" }: { value: number; who?: Feeler }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      {who === "customer" ? <circle cx="12" cy="12" r="9" /> : <rect x="3.500" y="3.500" width="17" height="17" rx="4" />}
      <path d={`M9 9.5v.6 M15 9.5v.6 M8 ${String(15.5 - value * 0.7)}Q12 ${String(15.5 + value * 1.9)} 16 ${String(15.5 - value * 0.7)}`} />
    </svg>
  );
}
