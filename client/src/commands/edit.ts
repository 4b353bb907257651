import { NOTE_COLORS } from "../document/model";
import { duplicate, pasteFromMenu } from "../board/copying";
import type { Command, Hands } from "./command";
import { anyChosen, chosenOf } from "./command";

const unlocked = (hands: Hands) => chosenOf(hands).some((e) => !e.locked);
const connectorChosen = ({ focus }: Hands) => focus.get().connector !== undefined;

/** Makes the browser copy, which asks the board what (see Clipboard.tsx). */
const byBrowser = (what: "copy" | "cut") => () => void document.execCommand(what);

export const EDIT: readonly Command[] = [
  { id: "undo", group: "edit", keys: ["Mod+z"], scope: "everywhere", talk: true, icon: "undo", run: ({ actions }) => actions.undo() },
  { id: "redo", group: "edit", keys: ["Mod+Shift+z", "Mod+y"], scope: "everywhere", talk: true, icon: "redo", run: ({ actions }) => actions.redo() },
  {
    id: "write",
    lanes: "chosen",
    group: "edit",
    keys: ["Enter", "F2"],
    menu: ["chosen"],
    icon: "pen",
    can: ({ focus, document }) => {
      const { chosen, selected } = focus.get();
      return chosen.length === 1 && document.board().elements.some((e) => e.id === selected && e.kind !== "ink");
    },
    run: ({ focus }) => {
      const { selected } = focus.get();
      if (selected !== undefined) focus.edit(selected);
    },
  },
  { id: "cut", lanes: "chosen", group: "edit", keys: ["Mod+x"], scope: "self", menu: ["chosen"], can: unlocked, run: byBrowser("cut") },
  { id: "copy", group: "edit", keys: ["Mod+c"], scope: "self", menu: ["chosen"], look: true, can: anyChosen, run: byBrowser("copy") },
  { id: "paste", lanes: "always", group: "edit", keys: ["Mod+v"], scope: "self", menu: ["chosen", "ground"], run: (hands) => void pasteFromMenu(hands) },
  { id: "duplicate", lanes: "chosen", group: "edit", keys: ["Mod+d"], menu: ["chosen"], can: anyChosen, run: (hands) => duplicate(hands) },
  {
    id: "remove",
    lanes: "chosen",
    group: "edit",
    keys: ["Delete", "Backspace"],
    menu: ["chosen"],
    icon: "bin",
    can: (hands) => anyChosen(hands) || connectorChosen(hands),
    run: ({ actions, focus, stage }) => {
      const { chosen, connector } = focus.get();
      if (connector !== undefined) actions.removeConnector(connector);
      else actions.remove(chosen);
      stage.focusOnCell();
    },
  },
  ...NOTE_COLORS.map(
    (color, i): Command => ({
      id: `color.${color}`,
      lanes: "chosen",
      group: "edit",
      keys: [String(i + 1)],
      listed: "color",
      can: anyChosen,
      run: ({ actions, focus }) => actions.color(focus.get().chosen, color),
    }),
  ),
  {
    id: "lock",
    lanes: "chosen",
    group: "edit",
    keys: ["Mod+l"],
    menu: ["chosen"],
    icon: "lock",
    can: unlocked,
    run: ({ actions, focus }) => actions.lock(focus.get().chosen, true),
  },
  {
    id: "unlock",
    lanes: "chosen",
    group: "edit",
    keys: ["Mod+Shift+l"],
    menu: ["chosen"],
    icon: "unlock",
    can: (hands) => chosenOf(hands).some((e) => e.locked),
    run: ({ actions, focus }) => actions.lock(focus.get().chosen, false),
  },
  {
    id: "selectAll",
    group: "choose",
    keys: ["Mod+a"],
    menu: ["ground"],
    look: true,
    run: ({ focus, document, stage, notice, t }) => {
      // Only what can be seen: nobody means to delete the rest.
      const ids = document.board().elements.map((e) => e.id).filter((id) => stage.geometry.places.has(id));
      focus.selectAll(ids);
      notice.say(t("said.chosen", { count: ids.length }));
    },
  },
  {
    id: "hold",
    group: "choose",
    keys: [" "],
    look: true,
    onlyKey: true,
    can: anyChosen,
    run: ({ focus, notice, t }) => {
      const { selected } = focus.get();
      if (selected === undefined) return;
      const held = focus.hold(selected);
      notice.say(t(held ? "said.held" : "said.unheld", { count: focus.get().chosen.length }));
    },
  },
  {
    id: "selectNone",
    group: "choose",
    keys: ["Escape"],
    look: true,
    onlyKey: true,
    run: ({ focus, ui }) => {
      if (ui.get().tool !== "select") ui.set({ tool: "select" });
      else focus.selectAll([]);
    },
  },
];
