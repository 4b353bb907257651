import "./talk.css";
import { useTranslation } from "react-i18next";
import { useTalks, useTools } from "../board/context";
import { Icon } from "../board/Icon";
import { usePanel } from "../panel/store";
import type { Subject } from "../panel/store";
import { useOpenAt, useVotesAt } from "./use";

/** Below a part of the board: how many talk about it, and how many votes it has. Both can be pressed. */
export function Signs({ target, subject, onChoose }: { target: string; subject?: Subject; onChoose?: () => void }) {
  const open = useOpenAt(target);
  const { count, mine } = useVotesAt(target);
  // Most parts have neither: what the signs need besides is asked for only where there are any.
  if (open === 0 && count === 0) return null;
  return <Both target={target} subject={subject} onChoose={onChoose} open={open} count={count} mine={mine} />;
}

function Both({ target, subject, onChoose, open, count, mine }: { target: string; subject: Subject | undefined; onChoose: (() => void) | undefined; open: number; count: number; mine: boolean }) {
  const { t } = useTranslation();
  const { focus, talk, history } = useTools();
  const panel = usePanel();
  const talks = useTalks();
  const vote = useVote();
  // The keyboard comes to these by the card's own commands; a hundred cards would be two hundred more stops of Tab.
  const tabIndex = subject ? 0 : -1;
  const votes = t("talk.votes", { count });
  return (
    <span
      className="signs nodrag nopan"
      id={signsId(target)}
      onPointerDown={(event) => event.stopPropagation()}
      onDoubleClick={(event) => event.stopPropagation()}
      onClick={(event) => event.stopPropagation()}
    >
      {open > 0 &&
        // The board as it was has no panel to read it in.
        (history ? (
          <span className="sign" role="img" aria-label={t("talk.openHere", { count: open })} title={t("talk.openHere", { count: open })} data-testid="talk-sign">
            <Icon name="talk" />
            <span aria-hidden="true">{open}</span>
          </span>
        ) : (
          <button
            type="button"
            className="sign"
            tabIndex={tabIndex}
            data-testid="talk-sign"
            aria-label={t("talk.openHere", { count: open })}
            title={t("talk.openHere", { count: open })}
            onClick={() => {
              if (onChoose) onChoose();
              else focus.select(subject ? undefined : target);
              talk.show({ filter: "chosen" });
              panel.talk(subject);
            }}
          >
            <Icon name="talk" />
            {open}
          </button>
        ))}
      {count > 0 &&
        (talks ? (
          <button
            type="button"
            className="sign"
            tabIndex={tabIndex}
            data-testid="vote-sign"
            aria-pressed={mine}
            aria-label={t("talk.voteFor", { votes })}
            title={mine ? t("talk.votedToo", { votes }) : votes}
            onClick={() => vote(target)}
          >
            <Icon name="thumb" />
            {count}
          </button>
        ) : (
          <span className="sign" role="img" aria-label={votes} title={votes} data-testid="vote-sign">
            <Icon name="thumb" />
            <span aria-hidden="true">{count}</span>
          </span>
        ))}
    </span>
  );
}

export const signsId = (target: string) => `signs-${target}`;

/** Gives one's vote or takes it back, and says so. */
export function useVote(): (target: string) => void {
  const { t } = useTranslation();
  const { talk, notice, document } = useTools();
  return (target) => {
    const done = talk.vote(target);
    const count = document.board().votes.find((v) => v.id === target)?.total ?? 0;
    notice.say(done === undefined ? t("talk.notVoted") : `${t(`talk.said.${done}`)} ${t("talk.votes", { count })}.`);
  };
}

/** To comment on and vote for a part of the board, among its details. */
export function TalkButtons({ target, subject }: { target: string; subject?: Subject }) {
  const { t } = useTranslation();
  const { talk } = useTools();
  const panel = usePanel();
  const talks = useTalks();
  const open = useOpenAt(target);
  const { count, mine } = useVotesAt(target);
  const vote = useVote();
  if (!talks && open === 0) return null;
  return (
    <div className="panel-actions">
      <button
        type="button"
        className="btn"
        data-testid="details-talk"
        onClick={() => {
          talk.show({ filter: "chosen" });
          panel.talk(subject);
          requestAnimationFrame(() => document.querySelector<HTMLElement>("[data-testid=comment-field]")?.focus());
        }}
      >
        <Icon name="talk" /> {t(talks ? "talk.send" : "talk.title")}
        {open > 0 && ` (${String(open)})`}
      </button>
      {talks && (
        <button type="button" className="btn" data-testid="details-vote" aria-pressed={mine} onClick={() => vote(target)}>
          <Icon name="thumb" /> {t("talk.vote")}
          {count > 0 && ` (${String(count)})`}
        </button>
      )}
    </div>
  );
}
