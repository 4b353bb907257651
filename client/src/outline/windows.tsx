import { Command as List } from "cmdk";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "../i18n";
import { useBoard, useNames, useTools } from "../board/context";
import { Sheet } from "../board/Dialogs";
import { Finder } from "../board/Palette";
import { topOrder } from "../board/moving";
import { useActions } from "../board/actions";
import { useUi } from "../board/ui";
import type { Contents } from "../document/blueprint";
import { FEELERS, MARKER_TYPES } from "../document/model";
import { orderBetween } from "../document/order";
import { Face, VALUES } from "../panel/Face";
import { useOutline } from "./store";

/** What the outline asks in a window of its own. */
export function OutlineWindows() {
  const { ui } = useTools();
  const open = useUi((u) => u.open);
  const close = () => ui.set({ open: undefined });
  if (open === "markStep") return <MarkAs onClose={close} />;
  if (open === "feel") return <Feel onClose={close} />;
  if (open === "moveTo") return <MoveTo onClose={close} />;
  if (open === "removePart") return <RemovePart onClose={close} />;
  return null;
}

/** What the windows are about: the chosen element, or the step that the keyboard is at. */
function useTarget(): string | undefined {
  const { focus } = useTools();
  const { store } = useOutline();
  const at = store.at;
  return focus.get().selected ?? (at?.at === "step" ? at.id : at?.at === "feelings" ? at.step : undefined);
}

function MarkAs({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { document, notice } = useTools();
  const target = useTarget();
  const taken = new Set(document.board().markers.filter((m) => m.target === target).map((m) => m.type));
  return (
    <Finder label={t("details.addMarker")} placeholder={t("details.addMarker")} none={t("palette.none")} onClose={onClose}>
      {MARKER_TYPES.filter((type) => !taken.has(type)).map((type) => (
        <List.Item
          key={type}
          className="menu-item"
          value={t(`details.marker.${type}`)}
          onSelect={() => {
            onClose();
            if (target !== undefined && document.blueprint.addMarker(target, type) !== undefined) notice.say(t("outline.marked", { name: t(`details.marker.${type}`) }));
          }}
        >
          <span className={`pill pill-${type}`}>{t(`details.marker.${type}`)}</span>
        </List.Item>
      ))}
    </Finder>
  );
}

function Feel({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { document, notice } = useTools();
  const target = useTarget();
  const words = (who: string, value: number) => `${t(`details.who.${who}`)}: ${t(`details.feeling.${String(value)}`).toLocaleLowerCase(currentLanguage())}`;
  return (
    <Finder label={t("details.addEmotion")} placeholder={t("details.addEmotion")} none={t("palette.none")} onClose={onClose}>
      {FEELERS.map((who) => (
        <List.Group key={who} heading={t(`details.who.${who}`)} className="palette-group">
          {VALUES.map((value) => (
            <List.Item
              key={value}
              className="menu-item"
              value={words(who, value)}
              onSelect={() => {
                onClose();
                if (target !== undefined && document.blueprint.addEmotion(target, who, value) !== undefined) notice.say(words(who, value));
              }}
            >
              <span className="menu-icon face-icon">
                <Face value={value} />
              </span>
              {words(who, value)}
            </List.Item>
          ))}
        </List.Group>
      ))}
    </Finder>
  );
}

/** Ids are never empty: this stands for no cell at all. */
const OUTSIDE = "";

/** Moves the chosen element to any cell, or out of them, by choosing instead of carrying. */
function MoveTo({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { document, focus, stage, notice } = useTools();
  const { store } = useOutline();
  const names = useNames();
  const actions = useActions();
  const { lanes, steps, elements } = useBoard();
  const [element] = useState(() => elements.find((e) => e.id === focus.get().selected));
  const [lane, setLane] = useState(element?.lane ?? OUTSIDE);
  const [step, setStep] = useState(element?.step ?? steps[0]?.id ?? OUTSIDE);
  const move = () => {
    onClose();
    if (!element) return;
    const { id } = element;
    // Once the window has given the keyboard back.
    setTimeout(() => {
      if (lane !== OUTSIDE && step !== OUTSIDE) actions.moveTo(id, { lane, step });
      else if (element.lane !== undefined) {
        const { x, y } = stage.middle();
        const order = orderBetween(topOrder(document.board()));
        if (actions.patch(new Map([[id, { lane: undefined, step: undefined, order, x, y }]]))) notice.say(t("said.movedOut"));
      }
      requestAnimationFrame(() => store.focus({ at: "element", id }));
    }, 0);
  };
  return (
    <Sheet title={t("command.outline.moveTo")} onClose={onClose}>
      <form
        className="move-to"
        onSubmit={(event) => {
          event.preventDefault();
          move();
        }}
      >
        <label className="panel-field">
          <span>{t("details.lane")}</span>
          <select className="text" value={lane} onChange={(event) => setLane(event.target.value)} data-testid="move-lane">
            {lanes.filter((l) => document.mayPut(l.id)).map((l) => (
              <option key={l.id} value={l.id}>
                {names.lane(l.id)}
              </option>
            ))}
            {document.mayPut(undefined) && <option value={OUTSIDE}>{t("outline.outside")}</option>}
          </select>
        </label>
        <label className="panel-field">
          <span>{t("details.step")}</span>
          <select className="text" value={step} disabled={lane === OUTSIDE} onChange={(event) => setStep(event.target.value)} data-testid="move-step">
            {steps.map((s) => (
              <option key={s.id} value={s.id}>
                {names.step(s.id)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="btn primary" data-testid="move-there">
          {t("outline.moveHere")}
        </button>
      </form>
    </Sheet>
  );
}

/** Asks what becomes of what lies in a step or lane that is to go. */
function RemovePart({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { document, notice } = useTools();
  const { store } = useOutline();
  const names = useNames();
  const { elements } = useBoard();
  const at = store.at;
  if (at?.at !== "step" && at?.at !== "lane") return null;
  const step = at.at === "step";
  const count = elements.filter((e) => (step ? e.step : e.lane) === at.id).length;
  const remove = (contents: Contents) => {
    onClose();
    if (step ? document.blueprint.removeStep(at.id, contents) : document.blueprint.removeLane(at.id, contents)) notice.say(t("details.saidRemoved"));
  };
  return (
    <Sheet title={`${t(step ? "details.removeStep" : "details.removeLane")}: ${step ? names.step(at.id) : names.lane(at.id)}`} lead={t("details.removeAsk", { count })} onClose={onClose}>
      <div className="row">
        <button type="button" className="btn soft" autoFocus onClick={() => remove("keep")}>
          {t("details.keep")}
        </button>
        <button type="button" className="btn danger" onClick={() => remove("remove")}>
          {t("details.removeAll")}
        </button>
        <button type="button" className="btn" onClick={onClose}>
          {t("details.cancel")}
        </button>
      </div>
    </Sheet>
  );
}
