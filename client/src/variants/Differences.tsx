import { diffWordsWithSpace } from "diff";
import { useEffect, useMemo, useRef, useState } from "react";
import type { UIEvent } from "react";
import { useTranslation } from "react-i18next";
import { useBoard, useEditable, useTools } from "../board/context";
import { Icon } from "../board/Icon";
import { ComparedBoard, SignLegend, SignOf } from "../compare/ComparedBoard";
import { reversed, withNeeds } from "../compare/differences";
import type { Difference } from "../compare/differences";
import { detailsOf, namesOf, placeOf } from "../compare/words";
import type { Say } from "../compare/words";
import type { Board, Element } from "../document/model";
import { gatherPictures } from "../exchange/pictures";
import { differencesWith } from "./difference";
import type { Fetched, VariantDifference } from "./difference";

const SCALES = [1, 1.5, 2, 3, 4] as const;

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
  const [scale, setScale] = useState(0);
  const [sure, setSure] = useState(false);
  const images = usePictures(board, variant.board);
  const heading = useRef<HTMLButtonElement>(null);
  const taken = useRef<HTMLElement>(undefined);
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
          <Row
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
  const width = SCALES[scale] ?? 1;
  /** Both show the same part; the one that is taken along does not lead in turn. */
  const follow = (event: UIEvent<HTMLElement>) => {
    const lead = event.target as HTMLElement;
    if (taken.current === lead) {
      taken.current = undefined;
      return;
    }
    for (const other of event.currentTarget.querySelectorAll<HTMLElement>(".compared")) {
      if (other === lead || (other.scrollLeft === lead.scrollLeft && other.scrollTop === lead.scrollTop)) continue;
      const [left, top] = [other.scrollLeft, other.scrollTop];
      other.scrollTo({ left: lead.scrollLeft, top: lead.scrollTop });
      if (other.scrollLeft !== left || other.scrollTop !== top) taken.current = other;
    }
  };
  return (
    <div className="differences">
      <div className="row differences-tools">
        <button ref={heading} type="button" className="btn" onClick={onBack} data-testid="differences-back">
          <Icon name="left" /> {t("variants.backToList")}
        </button>
        <SignLegend />
        <span className="differences-space" />
        <button type="button" className="btn icon" aria-label={t("variants.smaller")} disabled={scale === 0} onClick={() => setScale(scale - 1)}>
          <Icon name="out" />
        </button>
        <button type="button" className="btn icon" aria-label={t("variants.larger")} disabled={scale === SCALES.length - 1} onClick={() => setScale(scale + 1)} data-testid="differences-larger">
          <Icon name="in" />
        </button>
        <button type="button" className="btn" onClick={onAgain}>
          {t("variants.again")}
        </button>
      </div>
      <section className="differences-boards" aria-label={t("variants.pictures")} onScrollCapture={follow}>
        {(["before", "after"] as const).map((side) => (
          <figure key={side}>
            <figcaption>{side === "before" ? t("variants.here") : name}</figcaption>
            <ComparedBoard board={side === "before" ? board : variant.board} differences={marked} side={side} label={side === "before" ? t("variants.here") : name} scale={width} at={at} image={images} />
          </figure>
        ))}
      </section>
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

/** The pictures of both boards, once they are here. */
function usePictures(before: Board, after: Board): (id: string) => string | undefined {
  const { session } = useTools();
  const [files, setFiles] = useState<Readonly<Record<string, string>>>({});
  const first = useRef(before);
  useEffect(() => {
    let away = false;
    void gatherPictures({ ...after, elements: [...first.current.elements, ...after.elements] }, session.pictures).then(({ files: found }) => {
      if (!away) setFiles(found);
    });
    return () => {
      away = true;
    };
  }, [after, session]);
  return useMemo(() => (id) => files[id], [files]);
}

function Row({ difference, before, after, say, checked, along, both, onToggle, onShow }: {
  difference: Difference;
  before: Board;
  after: Board;
  say: Say;
  /** Undefined where nothing can be chosen. */
  checked: boolean | undefined;
  along: boolean;
  both: boolean;
  onToggle: () => void;
  onShow: () => void;
}) {
  const { t } = useTranslation();
  const names = namesOf(before, after, say);
  const { how, part } = difference;
  const what = names.thing(difference);
  const thing = difference.after ?? difference.before;
  const place = part === "elements" && (how === "added" || how === "removed") && thing ? placeOf(thing as Element, names, say) : undefined;
  const kind = part === "elements" && thing ? t(`kind.${(thing as Element).kind}`) : undefined;
  const label = `${t(`compare.how.${how}`)}: ${kind === undefined ? "" : `${kind}, `}${what}`;
  return (
    <li data-testid="difference" data-key={difference.key} data-how={how}>
      <div className="differences-row">
        {checked !== undefined && <input type="checkbox" aria-label={label} checked={checked || along} aria-disabled={along} onChange={() => !along && onToggle()} />}
        <SignOf how={how} />
        <div>
          <p>
            <span className="hidden">{t(`compare.how.${how}`)}: </span>
            {kind !== undefined && <span className="fine">{kind} </span>}
            <strong>{what}</strong>
            {place !== undefined && <span className="fine"> {place}</span>}
          </p>
          {detailsOf(difference, before, after, say).map((detail) =>
            detail.written ? (
              <p key={detail.field} className="compare-words fine">
                {detail.field}: <Written before={detail.before} after={detail.after} />
              </p>
            ) : (
              <p key={detail.field} className="compare-words fine">
                {detail.before === "" ? `${detail.field}: ${detail.after}` : t("compare.change", { field: detail.field, before: detail.before, after: detail.after })}
              </p>
            ),
          )}
          {(both || along || part === "votes") && (
            <p className="fine differences-note">
              {[both && t("variants.both"), along && t("variants.along"), part === "votes" && t("variants.votesStay")].filter(Boolean).join(" · ")}
            </p>
          )}
        </div>
        <button type="button" className="btn icon" aria-label={t("variants.show", { what })} onClick={onShow}>
          <Icon name="find" />
        </button>
      </div>
    </li>
  );
}

/** What was written and what was taken out, within the words that stay. */
function Written({ before, after }: { before: string; after: string }) {
  let at = 0;
  return diffWordsWithSpace(before, after).map(({ value, added, removed }) => {
    const key = at++;
    return added ? <ins key={key}>{value}</ins> : removed ? <del key={key}>{value}</del> : <span key={key}>{value}</span>;
  });
}
