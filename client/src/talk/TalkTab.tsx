import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, useTalks, useTools } from "../board/context";
import type { Comment } from "../document/model";
import { useAbout, useGoToPart, useNameOf } from "./parts";
import { SayField } from "./SayField";
import { FILTERS } from "./store";
import type { Filter } from "./store";
import { ThreadCard } from "./ThreadCard";
import { commentsOf, isOpen, threadsIn } from "./threads";
import type { Thread } from "./threads";
import { useTalk } from "./use";

/** So many threads are shown, and so many more each time somebody asks. */
const PAGE = 30;

/** Everything that is said about the board and its parts. */
export function TalkTab() {
  const { t } = useTranslation();
  const board = useBoard();
  const { talk } = useTools();
  const filter = useTalk((s) => s.filter);
  const about = useAbout();
  const threads = threadsIn(board);
  const by = useMemo(
    (): Record<Filter, readonly Thread[]> => ({ open: threads.filter(isOpen), all: threads, chosen: threads.filter((thread) => thread.target === about) }),
    [threads, about],
  );
  const [most, setMost] = useState(PAGE);
  const shown = useMemo(() => by[filter].slice(0, most), [by, filter, most]);
  const { fresh, heard } = useSeeing(shown, board.comments);
  return (
    <div data-testid="talk">
      <h2 className="hidden">{t("talk.title")}</h2>
      <div className="chips" role="group" aria-label={t("talk.filter")}>
        {FILTERS.map((f) => (
          <button key={f} type="button" className="chip" aria-pressed={filter === f} data-testid={`talk-${f}`} onClick={() => talk.show({ filter: f })}>
            {t(`talk.filters.${f}`)} <span className="count">{by[f].length}</span>
          </button>
        ))}
      </div>
      <NewComment about={about} />
      {shown.length === 0 && (filter !== "chosen" || about !== undefined) && <p className="fine">{t(`talk.none.${filter}`)}</p>}
      {shown.map((thread) => (
        <ThreadCard key={thread.id} thread={thread} fresh={fresh} />
      ))}
      {by[filter].length > most && (
        <button type="button" className="btn soft" onClick={() => setMost(most + PAGE)}>
          {t("talk.more", { count: by[filter].length - most })}
        </button>
      )}
      <p className="hidden" role="status" data-testid="talk-heard">
        {heard}
      </p>
    </div>
  );
}

function NewComment({ about }: { about: string | undefined }) {
  const { t } = useTranslation();
  const { talk, notice } = useTools();
  const talks = useTalks();
  const nameOf = useNameOf();
  const goTo = useGoToPart();
  const name = about === undefined ? undefined : nameOf(about);
  if (!talks) return null;
  if (about === undefined || name === undefined) return <p className="fine talk-hint">{t("talk.choose")}</p>;
  return (
    <SayField
      key={about}
      about={about}
      label={t("talk.label", { name: name.length > 60 ? `${name.slice(0, 60)}…` : name })}
      send={t("talk.send")}
      testId="comment-field"
      onSay={(text) => {
        const said = talk.say(about, text) !== undefined;
        if (said) notice.say(t("talk.said.comment"));
        return said;
      }}
      onLeave={() => goTo(about)}
    />
  );
}

const pageShown = (listener: () => void) => {
  document.addEventListener("visibilitychange", listener);
  return () => document.removeEventListener("visibilitychange", listener);
};

/**
 * Counts what is shown as seen, and tells which of it was new when it came into view. What arrives meanwhile is read out.
 */
function useSeeing(shown: readonly Thread[], all: readonly Comment[]): { fresh: ReadonlySet<string>; heard: string } {
  const { t } = useTranslation();
  const { memory } = useTools().talk;
  const looking = useSyncExternalStore(pageShown, () => !document.hidden);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [heard, setHeard] = useState("");
  const before = useRef<readonly Comment[]>(undefined);
  useEffect(() => {
    if (!looking) return;
    const had = before.current && new Set(before.current.map((c) => c.id));
    before.current = all;
    const unseen = shown.flatMap(commentsOf).filter((c) => memory.isNew(c));
    if (unseen.length === 0) return;
    setFresh((former) => new Set([...former, ...unseen.map((c) => c.id)]));
    memory.see(unseen, all);
    const come = had ? unseen.filter((c) => !had.has(c.id)) : [];
    if (come.length > 0) setHeard(come.map((c) => t("talk.heard", { text: c.text })).join(" "));
  }, [shown, all, memory, looking, t]);
  return { fresh, heard };
}
