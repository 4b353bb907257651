import { CALLS } from "../sync/presence";
import { kindOf } from "../talk/parts";
import { votesFor } from "../talk/threads";
import type { Command, Hands } from "./command";

/** What can be talked about now: what is chosen, a connector too, else the step or lane whose details are open. */
function about({ focus, panel, document }: Hands): string | undefined {
  const { selected, connector } = focus.get();
  const id = selected ?? connector ?? panel.get().subject?.id;
  return id !== undefined && kindOf(document.board(), id) ? id : undefined;
}

/** Whoever came with keys goes on in what has opened. */
const toField = (testId: string) => requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-testid=${testId}]`)?.focus());

export const TALK: readonly Command[] = [
  {
    id: "comment",
    group: "talk",
    keys: ["Shift+C"],
    talk: true,
    menu: ["chosen"],
    icon: "talk",
    can: (hands) => about(hands) !== undefined,
    run: ({ panel, talk, focus }) => {
      talk.show({ filter: "chosen" });
      const { selected, connector } = focus.get();
      panel.talk((selected ?? connector) === undefined ? panel.get().subject : undefined);
      toField("comment-field");
    },
  },
  {
    id: "vote",
    group: "talk",
    keys: ["Shift+V"],
    talk: true,
    menu: ["chosen"],
    icon: "thumb",
    can: (hands) => about(hands) !== undefined,
    run: (hands) => {
      const { talk, notice, document, t } = hands;
      const target = about(hands);
      const done = target === undefined ? undefined : talk.vote(target);
      const count = votesFor(document.board(), target ?? "")?.total ?? 0;
      notice.say(done === undefined ? t("talk.notVoted") : `${t(`talk.said.${done}`)} ${t("talk.votes", { count })}.`);
    },
  },
  {
    id: "talk",
    group: "talk",
    keys: ["Shift+T"],
    look: true,
    menu: ["ground"],
    icon: "talk",
    run: ({ panel }) => {
      panel.show("talk");
      toField("tab-talk");
    },
  },
  ...CALLS.map(
    (kind): Command => ({
      id: `call.${kind}`,
      group: "talk",
      look: true,
      icon: kind,
      run: ({ session, notice, t }) => {
        session.presence.call(kind);
        notice.say(t("call.said"));
      },
    }),
  ),
  {
    id: "unfollow",
    group: "talk",
    keys: ["Escape"],
    look: true,
    onlyKey: true,
    can: ({ follow }) => follow.get() !== undefined,
    run: ({ follow }) => follow.stop(),
  },
];
