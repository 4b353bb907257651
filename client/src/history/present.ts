import i18next from "i18next";
import type { Company } from "../board/context";
import { PERSON_COLORS } from "../sync/presence";
import type { Peer, Presence } from "../sync/presence";
import type { Contribution, Operation } from "./data";
import type { Player } from "./player";
import { operationAt, teller } from "./words";

const NOBODY: readonly Peer[] = [];
const SELF: Presence = { name: "", color: 0, cursor: undefined, selected: undefined, editing: undefined };

/** Which part of the board something is done to. */
export const targetOf = ({ what, do: done, id, target }: Operation): string | undefined => ((what === "element" || what === "step" || what === "lane") && done !== "removed" ? id : target?.id);

/** Whoever looks back is seen by nobody, and sees there who did what is shown, as one sees who is at the board. */
export function pastPresence(player: Player): Company {
  let last: { readonly c: Contribution; readonly op: Operation; readonly peers: readonly Peer[] } | undefined;
  const peers = (): readonly Peer[] => {
    const { history, position } = player.get();
    const c = player.current();
    // At the end is the board as it is now.
    const op = c && history && position < history.length ? operationAt(c, position) : undefined;
    if (!history || !c || !op) return NOBODY;
    if (last?.c === c && last.op === op) return last.peers;
    const at = targetOf(op);
    const name = teller(i18next.t).person(history.people, c.by);
    const doing = op.what === "comment" ? { talking: at } : op.do === "wrote" ? { editing: at } : { selected: at };
    last = { c, op, peers: at === undefined ? NOBODY : [{ ...SELF, ...doing, id: `past-${String(c.by)}`, name, color: (c.by ?? 0) % PERSON_COLORS }] };
    return last.peers;
  };
  return {
    id: "",
    peers,
    self: () => SELF,
    subscribe: (listener) => {
      let before = peers();
      return player.subscribe(() => {
        const now = peers();
        if (now === before) return;
        before = now;
        listener();
      });
    },
    update: () => undefined,
    call: () => undefined,
  };
}
