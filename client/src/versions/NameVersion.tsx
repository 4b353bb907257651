import "./versions.css";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession, useTools } from "../board/context";
import { Sheet } from "../board/Dialogs";
import { ApiError } from "../sync/api";
import type { SaveWatch } from "../sync/saved";
import { MOST_LETTERS, nameVersion } from "./api";

/** Asks what a moment is to be called. `moment`: how many changes there were; without one the board is named as it is now. */
export function NameForm({ moment, label, onNamed, autoFocus }: { moment?: number; label: string; onNamed: () => void; autoFocus?: boolean }) {
  const { t } = useTranslation();
  const session = useSession();
  const field = useId();
  const [title, setTitle] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const name = async () => {
    setBusy(true);
    setFault(undefined);
    try {
      // What is named is what is stored: that of this device has to be among it.
      if (moment === undefined && !(await allSaved(session.saved))) setFault("unsaved");
      else {
        await nameVersion(session.board, title.trim(), moment);
        setTitle("");
        onNamed();
      }
    } catch (error) {
      setFault(faultOf(error));
    }
    setBusy(false);
  };
  return (
    <form
      className="version-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (title.trim() === "") setFault("empty");
        else if (!busy) void name();
      }}
    >
      <label htmlFor={field}>{label}</label>
      <div className="version-field">
        <input
          id={field}
          className="text"
          value={title}
          maxLength={MOST_LETTERS}
          placeholder={t("versions.hint")}
          autoFocus={autoFocus}
          aria-invalid={fault !== undefined || undefined}
          aria-describedby={fault ? `${field}-fault` : undefined}
          onChange={(event) => setTitle(event.target.value)}
          data-testid="version-title"
        />
        <button type="submit" className="btn primary" aria-disabled={busy} data-testid="version-name">
          {t(busy ? "versions.naming" : "versions.name")}
        </button>
      </div>
      {fault && (
        <p id={`${field}-fault`} role="alert" className="problem-line">
          {t(`versions.fault.${fault}`)}
        </p>
      )}
    </form>
  );
}

export type Fault = "empty" | "unsaved" | "full" | "refused" | "gone" | "failed";

export function faultOf(error: unknown): Fault {
  const { status, condition } = error instanceof ApiError ? error : { status: 0, condition: "" };
  return condition === "full" ? "full" : status === 403 ? "refused" : status === 404 ? "gone" : "failed";
}

/** How long what was just done may take to be stored, milliseconds. */
const PATIENCE = 8_000;

function allSaved(saved: SaveWatch): Promise<boolean> {
  return new Promise((done) => {
    const end = (all: boolean) => {
      clearTimeout(timer);
      stop();
      done(all);
    };
    const timer = setTimeout(() => end(false), PATIENCE);
    const look = () => saved.state() === "saved" && end(true);
    const stop = saved.subscribe(look);
    look();
  });
}

/** Names the board as it is now, without leaving it. */
export function NameNowDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { notice } = useTools();
  return (
    <Sheet title={t("versions.nameNow")} lead={t("versions.nameLead")} onClose={onClose}>
      <NameForm
        label={t("versions.called")}
        autoFocus
        onNamed={() => {
          onClose();
          notice.say(t("versions.namedNow"));
        }}
      />
    </Sheet>
  );
}
