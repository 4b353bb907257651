import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTools } from "../board/context";
import { embedding, setEmbedding } from "../share/api";
import type { Embedding } from "../share/api";
import { ApiError, ROLES } from "../sync/api";
import type { Role } from "../sync/api";

/** What owners allow the pages of others: which may show the board, who comes in by them, and a picture for everybody. */
export function EmbedSection() {
  const { t } = useTranslation();
  const { session, notice } = useTools();
  const { id, secret, links } = session.board;
  const [now, setNow] = useState<Embedding>();
  const [wrong, setWrong] = useState(false);
  const [past, setPast] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const code = useRef<HTMLTextAreaElement>(null);
  const name = useId();
  useEffect(() => {
    let wanted = true;
    embedding({ id, secret }).then(
      (found) => wanted && setNow(found),
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [id, secret]);

  const set = (change: Parameters<typeof setEmbedding>[1]) => {
    setEmbedding({ id, secret }, change).then(
      (then) => {
        setNow(then);
        setWrong(false);
        if (change.origins && field.current) field.current.value = then.origins.join("\n");
        notice.say(t("embed.saved"));
      },
      (error: unknown) => {
        if (error instanceof ApiError && error.condition === "origin") setWrong(true);
        else notice.say(t("share.failed"));
      },
    );
  };
  if (!now) return null;
  const snippet = codeFor(id, now, links, past);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(snippet);
      notice.say(t("embed.copied"));
    } catch {
      code.current?.select();
      notice.say(t("said.notCopied"));
    }
  };
  return (
    <details className="share-board embed-section" data-testid="embed">
      <summary>
        <h3>{t("embed.heading")}</h3>
      </summary>
      <p>{t("embed.lead")}</p>
      <form
        className="share-form"
        onSubmit={(event) => {
          event.preventDefault();
          set({ origins: originsIn(field.current?.value ?? "") });
        }}
      >
        <label htmlFor={`${name}-origins`}>{t("embed.origins")}</label>
        <textarea
          id={`${name}-origins`}
          ref={field}
          className="embed-code"
          rows={2}
          spellCheck={false}
          defaultValue={now.origins.join("\n")}
          aria-describedby={`${name}-origins-hint`}
          aria-invalid={wrong}
          placeholder="https://intranet.example.org"
          data-testid="embed-origins"
        />
        {wrong && (
          <p role="alert" className="problem-line">
            {t("embed.originsWrong")}
          </p>
        )}
        <p className="fine" id={`${name}-origins-hint`}>
          {t("embed.originsHint")} {now.everywhere.length > 0 && t("embed.everywhere", { origins: now.everywhere.join(", ") })}
        </p>
        <div className="row">
          <button type="submit" className="btn soft" data-testid="embed-save">
            {t("embed.originsSave")}
          </button>
        </div>
      </form>
      {now.tokens && (
        <div className="share-form">
          <label htmlFor={`${name}-role`}>{t("embed.role")}</label>
          <select id={`${name}-role`} className="text" value={now.role ?? ""} aria-describedby={`${name}-role-hint`} onChange={(e) => set({ role: ROLES.find((r) => r === e.target.value) ?? null })} data-testid="embed-role">
            <option value="">{t("embed.roleNone")}</option>
            {[...ROLES].reverse().map((role) => (
              <option key={role} value={role}>
                {t(`role.${role}`)}
              </option>
            ))}
          </select>
          <p className="fine" id={`${name}-role-hint`}>
            {t("embed.roleHint")}
          </p>
        </div>
      )}
      {(now.origins.length > 0 || now.everywhere.length > 0) && (
        <div className="share-form">
          <label htmlFor={`${name}-what`}>{t("replay.code")}</label>
          <select id={`${name}-what`} className="text" value={past ? "past" : "live"} onChange={(e) => setPast(e.target.value === "past")} data-testid="embed-what">
            <option value="live">{t("replay.live")}</option>
            <option value="past">{t("replay.past")}</option>
          </select>
          {past && <p className="fine">{t("replay.codeHint")}</p>}
          <label htmlFor={`${name}-code`}>{t("embed.code")}</label>
          <textarea id={`${name}-code`} ref={code} className="embed-code" rows={4} readOnly spellCheck={false} value={snippet} aria-describedby={`${name}-code-hint`} data-testid="embed-code" />
          <p className="fine" id={`${name}-code-hint`}>
            {t(now.tokens && now.role ? "embed.codeToken" : snippet.includes(NO_LINK) ? "embed.codeNoLink" : "embed.codeLink")}
          </p>
          <div className="row">
            <button type="button" className="btn soft" onClick={() => void copy()}>
              {t("embed.copy")}
            </button>
          </div>
        </div>
      )}
      <div className="share-switch">
        <label className="share-check">
          <input type="checkbox" checked={now.preview} aria-describedby={`${name}-preview`} onChange={(e) => set({ preview: e.target.checked })} data-testid="embed-preview" />
          {t("embed.preview")}
        </label>
        <p className="fine" id={`${name}-preview`}>
          {t("embed.previewHint")}
        </p>
      </div>
    </details>
  );
}

/** The origins of what was written or pasted; what is no address is for the server to refuse. */
export function originsIn(text: string): string[] {
  return text.split(/[\s,]+/).flatMap((word) => {
    if (word === "") return [];
    try {
      const { origin } = new URL(word);
      return [origin === "null" ? word : origin];
    } catch {
      return [word];
    }
  });
}

/** Stands where the secret of a link goes that this device does not know. */
const NO_LINK = "#LINK";

/** What to put into a page. With a token people come in by their own name; otherwise by the link that lets them do least. */
export function codeFor(id: string, { tokens, role }: Pick<Embedding, "tokens" | "role">, links: Readonly<Partial<Record<Role, string>>>, past = false): string {
  const byToken = tokens && role !== null;
  const address = byToken ? undefined : (links.viewer ?? links.commenter ?? links.editor);
  const src = address ?? `${location.origin}/b/${id}${byToken ? "" : NO_LINK}`;
  const giver = byToken ? '\n               token-url="/openmic-token"' : "";
  return `<script src="${location.origin}/embed.js" async></script>\n<openmic-board${past ? " replay" : ""} src="${src}"${giver}></openmic-board>`;
}
