import "./history.css";
import { Suspense, lazy, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { BoardContext, useBoardPart, useTools } from "../board/context";
import type { BoardTools } from "../board/context";
import { FindBar } from "../board/FindBar";
import { Icon } from "../board/Icon";
import { NoticeLine } from "../board/NoticeLine";
import { useUi } from "../board/ui";
import { ViewButton } from "../board/ViewButton";
import { useHands } from "../commands/hands";
import { command, run } from "../commands/registry";
import { useKeys } from "../commands/useKeys";
import { VersionStore, VersionsContext, useLoadedVersions } from "../versions/store";
import { VersionsPanel } from "../versions/VersionsPanel";
import { Contributions } from "./Contributions";
import { askedComparison } from "./link";
import type { Between } from "./link";
import { Past, useBringBack } from "./Past";
import { historyTools } from "./stage";
import type { HistoryTools } from "./stage";
import { Timeline } from "./Timeline";
import { PlayerContext, useCamera, useClock, usePlaying } from "./use";
import { Words } from "../board/Words";

const CanvasView = lazy(() => import("../board/CanvasView"));
const Insight = lazy(() => import("./Insight"));
const OutlineView = lazy(() => import("../outline/OutlineView"));
const Comparison = lazy(() => import("../versions/Comparison"));

/** A board as it was, and how it came to be: the views of the board, that change nothing, and a timeline below. */
export default function HistoryPage({ at, onClose, onShown }: { at: number | undefined; onClose: () => void; onShown: () => void }) {
  const live = useTools();
  const [tools, setTools] = useState<HistoryTools>();
  const versions = useMemo(() => new VersionStore(live.session.board), [live]);
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
        <VersionsContext.Provider value={versions}>
          <Words>
            <Page live={live} tools={tools} versions={versions} onShown={onShown} />
          </Words>
        </VersionsContext.Provider>
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

/** What is open beside the board. */
type Side = "list" | "versions";

function Page({ live, tools, versions, onShown }: { live: BoardTools; tools: HistoryTools; versions: VersionStore; onShown: () => void }) {
  const { t } = useTranslation();
  const player = tools.history;
  const hands = useHands();
  const title = useBoardPart((board) => board.title);
  const view = useUi((ui) => ui.view);
  const known = usePlaying((p) => p.history !== undefined);
  const begins = useBegun();
  const [side, setSide] = useState<Side | undefined>(() => (matchMedia("(width >= 1000px)").matches ? "list" : undefined));
  const [insight, setInsight] = useState(false);
  const insightButton = useRef<HTMLButtonElement>(null);
  const [naming, setNaming] = useState(0);
  const [between, setBetween] = useState<Between | undefined>(askedComparison);
  const mayName = useSyncExternalStore(live.document.subscribe, () => live.document.draws);
  const bringBack = useBringBack(live, tools);
  const toggleInsight = () => {
    setInsight(!insight);
    // On a narrow window there is room for one of them.
    if (!insight && matchMedia("(width < 1000px)").matches) setSide(undefined);
  };
  useKeys();
  useClock(player);
  const look = useCamera(player);
  useLoadedVersions(versions, side === "versions");
  useEffect(() => onShown(), [onShown]);
  const nameIt = () => {
    setSide("versions");
    setNaming((n) => n + 1);
  };
  return (
    <div className="board-page history-page" data-view={view} data-panel={side !== undefined || undefined} data-insight={insight || undefined} data-editable={false} data-testid="history-page">
      <header className="bars">
        <h1 className="hidden">{t("history.label")}</h1>
        <div className="bar title-bar">
          <button type="button" className="btn soft" title={t("history.back")} onClick={() => run(command("history.close"), hands)} data-testid="history-close">
            <Icon name="left" />
            <span className="wide-only">{t("history.back")}</span>
          </button>
          <span className="history-title">{title || t("board.untitled")}</span>
          <span className="tag wide-only">{t("history.title")}</span>
        </div>
        <div className="bar people-bar">
          {!insight && <ViewButton />}
          <button ref={insightButton} type="button" className="btn icon" aria-expanded={insight} aria-label={t("insight.show")} title={t("insight.show")} onClick={toggleInsight} data-testid="insight-button">
            <Icon name="chart" />
          </button>
          {(["list", "versions"] as const).map((what) => {
            const label = t(what === "list" ? "history.showList" : "versions.show");
            return (
              <button key={what} type="button" className="btn icon" aria-expanded={side === what} aria-label={label} title={label} onClick={() => setSide(side === what ? undefined : what)} data-testid={what === "list" ? "history-list-button" : "versions-button"}>
                <Icon name={what === "list" ? "list" : "bookmark"} />
              </button>
            );
          })}
        </div>
      </header>
      {begins && !insight && <Suspense fallback={null}>{view === "canvas" ? <CanvasView onShown={look} /> : <OutlineView onShown={ignore} />}</Suspense>}
      {insight && (
        <Suspense fallback={null}>
          <Insight
            onClose={() => {
              setInsight(false);
              // Once the board has come, which wants it too.
              requestAnimationFrame(() => insightButton.current?.focus());
            }}
          />
        </Suspense>
      )}
      <FindBar />
      {side === "list" && <Contributions onClose={() => setSide(undefined)} />}
      {side === "versions" && <VersionsPanel mayName={mayName} naming={naming} onCompare={setBetween} onClose={() => setSide(undefined)} />}
      <NoticeLine />
      <footer>
        <Timeline actions={<Past live={live} tools={tools} onCompare={(from) => setBetween({ from, to: "now" })} onName={mayName ? nameIt : undefined} />} />
      </footer>
      {known && between && (
        <Suspense fallback={null}>
          <Comparison live={live} between={between} onPick={setBetween} onClose={() => setBetween(undefined)} onRestore={live.document.editable ? bringBack : undefined} />
        </Suspense>
      )}
    </div>
  );
}

const ignore = () => undefined;
