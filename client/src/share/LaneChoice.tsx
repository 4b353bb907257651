import { useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useBoardPart, useNames } from "../board/context";

/** In which lanes those who come by a link may write: all, or those that are ticked. */
export function LaneChoice({ chosen, onChoose }: { chosen: readonly string[] | undefined; onChoose: (lanes: readonly string[] | undefined) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const names = useNames();
  const lanes = useBoardPart((board) => board.lanes);
  const first = useRef<HTMLInputElement>(null);
  const wanting = chosen?.length === 0;
  // So that a link for nowhere is never made: the form says so itself, in the language of the browser's reader.
  useEffect(() => first.current?.setCustomValidity(wanting ? t("lanes.field.choose") : ""), [wanting, t]);
  const missing = chosen?.filter((lane) => !lanes.some((l) => l.id === lane)) ?? [];
  return (
    <div data-testid="link-lanes">
      <label htmlFor={`${id}-where`}>{t("lanes.field.where")}</label>
      <select
        id={`${id}-where`}
        className="text"
        value={chosen ? "some" : "all"}
        aria-describedby={`${id}-hint`}
        // The lane that customers write in is what is meant most often.
        onChange={(e) => onChoose(e.target.value === "all" ? undefined : lanes.filter((l) => l.role === "customer").map((l) => l.id))}
      >
        {(["all", "some"] as const).map((where) => (
          <option key={where} value={where}>
            {t(`lanes.field.${where}`)}
          </option>
        ))}
      </select>
      {chosen && (
        <fieldset className="share-lanes">
          <legend>{t("lanes.field.which")}</legend>
          {lanes.map((lane, i) => (
            <label key={lane.id} className="share-check">
              <input
                ref={i === 0 ? first : undefined}
                type="checkbox"
                checked={chosen.includes(lane.id)}
                onChange={(e) => onChoose(e.target.checked ? [...chosen, lane.id] : chosen.filter((c) => c !== lane.id))}
              />
              {names.lane(lane.id)}
            </label>
          ))}
          {missing.map((lane) => (
            <label key={lane} className="share-check">
              <input type="checkbox" checked onChange={() => onChoose(chosen.filter((c) => c !== lane))} />
              {t("lanes.gone", { count: 1 })}
            </label>
          ))}
        </fieldset>
      )}
      <p className="fine" id={`${id}-hint`}>
        {chosen && t("lanes.field.hint")}
      </p>
    </div>
  );
}
