import type { Direction } from "../board/layout";
import type { Stop } from "../outline/stops";
import type { Command, Hands } from "./command";
import { chosenOf } from "./command";

/** Where the keyboard is in the outline, if it is at one of these. */
const isAt =
  (...places: readonly Stop["at"][]) =>
  ({ stage }: Hands): boolean => {
    const at = stage.outline?.at?.at;
    return at !== undefined && (places.length === 0 || places.includes(at));
  };

const ARROWS: readonly (readonly [Direction, string])[] = [
  ["left", "ArrowLeft"],
  ["right", "ArrowRight"],
  ["up", "ArrowUp"],
  ["down", "ArrowDown"],
];

/** What can be done in the outline only, and with the keys that mean something else on the canvas. */
export const OUTLINE: readonly Command[] = [
  ...ARROWS.map(
    ([direction, key]): Command => ({
      id: `outline.go.${direction}`,
      group: "choose",
      on: "outline",
      keys: [key],
      listed: "outlineGo",
      look: true,
      onlyKey: true,
      can: ({ stage }) => stage.outline?.inside === true,
      run: ({ stage }) => stage.outline?.go(direction),
    }),
  ),
  ...(["first", "last"] as const).map(
    (which): Command => ({
      id: `outline.end.${which}`,
      group: "choose",
      on: "outline",
      keys: [which === "first" ? "Home" : "End"],
      listed: "outlineEnd",
      look: true,
      onlyKey: true,
      can: isAt(),
      run: ({ stage }) => stage.outline?.end(which),
    }),
  ),
  ...ARROWS.map(
    ([direction, key]): Command => ({
      id: `outline.move.${direction}`,
      lanes: "chosen",
      group: "arrange",
      on: "outline",
      keys: [`Alt+${key}`],
      listed: "outlineMove",
      onlyKey: true,
      can: isAt(),
      run: ({ stage }) => stage.outline?.move(direction),
    }),
  ),
  { id: "outline.here", lanes: "always", group: "add", on: "outline", keys: ["Enter"], onlyKey: true, can: isAt("cell", "feelings"), run: ({ stage }) => stage.outline?.more() },
  { id: "outline.more", lanes: "always", group: "add", on: "outline", keys: ["Mod+Enter"], onlyKey: true, can: isAt(), run: ({ stage }) => stage.outline?.more() },
  { id: "outline.addStep", group: "add", on: "outline", keys: ["s"], icon: "in", run: ({ stage }) => stage.outline?.addStep() },
  { id: "outline.addLane", group: "add", on: "outline", run: ({ stage }) => stage.outline?.addLane() },
  { id: "outline.addPhase", group: "add", on: "outline", keys: ["Shift+P"], run: ({ stage }) => stage.outline?.addPhase() },
  { id: "outline.rename", group: "edit", on: "outline", keys: ["Enter", "F2"], onlyKey: true, can: isAt("step", "lane", "phase"), run: ({ stage }) => stage.outline?.rename() },
  { id: "outline.remove", group: "edit", on: "outline", keys: ["Delete", "Backspace"], onlyKey: true, can: isAt("step", "lane", "phase", "feelings"), run: ({ stage }) => stage.outline?.remove() },
  {
    id: "outline.moveTo",
    lanes: "chosen",
    group: "arrange",
    on: "outline",
    keys: ["Shift+M"],
    icon: "swap",
    menu: ["chosen"],
    can: (hands) => hands.focus.get().chosen.length === 1 && chosenOf(hands).some((e) => !e.locked),
    run: ({ ui }) => ui.set({ open: "moveTo" }),
  },
  { id: "outline.mark", group: "mark", on: "outline", keys: ["k"], icon: "mark", can: isAt("step"), run: ({ ui }) => ui.set({ open: "markStep" }) },
  { id: "outline.feel", group: "mark", on: "outline", keys: ["h"], can: isAt("step", "feelings"), run: ({ stage }) => stage.outline?.feel() },
];
