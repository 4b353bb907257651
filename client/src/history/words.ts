import { useTranslation } from "react-i18next";
import { useMemo } from "react";
import type { TFunction } from "i18next";
import { nameOf } from "../i18n";
import type { Contribution, Historian, Operation, Place } from "./data";

/** Puts what somebody did into words of the reader's language. */
export interface Teller {
  readonly person: (people: readonly Historian[], by: number | undefined) => string;
  readonly operation: (op: Operation) => string;
  /** All that a contribution is, or the first of it. */
  readonly contribution: (people: readonly Historian[], c: Contribution) => string;
  /** One thing of a contribution. */
  readonly moment: (people: readonly Historian[], c: Contribution, op: Operation | undefined) => string;
}

/** What of a contribution is being done at a position. */
export function operationAt({ operations }: Contribution, position: number): Operation | undefined {
  let [next, last]: (Operation | undefined)[] = [];
  for (const op of operations) {
    if (op.position >= position && (!next || op.position < next.position)) next = op;
    if (!last || op.position >= last.position) last = op;
  }
  return next ?? last;
}

export function useTeller(): Teller {
  const { t } = useTranslation();
  return useMemo(() => teller(t), [t]);
}

/** So many things of a contribution are said one by one. */
const SAID = 3;

export function teller(t: TFunction): Teller {
  const place = (p: Place): string => {
    const lane = p.lane === undefined ? "" : p.laneTitle || (p.role ? t(`lane.${p.role}`) : "");
    const step = p.step === undefined ? "" : p.stepTitle || (p.number ? t("step", { number: p.number }) : "");
    return [lane, step].filter(Boolean).join(", ");
  };
  const kind = (op: Operation): string => {
    if (op.what === "element") return t(`history.kind.${op.type ?? ""}`, { defaultValue: t("history.kind.other") });
    if (op.what === "marker") return t(`history.marker.${op.type ?? ""}`, { defaultValue: t("history.what.marker") });
    return t(`history.what.${op.what}`, { defaultValue: t("history.kind.other") });
  };
  const called = (op: Operation): string => {
    if (op.what === "step") return op.title ? t("history.named", { what: kind(op), title: op.title }) : op.at?.number ? t("step", { number: op.at.number }) : kind(op);
    if (op.what === "lane") return op.title || (op.type ? t("history.laneNamed", { title: t(`lane.${op.type}`) }) : kind(op));
    return op.title ? t("history.named", { what: kind(op), title: op.title }) : kind(op);
  };
  const about = (op: Operation): string => {
    const { target } = op;
    if (!target?.title) return "";
    return t("history.about", { title: target.title });
  };
  const operation = (op: Operation): string => {
    const thing = called(op);
    const where = op.at ? place(op.at) : "";
    if (op.what === "board") {
      if (op.field === "title") return op.value ? t("history.op.boardNamed", { title: op.value }) : t("history.op.boardUnnamed");
      return t(op.field === "purpose" ? "history.op.purpose" : "history.op.boardChanged");
    }
    if (op.what === "vote") return t("history.op.voted", { about: about(op) }).trim();
    if (op.what === "comment") {
      if (op.do === "added") return t(op.target?.what === "comment" ? "history.op.replied" : "history.op.commented", { title: op.title ?? "", about: about(op) }).trim();
      if (op.field === "fate") return t(`history.fate.${op.value ?? ""}`, { title: op.title ?? "", defaultValue: t("history.op.changed", { thing }) });
    }
    if (op.what === "connector" && op.do === "added") return t("history.op.connected", { about: about(op) }).trim();
    if (op.what === "marker" && op.do === "added") return t("history.op.marked", { thing, about: about(op) }).trim();
    if (op.what === "emotion" && op.do === "added") return t("history.op.felt", { about: about(op) }).trim();
    switch (op.do) {
      case "added":
        return where && op.what === "element" ? t("history.op.addedAt", { thing, where }) : t("history.op.added", { thing });
      case "removed":
        return t("history.op.removed", { thing });
      case "moved": {
        if (op.crossed?.length) {
          const lines = op.crossed.map((line) => t(`theLine.${line}`)).join(t("history.and"));
          return where ? t("history.op.crossedTo", { thing, lines, where }) : t("history.op.crossed", { thing, lines });
        }
        return where && op.what === "element" && !same(op.from, op.at) ? t("history.op.movedTo", { thing, where }) : t("history.op.moved", { thing });
      }
      case "wrote":
        return t("history.op.wrote", { thing });
      default:
        return op.field && t(`history.field.${op.field}`, { defaultValue: "" }) ? t("history.op.changedField", { thing, field: t(`history.field.${op.field}`) }) : t("history.op.changed", { thing });
    }
  };
  const person = (people: readonly Historian[], by: number | undefined): string => {
    const who = by === undefined ? undefined : people[by];
    return (who && nameOf(who)) || t("someone");
  };
  return {
    person,
    operation,
    contribution: (people, c) => {
      const what = c.operations.slice(0, SAID).map(operation).join(", ");
      const more = c.operations.length - SAID;
      return t("history.who", { name: person(people, c.by), what: more > 0 ? `${what} ${t("history.more", { count: more })}` : what });
    },
    moment: (people, c, op) => t("history.who", { name: person(people, c.by), what: op ? operation(op) : "" }),
  };
}

const same = (a: Place | undefined, b: Place | undefined) => a?.lane === b?.lane && a?.step === b?.step;
