import { useTranslation } from "react-i18next";
import type { Axis } from "../history/axis";
import { useVersions } from "./store";
import { beginningOf } from "./words";

/** Versions on the timeline: a flag for each moment that has a name, a line with two ends under each time in which people worked. */
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
        <svg key={id} className="version-flag" viewBox="-5 -5 10 10" style={{ left: percent(moment) }} aria-hidden="true">
          <title>{t("versions.flag", { title })}</title>
          <path d="M-.7 5v-10h5.700l-1.800 2.500 1.800 2.500h-4.300v5z" />
        </svg>
      ))}
    </>
  );
}
