import type { Contribution, Historian } from "./data";

/** What was done in one place of the board. */
export interface Warmth {
  readonly things: number;
  readonly customers: number;
  readonly staff: number;
  readonly people: number;
}

/** One thing that somebody did, and where: in a lane, at a step, in the cell of both, or outside them. */
export interface Deed {
  readonly position: number;
  readonly time: number;
  readonly by: number;
  readonly place: string;
}

/** A place has one name: that of its lane, of its step, or of both. */
export const placeOf = (lane: string | undefined, step: string | undefined): string => JSON.stringify([lane ?? "", step ?? ""]);

/** All that people did, by when it was done. What nobody did, such as making an empty board, is not in it. */
export function deedsOf(contributions: readonly Contribution[]): Deed[] {
  return contributions
    .flatMap(({ by, end, operations }) =>
      by === undefined
        ? []
        : operations.map((op): Deed => {
            const [lane, step] = op.what === "lane" ? [op.id, undefined] : [op.at?.lane, op.at?.step];
            return { position: op.position, time: end, by, place: placeOf(lane, step) };
          }),
    )
    .sort((a, b) => a.position - b.position);
}

/** What was done after a moment and up to a position, by place. */
export function heatOf(deeds: readonly Deed[], people: readonly Historian[], since: { readonly position: number; readonly time: number }, until: number): Map<string, Warmth> {
  const found = new Map<string, { things: number; customers: number; staff: number; who: Set<number> }>();
  for (const { position, time, by, place } of deeds) {
    if (position > until) break;
    if (position <= since.position || time < since.time) continue;
    let at = found.get(place);
    if (!at) found.set(place, (at = { things: 0, customers: 0, staff: 0, who: new Set() }));
    at.things++;
    at.who.add(by);
    const audience = people[by]?.audience;
    if (audience === "customer") at.customers++;
    else if (audience === "staff") at.staff++;
  }
  return new Map([...found].map(([place, { who, ...at }]) => [place, { ...at, people: who.size }]));
}

/** How warm it is where so much was done, from 0 to 5; the small is told from the large, and nothing from little. */
export const levelOf = (things: number, most: number): number => (things === 0 || most === 0 ? 0 : Math.max(1, Math.round(5 * Math.sqrt(things / most))));
