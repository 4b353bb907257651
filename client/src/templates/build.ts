import type { EvidenceStatus, LaneRole, MarkerType, Performer } from "../document/model";
import { emptyContent } from "../exchange/content";
import type { Content, PlainMap } from "../exchange/content";
import { keysInOrder } from "../exchange/order-keys";
import type { Language } from "../i18n";

/** The same words in each language. */
export type Say = readonly [sv: string, en: string];

export interface Mark {
  readonly type: MarkerType;
  readonly note?: Say;
  readonly wait?: number;
  readonly severity?: number;
  readonly likelihood?: number;
  /** The name of the card that mends it. */
  readonly recovery?: string;
}

/** Something that lies in a cell: its words, or more than those. */
export interface Card {
  readonly text: Say;
  /** By which connectors and marks know it. */
  readonly name?: string;
  readonly note?: boolean;
  readonly by?: Performer;
  readonly channel?: Say;
  readonly status?: EvidenceStatus;
  readonly marks?: readonly Mark[];
}

export interface StepPlan {
  readonly title: Say;
  readonly phase?: Say;
  readonly usual?: number;
  readonly acceptable?: number;
  readonly feels?: number;
  readonly cells: Readonly<Partial<Record<LaneRole, readonly (Say | Card)[]>>>;
}

export interface Plan {
  readonly purpose: Say;
  readonly lanes: readonly { readonly role: LaneRole; readonly title?: Say; readonly owner?: Say }[];
  readonly steps: readonly StepPlan[];
  /** Names of cards, from and to. */
  readonly links?: readonly (readonly [from: string, to: string])[];
}

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;
export const WEEK = 604_800;

/** The five layers every blueprint has. */
export const FIVE = [{ role: "evidence" }, { role: "customer" }, { role: "frontstage" }, { role: "backstage" }, { role: "support" }] as const;

/** What a board begins with when it is made from a plan. */
export function build(plan: Plan, language: Language): Content {
  const say = (words: Say) => words[language === "sv" ? 0 : 1];
  const content = emptyContent();
  content.meta = { purpose: say(plan.purpose), locale: language };
  const laneKeys = keysInOrder(plan.lanes.length);
  plan.lanes.forEach(({ role, title, owner }, i) => {
    content.lanes[role] = { role, title: title ? say(title) : "", order: laneKeys[i] ?? "", ...(owner ? { owner: say(owner) } : {}) };
  });
  const phases = new Map<string, string>();
  const stepKeys = keysInOrder(plan.steps.length);
  plan.steps.forEach((step, i) => {
    const id = `s${String(i + 1)}`;
    const phase = step.phase && say(step.phase);
    if (phase !== undefined && !phases.has(phase)) phases.set(phase, `p${String(phases.size + 1)}`);
    content.steps[id] = {
      title: say(step.title),
      order: stepKeys[i] ?? "",
      ...(phase === undefined ? {} : { phase: phases.get(phase) ?? "" }),
      ...(step.usual === undefined ? {} : { standardSeconds: step.usual }),
      ...(step.acceptable === undefined ? {} : { acceptableSeconds: step.acceptable }),
    };
    if (step.feels !== undefined) content.emotions[`f${String(i + 1)}`] = { step: id, who: "customer", value: step.feels, note: "" };
    for (const [role, cards] of Object.entries(step.cells)) putCards(content, role, id, cards, say);
  });
  const phaseKeys = keysInOrder(phases.size);
  [...phases].forEach(([title, id], i) => {
    content.phases[id] = { title, order: phaseKeys[i] ?? "" };
  });
  plan.links?.forEach(([from, to], i) => {
    content.connectors[`c${String(i + 1)}`] = { from, to, direction: "one-way", meaning: "leads-to", label: "" };
  });
  return content;
}

function putCards(content: Content, lane: string, step: string, cards: readonly (Say | Card)[], say: (words: Say) => string): void {
  const keys = keysInOrder(cards.length);
  cards.forEach((given, i) => {
    const card: Card = "text" in given ? given : { text: given };
    const id = card.name ?? `${lane}-${step}-${String(i + 1)}`;
    const kind = card.note ? "note" : lane === "evidence" ? "evidence" : "action";
    const element: PlainMap = { kind, lane, step, order: keys[i] ?? "", color: kind === "note" ? "yellow" : "gray", text: say(card.text) };
    if (card.by) element["performedBy"] = card.by;
    if (card.channel) element["channel"] = say(card.channel);
    if (card.status) element["evidenceStatus"] = card.status;
    content.elements[id] = element;
    for (const { type, note, wait, recovery, severity, likelihood } of card.marks ?? []) {
      const degrees = { ...(severity === undefined ? {} : { severity }), ...(likelihood === undefined ? {} : { likelihood }) };
      const more = { ...(wait === undefined ? {} : { waitSeconds: wait }), ...(recovery === undefined ? {} : { recovery }) };
      content.markers[`${id}-${type}`] = { target: id, type, note: note ? say(note) : "", ...degrees, ...more };
    }
  });
}
