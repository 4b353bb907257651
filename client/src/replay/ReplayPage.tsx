import "@xyflow/react/dist/base.css";
import "../board/board.css";
import "../pictures/pictures.css";
import "../panel/panel.css";
import "../versions/versions.css";
import "../embed/embed.css";
import "../history/history.css";
import "./replay.css";
import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../app/Problem";
import { BoardContext, useBoardPart } from "../board/context";
import { Icon } from "../board/Icon";
import { NoticeLine } from "../board/NoticeLine";
import { usePerson } from "../board/person";
import { useUi } from "../board/ui";
import { ViewButton } from "../board/ViewButton";
import { Words } from "../board/Words";
import type { Command } from "../commands/command";
import { useKeys } from "../commands/useKeys";
import { PASS, where } from "../embed/where";
import { Contributions } from "../history/Contributions";
import { useBegun } from "../history/HistoryPage";
import { Timeline } from "../history/Timeline";
import { PlayerContext, useCamera, useClock } from "../history/use";
import { PanelContext, PanelStore } from "../panel/store";
import { PasswordGate } from "../share/PasswordGate";
import { OpenError, join } from "../sync/session";
import type { OpenProblem } from "../sync/session";
import { VersionsContext, useLoadedVersions } from "../versions/store";
import type { Replay } from "./asked";
import { openReplay } from "./open";
import type { ReplayTools } from "./open";
import { useSpan } from "./span";
import { useReplayTalk } from "./talk";

const CanvasView = lazy(() => import("../board/CanvasView"));
const OutlineView = lazy(() => import("../outline/OutlineView"));

/** How a board came to be, in the page of somebody else or by itself: to be looked at by whoever may open the board. */
export default function ReplayPage({ id, secret, asked, onShown }: { id: string; secret: string; asked: Replay; onShown: () => void }) {
  const person = usePerson();
  const [start] = useState({ person, asked });
  const [tools, setTools] = useState<ReplayTools>();
  const [problem, setProblem] = useState<OpenProblem>();
  const [attempt, setAttempt] = useState(0);
  const [panel] = useState(() => new PanelStore());
  useEffect(() => {
    let gone = false;
    let made: ReplayTools | undefined;
    openReplay(id, secret, start.person).then(
      (opened) => {
        made = opened;
        if (gone) return end(opened);
        setTools(opened);
        void begin(opened, start.asked);
      },
      (error: unknown) => {
        if (gone) return;
        if (!(error instanceof OpenError)) console.error(error);
        setProblem(error instanceof OpenError ? error.problem : "unreachable");
      },
    );
    return () => {
      gone = true;
      if (made) end(made);
    };
  }, [id, secret, start, attempt]);
  useEffect(() => {
    if (problem) onShown();
  }, [problem, onShown]);
  const again = () => {
    setProblem(undefined);
    setAttempt((n) => n + 1);
  };
  if (problem === "password") return <PasswordGate onPass={again} give={(password) => join(id, secret, start.person, password)} />;
  if (problem) return <Problem kind={problem} />;
  if (!tools) return null;
  return (
    <BoardContext.Provider value={tools}>
      <PanelContext.Provider value={panel}>
        <PlayerContext.Provider value={tools.history}>
          <VersionsContext.Provider value={tools.versions}>
            <Words>
              <Page tools={tools} asked={asked} onShown={onShown} />
            </Words>
          </VersionsContext.Provider>
        </PlayerContext.Provider>
      </PanelContext.Provider>
    </BoardContext.Provider>
  );
}

function end({ history, document, session }: ReplayTools): void {
  history.close();
  document.close();
  session.pictures.close();
}

async function begin({ history: player }: ReplayTools, { from, speed, play }: Replay): Promise<void> {
  if (speed !== undefined) player.set({ speed });
  // Who wants less motion begins it themselves.
  const plays = play && !matchMedia("(prefers-reduced-motion: reduce)").matches;
  await player.open(from ?? (plays ? 1 : undefined));
  if (plays) player.play();
}

/** A page with a replay in it keeps its own keys, and the browser's: those are taken that go through the history or move the view. */
const own = ({ id, keys }: Command) => (id.startsWith("history.") || id.startsWith("zoom")) && !keys?.some((key) => /^(Mod|Alt)\+/.test(key));

function Page({ tools, asked, onShown }: { tools: ReplayTools; asked: Replay; onShown: () => void }) {
  const { t } = useTranslation();
  const { history: player, session } = tools;
  const view = useUi((ui) => ui.view);
  const title = useBoardPart((board) => board.title);
  const begun = useBegun();
  const [list, setList] = useState(false);
  const span = useMemo(() => ({ from: asked.from, to: asked.to }), [asked.from, asked.to]);
  useKeys(own);
  useClock(player);
  const look = useCamera(player);
  const shown = useCallback(() => {
    look();
    onShown();
  }, [look, onShown]);
  useSpan(span);
  useReplayTalk();
  useLoadedVersions(tools.versions, false);
  const { id, secret } = session.board;
  return (
    <div className="board-page history-page replay-page" data-view={view} data-panel={list || undefined} data-editable={false} data-framed={where().framed || undefined} data-testid="replay-page">
      <header className="bars">
        <div className="bar title-bar">
          <h1 className="history-title">{title || t("board.untitled")}</h1>
          <span className="tag">{t("history.title")}</span>
        </div>
        <div className="bar people-bar">
          <ViewButton />
          <button type="button" className="btn icon" aria-expanded={list} aria-label={t("history.showList")} title={t("history.showList")} onClick={() => setList(!list)} data-testid="history-list-button">
            <Icon name="list" />
          </button>
          {secret !== PASS && (
            <a href={`/b/${id}#${secret}`} target={where().framed ? "_blank" : undefined} rel="noopener noreferrer" aria-label={t("replay.board")} title={t("replay.board")} className="btn icon" data-testid="replay-board">
              <Icon name="window" />
            </a>
          )}
        </div>
      </header>
      {begun && <Suspense fallback={null}>{view === "canvas" ? <CanvasView onShown={shown} /> : <OutlineView onShown={onShown} />}</Suspense>}
      {list && <Contributions onClose={() => setList(false)} />}
      <NoticeLine />
      <footer>
        <Timeline actions={null} span={span} />
      </footer>
    </div>
  );
}
