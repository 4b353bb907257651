import { memo, useEffect, useId, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useBoardPart, useNames } from "../board/context";
import { deedsOf, heatOf, levelOf, placeOf } from "./heat";
import type { Warmth } from "./heat";
import { EVERYTHING } from "./filter";
import { sayMoment } from "./time";
import { usePlayer, usePlaying } from "./use";

const MINUTE = 60_000;
const BEFORE = { ten: 10 * MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE } as const;
type Since = "beginning" | keyof typeof BEFORE | { readonly position: number; readonly time: number };
const NEVER = { position: 0, time: -Infinity };

/** While it plays it is counted this often, milliseconds. */
const PACE = 250;

/** The moment that is shown, not more often than one can follow numbers. */
function useMoment(): { position: number; time: number } {
  const player = usePlayer();
  const [moment, setMoment] = useState(() => player.get());
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          setMoment(player.get());
        },
        player.get().playing ? PACE : 0,
      );
    };
    look();
    const stop = player.subscribe(look);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [player]);
  return moment;
}

/** Where on the board people worked, and when: how many things were done in each lane and step up to the moment that is shown. */
export function Heat() {
  const { t } = useTranslation();
  const history = usePlaying((p) => p.history);
  const shown = usePlaying((p) => p.shown);
  const filtered = usePlaying((p) => p.filter !== EVERYTHING);
  const { position, time } = useMoment();
  const [since, setSince] = useState<Since>("beginning");
  const lanes = useBoardPart((board) => board.lanes);
  const steps = useBoardPart((board) => board.steps);
  const names = useNames();
  const id = useId();
  const deeds = useMemo(() => deedsOf(shown), [shown]);
  const heat = useMemo(() => {
    const from = typeof since === "object" ? since : since === "beginning" ? NEVER : { position: 0, time: time - BEFORE[since] };
    return heatOf(deeds, history?.people ?? [], from, position);
  }, [deeds, history, since, position, time]);
  if (!history) return null;

  const at = (lane?: string, step?: string) => heat.get(placeOf(lane, step));
  const known = [...lanes.map((l) => at(l.id)), ...steps.map((s) => at(undefined, s.id)), ...lanes.flatMap((l) => steps.map((s) => at(l.id, s.id)))];
  const most = Math.max(0, ...known.map((w) => w?.things ?? 0));
  const sum = (list: readonly (Warmth | undefined)[]) => list.reduce((n, w) => n + (w?.things ?? 0), 0);
  const total = sum([...heat.values()]);
  const loose = total - sum(known);
  const name = (lane?: string, step?: string) =>
    [lane === undefined ? "" : names.lane(lane), step === undefined ? "" : names.step(step)].filter(Boolean).join(", ");
  const places = [...lanes.flatMap((l) => [[l.id], ...steps.map((s) => [l.id, s.id])]), ...steps.map((s) => [undefined, s.id])] as [string | undefined, string | undefined][];
  const warmest = most === 0 ? undefined : places.find(([lane, step]) => at(lane, step)?.things === most);
  const ownLanes = lanes.some((l) => at(l.id));
  const ownSteps = steps.some((s) => at(undefined, s.id));
  const cell = (warmth: Warmth | undefined, lane?: string, step?: string) => <Spot key={step ?? ""} place={name(lane, step)} level={levelOf(warmth?.things ?? 0, most)} {...(warmth ?? NOTHING)} />;

  return (
    <>
      <p className="insight-lead">{t("insight.heat.lead")}</p>
      <div className="heat-tools">
        <label htmlFor={id}>{t("insight.heat.since")}</label>
        <select id={id} className="text" value={typeof since === "object" ? "moment" : since} onChange={(event) => setSince(event.target.value === "moment" ? since : (event.target.value as keyof typeof BEFORE))} data-testid="heat-since">
          {(["beginning", "ten", "hour", "day"] as const).map((s) => (
            <option key={s} value={s}>
              {t(`insight.heat.${s}`)}
            </option>
          ))}
          {typeof since === "object" && <option value="moment">{sayMoment(since.time)}</option>}
        </select>
        <span>{t("insight.heat.until", { when: sayMoment(time) })}</span>
        <button type="button" className="btn soft small" onClick={() => setSince({ position, time })} data-testid="heat-here">
          {t("insight.heat.here")}
        </button>
      </div>
      <p className="heat-said" data-testid="heat-said">
        {[
          total === 0 ? t("insight.heat.nothing") : warmest && t("insight.heat.most", { place: name(...warmest), count: most }),
          loose > 0 && t("insight.heat.loose", { count: loose }),
          filtered && t("insight.heat.filtered"),
        ]
          .filter(Boolean)
          .join(" ")}
      </p>
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={t("insight.heat.table")}>
        <table className="heat" data-testid="heat">
          <caption className="hidden">{t("insight.heat.table")}</caption>
          <thead>
            <tr>
              <td />
              {ownLanes && <th scope="col">{t("insight.heat.itself")}</th>}
              {steps.map((s) => (
                <th key={s.id} scope="col">
                  <span>{names.step(s.id)}</span>
                </th>
              ))}
              <th scope="col">{t("insight.heat.all")}</th>
            </tr>
          </thead>
          <tbody>
            {ownSteps && (
              <tr>
                <th scope="row">{t("insight.heat.steps")}</th>
                {ownLanes && <td />}
                {steps.map((s) => cell(at(undefined, s.id), undefined, s.id))}
                <Total>{sum(steps.map((s) => at(undefined, s.id)))}</Total>
              </tr>
            )}
            {lanes.map((l) => (
              <tr key={l.id}>
                <th scope="row" data-role={l.role}>
                  {names.lane(l.id)}
                </th>
                {ownLanes && cell(at(l.id), l.id)}
                {steps.map((s) => cell(at(l.id, s.id), l.id, s.id))}
                <Total>{sum([at(l.id), ...steps.map((s) => at(l.id, s.id))])}</Total>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t("insight.heat.all")}</th>
              {ownLanes && <Total>{sum(lanes.map((l) => at(l.id)))}</Total>}
              {steps.map((s) => (
                <Total key={s.id}>{sum([at(undefined, s.id), ...lanes.map((l) => at(l.id, s.id))])}</Total>
              ))}
              <Total>{total - loose}</Total>
            </tr>
          </tfoot>
        </table>
      </div>
      <p className="heat-legend" aria-hidden="true">
        <span>{t("insight.heat.few")}</span>
        {[1, 2, 3, 4, 5].map((level) => (
          <i key={level} data-level={level} />
        ))}
        <span>{t("insight.heat.many")}</span>
        <b className="by-customer" /> <span>{t("history.customers")}</span>
        <b className="by-staff" /> <span>{t("history.staff")}</span>
      </p>
    </>
  );
}

const NOTHING: Warmth = { things: 0, customers: 0, staff: 0, people: 0 };

function Total({ children }: { children: ReactNode }) {
  return <td className="heat-total">{children}</td>;
}

/** One place: how much was done there, and below it how much of it by customers and by staff. */
const Spot = memo(function Spot({ place, level, things, customers, staff, people }: { place: string; level: number } & Warmth) {
  const { t } = useTranslation();
  if (things === 0)
    return (
      <td className="heat-spot" data-level={0}>
        <span className="hidden">{`${place}: ${t("insight.heat.none")}`}</span>
      </td>
    );
  return (
    <td className="heat-spot" data-level={level}>
      <span className="hidden">{`${t("insight.heat.cell", { place, count: things, customers, staff })}, ${t("insight.heat.people", { count: people })}`}</span>
      <span aria-hidden="true">{things}</span>
      <span className="heat-by" aria-hidden="true">
        {customers > 0 && <i className="by-customer" style={{ flexGrow: customers }} />}
        {staff > 0 && <i className="by-staff" style={{ flexGrow: staff }} />}
      </span>
    </td>
  );
});
