import { diffWordsWithSpace } from "diff";
import { useTranslation } from "react-i18next";
import { Icon } from "../board/Icon";
import type { Board, Element } from "../document/model";
import { SignOf } from "./ComparedBoard";
import type { Difference } from "./differences";
import { detailsOf, namesOf, placeOf } from "./words";
import type { Say } from "./words";

/** One thing that differs, in words; it can be shown where it lies, and chosen where something can come of that. */
export function DifferenceRow({ difference, before, after, say, checked, along, both, onToggle, onShow }: {
  difference: Difference;
  before: Board;
  after: Board;
  say: Say;
  /** Undefined where nothing can be chosen. */
  checked?: boolean | undefined;
  along?: boolean;
  both?: boolean;
  onToggle?: () => void;
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
        {checked !== undefined && <input type="checkbox" aria-label={label} checked={checked || along === true} aria-disabled={along} onChange={() => !along && onToggle?.()} />}
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
