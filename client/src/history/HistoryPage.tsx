import "./history.css";
import { Suspense, lazy, useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { BoardContext, useBoardPart, useTools } from "../board/context";
import type { BoardTools } from "../board/context";
import { FindBar } from "../board/FindBar";
import { Icon } from "../board/Icon";
import { useUi } from "../board/ui";
import { ViewButton } from "../board/ViewButton";
import { useHands } from "../commands/hands";
import { command, run } from "../commands/registry";
import { useKeys } from "../commands/useKeys";
import { Contributions } from "./Contributions";
import { Past } from "./Past";
import { historyTools } from "./stage";
import type { HistoryTools } from "./stage";
import { Timeline } from "./Timeline";
import { PlayerContext, useCamera, useClock, usePlaying } from "./use";
import { Words } from "../board/Words";

const CanvasView = lazy(() => import("../board/CanvasView"));
const OutlineView = lazy(() => import("../outline/OutlineView"));

/** A board as it was, and how it came to be: the views of the board, that change nothing, and a timeline below. */
export default function HistoryPage({ at, onClose, onShown }: { at: number | undefined; onClose: () => void; onShown: () => void }) {
  const live = useTools();
  const [tools, setTools] = useState<HistoryTools>();
  useEffect(() => {
    const made = historyTools(live, onClose);
    setTools(made);
    void made.history.open(at);
    return () => {
      made.history.close();
      made.document.close();
    };
  }, [live, at, onClose]);
  if (!tools) return null;
  return (
    <BoardContext.Provider value={tools}>
      <PlayerContext.Provider value={tools.history}>
        <Words>
          <Page live={live} tools={tools} onShown={onShown} />
        </Words>
      </PlayerContext.Provider>
    </BoardContext.Provider>
  );
}

/** Whether there has been something to show: the first view of a board is of the one that is asked for, not of an empty one. */
export function useBegun(): boolean {
  const begun = usePlaying((p) => p.history !== undefined && (!p.waiting || p.position > 0));
  const [begins, setBegins] = useState(begun);
  useEffect(() => {
    if (begun) setBegins(true);
  }, [begun]);
  return begins;
}

function Page({ live, tools, onShown }: { live: BoardTools; tools: HistoryTools; onShown: () => void }) {
  const { t } = useTranslation();
  const player = tools.history;
  const hands = useHands();
  const title = useBoardPart((board) => board.title);
  const view = useUi((ui) => ui.view);
  const begins = useBegun();
  const [list, setList] = useState(() => matchMedia("(width >= 1000px)").matches);
  useKeys();
  useClock(player);
  useCamera(player);
  useEffect(() => onShown(), [onShown]);
  return (
    <div className="board-page history-page" data-view={view} data-panel={list || undefined} data-editable={false} data-testid="history-page">
      <header className="bars">
        <h1 className="hidden">{t("history.label")}</h1>
        <div className="bar title-bar">
          <button type="button" className="btn soft" onClick={() => run(command("history.close"), hands)} data-testid="history-close">
            <Icon name="left" />
            {t("history.back")}
          </button>
          <span className="history-title">{title || t("board.untitled")}</span>
          <span className="tag wide-only">{t("history.title")}</span>
        </div>
        <div className="bar people-bar">
          <ViewButton />
          <button type="button" className="btn icon" aria-expanded={list} aria-label={t("history.showList")} title={t("history.showList")} onClick={() => setList(!list)} data-testid="history-list-button">
            <Icon name="list" />
          </button>
        </div>
      </header>
      {begins && <Suspense fallback={null}>{view === "canvas" ? <CanvasView onShown={ignore} /> : <OutlineView onShown={ignore} />}</Suspense>}
      <FindBar />
      {list && <Contributions onClose={() => setList(false)} />}
      <NoticeLine />
      <footer>
        <Timeline actions={<Past live={live} tools={tools} />} />
      </footer>
    </div>
  );
}

const ignore = () => undefined;

export function NoticeLine() {
  const { notice } = useTools();
  const message = useSyncExternalStore(notice.subscribe, notice.get);
  return (
    <p className="notice" role="status" data-testid="notice" data-shown={message !== "" || undefined}>
      {message}
    </p>
  );
}
