import * as Menu from "@radix-ui/react-dropdown-menu";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import type { BoardTools } from "../board/context";
import type { Board } from "../document/model";
import { makeBoard } from "../exchange/newBoard";
import { momentLink } from "./link";
import { restore } from "./restore";
import type { HistoryTools } from "./stage";

/** What can be done from a moment of the history: compare it, bring it back, go on from it elsewhere, show it to somebody. */
export function Past({ live, tools, onCompare, onName }: {
  live: BoardTools;
  tools: HistoryTools;
  onCompare: (moment: number) => void;
  /** Missing for who may not. */
  onName: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const bringBack = useBringBack(live, tools);
  const { notice, history: player } = tools;
  const then = () => tools.document.board();

  const copy = () => {
    const link = momentLink(tools.session.board, player.get().position);
    // Without leave to write there the link is shown, to be copied by hand.
    const failed = () => notice.say(t("history.notCopied", { link }));
    if (!navigator.clipboard) failed();
    else navigator.clipboard.writeText(link).then(() => notice.say(t("history.copied")), failed);
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
            <Menu.Item className="menu-item" onSelect={() => setTimeout(() => onCompare(player.get().position), 0)} data-testid="history-compare">
              {t("history.compare")}
            </Menu.Item>
            {onName && (
              <Menu.Item className="menu-item" onSelect={() => setTimeout(onName, 0)} data-testid="history-name">
                {t("command.history.name")}
              </Menu.Item>
            )}
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
    </>
  );
}

/** Brings the board back to what it was, and shows it as it is then. */
export function useBringBack(live: BoardTools, { notice, leaveHistory }: HistoryTools): (then: Board) => void {
  const { t } = useTranslation();
  return (then) => {
    const done = restore(live.document, then);
    leaveHistory?.();
    notice.say(t(done ? "history.restored" : "history.same"));
  };
}
