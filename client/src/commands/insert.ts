import { cellAt } from "../board/layout";
import { snaps } from "../board/moving";
import type { Tool } from "../board/ui";
import type { Kind } from "../document/model";
import { choosePictures } from "../pictures/adding";
import type { Command } from "./command";

const INTO_CELL: readonly (readonly [Extract<Kind, "note" | "action" | "evidence" | "decision">, string])[] = [
  ["note", "n"],
  ["action", "a"],
  ["evidence", "e"],
  ["decision", "d"],
];
const TOOLS: readonly (readonly [Extract<Tool, "text" | "shape" | "frame" | "ink">, string])[] = [
  ["text", "t"],
  ["shape", "r"],
  ["frame", "f"],
  ["ink", "p"],
];

export const INSERT: readonly Command[] = [
  { id: "tool.select", group: "add", keys: ["v"], look: true, on: "canvas", icon: "select", run: ({ ui }) => ui.set({ tool: "select" }) },
  { id: "tool.hand", group: "add", keys: ["h"], look: true, on: "canvas", icon: "hand", run: ({ ui }) => ui.set({ tool: "hand" }) },
  ...INTO_CELL.map(
    ([kind, key]): Command => ({
      id: `add.${kind}`,
      group: "add",
      keys: [key],
      lanes: "always",
      menu: ["ground"],
      icon: kind,
      run: ({ actions, stage }) => {
        const at = stage.menuAt;
        const cell = at && cellAt(stage.geometry, at.x, at.y);
        if (at && !cell && snaps({ kind })) actions.addFree(kind, at);
        else actions.add(kind, cell);
      },
    }),
  ),
  ...TOOLS.map(
    ([kind, key]): Command => ({
      id: `add.${kind}`,
      group: "add",
      keys: [key],
      ...(kind === "ink" ? { on: "canvas" as const } : { menu: ["ground"] as const }),
      icon: kind,
      run: ({ actions, ui, stage, notice, t }) => {
        if (stage.menuAt && kind !== "ink") {
          actions.addFree(kind, stage.menuAt);
          return;
        }
        if (ui.get().view === "outline" && kind !== "ink") {
          actions.addFree(kind, stage.middle());
          return;
        }
        ui.set({ tool: kind });
        notice.say(t(kind === "ink" ? "said.toolInk" : "said.tool", { kind: t(`kind.${kind}`) }));
      },
    }),
  ),
  { id: "add.image", group: "add", keys: ["u"], lanes: "always", menu: ["ground"], icon: "image", run: choosePictures },
  {
    id: "putMiddle",
    group: "add",
    on: "canvas",
    keys: ["Enter"],
    onlyKey: true,
    can: ({ ui }) => ["text", "shape", "frame"].includes(ui.get().tool),
    run: ({ actions, ui, stage }) => {
      const { tool } = ui.get();
      if (tool === "text" || tool === "shape" || tool === "frame") actions.addFree(tool, stage.middle());
      ui.set({ tool: "select" });
    },
  },
];
