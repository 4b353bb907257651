import { lineBetween } from "../document/model";
import type { Board, Element, Kind, Lane, Line, Phase, Step } from "../document/model";
import { countLines, countWritten } from "../richtext/lines";
import type { Measure } from "../richtext/lines";
import { hasSigns } from "./signs";

/** Where everything on a board lies, in board units (pixels at zoom 1). A pure function of the board. */

export const SIZES = {
  laneHeader: 136,
  stepHeader: 56,
  step: 232,
  lane: 112,
  padding: 12,
  gap: 10,
  /** Room below the last note of a cell, for the button that adds another. */
  foot: 30,
  noteInset: 12,
  noteLine: 19,
  noteRim: 22,
  /** No note is smaller, so that a finger can hit it. */
  noteLeast: 48,
  /** A picture in a cell is no higher. */
  pictureMost: 320,
  captionRim: 11,
  captionLine: 17,
  /** The free room at the right for adding a step. */
  margin: 64,
  /** The band over the steps that tells their phases, where there are any. */
  phase: 26,
  /** A collapsed lane. */
  fold: 40,
  /** The band that the curve of feelings runs in. */
  curve: 140,
  /** A line of small words on a card. */
  sign: 16,
} as const;

/** How many lines a text takes in a given width, board units: as it is shown, or as it is written, marks and all. */
export type CountLines = (text: string, width: number, written?: boolean) => number;

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface LaneRow {
  readonly lane: Lane;
  readonly y: number;
  readonly height: number;
  /** The line at the lower edge of this lane. */
  readonly line: Line | undefined;
  /** How much of the height, from above, the cells take. */
  readonly cells: number;
  /** The person has collapsed it: so many elements lie in it, unseen. */
  readonly folded: number | undefined;
  /** The curve of feelings runs through the rest of it. */
  readonly curve: boolean;
}

/** A run of neighbouring steps in the same phase. */
export interface PhaseSpan {
  readonly phase: Phase;
  readonly x: number;
  readonly width: number;
}

/** The elements of one cell in a collapsed lane. */
export interface FoldedCell extends Rect {
  readonly lane: string;
  readonly step: string;
  readonly count: number;
}

export interface StepColumn {
  readonly step: Step;
  readonly x: number;
}

export interface Geometry {
  readonly width: number;
  readonly height: number;
  /** How high the names of the steps are, with the phases over them. */
  readonly head: number;
  readonly phases: readonly PhaseSpan[];
  readonly lanes: readonly LaneRow[];
  readonly steps: readonly StepColumn[];
  /** One for each element that is seen, by id. */
  readonly places: ReadonlyMap<string, Rect>;
  readonly folded: readonly FoldedCell[];
  /** Where connectors to elements in collapsed lanes end, by the element's id. */
  readonly tucked: ReadonlyMap<string, Rect>;
}

/** What a board is drawn on: all but its elements. */
export type Frame = Omit<Geometry, "places" | "tucked">;

export const NOTHING: Geometry = { width: 0, height: 0, head: 0, phases: [], lanes: [], steps: [], places: new Map(), folded: [], tucked: new Map() };

/** How one person looks at a board. */
export interface Outlook {
  /** The lanes that are collapsed. */
  readonly folded: ReadonlySet<string>;
  /** Whether the curve of feelings is shown; undefined: when there is something to show. */
  readonly curve: boolean | undefined;
  /** The element whose text is shown as it is written. */
  readonly writing?: string | undefined;
}

export const PLAIN: Outlook = { folded: new Set(), curve: undefined };

export interface Cell {
  readonly lane: string;
  readonly step: string;
}

export const cellKey = (lane: string, step: string) => `${lane}\u0000${step}`;

/** The width of an element of this kind in a cell. Sticky notes are narrower than cards, as if laid upon them. */
export function widthOf(kind: Kind): number {
  const inner = SIZES.step - 2 * SIZES.padding;
  return kind === "note" ? inner - 20 : inner;
}

/** Letters that are larger than those of a card take as many lines as those of a card do in less room. */
const LARGER = 0.88;

/** How much of an element's width its words may take, measured in the letters of a card. */
function textWidth(kind: Kind, width: number): number {
  switch (kind) {
    case "action":
    case "evidence":
      return width - 25;
    case "decision":
      return width - 43;
    case "text":
      return (width - 16) * LARGER;
    default:
      return width - 2 * SIZES.noteInset;
  }
}

/** Sizes of what lies free and has none of its own; a height of 0 means: as high as its words. */
const FREE: Readonly<Record<Kind, { width: number; height: number }>> = {
  note: { width: 188, height: 0 },
  action: { width: 208, height: 0 },
  evidence: { width: 208, height: 0 },
  decision: { width: 208, height: 0 },
  text: { width: 220, height: 0 },
  shape: { width: 160, height: 100 },
  frame: { width: 480, height: 320 },
  ink: { width: 40, height: 40 },
  image: { width: 240, height: 160 },
};
/** What is laid down by a click has this size. */
export const freeSize = (kind: Kind) => FREE[kind];

/** How high a picture is for its width. */
export const ratioOf = ({ w, h }: Pick<Element, "w" | "h">) => (w > 0 && h > 0 ? h / w : FREE.image.height / FREE.image.width);

/** How high each element has come out: most are the same objects at the next layout. */
const heights = new WeakMap<Element, { countLines: CountLines; width: number; height: number }>();

interface Size {
  readonly width: number;
  readonly height: number;
}

/** How large elements come out, in a cell and free. */
export function sizer(countLines: CountLines, outlook: Outlook): { inCell(element: Element): Size; free(element: Element): Size } {
  const heightOf = (element: Element, width: number) => {
    const written = element.id === outlook.writing;
    const known = written ? undefined : heights.get(element);
    if (known?.countLines === countLines && known.width === width) return known.height;
    const lines = Math.max(1, countLines(element.text, textWidth(element.kind, width), written));
    const height = Math.max(SIZES.noteLeast, SIZES.noteRim + lines * SIZES.noteLine + (hasSigns(element) ? SIZES.sign : 0));
    if (!written) heights.set(element, { countLines, width, height });
    return height;
  };
  // Below a picture stands what it shows, if somebody has said so.
  const captionOf = (element: Element, width: number) =>
    element.text === "" ? 0 : SIZES.captionRim + countLines(element.text, width - 2 * SIZES.noteInset) * SIZES.captionLine;
  return {
    inCell: (element) => {
      const width = widthOf(element.kind);
      if (element.kind !== "image") return { width, height: heightOf(element, width) };
      const high = Math.max(SIZES.noteLeast, Math.min(width * ratioOf(element), SIZES.pictureMost));
      return { width, height: Math.round(high) + captionOf(element, width) };
    },
    free: (element) => {
      const { kind, w, h } = element;
      const width = w || FREE[kind].width;
      const height = h || FREE[kind].height;
      if (kind === "image") return { width, height: height + captionOf(element, width) };
      return { width, height: kind === "frame" || kind === "ink" ? height : Math.max(height, heightOf(element, width)) };
    },
  };
}

/** What a cell takes below its lowest element. */
export const BELOW = SIZES.padding + SIZES.foot;
/** How high the cells of a lane are at least. */
export const leastHeight = ({ role }: Lane, curve: boolean): number => (curve && role === "emotion" ? SIZES.lane / 2 : SIZES.lane);

export function layout(board: Board, countLines: CountLines, outlook: Outlook = PLAIN): Geometry {
  const cells = new Map<string, Element[]>();
  const loose: Element[] = [];
  // Those of one cell come one after another.
  let last: { lane: string; step: string; cell: Element[] } | undefined;
  for (const element of board.elements) {
    const { lane, step } = element;
    if (lane === undefined || step === undefined) {
      loose.push(element);
      continue;
    }
    if (last?.lane !== lane || last.step !== step) {
      const key = cellKey(lane, step);
      last = { lane, step, cell: cells.get(key) ?? [] };
      cells.set(key, last.cell);
    }
    last.cell.push(element);
  }

  const places = new Map<string, Rect>();
  const { inCell, free } = sizer(countLines, outlook);
  const steps = board.steps.map((step, i) => ({ step, x: SIZES.laneHeader + i * SIZES.step }));
  const phases = phaseSpans(board, steps);
  const head = SIZES.stepHeader + (phases.length > 0 ? SIZES.phase : 0);
  const curved = curveLane(board, outlook);
  const folded: FoldedCell[] = [];
  const tucked = new Map<string, Rect>();
  const lanes: LaneRow[] = [];
  let y: number = head;
  board.lanes.forEach((lane, i) => {
    const below = board.lanes[i + 1];
    const line = below ? lineBetween(lane.role, below.role) : undefined;
    if (outlook.folded.has(lane.id)) {
      let count = 0;
      for (const { step, x } of steps) {
        const cell = cells.get(cellKey(lane.id, step.id)) ?? [];
        if (cell.length === 0) continue;
        count += cell.length;
        const place = { x: x + SIZES.padding, y: y + 8, width: widthOf("action"), height: SIZES.fold - 16 };
        folded.push({ lane: lane.id, step: step.id, count: cell.length, ...place });
        for (const element of cell) tucked.set(element.id, place);
      }
      lanes.push({ lane, y, height: SIZES.fold, line, cells: SIZES.fold, folded: count, curve: false });
      y += SIZES.fold;
      return;
    }
    const curve = lane.id === curved;
    // A lane for feelings is there for the curve; what people write beside it comes after.
    let height: number = leastHeight(lane, curve);
    for (const { step, x } of steps) {
      let bottom = y + SIZES.padding;
      for (const element of cells.get(cellKey(lane.id, step.id)) ?? []) {
        const size = inCell(element);
        places.set(element.id, { x: x + SIZES.padding, y: bottom, ...size });
        bottom += size.height + SIZES.gap;
      }
      height = Math.max(height, bottom - SIZES.gap + BELOW - y);
    }
    const whole = height + (curve ? SIZES.curve : 0);
    lanes.push({ lane, y, height: whole, line, cells: height, folded: undefined, curve });
    y += whole;
  });

  // What lies in no cell, because its lane or step is gone, waits below the board until someone gives it a place.
  let x = SIZES.laneHeader + SIZES.padding;
  for (const element of loose) {
    const size = free(element);
    const laid = element.x !== 0 || element.y !== 0 || element.w !== 0;
    places.set(element.id, { x: laid ? element.x : x, y: laid ? element.y : y + 24, ...size });
    if (!laid) x += size.width + SIZES.gap;
  }
  return { width: SIZES.laneHeader + steps.length * SIZES.step, height: y, head, phases, lanes, steps, places, folded, tucked };
}

/** The lane that the curve of feelings runs in: one made for it, else that of the customer. */
export function curveLane({ lanes, emotions, steps }: Board, { curve }: Outlook): string | undefined {
  const own = lanes.find((l) => l.role === "emotion");
  const shown = curve ?? (own !== undefined || emotions.length > 0);
  return shown && steps.length > 0 ? (own ?? lanes.find((l) => l.role === "customer"))?.id : undefined;
}

function phaseSpans({ phases }: Board, steps: readonly StepColumn[]): PhaseSpan[] {
  const spans: PhaseSpan[] = [];
  steps.forEach(({ step, x }, i) => {
    const phase = phases.find((p) => p.id === step.phase);
    const last = spans.at(-1);
    if (!phase) return;
    if (last && steps[i - 1]?.step.phase === phase.id) spans[spans.length - 1] = { ...last, width: last.width + SIZES.step };
    else spans.push({ phase, x, width: SIZES.step });
  });
  return spans;
}

/** The cell at a point, or nothing outside the lanes and steps. */
export function cellAt(geometry: Geometry, x: number, y: number): Cell | undefined {
  const row = geometry.lanes.find((l) => y >= l.y && y < l.y + l.height);
  const column = geometry.steps.find((s) => x >= s.x && x < s.x + SIZES.step);
  return row && column ? { lane: row.lane.id, step: column.step.id } : undefined;
}

/** Where among the elements of a cell something let go at `y` belongs, not counting what is moving itself. */
export function indexAt(board: Board, geometry: Geometry, cell: Cell, y: number, ...moving: string[]): number {
  return board.elements
    .filter((e) => e.lane === cell.lane && e.step === cell.step && !moving.includes(e.id))
    .filter((e) => {
      const place = geometry.places.get(e.id);
      return place !== undefined && place.y + place.height / 2 < y;
    }).length;
}

export type Direction = "left" | "right" | "up" | "down";

/** The cell next to this one, or nothing at the edge of the board. */
export function neighbourCell(board: Board, cell: Cell, direction: Direction): Cell | undefined {
  const lane = board.lanes.findIndex((l) => l.id === cell.lane) + (direction === "up" ? -1 : direction === "down" ? 1 : 0);
  const step = board.steps.findIndex((s) => s.id === cell.step) + (direction === "left" ? -1 : direction === "right" ? 1 : 0);
  const [toLane, toStep] = [board.lanes[lane], board.steps[step]];
  return toLane && toStep ? { lane: toLane.id, step: toStep.id } : undefined;
}

/** Counts lines for a font in which every letter is as wide as given, a bold one somewhat wider: close enough where no browser measures. */
export function evenLetters(letterWidth: number): CountLines {
  return wrapWith((text, bold) => text.length * letterWidth * (bold ? 1.06 : 1));
}

/** Counts lines as a browser breaks them, given how wide texts are. Marks are not shown and take no room. */
export function wrapWith(measure: Measure): CountLines {
  return (text, width, written) => (written ? countWritten : countLines)(text, width, measure);
}
