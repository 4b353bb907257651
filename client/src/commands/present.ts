import { stepFrom } from "../board/presenting";
import type { Command, Hands } from "./command";

function begin({ ui, focus, follow }: Hands): void {
  follow.stop();
  focus.select(undefined);
  ui.set({ presenting: { step: undefined, from: ui.get().view }, view: "canvas", tool: "select", open: undefined, find: undefined, found: undefined });
  // Where the browser does not let us, the window is all there is.
  void document.documentElement.requestFullscreen?.().catch(() => undefined);
}

export function leave({ ui }: Pick<Hands, "ui">): void {
  const { presenting } = ui.get();
  if (!presenting) return;
  ui.set({ presenting: undefined, view: presenting.from });
  if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
}

const by = (count: number) => (hands: Hands) => {
  const { ui, document: board } = hands;
  const { presenting } = ui.get();
  const ids = board.board().steps.map((s) => s.id);
  if (presenting) ui.set({ presenting: { ...presenting, step: stepFrom(ids, presenting.step, count) } });
};

/** Clickers send Page Up and Page Down. */
const MOVES: readonly (readonly [string, readonly string[], number])[] = [
  ["next", ["ArrowRight", "PageDown", "ArrowDown"], 1],
  ["previous", ["ArrowLeft", "PageUp", "ArrowUp"], -1],
  ["first", ["Home"], -Infinity],
  ["last", ["End"], Infinity],
];

/** The board shown large, for a room: nothing can be changed meanwhile, and only these keys hold. */
export const PRESENT: readonly Command[] = [
  ...MOVES.map(
    ([which, keys, count]): Command => ({ id: `present.${which}`, group: "view", on: "canvas", keys, listed: count * count > 1 ? "presentEnds" : "presentGo", scope: "everywhere", look: true, onlyKey: true, presenting: true, run: by(count) }),
  ),
  { id: "present.leave", group: "view", on: "canvas", keys: ["Escape"], scope: "everywhere", look: true, onlyKey: true, presenting: true, run: leave },
  { id: "present.begin", group: "view", on: "canvas", keys: ["Shift+P"], look: true, menu: ["ground"], icon: "present", run: begin },
  { id: "present.outline", group: "view", on: "outline", look: true, icon: "present", run: begin },
];
