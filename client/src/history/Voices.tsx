import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTools } from "../board/context";
import { boardPath } from "../sync/api";
import { credentials } from "../sync/participant";
import { loadVoices } from "./data";
import type { Voices as Told } from "./data";
import { usePlaying } from "./use";
import { useTeller } from "./words";

/** A newspaper once printed fewer letters than this of the hundred it got. */
const PRINTED = 5;

const share = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((100 * part) / whole));

/** Whose words live on: what customers and staff, and each person, have brought to the board, and how much of it is there today. */
export function Voices() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <details className="made voices" onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="voices">
      <summary>{t("history.voices.title")}</summary>
      {open && <Counted />}
    </details>
  );
}

function Counted() {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const { board } = session;
  const teller = useTeller();
  const length = usePlaying((p) => p.history?.length);
  const [told, setTold] = useState<Told>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let gone = false;
    loadVoices(board).then(
      (found) => !gone && setTold(found),
      () => !gone && setFailed(true),
    );
    return () => {
      gone = true;
    };
  }, [board, length]);
  if (!told) return <p className="fine">{t(failed ? "history.failed" : "history.loading")}</p>;
  const of = (audience: "customer" | "staff") => told.audiences.find((a) => a.audience === audience)?.voice;
  const [customer, staff] = [of("customer"), of("staff")];
  const words = (customer?.words ?? 0) + (staff?.words ?? 0);
  const theirs = share(customer?.words ?? 0, words);
  const living = share(customer?.living ?? 0, customer?.contributions ?? 0);
  const save = () => {
    void fetch(`${boardPath(board.id)}/history/voices.csv`, { headers: credentials(board.id, board.secret), cache: "no-store" })
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
  return (
    <>
      <div className="voices-bar" aria-hidden="true">
        <span className="by-customer" style={{ width: `${String(theirs)}%` }} />
      </div>
      <p data-testid="voices-words">{words === 0 ? t("history.voices.none") : t("history.voices.words", { customers: theirs, staff: 100 - theirs })}</p>
      {(customer?.contributions ?? 0) > 0 && (
        <p data-testid="voices-living" data-beaten={living > PRINTED || undefined}>
          {t("history.voices.living", { living, printed: PRINTED })}
        </p>
      )}
      <div className="voices-table" tabIndex={0} role="region" aria-label={t("history.voices.title")}>
        <table>
          <thead>
            <tr>
              {(["person", "contributions", "lives", "wordsLeft", "takenUp", "answered"] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`history.voices.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {told.voices.map(({ by, audience, voice }, i) => (
              <tr key={i}>
                <th scope="row">
                  {teller.person(told.people, by)} {audience && <span className="fine">{t(audience === "customer" ? "history.customers" : "history.staff")}</span>}
                </th>
                <td>{voice.contributions}</td>
                <td>{voice.living}</td>
                <td>{voice.words}</td>
                <td>{voice.takenUp}</td>
                <td>{`${String(voice.answered + voice.adopted + voice.declined)}/${String(voice.comments)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <button type="button" className="btn soft small" onClick={save} data-testid="voices-csv">
        {t("history.voices.csv")}
      </button>
    </>
  );
}
