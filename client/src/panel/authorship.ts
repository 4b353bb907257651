import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useSession, useTools } from "../board/context";
import type { Board, Feeler } from "../document/model";
import type { Authorship } from "../findings/findings";

const NOBODY: Authorship = new Map();

/** Whether customers or staff made the elements of a board, as far as the server knows their hands. */
export function useAuthorship(board: Board | undefined): Authorship {
  const { document } = useTools();
  const { voices } = useSession();
  const known = useSyncExternalStore(voices.subscribe, voices.get);
  const makers = useMemo(() => {
    if (!board) return [];
    const customers = new Set(board.lanes.filter((l) => l.role === "customer").map((l) => l.id));
    // Only where customers should speak does it matter who has.
    const asked = board.elements.filter((e) => e.lane !== undefined && customers.has(e.lane));
    return asked.flatMap(({ id }) => {
      const actor = document.makerOf(id);
      return actor === undefined ? [] : [[id, actor] as const];
    });
  }, [board, document]);
  useEffect(() => voices.want(new Set(makers.map(([, actor]) => actor))), [voices, makers]);
  return useMemo(() => {
    if (known.size === 0) return NOBODY;
    return new Map(
      makers.flatMap(([id, actor]): [string, ReadonlySet<Feeler>][] => {
        const audience = known.get(actor);
        return audience === undefined ? [] : [[id, new Set([audience])]];
      }),
    );
  }, [makers, known]);
}
