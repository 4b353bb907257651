import { useTranslation } from "react-i18next";
import { useDraws, useEditable, useNames, useTools } from "../board/context";
import { Icon } from "../board/Icon";
import { EVIDENCE_STATUSES, PERFORMERS } from "../document/model";
import type { Element, Kind } from "../document/model";
import { Made } from "../history/Made";
import { TalkButtons } from "../talk/Signs";
import { Choice, Words } from "./fields";
import { Links } from "./Links";
import { Markers } from "./Markers";

/** Kinds that one thing can turn into another of without losing anything. */
const TURNS: readonly Kind[] = ["note", "action", "evidence", "decision", "text"];

export function ElementDetails({ element }: { element: Element }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const editable = useEditable();
  const elsewhere = useDraws() && !editable;
  const names = useNames();
  const { id } = element;
  const set = (fields: Parameters<typeof document.blueprint.set<"elements">>[2]) => void document.blueprint.set("elements", id, fields);
  const place = [names.lane(element.lane), names.step(element.step)].filter((w) => w !== "").join(", ");
  return (
    <div data-testid="details" data-kind="element">
      <h2>{t(`kind.${element.kind}`)}</h2>
      <p className="fine">{place}</p>
      {elsewhere && (
        <p className="panel-elsewhere" data-testid="elsewhere">
          <Icon name="lock" /> {t("lanes.elsewhere")}
        </p>
      )}
      <TalkButtons target={id} />
      <div className="panel-group">
        {element.kind === "image" ? (
          <Words path={["elements", id, "text"]} label={t("picture.alt")} hint={t("picture.altHint")} lines={2} most={5000} testId="details-text" />
        ) : (
          <Words path={["elements", id, "text"]} label={t("details.text")} lines={2} most={5000} testId="details-text" />
        )}
        {TURNS.includes(element.kind) && (
          <Choice label={t("details.kind")} value={element.kind} options={TURNS} nameOf={(k) => t(`kind.${k}`)} onChange={(kind) => kind && set({ kind })} testId="kind" />
        )}
        <Choice
          label={t("details.performedBy")}
          value={element.performedBy}
          options={PERFORMERS}
          none={t("details.unsaid")}
          nameOf={(p) => t(`details.performers.${p}`)}
          onChange={(performedBy) => set({ performedBy })}
          testId="performed-by"
        />
        <Words path={["elements", id, "channel"]} label={t("details.channel")} hint={t("details.channelHint")} testId="channel" />
        <Words path={["elements", id, "owner"]} label={t("details.owner")} hint={t("details.ownerHint")} testId="owner" />
        <Choice
          label={t("details.evidence")}
          value={element.evidenceStatus}
          options={EVIDENCE_STATUSES}
          none={t("details.unsaid")}
          nameOf={(e) => t(`details.evidences.${e}`)}
          onChange={(evidenceStatus) => set({ evidenceStatus })}
          testId="evidence-status"
        />
      </div>
      <Markers target={id} step={element.step} />
      <Links element={element} />
      <Made key={id} id={id} />
    </div>
  );
}
