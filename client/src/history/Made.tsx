import "./made.css";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTools } from "../board/context";
import { loadThing } from "./data";
import type { ThingHistory } from "./data";
import { sayShort } from "./time";
import { useTeller } from "./words";

/** Who made a thing, who changed what and when, and who wrote which of its words. Asked for when somebody wants to know. */
export function Made({ id }: { id: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <details className="made" onToggle={(event) => setOpen(event.currentTarget.open)} data-testid="made">
      <summary>{t("history.made.title")}</summary>
      {open && <Told key={id} id={id} />}
    </details>
  );
}

function Told({ id }: { id: string }) {
  const { t } = useTranslation();
  const { board } = useTools().session;
  const teller = useTeller();
  const [told, setTold] = useState<ThingHistory | "failed">();
  useEffect(() => {
    let gone = false;
    loadThing(board, id).then(
      (found) => !gone && setTold(found),
      () => !gone && setTold("failed"),
    );
    return () => {
      gone = true;
    };
  }, [board, id]);
  if (told === undefined) return <p className="fine">{t("history.loading")}</p>;
  if (told === "failed") return <p className="fine">{t("history.made.failed")}</p>;
  const { people, text, contributions } = told;
  return (
    <>
      {text.length > 0 && (
        <ul className="made-words" aria-label={t("history.made.words")} data-testid="made-words">
          {text.map((span, i) => (
            <li key={i} data-audience={span.by === undefined ? undefined : people[span.by]?.audience}>
              <b>{teller.person(people, span.by)}</b> <q>{span.text}</q>
            </li>
          ))}
        </ul>
      )}
      {contributions.length === 0 ? (
        <p className="fine">{t("history.made.nobody")}</p>
      ) : (
        <ol className="made-list">
          {contributions.map((c, i) => (
            <li key={i}>
              <time className="fine">{sayShort(c.end)}</time> <b>{teller.person(people, c.by)}</b>: {c.operations.map((op) => teller.operation(op)).join(", ")}
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
