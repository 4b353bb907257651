/** What a board is once it has been read: plain, complete, and safe to draw whatever the document holds. */

/** The newest document schema this client understands; a newer one is shown read-only. */
export const SCHEMA = 1;

/** What the view shows at most. The document may hold more; that stays in it, untouched. */
export const LIMITS = { lanes: 20, steps: 200, elements: 5000, others: 10_000, text: 20_000, points: 20_000 } as const;

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

/** The kinds of element this client can draw. Others stay in the document and are not shown. */
export const KINDS = ["note", "action", "evidence", "text", "decision", "shape", "frame", "ink"] as const;
export type Kind = (typeof KINDS)[number];

/** Gray is the plain one: the ground and the letters of the theme. */
export const NOTE_COLORS = ["yellow", "pink", "blue", "green", "lilac", "gray"] as const;
export type NoteColor = (typeof NOTE_COLORS)[number];

export const FORMS = ["rectangle", "ellipse", "diamond"] as const;
export type Form = (typeof FORMS)[number];

/** Coordinates and sizes stay within these, so that no document can push the view out of reach. Board units. */
export const BOUNDS = { coordinate: 1e6, side: 20_000 } as const;

export interface Lane {
  readonly id: string;
  readonly role: LaneRole;
  /** As people wrote it; empty means: show the name of the role. */
  readonly title: string;
  readonly order: string;
}

export interface Step {
  readonly id: string;
  /** As people wrote it; empty means: show its number. */
  readonly title: string;
  readonly order: string;
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
  /** The size it was given; 0 where it was given none. */
  readonly w: number;
  readonly h: number;
  readonly text: string;
  readonly color: NoteColor;
  /** Of a shape. */
  readonly form: Form;
  /** Of ink: x and y by turns. */
  readonly points: readonly number[];
  /** Stays where it is until it is unlocked. */
  readonly locked: boolean;
}

export const DIRECTIONS = ["one-way", "two-way"] as const;
export const MEANINGS = ["leads-to", "enables", "information"] as const;

export interface Connector {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly direction: (typeof DIRECTIONS)[number];
  readonly meaning: (typeof MEANINGS)[number];
  readonly label: string;
}

export interface Board {
  /** The document was written by a newer program: look, but do not change. */
  readonly newer: boolean;
  readonly title: string;
  /** In order, top to bottom. */
  readonly lanes: readonly Lane[];
  /** In order, left to right. */
  readonly steps: readonly Step[];
  /** In reading order: by lane, step and order; those outside the cells last. */
  readonly elements: readonly Element[];
  /** Only those whose both ends exist. */
  readonly connectors: readonly Connector[];
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
