import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { plainText } from "../richtext/parse";
import { useBoard, useNames, useTools } from "./context";
import { find } from "./find";
import type { Match } from "./find";
import { Icon } from "./Icon";
import { useUi } from "./ui";

const LISTED = 50;

/** Searching on the board: matches are listed and marked, and one goes from one to the next. */
export function FindBar() {
  const open = useUi((ui) => ui.find !== undefined);
  return open ? <Bar /> : null;
}

function Bar() {
  const { t } = useTranslation();
  const { ui, focus, stage } = useTools();
  const board = useBoard();
  const names = useNames();
  const words = useUi((u) => u.find ?? "");
  const found = useUi((u) => u.found);
  const field = useRef<HTMLInputElement>(null);
  const matches = useMemo(() => find(board, words, names), [board, words, names]);
  const at = matches.findIndex((m) => m.key === found);

  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  const go = (index: number) => {
    const match = matches.at(matches.length === 0 ? 0 : ((index % matches.length) + matches.length) % matches.length);
    if (!match) return;
    ui.set({ found: match.key });
    stage.goTo?.[match.kind](match.id, true);
  };
  const close = () => {
    const last = matches[at];
    ui.set({ find: undefined, found: undefined });
    if (!last) return;
    // The keyboard goes on at what was found.
    if (last.kind === "element") focus.select(last.id);
    stage.goTo?.[last.kind](last.id);
  };

  const where = ({ kind, id, comment }: Match): string => {
    const e = kind === "element" ? board.elements.find((x) => x.id === id) : undefined;
    const place = e ? (e.lane === undefined ? "" : `${names.lane(e.lane)}, ${names.step(e.step)}`) : t(`details.${kind}`);
    return comment ? t("find.comment", { about: e ? plainText(e.text) || t(`kind.${e.kind}`) : kind === "step" ? names.step(id) : names.lane(id) }) : place;
  };

  return (
    <div className="bar find-bar" role="search" aria-label={t("find.label")} data-testid="find">
      <div className="row find-row">
        <Icon name="find" />
        <input
          ref={field}
          className="text"
          type="search"
          aria-label={t("find.label")}
          placeholder={t("find.placeholder")}
          value={words}
          maxLength={200}
          onChange={(event) => ui.set({ find: event.target.value, found: undefined })}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === "Enter" && !event.nativeEvent.isComposing) go(event.shiftKey ? (at < 0 ? -1 : at - 1) : at + 1);
            else if (event.key === "Escape") close();
            else return;
            event.preventDefault();
          }}
        />
        <span className="find-count" role="status">
          {words.trim() === "" ? "" : matches.length === 0 ? t("find.none") : at < 0 ? t("find.count", { count: matches.length }) : t("find.at", { at: at + 1, count: matches.length })}
        </span>
        <button type="button" className="btn icon" aria-label={t("find.previous")} title={t("find.previous")} onClick={() => go(at < 0 ? -1 : at - 1)}>
          <Icon name="up" />
        </button>
        <button type="button" className="btn icon" aria-label={t("find.next")} title={t("find.next")} onClick={() => go(at + 1)}>
          <Icon name="down" />
        </button>
        <button type="button" className="btn icon" aria-label={t("find.close")} title={t("find.close")} onClick={close}>
          <Icon name="close" />
        </button>
      </div>
      {matches.length > 0 && (
        <ul className="find-list" aria-label={t("find.results")}>
          {matches.slice(0, LISTED).map((m, i) => (
            <li key={m.key}>
              <button type="button" className="menu-item" aria-current={m.key === found || undefined} onClick={() => go(i)} data-testid="find-match">
                <span className="menu-words">{plainText(m.text)}</span>
                <span className="fine">{where(m)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
