import "./rights.css";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Sheet } from "../board/Dialogs";
import { useTools } from "../board/context";
import { nameOf, sayDate } from "../i18n";
import { banPerson } from "../share/api";
import { ROLES } from "../sync/api";
import { giveRole, letIn, listJoined } from "./api";
import type { Joined } from "./api";
import { TakeBack } from "./TakeBack";

/** So many are shown at first, and as many more each time. */
const SHOWN = 50;

/** For owners: everybody who has been here, and what can be done about them also when they have gone. */
export function JoinedSheet({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const { id, secret } = session.board;
  const [{ people, self }, setPeople] = useState<{ people?: readonly Joined[]; self?: string }>({});
  const [shown, setShown] = useState(SHOWN);
  const [failed, setFailed] = useState(false);
  /** Whose words are being looked at. */
  const [asked, setAsked] = useState<string>();
  const load = useCallback(
    () =>
      listJoined({ id, secret }).then(
        (list) => {
          setFailed(false);
          setPeople(list);
        },
        () => setFailed(true),
      ),
    [id, secret],
  );
  useEffect(() => void load(), [load]);
  const shut = ({ id: participant, banned }: Joined, name: string) => {
    (banned ? letIn({ id, secret }, participant) : banPerson({ id, secret }, participant)).then(
      () => {
        notice.say(t(banned ? "rights.letIn" : "share.person.banned", { name }));
        void load();
      },
      () => notice.say(t("share.failed")),
    );
  };
  const give = (participant: string, name: string, chosen: string) => {
    const role = ROLES.find((r) => r === chosen);
    // What is chosen stands there at once; what the server has takes its place.
    setPeople((now) => ({ ...now, people: (now.people ?? []).map((p) => (p.id === participant ? { ...p, role } : p)) }));
    giveRole({ id, secret }, participant, role).then(
      () => {
        notice.say(t("rights.roleGiven", { name }));
        void load();
      },
      () => {
        notice.say(t("share.failed"));
        void load();
      },
    );
  };
  return (
    <Sheet title={t("rights.joined")} lead={t("rights.joinedLead")} onClose={onClose}>
      {!people && !failed && <p role="status">{t("share.loading")}</p>}
      {failed && <p role="alert">{t("rights.offline")}</p>}
      {people?.length === 0 && <p>{t("rights.joinedNone")}</p>}
      <ul className="rights-people">
        {people?.slice(0, shown).map((person) => {
          const name = nameOf(person);
          return (
            <li key={person.id} data-testid="joined">
              <div className="rights-person">
                <strong>{name}</strong>
                <span className="tag">{t(`share.person.${person.audience}`)}</span>
                {person.banned && <span className="tag">{t("rights.shutOut")}</span>}
                {person.left && <span className="tag">{t("rights.hasLeft")}</span>}
                <span className="fine">{t("rights.since", { date: sayDate(person.joined, true) })}</span>
              </div>
              {asked === person.id ? (
                <TakeBack participant={person.id} name={name} onDone={() => setAsked(undefined)} />
              ) : (
                <div className="row rights-tools">
                  <button type="button" className="btn small" aria-label={t("rights.takeBack", { name })} onClick={() => setAsked(person.id)} data-testid="take-back">
                    {t("rights.takeBackShort")}
                  </button>
                  {!person.left && person.id !== self && (
                    <select className="text small" aria-label={t("rights.roleOf", { name })} value={person.role ?? ""} onChange={(event) => give(person.id, name, event.target.value)} data-testid="role-of">
                      <option value="">{t("rights.asLink")}</option>
                      {ROLES.map((role) => (
                        <option key={role} value={role}>
                          {t(`role.${role}`)}
                        </option>
                      ))}
                    </select>
                  )}
                  {!person.left && person.id !== self && (
                    <button type="button" className="btn small" aria-label={t(person.banned ? "rights.letInOf" : "share.person.ban", { name })} onClick={() => shut(person, name)}>
                      {t(person.banned ? "rights.letInShort" : "share.person.banShort")}
                    </button>
                  )}
                </div>
              )}
            </li>
          );
        })}
      </ul>
      {people && people.length > shown && (
        <button type="button" className="btn soft" onClick={() => setShown(shown + SHOWN)}>
          {t("rights.more")}
        </button>
      )}
    </Sheet>
  );
}
