/** What a board is once it has been read: plain, complete, and safe to draw whatever the document holds. */

/** The newest document schema this client understands; a newer one is shown read-only. */
export const SCHEMA = 1;

/** What the view shows at most. The document may hold more; that stays in it, untouched. */
export const LIMITS = {
  lanes: 20,
  steps: 200,
  phases: 50,
  elements: 5000,
  /** Of connectors, markers, emotions, comments and targets of votes, each. */
  others: 10_000,
  text: 20_000,
  points: 20_000,
} as const;

/** Above this size people find it hard to read a board; a hint, never a hindrance. */
export const READABLE = { steps: 12, elements: 120 } as const;

export const LANE_ROLES = [
  "evidence",
  "customer",
  "frontstage",
  "backstage",
  "support",
  "technology",
  "policy",
  "metrics",
  "emotion",
  "ideas",
  "custom",
] as const;
export type LaneRole = (typeof LANE_ROLES)[number];

/** The kinds of element this client knows. Others stay in the document and are not shown. */
export const KINDS = ["note", "action", "evidence", "text", "decision", "shape", "frame", "ink", "image"] as const;
export type Kind = (typeof KINDS)[number];

/** Gray is the plain one: the ground and the letters of the theme. */
export const NOTE_COLORS = ["yellow", "pink", "blue", "green", "lilac", "gray"] as const;
export type NoteColor = (typeof NOTE_COLORS)[number];

export const FORMS = ["rectangle", "ellipse", "diamond"] as const;
export type Form = (typeof FORMS)[number];

/** Coordinates and sizes stay within these, so that no document can push the view out of reach. Board units. */
export const BOUNDS = { coordinate: 1e6, side: 20_000 } as const;

export const STATES = ["as-is", "to-be", "ideal"] as const;
export type BoardState = (typeof STATES)[number];

export const PERFORMERS = ["customer", "staff", "system"] as const;
export type Performer = (typeof PERFORMERS)[number];

export const EVIDENCE_STATUSES = ["observed", "assumed", "proposed"] as const;
export type EvidenceStatus = (typeof EVIDENCE_STATUSES)[number];

export const DIRECTIONS = ["one-way", "two-way"] as const;
export const MEANINGS = ["leads-to", "enables", "information"] as const;
export const MARKER_TYPES = ["fail-point", "wait-point", "moment-of-truth", "pain", "idea"] as const;
export type MarkerType = (typeof MARKER_TYPES)[number];
/** Severity and likelihood of a marker go from 1 to this. */
export const MOST_SEVERE = 5;

export const FEELERS = ["customer", "staff"] as const;
export type Feeler = (typeof FEELERS)[number];

export const FATES = ["open", "answered", "adopted", "declined"] as const;
export type Fate = (typeof FATES)[number];

/** The rules of the linter. A board can be rid of some of them. */
export const RULES = [
  "SB001",
  "SB002",
  "SB003",
  "SB004",
  "SB005",
  "SB006",
  "SB007",
  "SB008",
  "SB009",
  "SB010",
  "SB011",
  "SB012",
  "SB013",
  "SB014",
] as const;
export type Rule = (typeof RULES)[number];

export interface Lane {
  readonly id: string;
  readonly role: LaneRole;
  /** As people wrote it; empty means: show the name of the role. */
  readonly title: string;
  readonly order: string;
  readonly owner: string;
}

export interface Phase {
  readonly id: string;
  readonly title: string;
  readonly order: string;
}

export interface Step {
  readonly id: string;
  /** As people wrote it; empty means: show its number. */
  readonly title: string;
  readonly order: string;
  /** Present only when the phase exists. */
  readonly phase: string | undefined;
  readonly standardSeconds: number | undefined;
  readonly acceptableSeconds: number | undefined;
  readonly observedSeconds: number | undefined;
}

export interface Element {
  readonly id: string;
  readonly kind: Kind;
  /** Present only when the lane exists. */
  readonly lane: string | undefined;
  /** Present only when the step exists. */
  readonly step: string | undefined;
  readonly order: string;
  /** Board coordinates, for an element that lies in no cell. */
  readonly x: number;
  readonly y: number;
  /** Zero means: as large as its content asks for. */
  readonly w: number;
  readonly h: number;
  readonly text: string;
  readonly color: NoteColor;
  /** Of a shape. */
  readonly form: Form;
  readonly performedBy: Performer | undefined;
  readonly channel: string;
  readonly owner: string;
  readonly evidenceStatus: EvidenceStatus | undefined;
  readonly image: string | undefined;
  /** Of ink: x and y by turns. */
  readonly points: readonly number[];
  /** Of ink drawn with a pen: how hard it was pressed at each point, 0 to 100; else empty. */
  readonly pressures: readonly number[];
  /** Stays where it is until it is unlocked. */
  readonly locked: boolean;
}

/** Whether an element lies in a cell, and so has its place and width from the board. */
export function inCell(element: Element): element is Element & { lane: string; step: string } {
  return element.lane !== undefined && element.step !== undefined;
}

export interface Connector {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly direction: (typeof DIRECTIONS)[number];
  readonly meaning: (typeof MEANINGS)[number];
  readonly label: string;
}

export interface Marker {
  readonly id: string;
  /** An element or a step. */
  readonly target: string;
  readonly type: MarkerType;
  readonly severity: number | undefined;
  readonly likelihood: number | undefined;
  readonly waitSeconds: number | undefined;
  /** The element that mends it; present only when that exists. */
  readonly recovery: string | undefined;
  readonly note: string;
}

export interface Emotion {
  readonly id: string;
  readonly step: string;
  readonly who: Feeler;
  /** A whole number from -2 to 2. */
  readonly value: number;
  readonly note: string;
}

export interface Comment {
  readonly id: string;
  /** An element, step or lane; what it was about may be gone, and the comment stays. */
  readonly target: string;
  /** The first comment of its thread; present only when that exists. */
  readonly parent: string | undefined;
  readonly order: string;
  readonly text: string;
  readonly fate: Fate;
  readonly reason: string;
}

/** The votes for one target, by participant. */
export interface Tally {
  readonly id: string;
  readonly total: number;
  readonly by: ReadonlyMap<string, number>;
}

export interface Board {
  /** The document was written by a newer program: look, but do not change. */
  readonly newer: boolean;
  readonly title: string;
  readonly purpose: string;
  readonly state: BoardState;
  /** The rules that this board is rid of. */
  readonly muted: readonly Rule[];
  readonly phases: readonly Phase[];
  /** In order, top to bottom. */
  readonly lanes: readonly Lane[];
  /** In order, left to right. */
  readonly steps: readonly Step[];
  /** In reading order: by lane, step and order; those outside the cells last. */
  readonly elements: readonly Element[];
  /** Only those whose both ends exist. */
  readonly connectors: readonly Connector[];
  /** Only those whose target exists. */
  readonly markers: readonly Marker[];
  /** Only those whose step exists. */
  readonly emotions: readonly Emotion[];
  /** Oldest first. */
  readonly comments: readonly Comment[];
  readonly votes: readonly Tally[];
}

export type Line = "interaction" | "visibility" | "internal";

const LINES: readonly { line: Line; above: LaneRole; below: LaneRole }[] = [
  { line: "interaction", above: "customer", below: "frontstage" },
  { line: "visibility", above: "frontstage", below: "backstage" },
  { line: "internal", above: "backstage", below: "support" },
];

const STAGES: readonly LaneRole[] = ["customer", "frontstage", "backstage", "support"];

/**
 * The lines between two neighbouring lanes. A line is drawn where the roles it separates meet, wherever those lanes are.
 * Returns at most one, since two roles meet at one line only.
 */
export function lineBetween(upper: LaneRole, lower: LaneRole): Line | undefined {
  return LINES.find(
    (l) => (l.above === upper && l.below === lower) || (l.above === lower && l.below === upper),
  )?.line;
}

/** The lines that something crosses when it moves between lanes of these roles, in the order they are crossed. */
export function linesCrossed(from: LaneRole, to: LaneRole): Line[] {
  // What a customer holds in the hand (evidence) is on the customer's side of every line.
  const place = (role: LaneRole) => STAGES.indexOf(role === "evidence" ? "customer" : role);
  const a = place(from);
  const b = place(to);
  if (a < 0 || b < 0) return [];
  const lines = LINES.slice(Math.min(a, b), Math.max(a, b)).map((l) => l.line);
  return a <= b ? lines : lines.reverse();
}
