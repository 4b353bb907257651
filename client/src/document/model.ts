/** What a board is once it has been read: plain, complete, and safe to draw whatever the document holds. */

/** The newest document schema this client understands; a newer one is shown read-only. */
export const SCHEMA = 1;

/** What the view shows at most. The document may hold more; that stays in it, untouched. */
export const LIMITS = { lanes: 20, steps: 200, elements: 5000, text: 20_000 } as const;

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
export const KINDS = ["note", "action", "evidence", "text", "decision"] as const;
export type Kind = (typeof KINDS)[number];

export const NOTE_COLORS = ["yellow", "pink", "blue", "green", "lilac"] as const;
export type NoteColor = (typeof NOTE_COLORS)[number];

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
  readonly text: string;
  readonly color: NoteColor;
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
