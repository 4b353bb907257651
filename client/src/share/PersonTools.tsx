import "./share.css";
import { useTranslation } from "react-i18next";
import { useSession, useTools } from "../board/context";
import { ApiError } from "../sync/api";
import { banPerson, removePerson } from "./api";

/** Whether somebody is staff or a customer, by the server's word, and what an owner can do about them. */
export function PersonTools({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const { notice } = useTools();
  const standing = session.socket.standing(id);
  if (!standing) return null;
  const at = { id: session.board.id, secret: session.board.secret };
  const tell = (work: Promise<void>, said: "removed" | "banned") => {
    work.then(
      () => notice.say(t(`share.person.${said}`, { name })),
      (error: unknown) => notice.say(error instanceof ApiError && error.status === 409 ? t("share.person.byLink", { name }) : t("share.failed")),
    );
  };
  return (
    <>
      <span className="tag" data-testid="standing">
        {t(standing.staff ? "share.person.staff" : "share.person.customer")}
      </span>
      {session.board.role === "owner" && (
        <span className="share-person">
          <button type="button" className="btn small" aria-label={t("share.person.remove", { name })} onClick={() => tell(removePerson(at, standing.participant), "removed")}>
            {t("share.person.removeShort")}
          </button>
          <button type="button" className="btn small" aria-label={t("share.person.ban", { name })} onClick={() => tell(banPerson(at, standing.participant), "banned")}>
            {t("share.person.banShort")}
          </button>
        </span>
      )}
    </>
  );
}
