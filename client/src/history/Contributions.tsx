import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import { sayShort } from "./time";
import { usePlayer, usePlaying } from "./use";
import { useTeller } from "./words";

/** So many contributions are listed before and after the one that is shown. */
const AROUND = 40;

/** What people did, in words, around the moment that is shown: one goes to any of it with a click or the keyboard. */
export function Contributions({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const player = usePlayer();
  const teller = useTeller();
  const history = usePlaying((p) => p.history);
  const shown = usePlaying((p) => p.shown);
  const at = usePlaying(() => player.index());
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // By itself alone: a page around the board stays where it is.
    const [box, one] = [list.current, list.current?.querySelector<HTMLElement>("[aria-current]")];
    if (!box || !one) return;
    const [top, bottom] = [one.offsetTop - box.offsetTop, one.offsetTop - box.offsetTop + one.offsetHeight];
    if (top < box.scrollTop) box.scrollTop = top - 6;
    else if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight + 6;
  }, [at]);
  if (!history) return null;
  const from = Math.max(0, at - AROUND);
  return (
    <aside className="panel history-panel" aria-label={t("history.contributions")} data-testid="history-list">
      <div className="panel-head">
        <h2>{t("history.contributionsCount", { count: shown.length })}</h2>
        <button type="button" className="btn icon" aria-label={t("panel.close")} onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {shown.length === 0 ? (
        <p className="panel-body">{t("history.empty")}</p>
      ) : (
        <ol ref={list} className="history-list" start={from + 1}>
          {shown.slice(from, at + AROUND + 1).map((c, i) => {
            const audience = c.by === undefined ? undefined : history.people[c.by]?.audience;
            return (
              <li key={from + i}>
                <button type="button" aria-current={from + i === at ? "step" : undefined} data-audience={audience} onClick={() => player.goTo(from + i)}>
                  <span className="history-who">
                    <b>{teller.person(history.people, c.by)}</b>
                    {audience && <span className="fine">{t(audience === "customer" ? "history.customers" : "history.staff")}</span>}
                    <time className="fine">{sayShort(c.end, history.end)}</time>
                  </span>
                  {c.operations.slice(0, 4).map((op, k) => (
                    <span key={k} className="history-op">
                      {teller.operation(op)}
                    </span>
                  ))}
                  {c.operations.length > 4 && <span className="history-op fine">{t("history.more", { count: c.operations.length - 4 })}</span>}
                </button>
              </li>
            );
          })}
        </ol>
      )}
    </aside>
  );
}
