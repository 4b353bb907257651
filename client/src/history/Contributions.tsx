import { memo, useDeferredValue, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { TFunction } from "i18next";
import { PanelHead } from "../panel/PanelHead";
import type { Contribution, Historian } from "./data";
import type { Player } from "./player";
import { sayShort } from "./time";
import { usePlayer, usePlaying } from "./use";
import { useTeller } from "./words";
import type { Teller } from "./words";

/** So many contributions are listed before and after the one that is shown. */
const AROUND = 25;

/** What people did, in words, around the moment that is shown: one goes to any of it with a click or the keyboard. */
export function Contributions({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const player = usePlayer();
  const history = usePlaying((p) => p.history);
  const shown = usePlaying((p) => p.shown);
  // The board and the timeline are drawn first, and the list when there is time.
  const at = useDeferredValue(usePlaying(() => player.index()));
  if (!history) return null;
  return (
    <aside className="panel history-panel" aria-label={t("history.contributions")} data-testid="history-list">
      <PanelHead onClose={onClose}>
        <h2>{t("history.contributionsCount", { count: shown.length })}</h2>
      </PanelHead>
      {shown.length === 0 ? <p className="panel-body">{t("history.empty")}</p> : <List people={history.people} end={history.end} shown={shown} at={at} />}
    </aside>
  );
}

interface ListProps {
  readonly people: readonly Historian[];
  readonly end: number;
  readonly shown: readonly Contribution[];
  readonly at: number;
}

const List = memo(function List({ people, end, shown, at }: ListProps) {
  const { t } = useTranslation();
  const player = usePlayer();
  const teller = useTeller();
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // Where everything lies is known once it is drawn, and is not asked for before.
    const request = requestAnimationFrame(() => setTimeout(() => showCurrent(list.current)));
    return () => cancelAnimationFrame(request);
  }, [at]);
  const from = Math.max(0, at - AROUND);
  return (
    <ol ref={list} className="history-list" start={from + 1}>
      {shown.slice(from, at + AROUND + 1).map((c, i) => (
        <Row key={from + i} t={t} teller={teller} player={player} people={people} end={end} c={c} index={from + i} current={from + i === at} />
      ))}
    </ol>
  );
});

/** By itself alone: a page around the board stays where it is. */
function showCurrent(list: HTMLElement | null): void {
  const one = list?.querySelector<HTMLElement>("[aria-current]");
  if (!list || !one) return;
  const top = one.offsetTop - list.offsetTop;
  if (top < list.scrollTop) list.scrollTop = top - 6;
  else if (top + one.offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + one.offsetHeight - list.clientHeight + 6;
}

/** There are many, and most of what each costs is asking for these. */
interface RowProps {
  readonly t: TFunction;
  readonly teller: Teller;
  readonly player: Player;
  readonly people: readonly Historian[];
  readonly end: number;
  readonly c: Contribution;
  readonly index: number;
  readonly current: boolean;
}

const Row = memo(function Row({ t, teller, player, people, end, c, index, current }: RowProps) {
  const audience = c.by === undefined ? undefined : people[c.by]?.audience;
  return (
    <li>
      <button type="button" aria-current={current ? "step" : undefined} data-audience={audience} onClick={() => player.goTo(index)}>
        <span className="history-who">
          <b>{teller.person(people, c.by)}</b>
          {audience && <span className="fine">{t(audience === "customer" ? "history.customers" : "history.staff")}</span>}
          <time className="fine">{sayShort(c.end, end)}</time>
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
});
