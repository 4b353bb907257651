import * as Menu from "@radix-ui/react-dropdown-menu";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import type { BoardTools } from "../board/context";
import type { Board } from "../document/model";
import { makeBoard } from "../exchange/newBoard";
import { ApiError } from "../sync/api";
import { makeVariant } from "../variants/api";
import { momentLink } from "./link";
import { restore } from "./restore";
import type { HistoryTools } from "./stage";
import { sayShort } from "./time";

/** The longest title. */
const MOST_LETTERS = 200;

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
  const goTo = (address: string) => {
    window.history.pushState(null, "", address);
    window.dispatchEvent(new PopStateEvent("popstate"));
  };
  /** With all that led here, and whose it was. */
  const goOn = async () => {
    const { position, time } = player.get();
    const title = t("history.forkTitle", { title: then().title || t("board.untitled"), when: sayShort(time) }).slice(0, MOST_LETTERS);
    goTo(await makeVariant(live.session.board, title, position));
  };
  /** Whoever may not change the board may take what is on it, and not who wrote it. */
  const takeCopy = async () => {
    const title = t("history.copyTitle", { title: then().title || t("board.untitled") }).slice(0, MOST_LETTERS);
    const { readContent } = await import("../exchange/content");
    const read = readContent(player.get().board);
    if (!("content" in read)) throw new Error("the board cannot be copied");
    goTo(await makeBoard(title, { ...read.content, picturesOf: live.session.board.id }));
  };
  const elsewhere = async (how: () => Promise<void>, failed: string) => {
    player.pause();
    notice.say(t("history.making"));
    try {
      await how();
    } catch (error) {
      const { condition, status } = error instanceof ApiError ? error : { condition: "", status: -1 };
      if (status < 0) console.error(error);
      notice.say(condition === "full" || condition === "damaged" ? t(`variants.${condition}`) : t(status === 401 ? "variants.signIn" : failed));
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
            {live.document.editable ? (
              <Menu.Item className="menu-item" onSelect={() => void elsewhere(goOn, "variants.failed")} data-testid="history-fork">
                {t("history.fork")}
              </Menu.Item>
            ) : (
              <Menu.Item className="menu-item" onSelect={() => void elsewhere(takeCopy, "start.failed")} data-testid="history-copy">
                {t("history.copy")}
              </Menu.Item>
            )}
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
