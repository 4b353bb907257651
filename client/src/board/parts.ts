import type { Hands } from "../commands/command";
import type { Contents } from "../document/blueprint";
import type { Emotion, Feeler, LaneRole, MarkerType } from "../document/model";

/** What is done to steps, lanes and phases, feelings and marks from the board itself, and what is said about it. */

export type Part = "steps" | "lanes";

/** Gives the name of a part the keyboard, once it has been drawn. */
export function focusName(what: Part, id: string): void {
  const name = what === "steps" ? `step-title-${id}` : `lane-title-${id}`;
  let tries = 30;
  const give = () => {
    const field = document.querySelector<HTMLTextAreaElement>(`.headers [data-testid="${CSS.escape(name)}"]`);
    if (field) {
      field.focus({ preventScroll: true });
      field.select();
    } else if (tries-- > 0) requestAnimationFrame(give);
  };
  requestAnimationFrame(give);
}

export function addStepAt({ document, notice, stage, t }: Hands, index: number): void {
  const id = document.blueprint.addStep(index);
  if (id === undefined) {
    notice.say(t("details.full"));
    return;
  }
  reveal(stage, "steps", id);
  focusName("steps", id);
}

export function addLaneAt({ document, notice, stage, t }: Hands, role: LaneRole, index: number): void {
  const id = document.blueprint.addLane(role, index);
  if (id === undefined) {
    notice.say(t("details.full"));
    return;
  }
  reveal(stage, "lanes", id);
  focusName("lanes", id);
}

/** Brings a new part into view, once it has been drawn. */
function reveal(stage: Hands["stage"], what: Part, id: string): void {
  setTimeout(() => {
    const { steps, lanes, head } = stage.geometry;
    const seen = stage.view?.visible();
    const step = steps.find((s) => s.step.id === id);
    const row = lanes.find((l) => l.lane.id === id);
    if (!seen || !stage.view) return;
    if (what === "steps" && step) stage.view.reveal({ x: step.x, y: seen.y, width: 240, height: Math.min(head, seen.height) });
    if (row) stage.view.reveal({ x: seen.x, y: row.y, width: 10, height: row.height });
  }, 0);
}

/** Puts a step or a lane at another place, and says which. */
export function movePart({ document, names, notice, t }: Hands, what: Part, id: string, index: number): boolean {
  if (!document.blueprint.reorder(what, id, index)) {
    notice.say(t("said.edge"));
    return false;
  }
  const list = document.board()[what];
  const place = list.findIndex((p) => p.id === id) + 1;
  const name = what === "steps" ? names.step(id) : names.lane(id);
  notice.say(t("parts.moved", { name, place, count: list.length }));
  return true;
}

export function removePart({ document, notice, stage, t }: Hands, what: Part, id: string, contents: Contents): void {
  const done = what === "steps" ? document.blueprint.removeStep(id, contents) : document.blueprint.removeLane(id, contents);
  if (!done) return;
  notice.say(t("details.saidRemoved"));
  requestAnimationFrame(() => stage.focusOnCell());
}

/** Marks elements or a step, each once. */
export function markAll({ document, notice, t }: Hands, targets: readonly string[], type: MarkerType): void {
  const { markers } = document.board();
  const bare = targets.filter((id) => !markers.some((m) => m.target === id && m.type === type));
  const marked = document.blueprint.addMarkers(bare, type);
  const mark = t(`details.marker.${type}`);
  notice.say(marked ? t(type === "wait-point" ? "parts.markedWait" : "parts.marked", { mark }) : t("parts.markedAlready", { mark }));
}

/** Says how somebody feels in a step. Where several have said so already, nobody's word is overwritten: they are shown. */
export function feel({ document, panel, focus }: Pick<Hands, "document" | "panel" | "focus">, step: string, who: Feeler, value: number, voices: readonly Emotion[]): void {
  const [only] = voices;
  if (!only) document.blueprint.addEmotion(step, who, value);
  else if (voices.length === 1) document.blueprint.set("emotions", only.id, { value });
  else showFeelings({ panel, focus }, step);
}

export function showFeelings({ panel, focus }: Pick<Hands, "panel" | "focus">, step: string): void {
  focus.select(undefined);
  panel.about({ kind: "step", id: step });
  requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-testid=details] .faces input:checked, [data-testid=details] .faces input")?.focus());
}
