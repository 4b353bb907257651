import { PRINT } from "../board/print";
import { around } from "../board/moving";
import type { Ui } from "../board/ui";
import type { Command, Hands } from "./command";
import { anyChosen } from "./command";

function show({ ui, notice, t }: Hands, what: Partial<Ui>): void {
  ui.set(what);
  const { view, form } = ui.get();
  notice.say(t(view === "canvas" ? "outline.shownCanvas" : form === "table" ? "outline.shownTable" : "outline.shownList"));
}

export const VIEW: readonly Command[] = [
  { id: "zoomIn", past: true, group: "view", on: "canvas", keys: ["+", "Mod++", "Mod+="], look: true, icon: "in", run: ({ stage }) => stage.view?.zoomIn() },
  { id: "zoomOut", past: true, group: "view", on: "canvas", keys: ["-", "Mod+-"], look: true, icon: "out", run: ({ stage }) => stage.view?.zoomOut() },
  { id: "zoomActual", past: true, group: "view", on: "canvas", keys: ["Shift+Digit0", "Mod+Digit0"], look: true, run: ({ stage }) => stage.view?.actualSize() },
  { id: "zoomFit", past: true, group: "view", on: "canvas", keys: ["Shift+Digit1"], look: true, menu: ["ground"], icon: "fit", run: ({ stage }) => stage.view?.fitAll() },
  {
    id: "zoomChosen",
    group: "view",
    on: "canvas",
    keys: ["Shift+Digit2"],
    look: true,
    menu: ["chosen"],
    can: anyChosen,
    run: ({ stage, focus }) => {
      const area = around(focus.get().chosen.map((id) => stage.geometry.places.get(id)));
      if (area) stage.view?.fit(area);
    },
  },
  { id: "minimap", past: true, group: "view", on: "canvas", keys: ["m"], look: true, menu: ["ground"], icon: "map", run: ({ ui }) => ui.set({ minimap: !ui.get().minimap }) },
  { id: "view.outline", past: true, group: "view", keys: ["o"], look: true, menu: ["ground"], icon: "table", on: "canvas", run: (hands) => show(hands, { view: "outline", tool: "select" }) },
  { id: "view.canvas", past: true, group: "view", keys: ["o"], look: true, menu: ["ground"], icon: "canvas", on: "outline", run: (hands) => show(hands, { view: "canvas" }) },
  { id: "view.form", past: true, group: "view", keys: ["l"], look: true, on: "outline", icon: "list", run: (hands) => show(hands, { form: hands.ui.get().form === "table" ? "list" : "table" }) },
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
  {
    id: "beside",
    group: "view",
    keys: ["F6"],
    scope: "everywhere",
    look: true,
    onlyKey: true,
    past: true,
    run: ({ panel, focus, stage, history }) => {
      if (history) return roundHistory();
      if (document.activeElement?.closest(".panel")) {
        const { selected } = focus.get();
        const { subject } = panel.get();
        if (selected !== undefined) stage.goTo?.element(selected);
        else if (subject) stage.goTo?.[subject.kind](subject.id);
        else document.querySelector<HTMLElement>("main")?.focus();
        return;
      }
      if (panel.get().tab === undefined) panel.show("details");
      requestAnimationFrame(() => document.querySelector<HTMLElement>(".panel [role=tab][data-state=active]")?.focus());
    },
  },
  { id: "findings", group: "view", keys: ["Shift+I"], look: true, menu: ["ground"], icon: "panel", run: ({ panel }) => panel.show("findings") },
  { id: "find", past: true, group: "board", keys: ["Mod+f"], scope: "everywhere", look: true, icon: "find", run: ({ ui }) => ui.set({ find: ui.get().find ?? "", open: undefined }) },
  { id: "palette", group: "board", keys: ["Mod+k"], scope: "everywhere", look: true, onlyKey: true, run: ({ ui }) => ui.set({ open: "palette" }) },
  { id: "keys", group: "board", keys: ["?"], look: true, run: ({ ui }) => ui.set({ open: "keys" }) },
  { id: "save", group: "board", keys: ["Mod+s"], scope: "everywhere", look: true, run: ({ ui }) => ui.set({ open: "save" }) },
  { id: "variants", group: "board", look: true, icon: "swap", run: ({ ui }) => ui.set({ open: "variants" }) },
  { id: "print", group: "board", keys: ["Mod+p"], scope: "everywhere", look: true, run: () => window.dispatchEvent(new Event(PRINT)) },
  { id: "invite", group: "board", look: true, icon: "people", run: ({ ui }) => ui.set({ open: "invite" }) },
  { id: "name", group: "board", look: true, run: ({ ui }) => ui.set({ open: "name" }) },
  { id: "addStep", group: "board", on: "canvas", icon: "in", run: ({ actions }) => actions.addStep() },
];

/** From the board to the timeline, to what is beside the board, and back. */
function roundHistory(): void {
  const stops = ["main", ".history-strip", ".panel button"].map((part) => document.querySelector<HTMLElement>(part));
  const at = [...stops.keys()].findLast((i) => stops[i]?.closest("main, .history-bar, .panel")?.contains(document.activeElement)) ?? -1;
  [...stops.slice(at + 1), ...stops].find((stop) => stop)?.focus();
}
