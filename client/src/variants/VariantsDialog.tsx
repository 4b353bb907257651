import "./variants.css";
import { useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, useEditable, useTalks, useTools } from "../board/context";
import { Sheet } from "../board/Dialogs";
import { Icon } from "../board/Icon";
import { summarise } from "../compare/words";
import { sayDate } from "../i18n";
import { ApiError } from "../sync/api";
import { knownBoard } from "../sync/device";
import { addressOf, fileOf, listVariants, makeVariant } from "./api";
import type { Variant } from "./api";
import { differencesWith, openVariant } from "./difference";
import type { Fetched } from "./difference";
import { Differences } from "./Differences";
import { ballotOf, votesOn } from "./votes";

const MOST_LETTERS = 200;

/** The variants of a board: to make one, to see what differs, to bring it home, and to say which way is best. */
export default function VariantsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { session } = useTools();
  const { id, secret, fork } = session.board;
  const [variants, setVariants] = useState<readonly Variant[]>();
  const [offline, setOffline] = useState(false);
  const [fetched, setFetched] = useState<ReadonlyMap<string, Fetched | "failed">>(new Map());
  const [comparing, setComparing] = useState<Variant>();
  const [asked, setAsked] = useState(0);
  const back = useRef<string>(undefined);

  const load = useCallback(
    () =>
      listVariants({ id, secret }).then(
        (list) => {
          setVariants(list);
          setOffline(false);
        },
        () => setOffline(true),
      ),
    [id, secret],
  );
  useEffect(() => void load(), [load]);

  // One after another: each is a whole board with its history.
  useEffect(() => {
    const stop = new AbortController();
    const get = async () => {
      for (const variant of variants ?? []) {
        if (variant.closed) continue;
        const got = await fileOf({ id, secret }, variant.id, stop.signal).then(
          (bytes) => openVariant(bytes, variant.heads),
          () => "failed" as const,
        );
        if (stop.signal.aborted) return;
        setFetched((all) => new Map(all).set(variant.id, got));
      }
    };
    void get();
    return () => stop.abort();
  }, [variants, id, secret, asked]);

  const of = comparing && fetched.get(comparing.id);
  if (comparing && of && of !== "failed") {
    return (
      <Sheet title={t("variants.differs", { name: comparing.name || t("variants.untitled") })} onClose={onClose} wide>
        <Differences
          name={comparing.name || t("variants.untitled")}
          variant={of}
          onAgain={() => setAsked((n) => n + 1)}
          onBack={() => {
            back.current = comparing.id;
            setComparing(undefined);
          }}
        />
      </Sheet>
    );
  }
  return (
    <Sheet title={t("variants.title")} lead={t("variants.lead")} onClose={onClose} wide>
      {fork && <Home of={fork.of} />}
      <MakeVariant onMade={load} />
      {!variants ? (
        offline ? (
          <p role="alert">{t("variants.offline")}</p>
        ) : (
          <p role="status">{t("variants.loading")}</p>
        )
      ) : variants.length === 0 ? (
        <p className="fine" data-testid="no-variants">
          {t("variants.none")}
        </p>
      ) : (
        <>
          <p className="fine variants-hint">{t("variants.voteHint")}</p>
          <ul className="variants-list">
            <Original among={variants} />
            {variants.map((variant) => (
              <Row key={variant.id} variant={variant} among={variants} fetched={fetched.get(variant.id)} focused={back.current === variant.id} onCompare={() => setComparing(variant)} />
            ))}
          </ul>
        </>
      )}
    </Sheet>
  );
}

function Home({ of }: { of: string }) {
  const { t } = useTranslation();
  const known = knownBoard(of);
  return (
    <p className="variants-home" data-testid="variant-home">
      {t("variants.home")} {known ? <a href={`/b/${known.id}#${known.secret}`}>{t("variants.toOriginal")}</a> : t("variants.noOriginal")}
    </p>
  );
}

function MakeVariant({ onMade }: { onMade: () => Promise<void> }) {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const editable = useEditable();
  const field = useId();
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<"full" | "damaged" | "signIn" | "failed">();
  if (!editable) return null;
  const make = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      await makeVariant(session.board, name.trim());
      setName("");
      notice.say(t("variants.made"));
      await onMade();
    } catch (error) {
      const { condition, status } = error instanceof ApiError ? error : { condition: "", status: 0 };
      setFault(condition === "full" || condition === "damaged" ? condition : status === 401 ? "signIn" : "failed");
    }
    setBusy(false);
  };
  return (
    <form
      className="variants-make"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void make();
      }}
    >
      <label htmlFor={field}>{t("variants.name")}</label>
      <div className="field-row">
        <input id={field} className="text" value={name} maxLength={MOST_LETTERS} placeholder={t("variants.nameHint")} onChange={(event) => setName(event.target.value)} data-testid="variant-name" />
        <button type="submit" className="btn primary" aria-disabled={busy} data-testid="variant-make">
          {t(busy ? "variants.making" : "variants.make")}
        </button>
      </div>
      {fault && (
        <p role="alert" className="problem-line">
          {t(`variants.${fault}`)}
        </p>
      )}
    </form>
  );
}

/** The board itself is one of the ways that can be voted for. */
function Original({ among }: { among: readonly Variant[] }) {
  const { t } = useTranslation();
  const { session } = useTools();
  const { title } = useBoard();
  const name = t("variants.original", { name: title.trim() || t("board.untitled") });
  return (
    <li data-testid="variant-original">
      <div className="variants-row">
        <h3>{name}</h3>
        <Vote target={session.board.id} name={name} among={among} />
      </div>
    </li>
  );
}

function Row({ variant, among, fetched, focused, onCompare }: { variant: Variant; among: readonly Variant[]; fetched: Fetched | "failed" | undefined; focused: boolean; onCompare: () => void }) {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const [going, setGoing] = useState(false);
  const see = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (focused) see.current?.focus();
  }, [focused]);
  const name = variant.name || t("variants.untitled");
  const go = () => {
    setGoing(true);
    addressOf(session.board, variant.id).then(
      (address) => location.assign(address),
      () => {
        setGoing(false);
        notice.say(t("variants.failed"));
      },
    );
  };
  return (
    <li data-testid="variant" data-variant={variant.id}>
      <div className="variants-row">
        <h3>{name}</h3>
        <Vote target={variant.id} name={name} among={among} />
      </div>
      <p className="fine">{t("variants.date", { date: sayDate(variant.made, true) })}</p>
      {variant.closed ? <p>{t("variants.closed")}</p> : fetched === "failed" ? <p role="alert">{t("variants.unread")}</p> : fetched ? <Summary variant={fetched} /> : <p className="fine">{t("variants.counting")}</p>}
      <div className="row">
        <button ref={see} type="button" className="btn soft" disabled={!fetched || fetched === "failed"} aria-label={t("variants.seeOf", { name })} onClick={onCompare} data-testid="variant-see">
          {t("variants.see")}
        </button>
        <button type="button" className="btn" disabled={variant.closed && !knownBoard(variant.id)} aria-disabled={going} aria-label={t("variants.goTo", { name })} onClick={go} data-testid="variant-open">
          {t("variants.go")}
        </button>
      </div>
    </li>
  );
}

/** So many of the sentences are shown in the list. */
const MOST_SENTENCES = 4;

function Summary({ variant }: { variant: Fetched }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const board = useBoard();
  const said = useMemo(() => {
    const all = differencesWith(document.doc(), board, variant);
    const theirs = all.filter((d) => d.made !== "original").map((d) => d.difference);
    return { count: theirs.length, since: all.length - theirs.length, sentences: summarise(theirs, board, variant.board, (key, values) => t(key, values ?? {})) };
  }, [document, board, variant, t]);
  if (said.count + said.since === 0) return <p data-testid="variant-count">{t("compare.none")}</p>;
  return (
    <>
      <p data-testid="variant-count">
        <strong>{t("compare.count", { count: said.count })}</strong>
      </p>
      <ul className="variants-said">
        {said.sentences.slice(0, MOST_SENTENCES).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
        {said.sentences.length > MOST_SENTENCES && <li aria-hidden="true">…</li>}
      </ul>
      {said.since > 0 && <p className="fine">{t("variants.since", { count: said.since })}</p>}
    </>
  );
}

function Vote({ target, name, among }: { target: string; name: string; among: readonly Variant[] }) {
  const { t } = useTranslation();
  const { session, document, talk, notice } = useTools();
  const board = useBoard();
  const talks = useTalks();
  const { count, mine } = votesOn(board, target, talk.memory.voter);
  const votes = t("variants.votes", { count });
  if (!talks) return <span className="fine">{votes}</span>;
  const vote = () => {
    const ballots = [session.board.id, ...among.map((v) => v.id)].map(ballotOf);
    const done = document.blueprint.voteAmong(ballots, talk.memory.voter, mine ? undefined : ballotOf(target));
    if (done) talk.memory.keep();
    notice.say(done ? t(mine ? "variants.back" : "variants.given", { name }) : t("variants.notVoted"));
  };
  return (
    <button type="button" className="btn" aria-pressed={mine} aria-label={`${t("variants.vote", { name })}. ${votes}`} onClick={vote} data-testid="variant-vote">
      <Icon name="thumb" /> {count}
    </button>
  );
}
