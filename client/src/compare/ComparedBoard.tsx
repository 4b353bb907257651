import "./compare.css";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { shownTheme } from "../app/theme";
import { draw } from "../drawing/draw";
import { drawingWords } from "../drawing/words";
import type { Board } from "../document/model";
import type { Difference, How } from "./differences";
import { drawnGeometry, marksOn } from "./marks";
import type { Mark, Side } from "./marks";

/** What stands for each kind of difference, beside its colour and its outline. */
export const SIGNS: Readonly<Record<How, string>> = { added: "+", removed: "−", moved: "→", changed: "≠" };

const RING = 5;
const BADGE = 12;

/** One of two boards that are compared, drawn, with what differs on it marked in colour and by a sign. */
export function ComparedBoard({ board, differences, side, label, scale, at, image }: {
  board: Board;
  differences: readonly Difference[];
  side: Side;
  label: string;
  /** How wide it is beside the room there is: 1 shows all of it. */
  scale: number;
  /** The key of the difference to be seen. */
  at?: string | undefined;
  image?: (id: string) => string | undefined;
}) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const theme = shownTheme();
  const drawn = useMemo(() => {
    const words = drawingWords((key, values) => t(key, values ?? {}));
    return draw(board, { theme, words, ...(image && { image }) });
  }, [board, theme, t, image]);
  const marks = useMemo(() => marksOn(drawnGeometry(board), differences, side), [board, differences, side]);

  useEffect(() => {
    const paper = frame.current?.querySelector(".compared-paper");
    if (!paper) return;
    const svg = document.importNode(new DOMParser().parseFromString(drawn.svg, "image/svg+xml").documentElement, true);
    svg.setAttribute("width", "100%");
    svg.removeAttribute("height");
    svg.setAttribute("aria-hidden", "true");
    paper.replaceChildren(svg);
  }, [drawn]);

  useEffect(() => {
    const mark = at === undefined ? undefined : marks.find((m) => m.keys.includes(at));
    const view = frame.current;
    const paper = view?.querySelector(".compared-paper");
    if (!mark || !view || !paper) return;
    const unit = paper.clientWidth / drawn.box.width;
    view.scrollTo({ left: (mark.x + mark.width / 2 - drawn.box.x) * unit - view.clientWidth / 2, top: (mark.y + mark.height / 2 - drawn.box.y) * unit - view.clientHeight / 2 });
  }, [at, marks, drawn, scale]);

  const { box } = drawn;
  return (
    <div ref={frame} className="compared" tabIndex={0} role="group" aria-label={label} data-testid={`compared-${side}`}>
      <div className="compared-sheet" style={{ width: `${String(scale * 100)}%` }}>
        <div className="compared-paper" />
        <svg className="compared-marks" viewBox={`${String(box.x)} ${String(box.y)} ${String(box.width)} ${String(box.height)}`} role="img" aria-label={t("compare.marked", { count: marks.length })}>
          {marks.map((mark) => (
            <MarkShape key={mark.keys.join()} mark={mark} at={at !== undefined && mark.keys.includes(at)} />
          ))}
        </svg>
      </div>
    </div>
  );
}

function MarkShape({ mark: { x, y, width, height, how }, at }: { mark: Mark; at: boolean }) {
  return (
    <g className={`mark-of ${how}`} data-how={how} data-at={at || undefined}>
      <rect x={x - RING} y={y - RING} width={width + 2 * RING} height={height + 2 * RING} rx={10} />
      <circle cx={x - RING} cy={y - RING} r={BADGE} />
      <text x={x - RING} y={y - RING} textAnchor="middle" dominantBaseline="central">
        {SIGNS[how]}
      </text>
    </g>
  );
}

/** What the signs mean. */
export function SignLegend() {
  const { t } = useTranslation();
  return (
    <ul className="compare-legend">
      {(Object.keys(SIGNS) as How[]).map((how) => (
        <li key={how}>
          <SignOf how={how} />
          {t(`compare.how.${how}`)}
        </li>
      ))}
    </ul>
  );
}

export function SignOf({ how }: { how: How }) {
  return (
    <span className={`compare-sign ${how}`} aria-hidden="true">
      {SIGNS[how]}
    </span>
  );
}
