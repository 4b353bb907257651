import { PRINT } from "../board/print";
import { around } from "../board/moving";
import type { Command } from "./command";
import { anyChosen } from "./command";

export const VIEW: readonly Command[] = [
  { id: "zoomIn", group: "view", keys: ["+", "Mod++", "Mod+="], look: true, icon: "in", run: ({ stage }) => stage.view?.zoomIn() },
  { id: "zoomOut", group: "view", keys: ["-", "Mod+-"], look: true, icon: "out", run: ({ stage }) => stage.view?.zoomOut() },
  { id: "zoomActual", group: "view", keys: ["Shift+Digit0", "Mod+Digit0"], look: true, run: ({ stage }) => stage.view?.actualSize() },
  { id: "zoomFit", group: "view", keys: ["Shift+Digit1"], look: true, menu: ["ground"], icon: "fit", run: ({ stage }) => stage.view?.fitAll() },
  {
    id: "zoomChosen",
    group: "view",
    keys: ["Shift+Digit2"],
    look: true,
    menu: ["chosen"],
    can: anyChosen,
    run: ({ stage, focus }) => {
      const area = around(focus.get().chosen.map((id) => stage.geometry.places.get(id)));
      if (area) stage.view?.fit(area);
    },
  },
  { id: "minimap", group: "view", keys: ["m"], look: true, menu: ["ground"], icon: "map", run: ({ ui }) => ui.set({ minimap: !ui.get().minimap }) },
  {
    id: "details",
    group: "view",
    keys: ["i"],
    look: true,
    menu: ["chosen"],
    icon: "details",
    run: ({ panel }) => {
      panel.show("details");
      // Whoever came with keys goes on in what has opened.
      requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-testid=tab-details]")?.focus());
    },
  },
  { id: "findings", group: "view", keys: ["Shift+I"], look: true, menu: ["ground"], icon: "panel", run: ({ panel }) => panel.show("findings") },
  { id: "find", group: "board", keys: ["Mod+f"], scope: "everywhere", look: true, icon: "find", run: ({ ui }) => ui.set({ find: ui.get().find ?? "", open: undefined }) },
  { id: "palette", group: "board", keys: ["Mod+k"], scope: "everywhere", look: true, onlyKey: true, run: ({ ui }) => ui.set({ open: "palette" }) },
  { id: "keys", group: "board", keys: ["?"], look: true, run: ({ ui }) => ui.set({ open: "keys" }) },
  { id: "save", group: "board", keys: ["Mod+s"], scope: "everywhere", look: true, run: ({ ui }) => ui.set({ open: "save" }) },
  { id: "print", group: "board", keys: ["Mod+p"], scope: "everywhere", look: true, run: () => window.dispatchEvent(new Event(PRINT)) },
  { id: "invite", group: "board", look: true, icon: "people", run: ({ ui }) => ui.set({ open: "invite" }) },
  { id: "name", group: "board", look: true, run: ({ ui }) => ui.set({ open: "name" }) },
  { id: "addStep", group: "board", icon: "in", run: ({ actions }) => actions.addStep() },
];
