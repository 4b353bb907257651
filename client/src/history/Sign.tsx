import type { MomentKind } from "./filter";

/** Each kind of moment has a form of its own. */
const SIGNS: Readonly<Record<MomentKind, string>> = {
  step: "M-3 -3h6v6h-6z",
  visibility: "M0 -4l4 4-4 4-4-4z",
  marker: "M0 -4l4 7h-8z",
  joined: "M0 -3.500a3.500 3.500 0 1 0 .01 0z",
};

export const MOMENTS: readonly MomentKind[] = ["joined", "step", "visibility", "marker"];

/** What stands along the strip where something stands out. */
export function Sign({ kind }: { kind: MomentKind }) {
  return (
    <svg className="history-sign" data-kind={kind} viewBox="-5 -5 10 10" aria-hidden="true">
      <path d={SIGNS[kind]} />
    </svg>
  );
}
