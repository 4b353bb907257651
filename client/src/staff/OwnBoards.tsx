import "./staff.css";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayDate } from "../i18n";
import { deleteBoard, restoreBoard, setBoardState, titleBoard } from "../share/api";
import { ApiError } from "../sync/api";
import { forgetBoard, knownBoard, knownBoards, markBoard, renameBoard } from "../sync/device";
import { BoardItem } from "./BoardItem";
import type { Deed, Item } from "./BoardItem";
import { SHELVES, listBoards, takeOwn } from "./api";
import type { Listed, Me, Shelf } from "./api";

/** What is said once something was done, and how it is undone. */
interface Said {
  readonly words: string;
  readonly undo?: () => void;
}

const DAY = 24 * 60 * 60 * 1000;

/** Boards that one may go back to: those of who is signed in, and those of this device. */
export function OwnBoards({ me, go }: { me: Me | undefined; go: (url: string) => void }) {
  const { t } = useTranslation();
  const [shelf, setShelf] = useState<Shelf>("current");
  const [device, setDevice] = useState(knownBoards);
  const [said, setSaid] = useState<Said>();
  const heading = useRef<HTMLHeadingElement>(null);
  const signedIn = me?.person !== undefined;
  const own = useOwn(signedIn, shelf);
  const days = me?.daysKept ?? 0;

  const failed = (error: unknown): Said => {
    const condition = error instanceof ApiError ? error.condition : "";
    const key = condition === "archived" ? "archivedAlready" : condition === "deleted" ? "goneAlready" : condition === "frozen" ? "locked" : "failed";
    return { words: t(`staff.said.${key}`) };
  };

  const perform = async (item: Pick<Item, "id" | "title" | "secret">, deed: Deed): Promise<void> => {
    const { id, secret } = item;
    const at = { id, secret };
    const title = item.title || t("start.untitled");
    const back = (undo: Deed) => () => void perform(item, undo);
    try {
      switch (deed.do) {
        case "rename":
          await titleBoard(at, deed.title);
          renameBoard(id, deed.title);
          setSaid({ words: t("staff.said.renamed", { title: deed.title }), undo: back({ do: "rename", title: item.title }) });
          break;
        case "archive":
        case "unarchive":
          await setBoardState(at, { archived: deed.do === "archive" });
          markBoard(id, { archived: deed.do === "archive" });
          setSaid({ words: t(`staff.said.${deed.do}d`, { title }), undo: back({ do: deed.do === "archive" ? "unarchive" : "archive" }) });
          break;
        case "delete":
          await deleteBoard(at);
          markBoard(id, { archived: knownBoard(id)?.archived, goesAt: Date.now() + days * DAY });
          setSaid({ words: t("staff.said.deleted", { title }), undo: back({ do: "restore" }) });
          break;
        case "restore":
          await restoreBoard(at);
          markBoard(id, { archived: knownBoard(id)?.archived });
          setSaid({ words: t("staff.said.restored", { title }) });
          break;
        case "take":
          await takeOwn(id, secret);
          setSaid({ words: t("staff.said.taken", { title }) });
          break;
        case "forget":
          forgetBoard(id);
          setSaid(undefined);
      }
      setDevice(knownBoards());
      own.load();
    } catch (error) {
      setSaid(failed(error));
    }
  };

  /** A board that leaves the list takes the focus with it. */
  const onDeed = (item: Item) => async (deed: Deed) => {
    await perform(item, deed);
    if (deed.do !== "rename") heading.current?.focus();
  };

  const mine = new Set(own.boards?.map((b) => b.id));
  const here = device
    .filter((b) => (signedIn ? !mine.has(b.id) && b.secret !== "" : b.secret !== ""))
    .map((b): Item => ({
      ...b,
      shelf: b.goesAt !== undefined ? "deleted" : b.archived ? "archived" : "current",
      owner: b.role === "owner",
      fine: [b.fork?.name, t(`role.${b.role}`), sayDate(b.seen, false)].filter(Boolean).join(" · "),
      forgettable: true,
      takeable: signedIn && b.role === "owner" && b.goesAt === undefined,
    }));
  const shown = here.filter((b) => b.shelf === shelf);
  const shelved = signedIn || shelf !== "current" || here.some((b) => b.shelf !== "current");
  if (!signedIn && here.length === 0 && !said) return null;

  return (
    <section className="sheet own-boards" aria-labelledby="own-heading">
      <h2 id="own-heading" ref={heading} tabIndex={-1}>
        {t(signedIn ? "staff.mine" : "start.recent")}
      </h2>
      {shelved && (
        <div className="row own-shelves" role="group" aria-label={t("staff.shelf.label")}>
          {SHELVES.map((s) => (
            <button key={s} type="button" className="btn small" aria-pressed={s === shelf} onClick={() => setShelf(s)}>
              {t(`staff.shelf.${s}`)}
            </button>
          ))}
        </div>
      )}
      <p role="status" className="own-said" data-testid="own-said">
        {said && (
          <>
            {said.words}{" "}
            {said.undo && (
              <button type="button" className="btn small soft" onClick={said.undo}>
                {t("staff.undo")}
              </button>
            )}
          </>
        )}
      </p>
      {signedIn && <Mine own={own} shelf={shelf} days={days} go={go} onDeed={onDeed} />}
      {signedIn && shown.length > 0 && <h3>{t("start.recent")}</h3>}
      <ul className="recent">
        {shown.map((item) => (
          <BoardItem key={item.id} item={item} days={days} go={go} onDeed={onDeed(item)} />
        ))}
      </ul>
    </section>
  );
}

interface Own {
  /** What has been fetched so far; undefined while nothing has. */
  readonly boards: readonly Listed[] | undefined;
  readonly failed: boolean;
  readonly more: (() => void) | undefined;
  readonly load: () => void;
}

function useOwn(signedIn: boolean, shelf: Shelf): Own {
  const [found, setFound] = useState<{ shelf: Shelf; boards: readonly Listed[]; next: string | undefined }>();
  const [failed, setFailed] = useState(false);
  const wanted = useRef(0);
  const fetchPage = useCallback(
    (before: readonly Listed[], after?: string) => {
      if (!signedIn) return;
      const mine = ++wanted.current;
      listBoards("me", shelf, after).then(
        (page) => {
          if (mine !== wanted.current) return;
          setFailed(false);
          setFound({ shelf, boards: [...before, ...page.boards], next: page.next });
        },
        () => mine === wanted.current && setFailed(true),
      );
    },
    [signedIn, shelf],
  );
  const load = useCallback(() => fetchPage([]), [fetchPage]);
  useEffect(load, [load]);
  const fresh = found?.shelf === shelf && signedIn ? found : undefined;
  return { boards: fresh?.boards, failed, load, more: fresh?.next === undefined ? undefined : () => fetchPage(fresh.boards, fresh.next) };
}

function Mine({ own, shelf, days, go, onDeed }: { own: Own; shelf: Shelf; days: number; go: (url: string) => void; onDeed: (item: Item) => (deed: Deed) => Promise<void> }) {
  const { t } = useTranslation();
  if (own.failed) {
    return (
      <p role="alert">
        {t("staff.unreachable")}{" "}
        <button type="button" className="btn small soft" onClick={own.load}>
          {t("staff.again")}
        </button>
      </p>
    );
  }
  if (!own.boards) return <p className="fine">{t("staff.loading")}</p>;
  if (own.boards.length === 0) return <p className="fine">{t(`staff.none.${shelf}`)}</p>;
  return (
    <>
      <ul className="recent" data-testid="my-boards">
        {own.boards.map(({ id, title, created, goesAt }) => {
          const item: Item = { id, title, goesAt, secret: "", shelf, fine: t("staff.made", { date: sayDate(created, false) }), owner: true, forgettable: false, takeable: false };
          return <BoardItem key={id} item={item} days={days} go={go} onDeed={onDeed(item)} />;
        })}
      </ul>
      {own.more && (
        <button type="button" className="btn soft" onClick={own.more}>
          {t("staff.more")}
        </button>
      )}
    </>
  );
}
