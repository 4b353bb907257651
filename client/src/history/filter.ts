import type { Contribution, History, Operation } from "./data";

/** What of the history one wants to see; empty means all of it. */
export interface Filter {
  readonly person: number | undefined;
  readonly audience: "customer" | "staff" | undefined;
  readonly lane: string | undefined;
}

export const EVERYTHING: Filter = { person: undefined, audience: undefined, lane: undefined };

export function passes({ people }: Pick<History, "people">, { by, operations }: Contribution, { person, audience, lane }: Filter): boolean {
  if (person !== undefined && by !== person) return false;
  if (audience !== undefined && (by === undefined ? undefined : people[by]?.audience) !== audience) return false;
  return lane === undefined || operations.some((op) => op.at?.lane === lane || op.from?.lane === lane || (op.what === "lane" && op.id === lane));
}

export type MomentKind = "step" | "visibility" | "marker" | "joined";

export interface Moment {
  readonly kind: MomentKind;
  readonly position: number;
  readonly time: number;
  readonly contribution: number;
}

function momentOf(op: Operation): MomentKind | undefined {
  if (op.do === "added" && op.what === "step") return "step";
  if (op.do === "added" && op.what === "marker") return "marker";
  return op.crossed?.includes("visibility") ? "visibility" : undefined;
}

/** What stands out: a step appeared, something crossed the line of visibility, a marker was set, somebody's first contribution. */
export function momentsOf(contributions: readonly Contribution[]): Moment[] {
  const seen = new Set<number>();
  return contributions.flatMap((c, i): Moment[] => {
    const found: Moment[] = [];
    if (c.by !== undefined && !seen.has(c.by)) {
      seen.add(c.by);
      found.push({ kind: "joined", position: c.first, time: c.start, contribution: i });
    }
    for (const op of c.operations) {
      const kind = momentOf(op);
      if (kind) found.push({ kind, position: op.position, time: c.end, contribution: i });
    }
    return found;
  });
}
