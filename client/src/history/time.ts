import { currentLanguage } from "../i18n";

const locale = () => (currentLanguage() === "sv" ? "sv-SE" : "en-GB");

/** A moment to the second, as the reader's language writes it. */
export const sayMoment = (time: number): string => (time > 0 ? new Date(time).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "medium" }) : "");

/** The same in few letters; the day only where it is not that of `beside`. */
export function sayShort(time: number, beside?: number): string {
  if (time <= 0) return "";
  const at = new Date(time);
  const clock = at.toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
  if (beside !== undefined && at.toDateString() === new Date(beside).toDateString()) return clock;
  return `${at.toLocaleDateString(locale(), { day: "numeric", month: "short" })} ${clock}`;
}
