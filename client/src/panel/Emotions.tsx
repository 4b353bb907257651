import { useTranslation } from "react-i18next";
import { currentLanguage } from "../i18n";
import { Icon } from "../board/Icon";
import { useBoard, useEditable, useTools } from "../board/context";
import { FEELERS } from "../document/model";
import type { Emotion } from "../document/model";
import { Face, VALUES } from "./Face";
import { Group, Words } from "./fields";

/** How those who are part of a step feel in it; there may be several voices. */
export function Emotions({ step }: { step: string }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const { emotions } = useBoard();
  const editable = useEditable();
  const here = emotions.filter((e) => e.step === step);
  if (here.length === 0 && !editable) return null;
  return (
    <Group title={t("details.emotions")}>
      {here.map((emotion) => (
        <Feeling key={emotion.id} emotion={emotion} />
      ))}
      {editable && (
        <div className="chips" role="group" aria-label={t("details.addEmotion")}>
          {FEELERS.map((who) => (
            <button key={who} type="button" className="chip" data-testid={`feel-${who}`} onClick={() => document.blueprint.addEmotion(step, who, 0)}>
              + {t(`details.who.${who}`)}
            </button>
          ))}
        </div>
      )}
    </Group>
  );
}

function Feeling({ emotion }: { emotion: Emotion }) {
  const { t } = useTranslation();
  const { document } = useTools();
  const editable = useEditable();
  const { id, who, value } = emotion;
  const name = t("details.feels", { who: t(`details.who.${who}`).toLocaleLowerCase(currentLanguage()) });
  return (
    <div className="marker-card" data-testid={`emotion-${who}`}>
      <div className="marker-head">
        <fieldset className="faces">
          <legend>{name}</legend>
          {VALUES.map((v) => (
            <label key={v} className="face" title={t(`details.feeling.${v}`)}>
              <input
                type="radio"
                name={id}
                aria-label={t(`details.feeling.${v}`)}
                checked={value === v}
                disabled={!editable}
                onChange={() => document.blueprint.set("emotions", id, { value: v })}
              />
              <Face value={v} />
            </label>
          ))}
        </fieldset>
        {editable && (
          <button type="button" className="btn icon" aria-label={t("details.removeEmotion")} onClick={() => document.blueprint.remove("emotions", id)}>
            <Icon name="bin" />
          </button>
        )}
      </div>
      <Words path={["emotions", id, "note"]} label={t("details.note")} most={2000} />
    </div>
  );
}
