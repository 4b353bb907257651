export const VALUES = [-2, -1, 0, 1, 2] as const;

/** A face whose mouth says it: from -2, corners down, to 2, corners up. */
export function Face({ value }: { value: number }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="9" />
      <path d={`M9 9.5v.6 M15 9.5v.6 M8 ${String(15.5 - value * 0.7)}Q12 ${String(15.5 + value * 1.9)} 16 ${String(15.5 - value * 0.7)}`} />
    </svg>
  );
}
