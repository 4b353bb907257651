import type { TFunction } from "i18next";
import type { Board } from "../document/model";
import { roughly } from "../panel/duration";
import type { OutlineWords } from "./markdown";

/** How an outline speaks of a board in the reader's language. */
export function outlineWords(board: Board, t: TFunction, names: Pick<OutlineWords, "step" | "lane">): OutlineWords {
  const saying = (seconds: number) => {
    const { count, unit } = roughly(seconds);
    return t(`details.shortUnits.${unit}`, { n: count });
  };
  const marks = (target: string) =>
    board.markers
      .filter((m) => m.target === target)
      .map((m) => {
        const wait = m.waitSeconds === undefined ? "" : ` ${saying(m.waitSeconds)}`;
        return `${t(`details.marker.${m.type}`)}${wait}${m.note.trim() === "" ? "" : `: ${m.note}`}`;
      });
  const pair = (key: string, value: string) => (value.trim() === "" ? [] : [`${t(`details.${key}`)}: ${value}`]);
  return {
    step: names.step,
    lane: names.lane,
    untitled: t("board.untitled"),
    loose: t("board.nowhere"),
    connections: t("copy.connections"),
    about: (e) => [
      ...(e.kind === "image" ? [t("kind.image")] : []),
      ...(e.performedBy === undefined ? [] : [`${t("details.performedBy")}: ${t(`details.performers.${e.performedBy}`)}`]),
      ...pair("channel", e.channel),
      ...pair("owner", e.owner),
      ...(e.evidenceStatus === undefined ? [] : [t(`details.evidences.${e.evidenceStatus}`)]),
      ...marks(e.id),
    ],
    aboutStep: (id) => {
      const step = board.steps.find((s) => s.id === id);
      const times = (["standardSeconds", "acceptableSeconds", "observedSeconds"] as const).flatMap((field) => {
        const seconds = step?.[field];
        return seconds === undefined ? [] : [`${t(`details.${field}`)}: ${saying(seconds)}`];
      });
      const feelings = board.emotions
        .filter((e) => e.step === id)
        .map((e) => `${t(`details.who.${e.who}`)}: ${t(`details.feeling.${String(e.value)}`)}${e.note.trim() === "" ? "" : ` (${e.note})`}`);
      return [...times, ...feelings, ...marks(id)];
    },
  };
}
