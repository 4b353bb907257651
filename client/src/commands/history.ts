import type { Player } from "../history/player";
import { SPEEDS } from "../history/speeds";
import type { Command, Hands } from "./command";

const while_ = (run: (player: Player, hands: Hands) => unknown): Pick<Command, "run" | "can" | "past" | "look" | "group"> => ({
  group: "history",
  look: true,
  past: true,
  can: ({ history }) => history !== undefined,
  run: (hands) => void (hands.history && run(hands.history, hands)),
});

const pace = (by: number) =>
  while_((player) => {
    const next = SPEEDS[SPEEDS.indexOf(player.get().speed) + by];
    if (next !== undefined) player.set({ speed: next });
  });

/** How one goes through the history of a board. */
export const HISTORY: readonly Command[] = [
  {
    id: "history.open",
    group: "history",
    keys: ["Shift+H"],
    look: true,
    menu: ["ground"],
    icon: "history",
    can: ({ ui }) => ui.get().history === undefined,
    run: ({ ui, follow }) => {
      follow.stop();
      ui.set({ history: {}, open: undefined, find: undefined, found: undefined, tool: "select" });
    },
  },
  {
    id: "history.name",
    group: "history",
    lanes: "always",
    icon: "bookmark",
    can: ({ document }) => document.draws,
    run: ({ ui }) => ui.set({ open: "nameVersion" }),
  },
  { id: "history.play", keys: ["p"], icon: "play", ...while_((player) => (player.get().playing ? player.pause() : player.play())) },
  { id: "history.previous", keys: [","], icon: "left", ...while_((player) => player.step(-1)) },
  { id: "history.next", keys: ["."], icon: "right", ...while_((player) => player.step(1)) },
  { id: "history.previousMoment", keys: ["Alt+ArrowLeft"], icon: "first", ...while_((player) => void player.toMoment(-1)) },
  { id: "history.nextMoment", keys: ["Alt+ArrowRight"], icon: "last", ...while_((player) => void player.toMoment(1)) },
  { id: "history.slower", keys: ["<", "Shift+,"], ...pace(-1) },
  { id: "history.faster", keys: [">", "Shift+."], ...pace(1) },
  { id: "history.close", keys: ["Shift+H", "Escape"], icon: "close", ...while_((_, { leaveHistory }) => leaveHistory?.()), can: ({ leaveHistory }) => leaveHistory !== undefined },
];
