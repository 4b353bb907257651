import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { NAME_LENGTH } from "../sync/presence";
import { useTools } from "./context";
import { Icon } from "./Icon";
import type { Person } from "./person";

export function NameForm({ person, onDone }: { person: Person; onDone?: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const { ui } = useTools();
  const field = useRef<HTMLInputElement>(null);
  return (
    <form
      className="name-form"
      onSubmit={(event) => {
        event.preventDefault();
        person.call(field.current?.value ?? "");
        onDone?.();
      }}
    >
      <label htmlFor={id}>{t("people.yourName")}</label>
      <div className="row">
        <input id={id} ref={field} className="text" key={person.name} defaultValue={person.name} maxLength={NAME_LENGTH} autoComplete="nickname" />
        <button type="submit" className="btn soft">
          {t("people.save")}
        </button>
      </div>
      <p className="fine">{t("people.hint")}</p>
      <button type="button" className="btn small rights-mine" onClick={() => ui.set({ open: "mine" })} data-testid="mine">
        {t("rights.mine")}
      </button>
    </form>
  );
}

const ASKED = "openmic.asked";

/** Asks once what the person wants to be called, beside the board, in nobody's way. */
export function NameCard({ person }: { person: Person }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(() => person.invented && localStorage.getItem(ASKED) === null);
  const close = () => {
    localStorage.setItem(ASKED, "yes");
    setOpen(false);
  };
  const field = useRef<HTMLInputElement>(null);
  if (!open) return null;
  return (
    <form
      className="bar name-card"
      data-testid="name-card"
      aria-label={t("people.change")}
      onSubmit={(event) => {
        event.preventDefault();
        person.call(field.current?.value ?? "");
        close();
      }}
    >
      <label>
        {t("people.invented", { name: person.name })}
        <input ref={field} className="text" maxLength={NAME_LENGTH} autoComplete="nickname" placeholder={person.name} />
      </label>
      <div className="row">
        <button type="submit" className="btn primary">
          {t("people.save")}
        </button>
        <button type="button" className="btn" onClick={close}>
          <Icon name="check" />
          {t("people.keep")}
        </button>
      </div>
    </form>
  );
}
