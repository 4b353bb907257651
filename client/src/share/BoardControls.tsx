import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, useTools } from "../board/context";
import { where } from "../embed/where";
import { boardState, deleteBoard, setBoardState } from "./api";
import type { BoardState } from "./api";
import { getMe } from "../staff/api";
import { markBoard } from "../sync/device";

const DAY = 24 * 60 * 60 * 1000;

/** What owners do with the board as a whole: lock it, close it to new people, delete it. */
export function BoardControls() {
  const { t } = useTranslation();
  const { session, notice, ui } = useTools();
  const { title } = useBoard();
  const { id, secret } = session.board;
  const [state, setState] = useState<BoardState>();
  const [deleting, setDeleting] = useState(false);
  const name = useId();
  // Another page could have somebody click there who sees something else.
  const { framed } = where();
  const [typed, setTyped] = useState("");
  const whole = title.trim() || t("board.untitled");
  useEffect(() => {
    let wanted = true;
    boardState({ id, secret }).then(
      (now) => wanted && setState(now),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [id, secret]);
  const failed = () => notice.say(t("share.failed"));
  const toggle = (what: keyof BoardState, on: boolean) => {
    setState((now) => now && { ...now, [what]: on });
    setBoardState({ id, secret }, { [what]: on }).then(setState, () => {
      setState((now) => now && { ...now, [what]: !on });
      failed();
    });
  };
  const remove = async () => {
    try {
      await deleteBoard({ id, secret });
      const { daysKept } = await getMe();
      markBoard(id, { archived: state?.archived, goesAt: Date.now() + daysKept * DAY });
    } catch {
      failed();
    }
  };
  if (!state) return null;
  return (
    <section className="share-board" aria-labelledby={`${name}-heading`}>
      <h3 id={`${name}-heading`}>{t("share.board.heading")}</h3>
      <p className="rights-links">
        <button type="button" className="btn small soft" onClick={() => ui.set({ open: "joined" })} data-testid="joined-people">
          {t("rights.joined")}
        </button>
        <button type="button" className="btn small soft" onClick={() => ui.set({ open: "audit" })} data-testid="audit">
          {t("rights.audit")}
        </button>
      </p>
      {(["locked", "closed", "archived"] as const).map((what) => (
        <div key={what} className="share-switch">
          <label className="share-check">
            <input type="checkbox" checked={state[what]} aria-describedby={`${name}-${what}`} onChange={(e) => toggle(what, e.target.checked)} data-testid={`board-${what}`} />
            {t(`share.board.${what}`)}
          </label>
          <p className="fine" id={`${name}-${what}`}>
            {t(`share.board.${what}Hint`)}
          </p>
        </div>
      ))}
      {deleting ? (
        <div className="share-sure" role="group" aria-label={t("share.board.delete")}>
          <p>{t("share.board.deleteSure")}</p>
          {framed && (
            <>
              <label htmlFor={`${name}-typed`}>{t("embed.typeTitle", { title: whole })}</label>
              <input id={`${name}-typed`} className="text" value={typed} autoComplete="off" onChange={(e) => setTyped(e.target.value)} data-testid="typed-title" />
            </>
          )}
          <div className="row">
            <button type="button" className="btn danger" disabled={framed && typed.trim() !== whole} onClick={() => void remove()}>
              {t("share.board.deleteYes", { title: whole })}
            </button>
            <button type="button" className="btn" autoFocus onClick={() => setDeleting(false)}>
              {t("share.cancel")}
            </button>
          </div>
        </div>
      ) : (
        <button type="button" className="btn small" onClick={() => setDeleting(true)}>
          {t("share.board.delete")}
        </button>
      )}
    </section>
  );
}
