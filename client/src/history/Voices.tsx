import { useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TFunction } from "i18next";
import { useTools } from "../board/context";
import { currentLanguage, currentLocale } from "../i18n";
import { boardPath } from "../sync/api";
import { credentials } from "../sync/participant";
import { keepCustomers, lastCustomers, readCustomers } from "./customers";
import { loadVoices, voicesQuery } from "./data";
import type { Asked, Voice, Voices as Told } from "./data";
import { usePlaying } from "./use";
import { useTeller } from "./words";

/** A newspaper once printed fewer letters than this of the hundred it got. */
const PRINTED = 5;
/** So many people are shown at first, and as many more each time. */
const SHOWN = 50;
/** A number is asked with once nobody has typed for this long, milliseconds. */
const TYPED = 500;

const share = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((100 * part) / whole));
const percent = (part: number) => part.toLocaleString(currentLocale(), { style: "percent", maximumSignificantDigits: 2 });
/** A part of a whole, where there is one. */
const partOf = (part: number, whole: number) => whole > 0 && (part / whole).toLocaleString(currentLocale(), { style: "percent", maximumFractionDigits: 1 });
const number = (n: number) => n.toLocaleString(currentLocale(), { maximumFractionDigits: n < 10 ? 1 : 0 });

/** So long, in the unit that one would say it in. */
function sayWork(t: TFunction, minutes: number): string {
  if (minutes < 59.5) return t("insight.voices.minutes", { count: Math.round(minutes) });
  const hours = Math.round(minutes / 6) / 10;
  return t("insight.voices.hoursOf", { count: hours, hours: number(hours) });
}

/** Whose words live on: what customers and staff, and each person, have brought to the board, and how much of it is there today. */
export function Voices() {
  const { t } = useTranslation();
  const { session } = useTools();
  const { board } = session;
  const length = usePlaying((p) => p.history?.length);
  const [nameless, setNameless] = useState(false);
  const [customers, setCustomers] = useState(lastCustomers);
  const [told, setTold] = useState<Told>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    loadVoices(board, { nameless, customers }).then(
      (found) => {
        if (gone) return;
        setTold(found);
        setFailed(false);
      },
      () => !gone && setFailed(true),
    );
    return () => {
      gone = true;
    };
  }, [board, length, nameless, customers]);
  if (!told)
    return (
      <p className="fine" role="status">
        {t(failed ? "history.failed" : "history.loading")}
      </p>
    );
  return (
    <div className="voices" data-testid="voices">
      <Shares told={told} />
      <Hours told={told} customers={customers} onCustomers={setCustomers} />
      <Brought told={told} asked={{ nameless, customers }} onNameless={setNameless} />
      <details className="voices-how">
        <summary>{t("insight.voices.how")}</summary>
        <ul>
          {(["howBrought", "howLives", "howTaken", "howHours", "howOne"] as const).map((how) => (
            <li key={how}>{t(`insight.voices.${how}`, { week: told.onePercent?.fullTimeWeek ?? 40 })}</li>
          ))}
        </ul>
      </details>
    </div>
  );
}

const NOTHING: Voice = { contributions: 0, living: 0, words: 0, takenUp: 0, takenUpAcross: 0, comments: 0, answered: 0, adopted: 0, declined: 0, minutes: 0 };
const AUDIENCES = ["customer", "staff"] as const;
const voiceOf = (told: Told, audience: (typeof AUDIENCES)[number]) => told.audiences.find((a) => a.audience === audience)?.voice ?? NOTHING;

/** Who wrote the words that are there, and what lives on of what was brought, beside what a newspaper printed. */
function Shares({ told }: { told: Told }) {
  const { t } = useTranslation();
  const [customer, staff] = AUDIENCES.map((a) => voiceOf(told, a)) as [Voice, Voice];
  const words = customer.words + staff.words;
  const theirs = share(customer.words, words);
  const living = share(customer.living, customer.contributions);
  const saying = (audience: (typeof AUDIENCES)[number], voice: Voice) =>
    t("insight.voices.lifeOf", { who: t(audience === "customer" ? "history.customers" : "history.staff"), living: voice.living, brought: voice.contributions });
  const lives = AUDIENCES.map((a) => saying(a, voiceOf(told, a)));
  return (
    <>
      <div className="voices-bar" aria-hidden="true">
        <span className="by-customer" style={{ width: `${String(theirs)}%` }} />
      </div>
      <p data-testid="voices-words">{words === 0 ? t("insight.voices.none") : t("insight.voices.words", { customers: theirs, staff: 100 - theirs })}</p>
      <figure className="voices-chart">
        <figcaption>{t("insight.voices.livesOn")}</figcaption>
        <div role="img" aria-label={[...lives, t("insight.voices.printed", { printed: PRINTED })].join(". ")} data-testid="voices-chart">
          {AUDIENCES.map((audience, i) => {
            const voice = voiceOf(told, audience);
            return (
              <div key={audience} className="voices-row">
                <span>{lives[i]}</span>
                <div className="voices-track">
                  <span className={`by-${audience}`} style={{ width: `${String(share(voice.living, voice.contributions))}%` }} />
                  <i style={{ left: `${String(PRINTED)}%` }} />
                </div>
                <b>{partOf(voice.living, voice.contributions)}</b>
              </div>
            );
          })}
          <p className="voices-printed fine">{t("insight.voices.printed", { printed: PRINTED })}</p>
        </div>
      </figure>
      {customer.contributions > 0 && (
        <p data-testid="voices-living" data-beaten={living > PRINTED || undefined}>
          {t("insight.voices.living", { living, printed: PRINTED })}
        </p>
      )}
    </>
  );
}

/** How much time people gave, and how much that is of what one in a hundred customers would give. */
function Hours({ told, customers, onCustomers }: { told: Told; customers: number | undefined; onCustomers: (n: number | undefined) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState(() => (customers === undefined ? "" : customers.toLocaleString(currentLocale())));
  const typed = readCustomers(text);
  const wrong = text.trim() !== "" && typed === undefined;
  useEffect(() => {
    if (wrong || typed === customers) return;
    const timer = setTimeout(() => {
      keepCustomers(typed);
      onCustomers(typed);
    }, TYPED);
    return () => clearTimeout(timer);
  }, [typed, wrong, customers, onCustomers]);
  const weeks = t("insight.voices.weeks", { count: Math.max(1, told.weeks) });
  const given = sayWork(t, voiceOf(told, "customer").minutes);
  const one = told.onePercent;
  const came = told.audiences.find((a) => a.audience === "customer")?.people ?? 0;
  return (
    <>
      <p data-testid="voices-hours">{t("insight.voices.hours", { customers: given, staff: sayWork(t, voiceOf(told, "staff").minutes), weeks })}</p>
      <div className="voices-customers">
        <label htmlFor={id}>{t("insight.voices.customers")}</label>
        <input
          id={id}
          className="text"
          inputMode="numeric"
          autoComplete="off"
          value={text}
          aria-invalid={wrong || undefined}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setText(event.target.value)}
          data-testid="voices-customers"
        />
        <span id={`${id}-hint`} className="fine" data-wrong={wrong || undefined}>
          {t(wrong ? "insight.voices.customersWrong" : "insight.voices.customersHint")}
        </span>
      </div>
      <p role="status" data-testid="voices-one">
        {one &&
          t("insight.voices.onePercent", {
            people: number(one.people),
            hours: number(one.hours),
            weeks,
            came: t("insight.voices.came", { count: came }),
            peopleShare: percent(one.peopleShare),
            given,
            hoursShare: percent(one.hoursShare),
          })}
      </p>
    </>
  );
}

/** What each audience and each person has brought, as a table, and as one that can be taken away. */
function Brought({ told, asked, onNameless }: { told: Told; asked: Asked; onNameless: (nameless: boolean) => void }) {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const { board } = session;
  const teller = useTeller();
  const id = useId();
  const [shown, setShown] = useState(SHOWN);
  const words = AUDIENCES.reduce((n, a) => n + voiceOf(told, a).words, 0);
  const save = () => {
    void fetch(`${boardPath(board.id)}/history/voices.csv${voicesQuery(asked, currentLanguage())}`, { headers: credentials(board.id, board.secret), cache: "no-store" })
      .then(async (response) => {
        if (!response.ok) throw new Error(String(response.status));
        const link = document.createElement("a");
        link.href = URL.createObjectURL(await response.blob());
        link.download = "voices.csv";
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      })
      .catch(() => notice.say(t("history.failed")));
  };
  const row = (key: string, who: string, audience: string | undefined, v: Voice) => (
    <tr key={key}>
      <th scope="row" data-audience={audience}>
        {who}
      </th>
      <td>{v.contributions}</td>
      <td>{v.living}</td>
      <td>{partOf(v.living, v.contributions)}</td>
      <td>{v.words}</td>
      <td>{partOf(v.words, words)}</td>
      <td>{v.takenUp}</td>
      <td>{v.takenUpAcross}</td>
      <td>{`${String(v.answered + v.adopted + v.declined)}/${String(v.comments)}`}</td>
      <td>{(v.minutes / 60).toLocaleString(currentLocale(), { minimumFractionDigits: 1, maximumFractionDigits: 2 })}</td>
    </tr>
  );
  return (
    <>
      <div className="voices-tools">
        <label className="share-check">
          <input type="checkbox" checked={asked.nameless} aria-describedby={id} onChange={(event) => onNameless(event.target.checked)} data-testid="voices-nameless" />
          {t("insight.voices.nameless")}
        </label>
        <span id={id} className="fine">
          {t("insight.voices.namelessHint")}
        </span>
        <button type="button" className="btn soft small" onClick={save} data-testid="voices-csv">
          {t("insight.voices.csv")}
        </button>
      </div>
      <div className="voices-table" tabIndex={0} role="region" aria-label={t("insight.voices.table")}>
        <table data-testid="voices-table">
          <caption className="hidden">{t("insight.voices.table")}</caption>
          <thead>
            <tr>
              {(["who", "contributions", "lives", "livesShare", "wordsLeft", "wordsShare", "takenUp", "across", "answered", "time"] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`insight.voices.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="voices-sums">
            {AUDIENCES.map((a) => row(a, t(`insight.voices.all.${a}`), a, voiceOf(told, a)))}
          </tbody>
          <tbody>
            {told.voices.slice(0, shown).map(({ by, audience, voice }, i) => {
              const name = teller.person(told.people, by);
              const side = audience && t(audience === "customer" ? "history.customers" : "history.staff");
              return row(String(i), side ? `${name} (${side.toLocaleLowerCase(currentLocale())})` : name, audience, voice);
            })}
          </tbody>
        </table>
      </div>
      {told.voices.length > shown && (
        <button type="button" className="btn soft" onClick={() => setShown(shown + SHOWN)}>
          {t("insight.voices.more")}
        </button>
      )}
    </>
  );
}
