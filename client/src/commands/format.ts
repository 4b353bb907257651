import type { Command, Hands } from "./command";

const writing = ({ stage }: Hands) => stage.writer !== undefined;

/** How the text being written looks. The keys are taken by the field itself, which has the keyboard then. */
export const FORMAT: readonly Command[] = [
  { id: "format.bold", group: "edit", keys: ["Mod+b"], scope: "self", onlyKey: true, icon: "bold", can: writing, run: ({ stage }) => stage.writer?.bold() },
  { id: "format.list", group: "edit", keys: ["Mod+Shift+8"], scope: "self", onlyKey: true, icon: "list", can: writing, run: ({ stage }) => stage.writer?.list() },
  { id: "format.link", group: "edit", keys: ["Mod+Shift+k"], scope: "self", onlyKey: true, icon: "link", can: writing, run: ({ ui }) => ui.set({ open: "link" }) },
];
