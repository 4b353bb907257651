import { useTranslation } from "react-i18next";
import { AboutContext, useBoard, useEditable, useNames, useTools } from "../board/context";
import { MARKER_TYPES, MOST_SEVERE } from "../document/model";
import type { Element, Marker } from "../document/model";
import { Icon } from "../board/Icon";
import { useGoTo } from "./goto";
import { plainText } from "../richtext/parse";
import { Choice, Group, Time, Words } from "./fields";

const DEGREES = Array.from({ length: MOST_SEVERE }, (_, i) => String(i + 1));
/** So many elements are offered as what mends a fail point; those of the same step come first. */
const OFFERED = 200;

/** What an element or a step is marked as: where it fails, where one waits, where it is decided. */
export function Markers({ target, step }: { target: string; step: string | undefined }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const { markers } = useBoard();
  const editable = useEditable();
  const here = markers.filter((m) => m.target === target);
  if (here.length === 0 && !editable) return null;
  return (
    <Group title={t("details.markers")}>
      {here.map((marker) => (
        <AboutContext key={marker.id} value={marker.id}>
          <MarkerCard marker={marker} step={step} />
        </AboutContext>
      ))}
      {editable && (
        <div className="chips" role="group" aria-label={t("details.addMarker")}>
          {MARKER_TYPES.filter((type) => !here.some((m) => m.type === type)).map((type) => (
            <button key={type} type="button" className="chip" data-testid={`mark-${type}`} onClick={() => document.blueprint.addMarker(target, type)}>
              + {t(`details.marker.${type}`)}
            </button>
          ))}
        </div>
      )}
    </Group>
  );
}

function MarkerCard({ marker, step }: { marker: Marker; step: string | undefined }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const editable = useEditable();
  const { id, type } = marker;
  const set = (fields: Parameters<typeof document.blueprint.set<"markers">>[2]) => void document.blueprint.set("markers", id, fields);
  const degree = (value: number | undefined) => (value === undefined ? undefined : String(value));
  const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  const name = t(`details.marker.${type}`);
  return (
    <div className="marker-card" role="group" aria-label={name} data-testid={`marker-${type}`}>
      <div className="marker-head">
        <span className={`pill pill-${type}`}>{name}</span>
        {editable && (
          <button type="button" className="btn icon" aria-label={t("details.removeMarker", { name })} onClick={() => document.blueprint.remove("markers", id)}>
            <Icon name="bin" />
          </button>
        )}
      </div>
      {type === "wait-point" && <Time label={t("details.wait")} seconds={marker.waitSeconds} onChange={(waitSeconds) => set({ waitSeconds })} testId="wait" />}
      {type !== "idea" && type !== "moment-of-truth" && (
        <div className="pair">
          <Choice label={t("details.severity")} value={degree(marker.severity)} options={DEGREES} none="–" nameOf={(d) => d} onChange={(d) => set({ severity: number(d) })} testId="severity" />
          <Choice label={t("details.likelihood")} value={degree(marker.likelihood)} options={DEGREES} none="–" nameOf={(d) => d} onChange={(d) => set({ likelihood: number(d) })} />
        </div>
      )}
      {type === "fail-point" && <Recovery marker={marker} step={step} onChange={(recovery) => set({ recovery })} />}
      <Words path={["markers", id, "note"]} label={t("details.note")} lines={2} most={2000} testId="marker-note" />
    </div>
  );
}

function Recovery({ marker, step, onChange }: { marker: Marker; step: string | undefined; onChange: (id: string | undefined) => void }) {
  const { t } = useTranslation();
  const { elements } = useBoard();
  const names = useNames();
  const goTo = useGoTo();
  const worth = (e: Element) => e.id !== marker.target && e.text.trim() !== "" && e.kind !== "frame";
  const ordered = [...elements.filter((e) => e.step === step && worth(e)), ...elements.filter((e) => e.step !== step && worth(e))].slice(0, OFFERED);
  const chosen = elements.find((e) => e.id === marker.recovery);
  const offered = chosen && !ordered.includes(chosen) ? [chosen, ...ordered] : ordered;
  const byId = new Map(offered.map((e) => [e.id, e]));
  return (
    <>
    <Choice
      label={t("details.recovery")}
      value={marker.recovery}
      options={offered.map((e) => e.id)}
      none={t("details.noRecovery")}
      nameOf={(id) => {
        const e = byId.get(id);
        const words = plainText(e?.text ?? "");
        return `${words.length > 40 ? `${words.slice(0, 40)}…` : words} (${names.step(e?.step) || names.lane(e?.lane)})`;
      }}
      onChange={onChange}
      testId="recovery"
      />
      {chosen && (
        <button type="button" className="place" aria-label={t("findings.goTo", { name: chosen.text || t("findings.unnamed") })} onClick={() => goTo.element(chosen.id)} data-testid="goto-recovery">
          {chosen.text || t("findings.unnamed")}
        </button>
      )}
    </>
  );
}
