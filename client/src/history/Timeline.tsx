import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useHands } from "../commands/hands";
import { command, run } from "../commands/registry";
import { Icon } from "../board/Icon";
import { useMedia } from "../board/media";
import type { IconName } from "../board/Icon";
import { useVersions } from "../versions/store";
import type { Span } from "./axis";
import { Filters } from "./Filters";
import { SPEEDS } from "./speeds";
import type { Speed } from "./speeds";
import { Strip } from "./Strip";
import { sayMoment, sayShort } from "./time";
import { usePlayer, usePlaying } from "./use";
import { operationAt, useTeller } from "./words";

/** Here there is room for what is needed all the time, and the rest is behind a button. */
const NARROW = "(width < 900px)";

/** The bar below the board with which one goes through its history. */
export function Timeline({ actions, span }: { actions: React.ReactNode; span?: Span }) {
  const { t } = useTranslation();
  const player = usePlayer();
  const playing = usePlaying((p) => p.playing);
  const speed = usePlaying((p) => p.speed);
  const narrow = useMedia(NARROW);
  const history = usePlaying((p) => p.history);
  const failed = usePlaying((p) => p.failed);
  const waiting = usePlaying((p) => p.waiting);
  return (
    <section className="bar history-bar" aria-label={t("history.label")} data-testid="history-bar" data-waiting={waiting || undefined}>
      <Now />
      <Do id="history.play" icon={playing ? "pause" : "play"} label={t(playing ? "history.pause" : "history.play")} className="history-play" />
      {history ? (
        <div className="history-line">
          <Sides />
          <time className="fine">{sayShort(history.start)}</time>
          <Strip span={span} />
          <time className="fine">{sayShort(history.end, history.start)}</time>
        </div>
      ) : (
        <p className="history-line" role="status">
          {t(failed ? "history.failed" : "history.loading")}
        </p>
      )}
      <div className="history-tools">
        <Do id="history.previousMoment" icon="first" />
        <Do id="history.previous" icon="left" />
        <Do id="history.next" icon="right" />
        <Do id="history.nextMoment" icon="last" />
        <label className="history-speed">
          <span className="hidden">{t("history.speed")}</span>
          <select className="text" value={speed} onChange={(event) => player.set({ speed: Number(event.target.value) as Speed })} data-testid="history-speed">
            {SPEEDS.map((s) => (
              <option key={s} value={s}>
                {t("history.times", { speed: s })}
              </option>
            ))}
          </select>
        </label>
        {!narrow && <Ways />}
        <Filters>{narrow && <Ways />}</Filters>
        {actions}
      </div>
    </section>
  );
}

/** Whether pauses are skipped, and the view follows. */
function Ways() {
  const { t } = useTranslation();
  const player = usePlayer();
  const skipQuiet = usePlaying((p) => p.skipQuiet);
  const camera = usePlaying((p) => p.camera);
  return (
    <div className="history-ways">
      <Way on={skipQuiet} label={t("history.skipQuiet")} onTurn={() => player.set({ skipQuiet: !skipQuiet })} testId="history-skip" />
      <Way on={camera} label={t("history.camera")} onTurn={() => player.set({ camera: !camera })} testId="history-camera" />
    </div>
  );
}

function Way({ on, label, onTurn, testId }: { on: boolean; label: string; onTurn: () => void; testId: string }) {
  return (
    <button type="button" className="btn small history-way" aria-pressed={on} onClick={onTurn} data-testid={testId}>
      <span className="history-tick">{on && <Icon name="check" />}</span>
      {label}
    </button>
  );
}

/** Whose work is above the line of the strip, and whose below. */
function Sides() {
  const { t } = useTranslation();
  return (
    <p className="history-sides fine">
      <span>{t("history.customers")}</span>
      <span>{t("history.staff")}</span>
    </p>
  );
}

function Do({ id, icon, label, className = "" }: { id: string; icon: IconName; label?: string; className?: string }) {
  const { t } = useTranslation();
  const hands = useHands();
  const name = label ?? t(`command.${id}`);
  return (
    <button type="button" className={`btn icon ${className}`} aria-label={name} title={name} onClick={() => run(command(id), hands)} data-testid={id}>
      <Icon name={icon} />
    </button>
  );
}

/** Who did what led to what is shown. Read out when one steps, not while it plays. */
function Now() {
  const { t } = useTranslation();
  const player = usePlayer();
  const teller = useTeller();
  const history = usePlaying((p) => p.history);
  const time = usePlaying((p) => p.time);
  const playing = usePlaying((p) => p.playing);
  const now = usePlaying((p) => p.history !== undefined && p.position === p.history.length);
  // The same object until another one has begun.
  const current = usePlaying(() => player.current());
  const position = usePlaying((p) => p.position);
  const people = history?.people;
  const doing = current && operationAt(current, position);
  const what = useMemo(() => (people && current ? teller.moment(people, current, doing) : t("history.beginning")), [people, current, doing, teller, t]);
  const whole = useMemo(() => (people && current ? teller.contribution(people, current) : t("history.beginning")), [people, current, teller, t]);
  const { named } = useVersions();
  const title = named?.filter((v) => v.moment === position).map((v) => v.title).join(", ");
  const who = history && current?.by !== undefined ? history.people[current.by]?.audience : undefined;
  const spoken = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (!playing && spoken.current) spoken.current.textContent = title ? `${t("versions.mark", { title })}. ${whole}` : whole;
  }, [whole, title, playing, t]);
  if (!history) return null;
  return (
    <div className="history-now" data-audience={who}>
      <time data-testid="history-time">{sayMoment(time)}</time>
      <p data-testid="history-what">{what}</p>
      {(title || now) && (
        <span className="history-tags">
          {title && (
            <span className="tag history-title-of" title={t("versions.mark", { title })} data-testid="history-version">
              <Icon name="bookmark" />
              <span>{title}</span>
            </span>
          )}
          {now && <span className="tag">{t("history.now")}</span>}
        </span>
      )}
      <p ref={spoken} className="hidden" role="status" data-testid="history-spoken" />
    </div>
  );
}
