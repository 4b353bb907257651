import * as Menu from "@radix-ui/react-dropdown-menu";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import type { BoardTools } from "../board/context";
import { Sheet } from "../board/Dialogs";
import { compareBoards } from "../compare/differences";
import { summarise } from "../compare/words";
import type { Say } from "../compare/words";
import type { Board } from "../document/model";
import { makeBoard } from "../exchange/newBoard";
import { momentLink } from "./link";
import { restore, wayBack } from "./restore";
import type { HistoryTools } from "./stage";
import { sayMoment } from "./time";

/** What can be done from a moment of the history: compare it, bring it back, go on from it elsewhere, show it to somebody. */
export function Past({ live, tools }: { live: BoardTools; tools: HistoryTools }) {
  const { t } = useTranslation();
  const [compared, setCompared] = useState<{ then: Board; now: Board; time: number }>();
  const { notice, history: player } = tools;
  const then = () => tools.document.board();

  const copy = () => {
    const link = momentLink(tools.session.board, player.get().position);
    // Without leave to write there the link is shown, to be copied by hand.
    const failed = () => notice.say(t("history.notCopied", { link }));
    if (!navigator.clipboard) failed();
    else navigator.clipboard.writeText(link).then(() => notice.say(t("history.copied")), failed);
  };
  const bringBack = (board: Board) => {
    const done = restore(live.document, board);
    tools.leaveHistory?.();
    notice.say(t(done ? "history.restored" : "history.same"));
  };
  const goOn = async () => {
    player.pause();
    try {
      const title = t("history.copyTitle", { title: then().title || t("board.untitled") }).slice(0, 200);
      const { readContent } = await import("../exchange/content");
      const read = readContent(player.get().board);
      if (!("content" in read)) throw new Error("the board cannot be copied");
      window.history.pushState(null, "", await makeBoard(title, { ...read.content, picturesOf: live.session.board.id }));
      window.dispatchEvent(new PopStateEvent("popstate"));
    } catch (error) {
      console.error(error);
      notice.say(t("start.failed"));
    }
  };

  return (
    <>
      <Menu.Root modal={false}>
        <Menu.Trigger className="btn icon" aria-label={t("history.from")} title={t("history.from")} data-testid="history-menu">
          <Icon name="menu" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="popover menu" side="top" align="end" sideOffset={10} collisionPadding={10}>
            <Menu.Item className="menu-item" onSelect={() => setTimeout(() => setCompared({ then: then(), now: live.document.board(), time: player.get().time }), 0)} data-testid="history-compare">
              {t("history.compare")}
            </Menu.Item>
            {live.document.editable && (
              <Menu.Item className="menu-item" onSelect={() => setTimeout(() => bringBack(then()), 0)} data-testid="history-restore">
                {t("history.restore")}
              </Menu.Item>
            )}
            <Menu.Item className="menu-item" onSelect={() => void goOn()} data-testid="history-fork">
              {t("history.fork")}
            </Menu.Item>
            <Menu.Item className="menu-item" onSelect={copy} data-testid="history-link">
              {t("history.copyLink")}
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      {compared && <Compared {...compared} onClose={() => setCompared(undefined)} {...(live.document.editable ? { onRestore: () => bringBack(compared.then) } : {})} />}
    </>
  );
}

/** What has become of the board since then, in the words of a blueprint. */
function Compared({ then, now, time, onClose, onRestore }: { then: Board; now: Board; time: number; onClose: () => void; onRestore?: () => void }) {
  const { t } = useTranslation();
  const say: Say = (key, values) => t(key, values ?? {});
  const lines = summarise(compareBoards(then, now), then, now, say);
  return (
    <Sheet title={t("history.since", { when: sayMoment(time) })} onClose={onClose}>
      {lines.length === 0 ? (
        <p>{t("history.same")}</p>
      ) : (
        <ul className="history-differences" data-testid="history-differences">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {onRestore && wayBack(now, then).length > 0 && (
        <>
          <p className="fine">{t("history.restoreHint")}</p>
          <button type="button" className="btn primary" onClick={onRestore}>
            {t("history.restore")}
          </button>
        </>
      )}
    </Sheet>
  );
}
