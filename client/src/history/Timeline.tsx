import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useHands } from "../commands/hands";
import { command, run } from "../commands/registry";
import { Icon } from "../board/Icon";
import type { IconName } from "../board/Icon";
import { Filters } from "./Filters";
import { SPEEDS } from "./speeds";
import type { Speed } from "./speeds";
import { Strip } from "./Strip";
import { sayMoment, sayShort } from "./time";
import { usePlayer, usePlaying } from "./use";
import { operationAt, useTeller } from "./words";

/** The bar below the board with which one goes through its history. */
export function Timeline({ actions }: { actions: React.ReactNode }) {
  const { t } = useTranslation();
  const player = usePlayer();
  const playing = usePlaying((p) => p.playing);
  const speed = usePlaying((p) => p.speed);
  const skipQuiet = usePlaying((p) => p.skipQuiet);
  const camera = usePlaying((p) => p.camera);
  const history = usePlaying((p) => p.history);
  const failed = usePlaying((p) => p.failed);
  const waiting = usePlaying((p) => p.waiting);
  return (
    <section className="bar history-bar" aria-label={t("history.label")} data-testid="history-bar" data-waiting={waiting || undefined}>
      <Now />
      {history ? (
        <div className="history-line">
          <time className="fine">{sayShort(history.start)}</time>
          <Strip />
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
        <Do id="history.play" icon={playing ? "pause" : "play"} label={t(playing ? "history.pause" : "history.play")} pressed={playing} />
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
        <button type="button" className="btn small" aria-pressed={skipQuiet} onClick={() => player.set({ skipQuiet: !skipQuiet })} data-testid="history-skip">
          {t("history.skipQuiet")}
        </button>
        <button type="button" className="btn small" aria-pressed={camera} onClick={() => player.set({ camera: !camera })} data-testid="history-camera">
          {t("history.camera")}
        </button>
        <Filters />
        {actions}
      </div>
    </section>
  );
}

function Do({ id, icon, label, pressed }: { id: string; icon: IconName; label?: string; pressed?: boolean }) {
  const { t } = useTranslation();
  const hands = useHands();
  const name = label ?? t(`command.${id}`);
  return (
    <button type="button" className="btn icon" aria-label={name} title={name} data-on={pressed || undefined} onClick={() => run(command(id), hands)} data-testid={id}>
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
  const who = history && current?.by !== undefined ? history.people[current.by]?.audience : undefined;
  const spoken = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (!playing && spoken.current) spoken.current.textContent = whole;
  }, [whole, playing]);
  if (!history) return null;
  return (
    <div className="history-now" data-audience={who}>
      <time data-testid="history-time">{sayMoment(time)}</time>
      <p data-testid="history-what">{what}</p>
      {now && <span className="tag">{t("history.now")}</span>}
      <p ref={spoken} className="hidden" role="status" data-testid="history-spoken" />
    </div>
  );
}
