import { ViewportPortal, useStore } from "@xyflow/react";
import { CardTools, useChosen } from "./CardTools";
import { useTalks } from "./context";
import type { Geometry } from "./layout";
import { around } from "./moving";

/** What the tools and the bar below them take, pixels. */
const ROOM = 150;

/** The tools of what is chosen, right below it. */
export function SelectionTools({ geometry, hidden }: { geometry: Geometry; hidden: boolean }) {
  const talks = useTalks();
  const chosen = useChosen();
  const box = around(chosen.map((e) => geometry.places.get(e.id)));
  // Where the bar at the lower edge would cover them they are above.
  const above = useStore(({ transform, height }) => box !== undefined && (box.y + box.height) * transform[2] + transform[1] > height - ROOM && box.y * transform[2] + transform[1] > ROOM);
  if (!talks || hidden || !box) return null;
  return (
    <ViewportPortal>
      {chosen.length > 1 && <div className="chosen-box" style={{ transform: `translate(${String(box.x)}px, ${String(box.y)}px)`, width: box.width, height: box.height }} />}
      <div className="chosen-tools" data-above={above || undefined} style={{ transform: `translate(${String(box.x)}px, ${String(above ? box.y : box.y + box.height)}px)` }}>
        <CardTools chosen={chosen} />
      </div>
    </ViewportPortal>
  );
}
