import { ViewportPortal } from "@xyflow/react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useBoardPart, useFocus } from "./context";
import { groundOf } from "./ground";
import type { Geometry } from "./layout";
import { arrowhead, route } from "./routes";

/** From what is chosen and can fail, a thin line to what mends it. */
export function Recoveries({ geometry, hidden }: { geometry: Geometry; hidden: boolean }) {
  const { t } = useTranslation();
  const chosen = useFocus((f) => f.selected);
  const board = useBoardPart((b) => (chosen === undefined ? undefined : b));
  const links = useMemo(() => {
    const marks = !board ? [] : board.markers.filter((m) => m.target === chosen && m.recovery !== undefined);
    if (!board || marks.length === 0) return [];
    const ground = groundOf(geometry, board);
    const place = (id: string | undefined) => (id === undefined ? undefined : (geometry.places.get(id) ?? geometry.tucked.get(id)));
    return marks.flatMap((m) => {
      const [from, to] = [place(m.target), place(m.recovery)];
      return from && to ? [{ id: m.id, way: route(from, to, ground, { mark: 1, beside: 1 }) }] : [];
    });
  }, [board, geometry, chosen]);
  if (hidden || links.length === 0) return null;
  return (
    <ViewportPortal>
      <svg className="connectors recoveries" aria-hidden="true" data-testid="recoveries">
        {links.map(({ id, way }) => (
          <g key={id}>
            <path className="connector-line" d={way.path} />
            <path className="connector-head" {...arrowhead(way.end)} />
          </g>
        ))}
      </svg>
      {links.map(({ id, way }) => (
        <div key={id} className="connector-words recovery-words" aria-hidden="true" style={{ transform: `translate(${String(way.x)}px, ${String(way.y)}px) translate(-50%, -50%)` }}>
          {t("parts.mended")}
        </div>
      ))}
    </ViewportPortal>
  );
}
