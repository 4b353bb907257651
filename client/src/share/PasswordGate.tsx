import { useId, useState } from "react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../sync/api";

/** Asks for the password of a link, before anything of the board is seen. */
export function PasswordGate({ give, onPass }: { give: (password: string) => Promise<void>; onPass: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState<"wrong" | "many" | "failed">();
  const [busy, setBusy] = useState(false);
  const enter = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    give(password).then(onPass, (error: unknown) => {
      const { status, condition } = error instanceof ApiError ? error : { status: 0, condition: "" };
      setFault(status === 429 ? "many" : condition === "wrong-password" || condition === "password" ? "wrong" : "failed");
      setBusy(false);
    });
  };
  return (
    <main className="page">
      <section className="sheet problem">
        <h1>{t("share.gate.heading")}</h1>
        <p>{t("share.gate.lead")}</p>
        <form onSubmit={enter}>
          <label htmlFor={id}>{t("share.gate.password")}</label>
          <div className="field-row">
            {/* The page asks for nothing else. */}
            <input id={id} type="password" autoFocus autoComplete="off" value={password} onChange={(e) => setPassword(e.target.value)} aria-describedby={fault && `${id}-fault`} data-testid="link-password" />
            <button type="submit" className="btn primary" disabled={busy || password === ""}>
              {t("share.gate.enter")}
            </button>
          </div>
          {fault && (
            <p role="alert" id={`${id}-fault`} data-testid="link-password-fault">
              {t(`share.gate.${fault}`)}
            </p>
          )}
        </form>
      </section>
    </main>
  );
}
