import type { Say } from "../compare/words";
import { currentLocale } from "../i18n";
import type { Contribution } from "../history/data";
import { lastBegun } from "../history/player";
import { sayMoment, sayShort } from "../history/time";
import type { NamedVersion, Period } from "./api";

/** How versions are told. */

/** A day with its name; the year only where it is not this one. */
function sayDayOf(time: number, now: number): string {
  const at = new Date(time);
  const year = at.getFullYear() !== new Date(now).getFullYear();
  return at.toLocaleDateString(currentLocale(), { weekday: "long", day: "numeric", month: "long", ...(year && { year: "numeric" }) });
}

const clock = (time: number) => new Date(time).toLocaleTimeString(currentLocale(), { hour: "2-digit", minute: "2-digit" });

/** When people worked, and how many: "Friday 27 November, 10:05 to 11:40, 4 people". */
export function sayPeriod({ start, end, people }: Period, t: Say, now: number = Date.now()): string {
  const [day, last] = [sayDayOf(start, now), sayDayOf(end, now)];
  const [from, to] = [clock(start), clock(end)];
  const when = day !== last ? t("versions.nights", { day, from, last, to }) : from === to ? t("versions.minute", { day, from }) : t("versions.hours", { day, from, to });
  const words = people > 0 ? t("versions.with", { when, people: t("versions.people", { count: people }) }) : when;
  return words.replace(/^./, (first) => first.toLocaleUpperCase());
}

/** The first sentences of what differs, as one: "3 steps added, 1 action moved from …, 2 fail points gained a recovery". */
export function sayTogether(sentences: readonly string[], most: number, t: Say): string {
  const said = sentences.slice(0, most).map((s, i) => (i === 0 ? s : s.replace(/^\p{Lu}(?=\p{Ll})/u, (first) => first.toLocaleLowerCase())));
  const more = sentences.length - said.length;
  return [...said, ...(more > 0 ? [t("versions.more", { count: more })] : [])].join(", ");
}

/** A moment that can be picked to be compared. */
export interface Choice {
  readonly position: number;
  readonly group: "named" | "automatic" | "here";
  readonly label: string;
}

/** Before the first change of a period the board was as others had left it. */
export const beginningOf = ({ first }: Period): number => Math.max(1, first - 1);

/** All versions, the newest first; what else is being looked at is among them. */
export function choicesOf(named: readonly NamedVersion[], periods: readonly Period[], here: readonly { position: number; time: number }[], t: Say, now: number = Date.now()): readonly Choice[] {
  const choices: Choice[] = [
    ...named.map(({ moment, title, at }): Choice => ({ position: moment, group: "named", label: t("versions.titled", { title, when: sayShort(at) }) })),
    ...periods.flatMap((period): Choice[] => {
      const [day, last] = [sayDayOf(period.start, now), sayDayOf(period.end, now)];
      return [
        { position: period.last, group: "automatic", label: t("versions.endOf", { day: last, time: clock(period.end) }) },
        { position: beginningOf(period), group: "automatic", label: t("versions.startOf", { day, time: clock(period.start) }) },
      ];
    }),
  ];
  for (const { position, time } of here) {
    if (!choices.some((c) => c.position === position)) {
      choices.push({ position, group: "here", label: time > 0 ? sayMoment(time) : t("versions.moment", { position }) });
    }
  }
  return choices.sort((a, b) => b.position - a.position);
}

/** When a moment was, about: when the contribution ended or began that led to it. */
export function timeNear(contributions: readonly Contribution[], position: number): number {
  const led = contributions[lastBegun(contributions, position)];
  return led ? (position >= led.last ? led.end : led.start) : 0;
}

/** What a moment is told as: by its name, if it has one. */
export const labelOf = (choices: readonly Choice[], position: number): string =>
  (choices.find((c) => c.position === position && c.group === "named") ?? choices.find((c) => c.position === position))?.label ?? "";
