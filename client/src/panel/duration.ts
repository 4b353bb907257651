/** Times as people say them: a number and a unit. */

export const UNITS = { s: 1, min: 60, h: 3600, d: 86_400, w: 604_800 } as const;
export type Unit = keyof typeof UNITS;
export const UNIT_NAMES = Object.keys(UNITS) as Unit[];

export interface Duration {
  readonly count: number;
  readonly unit: Unit;
}

/** The largest unit that leaves no remainder: 7200 is two hours, 5400 is ninety minutes. */
export function durationOf(seconds: number): Duration {
  const unit = [...UNIT_NAMES].reverse().find((u) => seconds >= UNITS[u] && seconds % UNITS[u] === 0) ?? "s";
  return { count: seconds / UNITS[unit], unit };
}

/** Close enough to be taken in at a glance: at most two digits or so. */
export function roughly(seconds: number): Duration {
  const unit = [...UNIT_NAMES].reverse().find((u) => seconds >= 2 * UNITS[u] || seconds === UNITS[u]) ?? "s";
  return { count: Math.round(seconds / UNITS[unit]), unit };
}

/** The number someone has typed, with comma or point; undefined when it is none or negative. */
export function numberIn(text: string): number | undefined {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(number) || number < 0 ? undefined : number;
}
