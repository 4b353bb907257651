import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, useEditable, useTools } from "../board/context";
import { Icon } from "../board/Icon";
import { SignLegend } from "../compare/ComparedBoard";
import { DifferenceRow } from "../compare/DifferenceRow";
import { reversed, withNeeds } from "../compare/differences";
import type { Difference } from "../compare/differences";
import { SideBySide, SizeButtons, WHOLE } from "../compare/SideBySide";
import type { Say } from "../compare/words";
import { differencesWith } from "./difference";
import type { Fetched, VariantDifference } from "./difference";

/** A board and a variant of it side by side, with what differs, to be brought home in whole or in part. */
export function Differences({ name, variant, onAgain, onBack }: { name: string; variant: Fetched; onAgain: () => void; onBack: () => void }) {
  const { t } = useTranslation();
  const { document, notice } = useTools();
  const board = useBoard();
  const editable = useEditable();
  const say: Say = (key, values) => t(key, values ?? {});
  const found = useMemo(() => differencesWith(document.doc(), board, variant), [document, board, variant]);
  const all = useMemo(() => found.map((d) => d.difference), [found]);
  // What this board alone has changed is told as it was done here.
  const marked = useMemo(() => found.map(({ difference, made }) => (made === "original" ? { ...difference, how: reversed(difference).how } : difference)), [found]);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState<string>();
  const [scale, setScale] = useState(WHOLE);
  const [sure, setSure] = useState(false);
  const heading = useRef<HTMLButtonElement>(null);
  useEffect(() => heading.current?.focus(), []);

  const theirs = found.filter((d) => d.made !== "original");
  const ours = found.filter((d) => d.made === "original");
  const mayPick = ({ part }: Difference) => editable && part !== "votes";
  // What is gone meanwhile is not chosen any more.
  const chosen = new Set(theirs.filter((d) => picked.has(d.difference.key) && mayPick(d.difference)).map((d) => d.difference.key));
  const needed = withNeeds(all, chosen);
  const toggle = (key: string) => setPicked((keys) => (keys.has(key) ? new Set([...keys].filter((k) => k !== key)) : new Set([...keys, key])));
  const bring = () => {
    const brought = all.filter((d) => needed.has(d.key));
    const done = document.bringFrom(variant.doc, brought);
    if (done) setPicked(new Set());
    notice.say(t(done ? "variants.brought" : "variants.notBrought", { count: brought.length }));
  };
  const merge = () => {
    setSure(false);
    notice.say(t(document.mergeWith(variant.doc) ? "variants.merged" : "variants.notBrought", { name }));
    heading.current?.focus();
  };
  const rows = (list: readonly VariantDifference[], choosable: boolean) => (
    <ul className="differences-list">
      {list.map(({ difference, made }) => {
        const pick = choosable && mayPick(difference);
        return (
          <DifferenceRow
            key={difference.key}
            difference={made === "original" ? reversed(difference) : difference}
            before={made === "original" ? variant.board : board}
            after={made === "original" ? board : variant.board}
            say={say}
            checked={pick ? chosen.has(difference.key) : undefined}
            along={!chosen.has(difference.key) && needed.has(difference.key)}
            both={made === "both"}
            onToggle={() => toggle(difference.key)}
            onShow={() => setAt(difference.key)}
          />
        );
      })}
    </ul>
  );
  return (
    <div className="differences">
      <div className="row differences-tools">
        <button ref={heading} type="button" className="btn" onClick={onBack} data-testid="differences-back">
          <Icon name="left" /> {t("variants.backToList")}
        </button>
        <SignLegend />
        <span className="differences-space" />
        <SizeButtons scale={scale} onScale={setScale} />
        <button type="button" className="btn" onClick={onAgain}>
          {t("variants.again")}
        </button>
      </div>
      <SideBySide
        boards={{ before: board, after: variant.board }}
        labels={{ before: t("variants.here"), after: name }}
        differences={marked}
        scale={scale}
        at={at}
        label={t("variants.pictures")}
      />
      <section className="differences-said" aria-label={t("variants.list")} data-testid="differences">
        {found.length === 0 && <p data-testid="differences-none">{t("compare.none")}</p>}
        {theirs.length > 0 && (
          <>
            <h3>{t("variants.theirs", { name })}</h3>
            {editable && (
              <p className="fine">
                {t("variants.theirsHint")}{" "}
                <button type="button" className="btn small" onClick={() => setPicked(new Set(chosen.size > 0 ? [] : theirs.map((d) => d.difference.key)))} data-testid="differences-all">
                  {t(chosen.size > 0 ? "variants.nothing" : "variants.all")}
                </button>
              </p>
            )}
            {rows(theirs, true)}
          </>
        )}
        {ours.length > 0 && (
          <>
            <h3>{t("variants.ours")}</h3>
            <p className="fine">{t("variants.oursHint")}</p>
            {rows(ours, false)}
          </>
        )}
      </section>
      {editable && theirs.length > 0 && (
        <div className="differences-bring">
          {sure ? (
            <div className="share-sure" role="alertdialog" aria-label={t("variants.merge")} aria-describedby="merge-sure">
              <p id="merge-sure">{t("variants.mergeSure", { name })}</p>
              <div className="row">
                <button type="button" className="btn primary" onClick={merge} data-testid="merge-yes">
                  {t("variants.mergeYes")}
                </button>
                <button type="button" className="btn" autoFocus onClick={() => setSure(false)}>
                  {t("variants.cancel")}
                </button>
              </div>
            </div>
          ) : (
            <div className="row">
              <button type="button" className="btn primary" disabled={needed.size === 0} onClick={bring} data-testid="bring">
                {t("variants.bring", { count: needed.size })}
              </button>
              <button type="button" className="btn soft" onClick={() => setSure(true)} data-testid="merge">
                {t("variants.merge")}
              </button>
            </div>
          )}
        </div>
      )}
    </div>
  );
}
