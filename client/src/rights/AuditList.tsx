import { useTranslation } from "react-i18next";
import { nameOf, sayDay, sayTime } from "../i18n";
import { ROLES } from "../sync/api";
import type { AuditLine, Who } from "./api";

/** What the program has words for; of what is newer it says only that something was done. */
const KINDS = [
  "made", "opened", "joined", "link-made", "link-changed", "link-revoked", "exported", "copied", "removed", "banned", "role-given", "let-in", "locked", "unlocked", "closed",
  "reopened", "deleted", "restored", "archived", "unarchived", "renamed", "name-erased", "left", "taken-back", "embedding-changed", "titled", "owned", "disowned", "taken-over",
  "version-named", "version-renamed", "version-removed",
] as const; // prettier-ignore

/** What was done to a board, the newest first, under a heading for each day. */
export function AuditList({ lines, self }: { lines: readonly AuditLine[]; self?: string }) {
  const { t } = useTranslation();
  /** `whom`: it is to them that it was done. */
  const name = (who: Who | undefined, whom = false): string => {
    if (!who) return t(whom ? "rights.somebodyToo" : "rights.somebody");
    if (who.participant !== undefined && who.participant === self) return t(whom ? "rights.youToo" : "rights.you");
    const called = nameOf(who);
    if (called !== "") return called;
    if (who.program) return t("rights.program");
    if (who.label !== "") return t("rights.byLink", { label: who.label });
    return who.audience === undefined ? t("rights.somebody") : t(`rights.one.${who.audience}`);
  };
  const say = ({ kind, by, subject, detail }: AuditLine): string => {
    const known = KINDS.find((k) => k === kind) ?? "other";
    const role = ROLES.find((r) => r === detail);
    const link = subject?.label !== undefined && subject.label !== "" ? subject.label : role === undefined ? "" : t(`role.${role}`);
    return t(`rights.kind.${known}`, { who: name(by), whom: name(subject, true), link, form: detail });
  };
  const days = new Map<string, AuditLine[]>();
  for (const line of lines) {
    const day = sayDay(line.at);
    days.set(day, [...(days.get(day) ?? []), line]);
  }
  return (
    <div className="audit">
      {[...days].map(([day, done]) => (
        <section key={day}>
          <h3>{day}</h3>
          <ul>
            {done.map((line, i) => (
              <li key={i} data-testid="audit-line" data-kind={line.kind}>
                <time dateTime={new Date(line.at).toISOString()}>{sayTime(line.at)}</time>
                <span>{say(line)}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
