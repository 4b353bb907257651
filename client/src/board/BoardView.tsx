import "@xyflow/react/dist/base.css";
import "./board.css";
import "../pictures/pictures.css";
import "../embed/embed.css";
import { Suspense, lazy, useCallback, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useKeys } from "../commands/useKeys";
import { NotKept } from "../embed/EmbedNotes";
import { usePageTalk } from "../embed/usePageTalk";
import { PASS, where } from "../embed/where";
import { Panel, PanelButton, TalkButton } from "../panel/Panel";
import { LinkDialog } from "../richtext/LinkDialog";
import { PanelContext, PanelStore, usePanelState } from "../panel/store";
import { watchForNewVersion } from "../app/version";
import { AboutMeSheet } from "../rights/AboutMeSheet";
import { AuditSheet } from "../rights/AuditSheet";
import { JoinedSheet } from "../rights/JoinedSheet";
import { ShareDialog } from "../share/ShareDialog";
import { elementsById } from "../document/elements";
import { HistoryButton } from "../history/HistoryButton";
import { askedMoment, forgetMoment } from "../history/link";
import { NameNowDialog } from "../versions/NameVersion";
import { renameBoard } from "../sync/device";
import type { BoardSession } from "../sync/session";
import { TalkStore } from "../talk/store";
import { useActions } from "./actions";
import { BoardContextMenu } from "./BoardContextMenu";
import { BoardMenu } from "./BoardMenu";
import { SelectionBar } from "./CardTools";
import { BoardContext, SessionContext, useBoardPart, useConnection, useDraws, useEditable, useSession, useTalks, useTools } from "./context";
import { NameDialog } from "./Dialogs";
import { useClipboard } from "./copying";
import { FarStore } from "./far";
import { FindBar } from "./FindBar";
import { FocusStore } from "./focus";
import { FoldStore } from "./folds";
import { FollowStore } from "./following";
import { Icon } from "./Icon";
import { KeysDialog } from "./KeysDialog";
import { MarkPalette } from "./MarkPalette";
import { NameCard, NameForm } from "./NameForm";
import { NoticeStore } from "./notice";
import { NoticeLine } from "./NoticeLine";
import type { Person } from "./person";
import { ConnectPalette, Palette } from "./Palette";
import { FollowBanner, People } from "./People";
import { Printing } from "./Printing";
import { SaveDialog } from "./SaveDialog";
import { Stage } from "./stage";
import { ModeBar, ToolBar } from "./ToolBar";
import { ConnectionBanner, TitleBar } from "./TopBar";
import { ViewButton } from "./ViewButton";
import { Words } from "./Words";
import { UiStore, useUi } from "./ui";
import type { View } from "./lastView";
import type { Window } from "./ui";

const views = { canvas: () => import("./CanvasView"), outline: () => import("../outline/OutlineView") };
const CanvasView = lazy(views.canvas);
const OutlineView = lazy(views.outline);
const VariantsDialog = lazy(() => import("../variants/VariantsDialog"));
const HistoryPage = lazy(() => import("../history/HistoryPage"));

/** Begins to load how the board is going to be shown, while the board itself is on its way. */
export const loadView = (view: View): Promise<unknown> => views[view]();

/** An open board with all that floats around it. */
export function BoardView({ session, person, unfilled, onShown }: { session: BoardSession; person: Person; unfilled: boolean; onShown: () => void }) {
  const { t } = useTranslation();
  const tools = useMemo(
    () => ({
      session,
      document: session.document,
      focus: new FocusStore(),
      notice: new NoticeStore(),
      ui: new UiStore(askedMoment()),
      stage: new Stage(),
      far: new FarStore(),
      folds: new FoldStore(session.board.id),
      talk: new TalkStore(session.document, session.board.id),
      follow: new FollowStore(),
    }),
    [session],
  );
  const panel = useMemo(() => new PanelStore(), []);
  useEffect(() => {
    if (unfilled) tools.notice.say(t("templates.failed"));
  }, [unfilled, tools, t]);
  return (
    <SessionContext.Provider value={session}>
      <BoardContext.Provider value={tools}>
        <PanelContext.Provider value={panel}>
          <Words>
            <NowOrThen person={session.called === undefined ? person : { ...person, name: session.called, invented: false }} onShown={onShown} />
          </Words>
        </PanelContext.Provider>
      </BoardContext.Provider>
    </SessionContext.Provider>
  );
}

/** The board as it is, or as it was. */
function NowOrThen({ person, onShown }: { person: Person; onShown: () => void }) {
  const { session, ui } = useTools();
  const history = useUi((u) => u.history);
  const close = useCallback(() => {
    forgetMoment();
    ui.set({ history: undefined });
  }, [ui]);
  useEffect(() => {
    // Whoever looks back is not at the board meanwhile.
    if (history) session.presence.update({ cursor: undefined, selected: undefined, chosen: undefined, editing: undefined, view: undefined, following: undefined });
  }, [history, session]);
  if (!history) return <Around person={person} onShown={onShown} />;
  return (
    <Suspense fallback={null}>
      <HistoryPage at={history.at} onClose={close} onShown={onShown} />
    </Suspense>
  );
}

function Around({ person, onShown }: { person: Person; onShown: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const { ui, stage } = useTools();
  const open = useUi((u) => u.open);
  const view = useUi((u) => u.view);
  const presenting = useUi((u) => u.presenting !== undefined);
  const editable = useEditable();
  const draws = useDraws();
  const talks = useTalks();
  const title = useBoardPart((board) => board.title);
  const panelOpen = usePanelState((s) => s.tab !== undefined);
  const { name } = person;
  useKeys();
  useClipboard();
  useTitle();
  useFollowedFocus();
  usePageTalk();
  useEffect(() => session.call(name), [session, name]);

  const setOpen = (what: Window) => ui.set({ open: what });
  const close = () => ui.set({ open: undefined });
  return (
    <div className="board-page" data-editable={editable} data-draws={draws || undefined} data-talks={talks} data-panel={panelOpen || undefined} data-view={view} data-presenting={presenting || undefined} data-framed={where().framed || undefined}>
      <header className="bars">
        <h1 className="hidden">{title || t("board.untitled")}</h1>
        <TitleBar />
        <div className="bar people-bar">
          <People person={person} />
          <ViewButton />
          <HistoryButton />
          <PanelButton />
          <TalkButton />
          {/* Who is here by the word of a page has no link to hand on. */}
          {(session.board.secret !== PASS || session.board.role === "owner") && (
            <button type="button" className="btn primary" onClick={() => setOpen("invite")} data-testid="invite">
              {t("invite.button")}
            </button>
          )}
          <BoardMenu onName={() => setOpen("name")} onKeys={() => setOpen("keys")} onSave={() => setOpen("save")} />
        </div>
      </header>
      <div className="banners">
        <ConnectionBanner />
        <FollowBanner />
        <ReadOnlyNote />
        <NotKept />
        <NewVersion />
      </div>
      <BoardContextMenu>
        <Suspense fallback={null}>{view === "canvas" ? <CanvasView onShown={onShown} /> : <OutlineView onShown={onShown} />}</Suspense>
      </BoardContextMenu>
      <FindBar />
      <Panel />
      <NoticeLine />
      <footer>
        <NameCard person={person} />
        <SelectionBar />
        <ModeBar />
        <ToolBar />
      </footer>
      {open === "invite" && <ShareDialog onClose={close} />}
      {open === "mine" && <AboutMeSheet person={person} onClose={close} />}
      {open === "audit" && <AuditSheet onClose={close} />}
      {open === "joined" && <JoinedSheet onClose={close} />}
      {open === "palette" && <Palette onClose={close} />}
      {open === "connect" && <ConnectPalette onClose={close} />}
      {open === "mark" && <MarkPalette onClose={close} />}
      {open === "keys" && <KeysDialog onClose={close} />}
      {open === "link" && stage.writer && <LinkDialog writer={stage.writer} onClose={close} />}
      <Printing />
      {open === "save" && <SaveDialog onClose={close} />}
      {open === "variants" && (
        <Suspense fallback={null}>
          <VariantsDialog onClose={close} />
        </Suspense>
      )}
      {open === "nameVersion" && <NameNowDialog onClose={close} />}
      {open === "name" && (
        <NameDialog onClose={close}>
          <NameForm person={person} onDone={close} />
        </NameDialog>
      )}
    </div>
  );
}

function NewVersion() {
  const { t } = useTranslation();
  const [newer, setNewer] = useState(false);
  useEffect(() => watchForNewVersion(() => setNewer(true)), []);
  if (!newer) return null;
  return (
    <div className="banner" role="status" data-testid="new-version">
      <p>{t("device.newVersion")}</p>
      <button type="button" className="btn soft" onClick={() => location.reload()}>
        {t("device.reload")}
      </button>
    </div>
  );
}

/** Tells once why nothing can be changed; it can be put away. */
function ReadOnlyNote() {
  const { t } = useTranslation();
  const { session } = useTools();
  const newer = useBoardPart((board) => board.newer);
  const [away, setAway] = useState(false);
  const { role } = session.board;
  const connection = useConnection();
  const frozen = connection.state === "online" ? connection.frozen : undefined;
  const reason = newer ? "newer" : (frozen ?? (role === "viewer" || role === "commenter" ? role : undefined));
  const actions = useActions();
  useBoardPart((board) => board.lanes);
  const elsewhere = reason === undefined && actions.elsewhere();
  if ((!reason && !elsewhere) || away) return null;
  return (
    <div className="banner" role="status" data-testid="read-only-note">
      <p>{reason === undefined ? elsewhere : t(`readOnly.${reason}`)}</p>
      <button type="button" className="btn icon" aria-label={t("invite.close")} onClick={() => setAway(true)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Tells the others what this person is at, and lets go of what is not there any more. */
function useFollowedFocus(): void {
  const { focus, session, document } = useTools();
  useEffect(() => {
    const tell = () => {
      const { selected, connector, chosen, editing } = focus.get();
      session.presence.update({ selected: selected ?? connector, chosen: chosen.length > 1 ? chosen : undefined, editing });
    };
    return focus.subscribe(tell);
  }, [focus, session]);
  useEffect(() => {
    const keep = () => {
      if (focus.get().chosen.length === 0) return;
      const there = elementsById(document.board());
      focus.keep((id) => there.has(id));
    };
    keep();
    return document.subscribe(keep);
  }, [document, focus]);
}

function useTitle(): void {
  const { t } = useTranslation();
  const { session } = useTools();
  const title = useBoardPart((board) => board.title);
  useEffect(() => {
    document.title = `${title || t("board.untitled")} · ${t("name")}`;
    renameBoard(session.board.id, title);
  }, [session, title, t]);
}
