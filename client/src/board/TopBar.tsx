import * as Popover from "@radix-ui/react-popover";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "../app/Logo";
import { PersonTools } from "../share/PersonTools";
import { mayEdit } from "../sync/session";
import { PERSON_COLORS } from "../sync/presence";
import type { Peer } from "../sync/presence";
import { useConnection, useEditable, usePeers, useSaveState, useTools } from "./context";
import { Icon } from "./Icon";
import { NameForm } from "./NameForm";
import type { Person } from "./person";
import { SharedField } from "./SharedField";

/** Which board this is, and whether it is saved. */
export function TitleBar() {
  const { t } = useTranslation();
  const { session, document } = useTools();
  const editable = useEditable();
  const { role } = session.board;
  return (
    <div className="bar title-bar">
      <a href="/" aria-label={t("board.home")} title={t("board.home")} className="home">
        <Logo />
      </a>
      <SharedField path={["meta", "title"]} label={t("board.title")} placeholder={t("board.untitled")} className="title-field" testId="board-title" />
      {mayEdit(role) && <SaveSign />}
      {!editable && (
        <span className="tag" data-testid="read-only">
          {t(document.board().newer || mayEdit(role) ? "readOnly.short" : `role.${role}`)}
        </span>
      )}
    </div>
  );
}

/** Says at every moment whether what is on the board is stored; only lasting trouble is read out. */
function SaveSign() {
  const { t } = useTranslation();
  const state = useSaveState();
  const [spoken, setSpoken] = useState("");
  const trouble = useRef(false);
  useEffect(() => {
    if (state === "unsaved") {
      trouble.current = true;
      setSpoken(t("saved.spokenUnsaved"));
    } else if (state === "saved" && trouble.current) {
      trouble.current = false;
      setSpoken(t("saved.spokenSaved"));
    }
  }, [state, t]);
  return (
    <>
      <span className="saved" data-testid="save-state" data-state={state} title={t(`saved.${state}Help`)}>
        <span className="dot" />
        {t(`saved.${state}`)}
      </span>
      <span className="hidden" role="status">
        {spoken}
      </span>
    </>
  );
}

const SHOWN = 4;

/** Who is here. */
export function People({ person }: { person: Person }) {
  const { t } = useTranslation();
  const peers = usePeers();
  const me: Peer = { id: "me", name: person.name, color: person.color, cursor: undefined, selected: undefined, editing: undefined };
  const all = [me, ...peers];
  const shown = all.slice(0, all.length > SHOWN ? SHOWN - 1 : SHOWN);
  const nameOf = (p: Peer) => (p === me ? t("people.me", { name: p.name }) : p.name || t("someone"));
  return (
    <Popover.Root>
      <Popover.Trigger className="avatars" data-testid="people" data-count={all.length}>
        <span className="hidden">{`${t("people.label")}: ${t("people.count", { count: all.length })}`}</span>
        {shown.map((p) => (
          <Avatar key={p.id} peer={p} />
        ))}
        {all.length > shown.length && <span className="avatar more" aria-hidden="true">+{all.length - shown.length}</span>}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" sideOffset={10} collisionPadding={10} aria-label={t("people.label")}>
          <h2>{t("people.count", { count: all.length })}</h2>
          <ul className="people-list">
            {all.map((p) => (
              <li key={p.id} data-testid="person">
                <Avatar peer={p} /> <span>{nameOf(p)}</span>
                {p !== me && <PersonTools id={p.id} name={nameOf(p)} />}
              </li>
            ))}
          </ul>
          <NameForm person={person} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Avatar({ peer }: { peer: Peer }) {
  const letters = peer.name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => Array.from(word)[0]?.toLocaleUpperCase() ?? "")
    .join("");
  return (
    <span className="avatar" aria-hidden="true" style={{ backgroundColor: `var(--person-${String(peer.color % PERSON_COLORS)})` }}>
      {letters || "?"}
    </span>
  );
}

/** After how long without a connection we speak of it: short losses heal by themselves. Milliseconds. */
const CALM = 1_500;

/** What the connection asks of the person, in calm words, and only when it lasts. */
export function ConnectionBanner() {
  const { t } = useTranslation();
  const { session } = useTools();
  const connection = useConnection();
  const saved = useSaveState();
  const editable = useEditable();
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
        {connection.reason === "change" && (
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
        <p>{t(editable ? "connection.lost" : "connection.lostReader")}</p>
        <button type="button" className="btn soft" onClick={() => session.socket.reconnect()}>
          {t("connection.retry")}
        </button>
      </div>
    );
  }
  if (connection.state === "online" && saved === "unsaved" && editable) {
    return (
      <div className="banner" role="status" data-testid="connection" data-state="slow">
        <Icon name="cloud" />
        <p>{t("connection.slow")}</p>
      </div>
    );
  }
  return null;
}
