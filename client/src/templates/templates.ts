import { LANE_ROLES } from "../document/model";
import type { LaneRole } from "../document/model";
import type { Content, PlainMap } from "../exchange/content";
import type { Language } from "../i18n";
import { application } from "./application";
import { build } from "./build";
import type { Plan, Say } from "./build";
import { classic } from "./classic";
import { onboarding } from "./onboarding";
import { selfservice } from "./selfservice";

/** Something a board can begin as. */
export interface Template {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  /** Without it the board is as the server makes it. */
  readonly content: Content | undefined;
  readonly preview: Preview;
}

/** A board in small: its lanes, and which cells hold something. */
export interface Preview {
  readonly steps: number;
  readonly lanes: readonly { readonly role: LaneRole; readonly filled: readonly boolean[] }[];
}

export const EMPTY = "empty";

const GIVEN: readonly { id: string; name: Say; about: Say; plan: Plan }[] = [
  {
    id: "classic",
    name: ["Fem banor med frågor", "Five lanes with questions"],
    about: ["Vanliga steg och en fråga i varje bana att börja med.", "Common steps, and a question in each lane to begin with."],
    plan: classic,
  },
  {
    id: "application",
    name: ["Ansökan hos kommunen", "Municipal application"],
    about: ["Ett bygglov från första frågan till slutbesked.", "A building permit from first question to final clearance."],
    plan: application,
  },
  {
    id: "selfservice",
    name: ["Digital självservice", "Digital self-service"],
    about: ["Boka, ändra och komma till en tid, med mått.", "Book, change and come to an appointment, with measures."],
    plan: selfservice,
  },
  {
    id: "onboarding",
    name: ["Ny på jobbet", "New at work"],
    about: ["En anställds väg in, från avtal till första halvåret.", "An employee’s way in, from contract to the first half year."],
    plan: onboarding,
  },
];

const NOTHING: Say = ["Tom tavla", "Empty board"];
const NOTHING_ABOUT: Say = ["Fem banor och fem steg utan namn.", "Five lanes and five steps without names."];

/** The templates that come with the program, the empty board first. */
export function givenTemplates(language: Language): Template[] {
  const say = (words: Say) => words[language === "sv" ? 0 : 1];
  const lanes = (["evidence", "customer", "frontstage", "backstage", "support"] as const).map((role) => ({ role, filled: [false, false, false, false, false] }));
  return [
    { id: EMPTY, name: say(NOTHING), about: say(NOTHING_ABOUT), content: undefined, preview: { steps: 5, lanes } },
    ...GIVEN.map(({ id, name, about, plan }) => {
      const content = build(plan, language);
      return { id, name: say(name), about: say(about), content, preview: previewOf(content) };
    }),
  ];
}

/** Draws any content in small, whatever is in it. */
export function previewOf(content: Content): Preview {
  const inOrder = (things: Record<string, PlainMap>) =>
    Object.entries(things)
      .map(([id, thing]) => ({ id, thing, order: typeof thing["order"] === "string" ? thing["order"] : "" }))
      .sort((a, b) => (a.order < b.order ? -1 : 1));
  const steps = inOrder(content.steps).slice(0, 20);
  const held = new Set(Object.values(content.elements).map((e) => `${String(e["lane"])} ${String(e["step"])}`));
  return {
    steps: Object.keys(content.steps).length,
    lanes: inOrder(content.lanes)
      .slice(0, 10)
      .map(({ id, thing }) => ({
        role: LANE_ROLES.find((r) => r === thing["role"]) ?? "custom",
        filled: steps.map((s) => held.has(`${id} ${s.id}`)),
      })),
  };
}
