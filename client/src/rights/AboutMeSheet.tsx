import "./rights.css";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Sheet } from "../board/Dialogs";
import { useSaveState, useSession, useTools } from "../board/context";
import type { Person } from "../board/person";
import { nameOf, sayDate } from "../i18n";
import { ApiError } from "../sync/api";
import { forgetBoard } from "../sync/device";
import { dropToken } from "../sync/participant";
import { aboutMe, eraseMyName, leaveBoard } from "./api";
import type { AboutMe } from "./api";
import { AuditList } from "./AuditList";

/** What the server keeps about whoever asks, and what they can do about it: have their name erased, and leave. */
export function AboutMeSheet({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const session = useSession();
  const { notice } = useTools();
  const { id, secret, role } = session.board;
  const saved = useSaveState();
  const [me, setMe] = useState<AboutMe>();
  const [fault, setFault] = useState<"offline" | "byLinkAlone">();
  const [asked, setAsked] = useState<"erase" | "leave">();
  const [alsoName, setAlsoName] = useState(true);
  const load = useCallback(
    () =>
      aboutMe({ id, secret }).then(setMe, (error: unknown) => setFault(error instanceof ApiError && error.condition === "join" ? "byLinkAlone" : "offline")),
    [id, secret],
  );
  useEffect(() => void load(), [load]);
  const failed = () => notice.say(t("share.failed"));
  const erase = () =>
    void eraseMyName({ id, secret }).then(() => {
      // The others see from now on what the server calls who has no name.
      if (me) person.call(nameOf({ ...me, name: "" }));
      setAsked(undefined);
      notice.say(t("rights.erased"));
      void load();
    }, failed);
  const leave = async () => {
    try {
      if (alsoName && me?.erased === undefined) await eraseMyName({ id, secret });
      await leaveBoard({ id, secret });
    } catch {
      failed();
      return;
    }
    await session.discard();
    dropToken(id);
    forgetBoard(id);
    location.assign("/");
  };
  return (
    <Sheet title={t("rights.mine")} lead={t("rights.mineLead")} onClose={onClose}>
      {!me && !fault && <p role="status">{t("share.loading")}</p>}
      {fault && <p role="alert">{t(fault === "offline" ? "rights.offline" : "rights.byLinkAlone")}</p>}
      {me && (
        <>
          <dl className="rights-facts" data-testid="about-me">
            <Fact what={t("rights.fact.name")} is={me.name || t("rights.fact.noName", { name: nameOf(me) })} />
            <Fact what={t("rights.fact.audience")} is={t(`share.person.${me.audience}`)} />
            {me.label !== "" && <Fact what={t("rights.fact.link")} is={me.label} />}
            <Fact what={t("rights.fact.joined")} is={sayDate(me.joined, true)} />
            {me.opened !== undefined && <Fact what={t("rights.fact.opened")} is={sayDate(me.opened, true)} />}
            <Fact what={t("rights.fact.changes")} is={t("rights.fact.changesOf", { count: me.changes })} />
            {me.erased !== undefined && <Fact what={t("rights.fact.erased")} is={sayDate(me.erased, true)} />}
          </dl>
          <p className="fine">{t("rights.mineHint")}</p>
          {me.audit.length > 0 && (
            <details>
              <summary>{t("rights.mineAudit", { count: me.audit.length })}</summary>
              <AuditList lines={me.audit} self={me.id} />
            </details>
          )}
          {asked === undefined && (
            <div className="row rights-tools">
              {me.erased === undefined && (
                <button type="button" className="btn soft" onClick={() => setAsked("erase")} data-testid="erase-name">
                  {t("rights.erase")}
                </button>
              )}
              <button type="button" className="btn soft" onClick={() => setAsked("leave")} data-testid="leave">
                {t("rights.leave")}
              </button>
            </div>
          )}
          {asked === "erase" && (
            <div className="share-sure" role="group" aria-label={t("rights.erase")}>
              <p>{t("rights.eraseSure")}</p>
              <div className="row">
                <button type="button" className="btn danger" onClick={erase} data-testid="erase-name-yes">
                  {t("rights.eraseYes")}
                </button>
                <button type="button" className="btn" autoFocus onClick={() => setAsked(undefined)}>
                  {t("share.cancel")}
                </button>
              </div>
            </div>
          )}
          {asked === "leave" && (
            <div className="share-sure" role="group" aria-label={t("rights.leave")}>
              <p>{t("rights.leaveSure")}</p>
              {role === "owner" && <p>{t("rights.leaveOwner")}</p>}
              {saved !== "saved" && <p role="alert">{t("rights.leaveUnsaved")}</p>}
              {me.erased === undefined && (
                <label className="share-check">
                  <input type="checkbox" checked={alsoName} onChange={(e) => setAlsoName(e.target.checked)} />
                  {t("rights.leaveName")}
                </label>
              )}
              <div className="row">
                <button type="button" className="btn danger" onClick={() => void leave()} data-testid="leave-yes">
                  {t("rights.leaveYes")}
                </button>
                <button type="button" className="btn" autoFocus onClick={() => setAsked(undefined)}>
                  {t("share.cancel")}
                </button>
              </div>
            </div>
          )}
        </>
      )}
    </Sheet>
  );
}

function Fact({ what, is }: { what: string; is: string }) {
  return (
    <div>
      <dt>{what}</dt>
      <dd>{is}</dd>
    </div>
  );
}
