import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEditable, usePeers, useTalks, useTools } from "../board/context";
import type { Comment, Fate } from "../document/model";
import { RichText } from "../richtext/RichText";
import { useGoToPart, useNameOf } from "./parts";
import { SayField } from "./SayField";
import type { Thread } from "./threads";
import { isOpen } from "./threads";
import { useTalk } from "./use";

/** With more answers than these only the last ones are shown until somebody asks for the rest. */
const LONG = 4;
const LAST = 2;

/** What somebody has said, what was answered, and what has become of it. */
export function ThreadCard({ thread, fresh }: { thread: Thread; fresh: ReadonlySet<string> }) {
  const { t } = useTranslation();
  const { talk } = useTools();
  const talks = useTalks();
  const editable = useEditable();
  const nameOf = useNameOf();
  const goTo = useGoToPart();
  const answering = useTalk((s) => s.thread === thread.id);
  const [whole, setWhole] = useState(false);
  const { id, first, answers, target } = thread;
  const name = nameOf(target);
  // What is new is never among those that are left out.
  const firstNew = answers.findIndex((a) => fresh.has(a.id));
  const old = Math.min(answers.length - LAST, firstNew < 0 ? answers.length : firstNew);
  const hidden = whole || answers.length <= LONG ? 0 : old;
  return (
    <article className="thread" data-testid="thread" data-thread={id} data-fate={first.fate} aria-label={t("talk.thread", { text: first.text })}>
      <div className="thread-head">
        {name === undefined ? (
          <span className="fine">{t("talk.gone")}</span>
        ) : (
          <button type="button" className="place" aria-label={t("talk.goTo", { name })} onClick={() => goTo(target)}>
            {name}
          </button>
        )}
        <span className={`fate fate-${first.fate}`}>{t(`talk.fate.${first.fate}`)}</span>
      </div>
      <Said comment={first} fresh={fresh.has(id)} />
      {first.reason !== "" && (
        <p className="thread-reason">
          <b>{t("talk.reasonIs")}</b> {first.reason}
        </p>
      )}
      {hidden > 0 && (
        <button type="button" className="btn small quiet earlier" onClick={() => setWhole(true)}>
          {t("talk.earlier", { count: hidden })}
        </button>
      )}
      {answers.length > 0 && (
        <ul className="answers" aria-label={t("talk.answers")}>
          {answers.slice(hidden).map((a) => (
            <li key={a.id}>
              <Said comment={a} fresh={fresh.has(a.id)} />
            </li>
          ))}
        </ul>
      )}
      <Writers thread={id} />
      {talks && answering && (
        <SayField
          about={id}
          label={t("talk.yourAnswer")}
          send={t("talk.sendAnswer")}
          testId="answer-field"
          autoFocus
          onSay={(text) => talk.say(target, text, id) !== undefined}
          onLeave={() => talk.show({ thread: undefined })}
        />
      )}
      <div className="thread-acts">
        {talks && !answering && (
          <button type="button" className="btn small" data-testid="answer" onClick={() => talk.show({ thread: id })}>
            {t("talk.answer")}
          </button>
        )}
        {editable && <Fates thread={thread} />}
      </div>
    </article>
  );
}

function Said({ comment, fresh }: { comment: Comment; fresh: boolean }) {
  const { t } = useTranslation();
  const { talk, notice } = useTools();
  const talks = useTalks();
  const [rewording, setRewording] = useState(false);
  const { id, text } = comment;
  const own = talk.memory.isOwn(id);
  const draft = `reword ${id}`;
  const stop = () => {
    talk.drafts.set(draft, "");
    setRewording(false);
  };
  return (
    <div className="said" data-testid="comment" data-new={fresh || undefined}>
      {fresh && <b className="new">{t("talk.new")}</b>}
      {own && <b className="own">{t("talk.you")}</b>}
      {rewording ? (
        <SayField
          about={draft}
          label={t("talk.yours")}
          send={t("talk.save")}
          testId="reword-field"
          autoFocus
          onSay={(words) => {
            const done = words.trim() === text || talk.reword(id, words);
            if (!done) return false;
            notice.say(t("talk.said.reworded"));
            setRewording(false);
            return true;
          }}
          onLeave={stop}
        />
      ) : (
        <RichText text={text} />
      )}
      {own && talks && !rewording && (
        <button
          type="button"
          className="btn small quiet"
          data-testid="reword"
          onClick={() => {
            talk.drafts.set(draft, text);
            setRewording(true);
          }}
        >
          {t("talk.reword")}
        </button>
      )}
    </div>
  );
}

/** Who is writing in a thread just now. */
function Writers({ thread }: { thread: string }) {
  const { t } = useTranslation();
  const writers = usePeers().filter((p) => p.talking === thread);
  const [first] = writers;
  if (!first) return null;
  const name = first.name || t("someone");
  return (
    <p className="fine writers" data-testid="writers">
      {writers.length > 1 ? t("talk.writingMany", { name, count: writers.length - 1 }) : t("talk.writing", { name })}
    </p>
  );
}

/** Those who draw the board say what becomes of a comment. Nothing is turned down without a reason. */
function Fates({ thread }: { thread: Thread }) {
  const { t } = useTranslation();
  const { talk, notice } = useTools();
  const [asking, setAsking] = useState(false);
  const decide = (fate: Fate, reason?: string) => {
    if (talk.decide(thread.id, fate, reason)) notice.say(t(`talk.said.${fate}`));
  };
  const ask = () => {
    // One field at a time; what was begun as an answer is kept.
    talk.show({ thread: undefined });
    setAsking(true);
  };
  if (!isOpen(thread)) {
    return (
      <button type="button" className="btn small" data-testid="reopen" onClick={() => decide("open")}>
        {t("talk.reopen")}
      </button>
    );
  }
  if (asking) {
    return (
      <Reason
        onDone={(reason) => {
          setAsking(false);
          if (reason !== undefined) decide("declined", reason);
        }}
      />
    );
  }
  return (
    <span className="fates" role="group" aria-label={t("talk.fates")}>
      <button type="button" className="btn small" data-testid="fate-answered" onClick={() => decide("answered")}>
        {t("talk.make.answered")}
      </button>
      <button type="button" className="btn small" data-testid="fate-adopted" onClick={() => decide("adopted")}>
        {t("talk.make.adopted")}
      </button>
      <button type="button" className="btn small" data-testid="fate-declined" onClick={ask}>
        {t("talk.make.declined")}
      </button>
    </span>
  );
}

function Reason({ onDone }: { onDone: (reason?: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const id = useId();
  return (
    <form
      className="say"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() === "") setMissing(true);
        else onDone(text);
      }}
    >
      <label htmlFor={id}>{t("talk.why")}</label>
      <textarea
        id={id}
        className="text"
        rows={2}
        maxLength={2_000}
        autoFocus
        value={text}
        data-testid="reason"
        aria-invalid={missing}
        aria-describedby={missing ? `${id}-missing` : undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") onDone();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
        }}
      />
      {missing && (
        <p id={`${id}-missing`} className="problem-line" role="alert">
          {t("talk.whyNeeded")}
        </p>
      )}
      <div className="row">
        <button type="submit" className="btn soft" data-testid="decline">
          {t("talk.decline")}
        </button>
        <button type="button" className="btn" onClick={() => onDone()}>
          {t("details.cancel")}
        </button>
      </div>
    </form>
  );
}
