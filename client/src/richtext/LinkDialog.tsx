import { useEffect, useRef, useState } from "react";
import type { SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Sheet } from "../board/Dialogs";
import { asAddress, linkAt } from "./edit";
import type { Writer } from "./writer";

/** Asks where the chosen words of a text are to lead. */
export function LinkDialog({ writer, onClose }: { writer: Writer; onClose: () => void }) {
  const { t } = useTranslation();
  const [place] = useState(() => writer.hold());
  const [there] = useState(() => linkAt(writer.field.value, place.start, place.end));
  const [problem, setProblem] = useState<"linkWrong" | "linkNowhere">();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => () => place.release(), [place]);

  const put = (address: string | undefined) => {
    if (address === undefined) {
      setProblem("linkWrong");
      field.current?.focus();
    } else if (writer.link(address, [place.start, place.end])) onClose();
    else setProblem("linkNowhere");
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const written = field.current?.value ?? "";
    put(there && written.trim() === "" ? "" : asAddress(written));
  };
  return (
    <Sheet title={t("richtext.linkHeading")} lead={t("richtext.linkLead")} onClose={onClose} backTo={writer.field}>
      <form className="name-form" noValidate onSubmit={submit}>
        <label htmlFor="link-address">{t("richtext.linkAddress")}</label>
        <input
          id="link-address"
          ref={field}
          className="text"
          type="url"
          inputMode="url"
          autoComplete="off"
          defaultValue={there?.address}
          placeholder="https://"
          aria-invalid={problem !== undefined}
          aria-describedby={problem && "link-problem"}
          data-testid="link-address"
        />
        {problem && (
          <p id="link-problem" role="alert" className="problem-line">
            {t(`richtext.${problem}`)}
          </p>
        )}
        <p className="row">
          <button type="submit" className="btn primary">
            {t("richtext.linkPut")}
          </button>
          {there && (
            <button type="button" className="btn" onClick={() => put("")}>
              {t("richtext.linkRemove")}
            </button>
          )}
        </p>
      </form>
    </Sheet>
  );
}
