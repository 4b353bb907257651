import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { plainText } from "../richtext/parse";
import { useBoard, useNames, useTools } from "./context";
import { matchesWords } from "./ElementCard";
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
  const { elements } = useBoard();
  const names = useNames();
  const words = useUi((u) => u.find ?? "");
  const found = useUi((u) => u.found);
  const field = useRef<HTMLInputElement>(null);
  const matches = useMemo(() => (words.trim() === "" ? [] : elements.filter((e) => matchesWords(e.text, words))), [elements, words]);
  const at = matches.findIndex((e) => e.id === found);

  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  const go = (index: number) => {
    const match = matches.at(matches.length === 0 ? 0 : ((index % matches.length) + matches.length) % matches.length);
    if (!match) return;
    ui.set({ found: match.id });
    const place = stage.geometry.places.get(match.id);
    if (place) stage.view?.reveal(place);
  };
  const close = () => {
    const { found: last } = ui.get();
    ui.set({ find: undefined, found: undefined });
    if (last === undefined) return;
    // The keyboard goes on at what was found.
    focus.select(last);
    stage.focusOn(last);
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
          {matches.slice(0, LISTED).map((e, i) => (
            <li key={e.id}>
              <button type="button" className="menu-item" aria-current={e.id === found || undefined} onClick={() => go(i)} data-testid="find-match">
                <span className="menu-words">{plainText(e.text)}</span>
                {e.lane !== undefined && <span className="fine">{`${names.lane(e.lane)}, ${names.step(e.step)}`}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
