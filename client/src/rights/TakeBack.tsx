import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useEditable, useTools } from "../board/context";
import { nothingIn, takeBack, writingOf } from "../document/takeback";
import type { Count } from "../document/takeback";
import { currentLocale } from "../i18n";
import { handsOf, tell } from "./api";

/** Says how much one person has written that is still there, and takes it back when that is wanted. */
export function TakeBack({ participant, name, onDone }: { participant: string; name: string; onDone: () => void }) {
  const { t } = useTranslation();
  const { session, document, notice } = useTools();
  const editable = useEditable();
  const { id, secret } = session.board;
  const [found, setFound] = useState<{ hands: ReadonlySet<string>; count: Count } | "failed">();
  useEffect(() => {
    let wanted = true;
    handsOf({ id, secret }, participant).then(
      async (hands) => {
        // Reading a long history takes a moment: that it is being looked for is shown first.
        await new Promise((resolve) => setTimeout(resolve, 30));
        if (wanted) setFound({ hands, count: writingOf(document.doc(), hands).count });
      },
      () => wanted && setFound("failed"),
    );
    return () => {
      wanted = false;
    };
  }, [id, secret, participant, document]);
  const cancel = (
    <button type="button" className="btn" autoFocus onClick={onDone}>
      {t(found && found !== "failed" && !nothingIn(found.count) ? "share.cancel" : "rights.close")}
    </button>
  );
  const sure = (words: string, tools = cancel) => (
    <div className="share-sure" role="group" aria-label={t("rights.takeBack", { name })} data-testid="take-back-sure">
      <p>{words}</p>
      {tools}
    </div>
  );
  if (!found) return <p role="status">{t("rights.looking")}</p>;
  if (found === "failed") return sure(t("rights.offline"));
  if (nothingIn(found.count)) return sure(t("rights.nothing", { name }));
  if (!editable) return sure(t("rights.notNow"));
  const parts = (["elements", "comments", "others", "votes", "words", "values", "hanging"] as const)
    .filter((what) => found.count[what] > 0)
    .map((what) => t(`rights.count.${what}`, { count: found.count[what] }));
  const what = new Intl.ListFormat(currentLocale(), { type: "conjunction" }).format(parts);
  const yes = () => {
    const done = takeBack(document, found.hands);
    if (done) tell({ id, secret }, "taken-back", { subject: participant });
    notice.say(t(done ? "rights.takenBack" : "rights.nothing", { name }));
    onDone();
  };
  return sure(
    t("rights.sure", { name, what }),
    <div className="row">
      <button type="button" className="btn danger" onClick={yes} data-testid="take-back-yes">
        {t("rights.takeBackYes")}
      </button>
      {cancel}
    </div>,
  );
}
