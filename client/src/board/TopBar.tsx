import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { HomeLink, useSilentPage } from "../embed/EmbedNotes";
import { mayEdit, mayTalk } from "../sync/session";
import { useConnection, useEditable, useSaveState, useSession, useTalks, useTools } from "./context";
import { Icon } from "./Icon";
import { SharedField } from "./SharedField";

/** Which board this is, and whether it is saved. */
export function TitleBar() {
  const { t } = useTranslation();
  const { session, document } = useTools();
  const editable = useEditable();
  const { role } = session.board;
  return (
    <div className="bar title-bar">
      <HomeLink />
      <SharedField path={["meta", "title"]} label={t("board.title")} placeholder={t("board.untitled")} className="title-field" testId="board-title" />
      <VariantTag />
      {mayTalk(role) && <SaveSign />}
      {!editable && (
        <span className="tag" data-testid="read-only">
          {document.fence ? t("lanes.short") : t(document.board().newer || mayEdit(role) || (role === "commenter" && !document.talks) ? "readOnly.short" : `role.${role}`)}
        </span>
      )}
    </div>
  );
}

/** Of a variant: which way is tried here. */
function VariantTag() {
  const { t } = useTranslation();
  const { session, ui } = useTools();
  const { fork } = session.board;
  if (!fork) return null;
  return (
    <button type="button" className="tag variant-tag" title={t("variants.open")} onClick={() => ui.set({ open: "variants" })} data-testid="variant-tag">
      {fork.name === "" ? t("variants.ofPlain") : t("variants.of", { name: fork.name })}
    </button>
  );
}

/** Says at every moment whether what is on the board is stored; only lasting trouble is read out. */
function SaveSign() {
  const { t } = useTranslation();
  const state = useSaveState();
  const { kept } = useSession();
  const [spoken, setSpoken] = useState("");
  const trouble = useRef(false);
  useEffect(() => {
    if (state === "unsaved") {
      trouble.current = true;
      setSpoken(t(kept ? "saved.spokenUnsaved" : "embed.lostNotKept"));
    } else if (state === "saved" && trouble.current) {
      trouble.current = false;
      setSpoken(t("saved.spokenSaved"));
    }
  }, [state, kept, t]);
  return (
    <>
      <span className="saved" data-testid="save-state" data-state={state} title={t(state === "unsaved" && !kept ? "embed.unsavedHelp" : `saved.${state}Help`)}>
        <span className="dot" />
        {t(`saved.${state}`)}
      </span>
      <span className="hidden" role="status">
        {spoken}
      </span>
    </>
  );
}

/** After how long without a connection we speak of it: short losses heal by themselves. Milliseconds. */
const CALM = 1_500;

/** What the connection asks of the person, in calm words, and only when it lasts. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const session = useSession();
  const connection = useConnection();
  const saved = useSaveState();
  const talks = useTalks();
  const silent = useSilentPage();
  const away = connection.state === "waiting" || (connection.state === "connecting" && connection.lost);
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    if (!away) return;
    const timer = setTimeout(() => setLasting(true), CALM);
    return () => {
      clearTimeout(timer);
      setLasting(false);
    };
  }, [away]);

  if (connection.state === "refused") {
    return (
      <div className="banner stop" role="alert" data-testid="connection" data-state="refused" data-reason={connection.reason}>
        <p>{t(`connection.${connection.reason}`)}</p>
        {(connection.reason === "change" || connection.reason === "large" || connection.reason === "scope") && (
          <button type="button" className="btn soft" onClick={() => void session.discard().then(() => location.reload())}>
            {t("connection.discard")}
          </button>
        )}
      </div>
    );
  }
  if (away && lasting) {
    return (
      <div className="banner" role="status" data-testid="connection" data-state="lost">
        <Icon name="cloud" />
        <p>{t(silent ? "embed.silent" : !talks ? "connection.lostReader" : session.kept ? "connection.lost" : "embed.lostNotKept")}</p>
        <button type="button" className="btn soft" onClick={() => session.socket.reconnect()}>
          {t("connection.retry")}
        </button>
      </div>
    );
  }
  if (connection.state === "online" && saved === "unsaved" && talks) {
    return (
      <div className="banner" role="status" data-testid="connection" data-state="slow">
        <Icon name="cloud" />
        <p>{t("connection.slow")}</p>
      </div>
    );
  }
  return null;
}
