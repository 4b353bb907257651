import { currentLanguage } from "../i18n";

/** What writes times is dear to make, and made once for each language. */
const writers = new Map<string, ReturnType<typeof makeWriters>>();

function makeWriters(locale: string) {
  const write = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  return {
    moment: write({ dateStyle: "medium", timeStyle: "medium" }),
    clock: write({ hour: "2-digit", minute: "2-digit" }),
    day: write({ day: "numeric", month: "short" }),
  };
}

function inLanguage() {
  const locale = currentLanguage() === "sv" ? "sv-SE" : "en-GB";
  let found = writers.get(locale);
  if (!found) writers.set(locale, (found = makeWriters(locale)));
  return found;
}

/** A moment to the second, as the reader's language writes it. */
export const sayMoment = (time: number): string => (time > 0 ? inLanguage().moment.format(time) : "");

/** The same in few letters; the day only where it is not that of `beside`. */
export function sayShort(time: number, beside?: number): string {
  if (time <= 0) return "";
  const { clock, day } = inLanguage();
  if (beside !== undefined && new Date(time).toDateString() === new Date(beside).toDateString()) return clock.format(time);
  return `${day.format(time)} ${clock.format(time)}`;
}
