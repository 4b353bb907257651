import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Content } from "../exchange/content";
import { currentLanguage } from "../i18n";
import { keepForOffline } from "./offline";
import type { Preview, Template } from "../templates/templates";

interface Choice extends Template {
  readonly own: boolean;
}

/** What a board is to begin as. The cards come a moment after the page, which works without them. */
export function TemplateChooser({ onChoose }: { onChoose: (content: Content | undefined) => void }) {
  const { t } = useTranslation();
  const language = currentLanguage();
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  const [chosen, choose] = useState("empty");
  const [forgotten, setForgotten] = useState(0);

  useEffect(() => {
    let wanted = true;
    void Promise.all([import("../templates/templates"), import("../templates/own")]).then(
      ([{ givenTemplates, previewOf }, { ownTemplates }]) => {
        if (!wanted) return;
        const own = ownTemplates().map((o) => ({ ...o, own: true, about: "", preview: previewOf(o.content) }));
        void keepForOffline();
        setChoices([...givenTemplates(language).map((g) => ({ ...g, own: false })), ...own]);
      },
      // Without them a board begins empty.
      (error: unknown) => console.error(error),
    );
    return () => {
      wanted = false;
    };
  }, [language, forgotten]);

  // Its words follow the language, and it may have been forgotten.
  const content = choices.find((c) => c.id === chosen)?.content;
  useEffect(() => onChoose(content), [onChoose, content]);

  const forget = async (id: string) => {
    const { forgetTemplate } = await import("../templates/own");
    forgetTemplate(id);
    if (chosen === id) choose("empty");
    setForgotten((n) => n + 1);
  };

  if (choices.length === 0) return <div className="templates-wait" />;
  return (
    <fieldset className="templates">
      <legend>{t("templates.legend")}</legend>
      <div className="template-cards">
        {choices.map((choice) => (
          <div key={choice.id} className="template-card">
            <label data-testid={`template-${choice.own ? "own" : choice.id}`}>
              <input type="radio" name="template" value={choice.id} checked={chosen === choice.id} onChange={() => choose(choice.id)} />
              <Picture preview={choice.preview} />
              <span className="template-name">{choice.name}</span>
              <span className="fine">{choice.about || t("templates.steps", { count: choice.preview.steps })}</span>
            </label>
            {choice.own && (
              <button type="button" className="btn icon" aria-label={t("templates.remove", { name: choice.name })} onClick={() => void forget(choice.id)}>
                ×
              </button>
            )}
          </div>
        ))}
      </div>
    </fieldset>
  );
}

const SIZE = { width: 120, height: 62 };

/** The lanes in their colours, and a bar where something lies. */
function Picture({ preview: { lanes } }: { preview: Preview }) {
  const high = SIZE.height / Math.max(1, lanes.length);
  return (
    <svg className="template-picture" viewBox={`0 0 ${String(SIZE.width)} ${String(SIZE.height)}`} aria-hidden="true" preserveAspectRatio="none">
      {lanes.map(({ role, filled }, row) => {
        const wide = SIZE.width / Math.max(1, filled.length);
        const color = ["evidence", "customer", "frontstage", "backstage", "support"].includes(role) ? role : "custom";
        return (
          <g key={row}>
            <rect x="0" y={row * high} width={SIZE.width} height={high} fill={`var(--lane-${color})`} />
            {filled.map((there, i) => there && <rect key={i} x={i * wide + wide * 0.14} y={row * high + high * 0.25} width={wide * 0.72} height={high * 0.5} rx="1.5" fill={`var(--spine-${color})`} opacity="0.75" />)}
          </g>
        );
      })}
    </svg>
  );
}
