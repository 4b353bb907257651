import { useId, useMemo, useRef, useState } from "react";
import type { KeyboardEvent, PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { VersionMarks } from "../versions/VersionMarks";
import { timeNear } from "../versions/words";
import { Axis, bars } from "./axis";
import type { Span } from "./axis";
import type { History } from "./data";
import { FIRST, lastBegun } from "./player";
import { Sign } from "./Sign";
import { sayMoment, sayShort } from "./time";
import { usePlayer, usePlaying } from "./use";
import { operationAt, useTeller } from "./words";

const BARS = 140;
const HALF = 18;
const WIDE = 1000;

/** Where one is in the history, and when customers and staff spoke. A slider: what it stands on is told in words. */
export function Strip({ span }: { span: Span | undefined }) {
  const { t } = useTranslation();
  const player = usePlayer();
  const teller = useTeller();
  const history = usePlaying((p) => p.history);
  const shown = usePlaying((p) => p.shown);
  const moments = usePlaying((p) => p.moments);
  const skipQuiet = usePlaying((p) => p.skipQuiet);
  const position = usePlaying((p) => p.position);
  const time = usePlaying((p) => p.time);
  const strip = useRef<HTMLDivElement>(null);
  const about = useId();
  const [peek, setPeek] = useState<number>();
  const axis = useMemo(() => history && new Axis(history, skipQuiet), [history, skipQuiet]);
  const drawn = useMemo(() => {
    if (!history || !axis) return null;
    const list = bars(history, shown, axis, BARS);
    const most = Math.max(1, ...list.map((b) => Math.max(b.customer, b.staff)));
    // The small is seen beside the large.
    const high = (n: number) => (n === 0 ? 0 : Math.max(1.5, Math.sqrt(n / most) * (HALF - 2)));
    const width = WIDE / BARS;
    return (
      <>
        {list.map(({ customer, staff }, i) => (
          <g key={i}>
            {customer > 0 && <rect className="by-customer" x={i * width + 1} width={width - 2} y={HALF - high(customer)} height={high(customer)} />}
            {staff > 0 && <rect className="by-staff" x={i * width + 1} width={width - 2} y={HALF} height={high(staff)} />}
          </g>
        ))}
      </>
    );
  }, [history, shown, axis]);
  const signs = useMemo(() => {
    if (!axis) return null;
    // Those that lie on each other are one.
    const seen = new Set<string>();
    return moments.flatMap(({ kind, position: at }, i) => {
      const x = Math.round(axis.of(at) * 250) / 2.5;
      const key = `${kind}${String(x)}`;
      if (seen.has(key)) return [];
      seen.add(key);
      return [
        <span key={key} className="history-mark" data-kind={kind} data-mark={i} style={{ left: `${String(x)}%` }} title={t(`history.moment.${kind}`)}>
          <Sign kind={kind} />
        </span>,
      ];
    });
  }, [moments, axis, t]);
  // The same object until another one has begun.
  const at = usePlaying(() => player.current());
  const people = history?.people;
  const what = useMemo(() => (people && at ? teller.contribution(people, at) : t("history.beginning")), [people, at, teller, t]);
  if (!history || !axis) return null;

  const under = (event: PointerEvent) => {
    const box = strip.current?.getBoundingClientRect();
    return box ? Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) : 0;
  };
  const to = (event: PointerEvent) => void player.seek(axis.position(under(event)));
  const keys = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
    if (by !== undefined) player.step(by);
    else if (event.key === "Home") void player.seek(FIRST);
    else if (event.key === "End") void player.seek(history.length);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // While the pointer is not yet where it is going, time goes on between two changes.
  const x = Math.max(axis.of(position), position < history.length ? Math.min(axis.ofTime(time), axis.of(position + 1)) : 1);
  return (
    <div
      ref={strip}
      className="history-strip"
      role="slider"
      tabIndex={0}
      aria-label={t("history.timeline")}
      aria-valuemin={FIRST}
      aria-valuemax={history.length}
      aria-valuenow={position}
      aria-valuetext={t("history.position", { when: sayMoment(time), what })}
      aria-describedby={span?.to === undefined ? undefined : about}
      data-testid="history-strip"
      data-position={position}
      onKeyDown={keys}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        player.pause();
        // A mark is where it is, not about there.
        const mark = event.target instanceof Element && event.target.closest<HTMLElement>("[data-mark]");
        const moment = mark && moments[Number(mark.dataset["mark"])];
        if (moment) return void player.goToMoment(moment);
        event.currentTarget.setPointerCapture(event.pointerId);
        to(event);
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) to(event);
        if (event.pointerType === "mouse") setPeek(under(event));
      }}
      onPointerLeave={() => setPeek(undefined)}
    >
      {span?.to !== undefined && <Asked id={about} history={history} axis={axis} from={span.from ?? FIRST} to={span.to} />}
      <svg className="history-bars" viewBox={`0 0 ${String(WIDE)} ${String(2 * HALF)}`} preserveAspectRatio="none" aria-hidden="true">
        {drawn}
        <path className="history-base" d={`M0 ${String(HALF)}h${String(WIDE)}`} />
      </svg>
      {signs}
      <VersionMarks axis={axis} />
      {peek !== undefined && <Peek at={peek} position={axis.position(peek)} />}
      <div className="history-head" style={{ left: `${String(x * 100)}%` }} />
    </div>
  );
}

/** The part of the history that was asked for. */
function Asked({ id, history, axis, from, to }: { id: string; history: History; axis: Axis; from: number; to: number }) {
  const { t } = useTranslation();
  const percent = (position: number) => axis.of(position) * 100;
  const when = (position: number) => sayMoment(timeNear(history.contributions, position) || history.start);
  return (
    <div className="history-asked" style={{ left: `${String(percent(from))}%`, right: `${String(100 - percent(to))}%` }} data-testid="history-asked">
      <span id={id} className="hidden">
        {t("history.asked", { from: when(from), to: when(to) })}
      </span>
    </div>
  );
}

/** What happened where the pointer is, before one goes there. */
function Peek({ at, position }: { at: number; position: number }) {
  const teller = useTeller();
  const people = usePlaying((p) => p.history?.people);
  const shown = usePlaying((p) => p.shown);
  const there = shown[lastBegun(shown, position)];
  if (!people || !there) return null;
  return (
    <p className="history-peek" data-side={at > 0.5 ? "left" : "right"} style={{ left: `${String(at * 100)}%` }} aria-hidden="true">
      <span className="fine">{sayShort(there.end)}</span> {teller.moment(people, there, operationAt(there, position))}
    </p>
  );
}
