import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useSaveState, useSession, useTalks, useTools } from "../board/context";
import { Icon } from "../board/Icon";
import { Logo } from "../app/Logo";
import { PASS, where } from "./where";

/** The way to the start page; in a frame, which that would fill, the way to a window of its own for whoever has a link. */
export function HomeLink() {
  const { t } = useTranslation();
  const { id, secret } = useTools().session.board;
  if (!where().framed) {
    return (
      <a href="/" aria-label={t("board.home")} title={t("board.home")} className="home">
        <Logo />
      </a>
    );
  }
  if (secret === PASS) return null;
  return (
    <a href={`/b/${id}#${secret}`} target="_blank" rel="noopener noreferrer" aria-label={t("embed.window")} title={t("embed.window")} className="btn icon" data-testid="own-window">
      <Icon name="window" />
    </a>
  );
}

/** Says once, to those who draw, that this browser keeps nothing here. It asks before what is not saved is lost. */
export function NotKept() {
  const { t } = useTranslation();
  const { kept } = useSession();
  const talks = useTalks();
  const saved = useSaveState();
  const [away, setAway] = useState(false);
  useEffect(() => {
    if (kept || saved === "saved") return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [kept, saved]);
  if (kept || !talks || away) return null;
  return (
    <div className="banner" role="status" data-testid="not-kept">
      <p>{t("embed.notKept")}</p>
      <button type="button" className="btn icon" aria-label={t("invite.close")} onClick={() => setAway(true)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

const never = () => () => undefined;

/** Whether the page around the board was asked for a token, and gave none. */
export function useSilentPage(): boolean {
  const { page } = where();
  return useSyncExternalStore(page?.watch ?? never, page?.silent ?? (() => false));
}
