import { roughly } from "../panel/duration";
import type { Sign } from "../board/signs";
import type { Connector, Feeler, LaneRole, Line, MarkerType } from "../document/model";

/** The words of the program that a drawing shows, in the reader's language. */
export interface DrawingWords {
  /** What a board without a name is called. */
  readonly untitled: string;
  readonly frame: string;
  readonly image: string;
  readonly phase: string;
  lane(role: LaneRole): string;
  laneHint(role: LaneRole): string | undefined;
  step(number: number): string;
  steps(count: number): string;
  line(line: Line): string;
  marker(type: MarkerType): string;
  seconds(seconds: number): string;
  meaning(meaning: Connector["meaning"]): string;
  who(who: Feeler): string;
  sign(sign: Sign): string;
  owner(owner: string): string;
  atMost(seconds: number): string;
  measured(seconds: number, long: boolean): string;
}

const HINTED: readonly LaneRole[] = ["evidence", "customer", "frontstage", "backstage", "support"];

/** The words of the program by their key. */
export type LookUp = (key: string, values?: Record<string, string | number>) => string;

/** Takes the words from wherever the program has them: i18next, or the plain tables where that is not. */
export function drawingWords(t: LookUp): DrawingWords {
  const seconds = (time: number) => {
    const { count, unit } = roughly(time);
    return t(`details.shortUnits.${unit}`, { n: count });
  };
  return {
    untitled: t("board.untitled"),
    frame: t("kind.frame"),
    image: t("kind.image"),
    phase: t("details.phase"),
    lane: (role) => t(`lane.${role}`),
    laneHint: (role) => (HINTED.includes(role) ? t(`laneHint.${role}`) : undefined),
    step: (number) => t("step", { number }),
    steps: (count) => t("board.steps", { count }),
    line: (line) => t(`line.${line}`),
    marker: (type) => t(`details.marker.${type}`),
    seconds,
    meaning: (meaning) => t(`connector.${meaning}`),
    who: (who) => t(`details.who.${who}`),
    sign: ({ field, value }) => (field === "owner" || field === "channel" ? value : t(`parts.sign.${value}`)),
    owner: (owner) => t("parts.owner", { owner }),
    atMost: (time) => t("parts.atMost", { time: seconds(time) }),
    measured: (time, long) => t(long ? "parts.measuredLong" : "parts.measured", { time: seconds(time) }),
  };
}
