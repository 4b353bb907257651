import { addLaneAt, addStepAt, markAll } from "../board/parts";
import { MARKER_TYPES } from "../document/model";
import type { Element } from "../document/model";
import type { Command, Hands } from "./command";
import { chosenOf } from "./command";

const marked = (e: Element) => e.kind !== "ink" && e.kind !== "frame";
const markable = (hands: Hands) => chosenOf(hands).filter(marked).map((e) => e.id);

/** The lane that one is at: under the menu, of what is chosen, or of the cell. */
function laneHere({ stage, document, focus }: Hands): string | undefined {
  const { menuAt } = stage;
  if (menuAt) return stage.geometry.lanes.find((l) => menuAt.y >= l.y && menuAt.y < l.y + l.height)?.lane.id;
  const { selected, cell } = focus.get();
  return document.board().elements.find((e) => e.id === selected)?.lane ?? cell?.lane;
}

function stepHere({ stage, document, focus }: Hands): string | undefined {
  const { menuAt } = stage;
  if (menuAt) return stage.geometry.steps.findLast((s) => s.x <= menuAt.x)?.step.id;
  const { selected, cell } = focus.get();
  return document.board().elements.find((e) => e.id === selected)?.step ?? cell?.step;
}

/** What makes a board a blueprint: its marks, lanes and steps, and the curve of feelings. */
export const PARTS: readonly Command[] = [
  {
    id: "markAs",
    lanes: "chosen",
    group: "mark",
    keys: ["k"],
    menu: ["chosen"],
    icon: "mark",
    run: (hands) => {
      if (markable(hands).length === 0) hands.notice.say(hands.t("parts.chooseFirst"));
      else hands.ui.set({ open: "mark" });
    },
  },
  ...MARKER_TYPES.map(
    (type): Command => ({
      id: `mark.${type}`,
      lanes: "chosen",
      group: "mark",
      icon: "mark",
      can: (hands) => markable(hands).length > 0,
      run: (hands) => markAll(hands, markable(hands), type),
    }),
  ),
  {
    id: "addStepHere",
    on: "canvas",
    group: "board",
    menu: ["ground"],
    icon: "in",
    can: (hands) => stepHere(hands) !== undefined,
    run: (hands) => {
      const step = stepHere(hands);
      addStepAt(hands, hands.document.board().steps.findIndex((s) => s.id === step) + 1);
    },
  },
  {
    id: "addLaneHere",
    on: "canvas",
    group: "board",
    menu: ["ground"],
    icon: "in",
    can: (hands) => laneHere(hands) !== undefined,
    run: (hands) => {
      const lane = laneHere(hands);
      addLaneAt(hands, "custom", hands.document.board().lanes.findIndex((l) => l.id === lane) + 1);
    },
  },
  {
    id: "fold",
    on: "canvas",
    group: "view",
    keys: ["l"],
    look: true,
    menu: ["ground"],
    icon: "fold",
    can: (hands) => laneHere(hands) !== undefined,
    run: (hands) => {
      const { folds, focus, names, notice, t } = hands;
      const lane = laneHere(hands);
      if (lane === undefined) return;
      const folded = !folds.get().folded.has(lane);
      // What is chosen in it would open it again.
      if (folded) focus.atCell(undefined);
      folds.fold([lane], folded);
      notice.say(t(folded ? "parts.saidFolded" : "parts.saidUnfolded", { name: names.lane(lane) }));
      requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-testid="fold-${CSS.escape(lane)}"]`)?.focus({ preventScroll: true }));
    },
  },
  {
    id: "unfoldAll",
    on: "canvas",
    group: "view",
    look: true,
    can: ({ folds }) => folds.get().folded.size > 0,
    run: ({ folds }) => folds.fold([...folds.get().folded], false),
  },
  {
    id: "curve",
    on: "canvas",
    group: "view",
    look: true,
    menu: ["ground"],
    icon: "feelings",
    run: ({ folds, stage, notice, t }) => {
      const shown = stage.geometry.lanes.some((l) => l.curve);
      folds.showCurve(!shown);
      notice.say(t(shown ? "parts.curveHidden" : "parts.curveShown"));
    },
  },
];
