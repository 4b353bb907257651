import { useStore } from "@xyflow/react";
import { useMemo } from "react";
import type { Rect } from "./layout";

/** Changes so seldom while the view moves that what follows it is drawn anew only now and then. Board units. */
const TILE = 512;

/** An area that holds all that can be seen, and somewhat more: a tile on each side. */
export function useVisibleArea(size: number = TILE): Rect {
  const key = useStore((s) => {
    const [x, y, zoom] = s.transform;
    const tile = size * Math.max(1, 2 ** Math.ceil(Math.log2(1 / zoom)));
    const left = Math.floor(-x / zoom / tile) - 1;
    const top = Math.floor(-y / zoom / tile) - 1;
    const right = Math.ceil((s.width - x) / zoom / tile) + 1;
    const bottom = Math.ceil((s.height - y) / zoom / tile) + 1;
    return `${String(left * tile)},${String(top * tile)},${String((right - left) * tile)},${String((bottom - top) * tile)}`;
  });
  return useMemo(() => {
    const [x = 0, y = 0, width = 0, height = 0] = key.split(",").map(Number);
    return { x, y, width, height };
  }, [key]);
}
