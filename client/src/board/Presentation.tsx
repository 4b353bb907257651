import "./presentation.css";
import { ViewportPortal, useReactFlow, useStore } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useHands } from "../commands/hands";
import { leave } from "../commands/present";
import { command, run } from "../commands/registry";
import { useBoardPart, useTools } from "./context";
import { Icon } from "./Icon";
import type { IconName } from "./Icon";
import { SIZES } from "./layout";
import type { Geometry } from "./layout";
import { presentingView } from "./presenting";
import { useUi } from "./ui";

const BUTTONS: readonly (readonly [string, IconName])[] = [
  ["present.previous", "left"],
  ["present.next", "right"],
  ["present.leave", "close"],
];

/** Lies over the board while it is presented: a click goes on, and a small line tells where one is. */
export function Presentation({ geometry }: { geometry: Geometry }) {
  const { t } = useTranslation();
  const hands = useHands();
  const title = useBoardPart((board) => board.title);
  const step = useUi((ui) => ui.presenting?.step);
  const at = geometry.steps.findIndex((s) => s.step.id === step);
  const column = geometry.steps[at];
  useView(geometry, column?.step.id);
  useFullscreen();

  const named = column?.step.title.trim();
  const where = { number: at + 1, count: geometry.steps.length };
  return (
    <>
      {column && (
        <ViewportPortal>
          <div className="presentation-shade" style={{ left: SIZES.laneHeader, width: column.x - SIZES.laneHeader, height: geometry.height }} />
          <div className="presentation-shade" style={{ left: column.x + SIZES.step, width: Math.max(0, geometry.width - column.x - SIZES.step), height: geometry.height }} />
        </ViewportPortal>
      )}
      <section className="presentation" aria-label={t("present.label")} data-testid="presentation" onContextMenu={(event) => event.preventDefault()} onDoubleClick={(event) => event.stopPropagation()}>
        <div className="presentation-ground" onClick={() => run(command("present.next"), hands)} />
        <div className="bar presentation-bar">
          <p role="status" data-testid="presentation-at">
            {column ? (named ? t("present.step", { ...where, title: named }) : t("present.stepPlain", where)) : t("present.whole", { title: title || t("board.untitled") })}
          </p>
          {BUTTONS.map(([id, icon]) => (
            <button key={id} type="button" className="btn icon" aria-label={t(`command.${id}`)} title={t(`command.${id}`)} onClick={() => run(command(id), hands)} data-testid={id}>
              <Icon name={icon} />
            </button>
          ))}
        </div>
      </section>
    </>
  );
}

/** Keeps the step in view, whatever happens to the window and the board, and gives the view back in the end. */
function useView(geometry: Geometry, step: string | undefined): void {
  const flow = useReactFlow();
  const width = useStore((s) => s.width);
  const height = useStore((s) => s.height);
  const begun = useRef(false);
  useEffect(() => {
    const before = flow.getViewport();
    document.querySelector<HTMLElement>("main.canvas")?.focus({ preventScroll: true });
    return () => {
      begun.current = false;
      void flow.setViewport(before);
    };
  }, [flow]);
  useEffect(() => {
    if (width === 0 || height === 0) return;
    const calm = !begun.current || matchMedia("(prefers-reduced-motion: reduce)").matches;
    begun.current = true;
    // The view that a canvas begins with comes first.
    const request = requestAnimationFrame(() => void flow.setViewport(presentingView(geometry, step, width, height), calm ? {} : { duration: 180 }));
    return () => cancelAnimationFrame(request);
  }, [flow, geometry, step, width, height]);
}

/** The browser keeps Esc for itself where it fills the screen: out of that is out of the presentation. */
function useFullscreen(): void {
  const { ui } = useTools();
  useEffect(() => {
    const change = () => {
      if (!document.fullscreenElement) leave({ ui });
    };
    document.addEventListener("fullscreenchange", change);
    return () => document.removeEventListener("fullscreenchange", change);
  }, [ui]);
}
