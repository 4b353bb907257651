import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayDate } from "../i18n";
import { SHELVES, listBoards, takeOver } from "./api";
import type { Listed, Shelf } from "./api";

/** For administrators: what there is on the server, and how to get at what nobody can open any more. */
export function AllBoards({ onTaken }: { onTaken: () => void }) {
  const { t } = useTranslation();
  const [found, setFound] = useState<{ shelf: Shelf; boards: readonly Listed[]; next: string | undefined }>();
  const [said, setSaid] = useState("");
  const show = (shelf: Shelf, before: readonly Listed[] = [], after?: string) =>
    void listBoards("admin", shelf, after).then(
      ({ boards, next }) => setFound({ shelf, boards: [...before, ...boards], next }),
      () => setSaid(t("staff.said.failed")),
    );
  const take = async ({ id, title }: Listed) => {
    try {
      await takeOver(id);
      setSaid(t("staff.all.taken", { title: title || t("start.untitled") }));
      onTaken();
      if (found) show(found.shelf);
    } catch {
      setSaid(t("staff.said.failed"));
    }
  };
  return (
    <section className="sheet own-boards" aria-labelledby="all-heading">
      <h2 id="all-heading">{t("staff.all.heading")}</h2>
      <p className="fine">{t("staff.all.lead")}</p>
      {!found && (
        <button type="button" className="btn soft" onClick={() => show("current")}>
          {t("staff.all.show")}
        </button>
      )}
      {found && (
        <div className="row own-shelves" role="group" aria-label={t("staff.shelf.label")}>
          {SHELVES.map((s) => (
            <button key={s} type="button" className="btn small" aria-pressed={s === found.shelf} onClick={() => show(s)}>
              {t(`staff.shelf.${s}`)}
            </button>
          ))}
        </div>
      )}
      <p role="status" className="own-said">
        {said}
      </p>
      {found && (
        <ul className="recent" data-testid="all-boards">
          {found.boards.map((board) => (
            <li key={board.id}>
              <div className="own-row own-plain">
                <span>
                  <span className="recent-title">{board.title || t("start.untitled")}</span>
                  <span className="fine">
                    {board.goesAt === undefined ? t("staff.made", { date: sayDate(board.created, false) }) : t("staff.goes", { date: sayDate(board.goesAt, false) })}
                    {" · "}
                    {t("staff.all.owners", { number: board.owners ?? 0 })}
                  </span>
                </span>
                <button
                  type="button"
                  className="btn small"
                  aria-label={t("staff.all.takeOverNamed", { title: board.title || t("start.untitled") })}
                  onClick={() => void take(board)}
                >
                  {t("staff.all.takeOver")}
                </button>
              </div>
            </li>
          ))}
        </ul>
      )}
      {found?.next !== undefined && (
        <button type="button" className="btn soft" onClick={() => show(found.shelf, found.boards, found.next)}>
          {t("staff.more")}
        </button>
      )}
    </section>
  );
}
