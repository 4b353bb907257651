import fc from "fast-check";
import { KINDS, LANE_ROLES, MARKER_TYPES, NOTE_COLORS } from "../../src/document/model";
import type { Person } from "./boards";

/** One thing that somebody does at a board; the numbers choose what it is done to. */
export type Deed = (person: Person, pick: <T>(list: readonly T[]) => T | undefined, words: string) => void;

const DEEDS: readonly Deed[] = [
  ({ board }, pick, words) => {
    const [lane, step] = [pick(board.board().lanes), pick(board.board().steps)];
    const id = lane && step && board.createElement({ lane: lane.id, step: step.id, kind: pick(KINDS) ?? "note" });
    if (id !== undefined) board.editText(["elements", id, "text"], { at: 0, remove: 0, insert: words });
  },
  ({ board }, pick) => {
    const [element, lane, step] = [pick(board.board().elements), pick(board.board().lanes), pick(board.board().steps)];
    if (element && lane && step) board.moveElement(element.id, { lane: lane.id, step: step.id, index: 0 });
  },
  ({ board }, pick, words) => {
    const element = pick(board.board().elements);
    if (element) board.editText(["elements", element.id, "text"], { at: Math.floor(element.text.length / 2), remove: 1, insert: words });
  },
  ({ board }, pick) => {
    const element = pick(board.board().elements);
    if (element) board.removeElement(element.id);
  },
  ({ board }, pick) => {
    const element = pick(board.board().elements);
    if (element) board.setColor(element.id, pick(NOTE_COLORS) ?? "pink");
  },
  ({ board }, pick) => {
    const id = board.blueprint.addStep(pick([0, 1, 2]));
    if (id !== undefined && pick([true, false])) board.blueprint.addPhaseFor(id);
  },
  ({ board }, pick) => {
    const step = pick(board.board().steps);
    if (step) board.blueprint.removeStep(step.id, pick(["keep", "remove"] as const) ?? "keep");
  },
  ({ board }, pick, words) => {
    const [step, lane] = [pick(board.board().steps), pick(board.board().lanes)];
    if (step && pick([true, false])) board.blueprint.rename("steps", step.id, words);
    else if (lane) board.blueprint.rename("lanes", lane.id, words);
  },
  ({ board }, pick) => {
    const step = pick(board.board().steps);
    if (step) board.blueprint.reorder("steps", step.id, pick([0, 1, 2, 3]) ?? 0);
  },
  ({ board }, pick) => void board.blueprint.addLane(pick(LANE_ROLES) ?? "ideas", pick([0, 3])),
  ({ board }, pick) => {
    const lane = pick(board.board().lanes);
    if (lane) board.blueprint.removeLane(lane.id, pick(["keep", "remove"] as const) ?? "keep");
  },
  ({ board }, pick) => {
    const [from, to] = [pick(board.board().elements), pick([...board.board().elements].reverse())];
    if (from && to) board.blueprint.connect(from.id, to.id);
  },
  ({ board }, pick, words) => {
    const target = pick<{ id: string }>([...board.board().elements, ...board.board().steps]);
    const id = target && board.blueprint.addMarker(target.id, pick(MARKER_TYPES) ?? "idea");
    if (id !== undefined) board.editText(["markers", id, "note"], { at: 0, remove: 0, insert: words });
  },
  ({ board }, pick) => {
    const [marker, element] = [pick(board.board().markers), pick(board.board().elements)];
    if (marker && element) board.blueprint.set("markers", marker.id, { recovery: element.id, severity: 3 });
  },
  ({ board }, pick) => {
    const marker = pick(board.board().markers);
    if (marker) board.blueprint.remove("markers", marker.id);
  },
  ({ board }, pick) => {
    const step = pick(board.board().steps);
    if (step) board.blueprint.addEmotion(step.id, "customer", pick([-2, 0, 1]) ?? 0);
  },
  ({ board }, pick, words) => {
    const [target, above] = [pick(board.board().elements), pick(board.board().comments)];
    if (above && pick([true, false])) board.blueprint.addComment(above.target, `${words}?`, above.id);
    else if (target) board.blueprint.addComment(target.id, `${words}!`);
  },
  ({ board }, pick) => {
    const comment = pick(board.board().comments);
    if (comment) board.blueprint.setFate(comment.id, pick(["adopted", "declined"] as const) ?? "answered", "because");
  },
  ({ board }, pick, words) => void (pick([true, false]) ? board.blueprint.setState("to-be") : board.editText(["meta", "title"], { at: 0, remove: 0, insert: words })),
  ({ board }) => void board.blueprint.mute("SB004", !board.board().muted.includes("SB004")),
];

export interface Doing {
  readonly deed: number;
  readonly seed: number;
  readonly words: string;
}

const doing: fc.Arbitrary<Doing> = fc.record({ deed: fc.nat(DEEDS.length - 1), seed: fc.nat(10_000), words: fc.constantFrom("Ring kunden", "vänta på svar", "a", "hej hopp") });
export const doings = (most: number) => fc.array(doing, { maxLength: most });

export function act(person: Person, list: readonly Doing[]): void {
  for (const { deed, seed, words } of list) {
    let turn = seed;
    const pick = <T>(choices: readonly T[]): T | undefined => {
      turn = (turn * 31 + 7) % 10_007;
      return choices[turn % choices.length];
    };
    DEEDS[deed]?.(person, pick, words);
  }
}
