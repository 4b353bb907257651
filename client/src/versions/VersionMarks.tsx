import { useTranslation } from "react-i18next";
import type { Axis } from "../history/axis";
import { useVersions } from "./store";
import { beginningOf } from "./words";

/** Versions on the timeline: a bookmark for each moment that has a name, a line with two ends under each time in which people worked. */
export function VersionMarks({ axis }: { axis: Axis }) {
  const { t } = useTranslation();
  const { named, periods } = useVersions();
  const percent = (position: number) => `${String(Math.round(axis.of(position) * 10_000) / 100)}%`;
  return (
    <>
      {periods.map((period) => (
        <div key={period.first} className="version-span" style={{ left: percent(beginningOf(period)), right: `calc(100% - ${percent(period.last)})` }} aria-hidden="true" />
      ))}
      {named?.map(({ id, moment, title }) => (
        <svg key={id} className="version-mark" viewBox="-5 -5 10 10" style={{ left: percent(moment) }} aria-hidden="true">
          <title>{t("versions.mark", { title })}</title>
          <path d="M-3 -5h6v9.500l-3-2.500-3 2.500z" />
        </svg>
      ))}
    </>
  );
}
