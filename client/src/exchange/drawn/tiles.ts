import type { Box } from "../../drawing/svg";

/** A board cut into sheets of paper. */

export interface Tile {
  readonly area: Box;
  /** From 1 on. */
  readonly row: number;
  readonly column: number;
  /** Where another sheet goes on. */
  readonly joins: { readonly left: boolean; readonly right: boolean; readonly above: boolean; readonly below: boolean };
}

/** The sheets that cover an area, row by row. Neighbours share `overlap`; what is left over lies evenly around the whole. */
export function tilesOf(box: Box, width: number, height: number, overlap: number): Tile[] {
  const count = (whole: number, side: number) => Math.max(1, Math.ceil((whole - overlap) / (side - overlap) - 1e-9));
  const [columns, rows] = [count(box.width, width), count(box.height, height)];
  const left = box.x - (columns * (width - overlap) + overlap - box.width) / 2;
  const top = box.y - (rows * (height - overlap) + overlap - box.height) / 2;
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return {
      area: { x: left + column * (width - overlap), y: top + row * (height - overlap), width, height },
      row: row + 1,
      column: column + 1,
      joins: { left: column > 0, right: column < columns - 1, above: row > 0, below: row < rows - 1 },
    };
  });
}

/** A copy of the drawing with what can be seen in an area. The drawing must be in the page. */
export function partsIn(root: Element, area: Box): Element {
  const copy = root.cloneNode(false) as Element;
  copy.setAttribute("viewBox", [area.x, area.y, area.width, area.height].join(" "));
  copy.setAttribute("width", String(area.width));
  copy.setAttribute("height", String(area.height));
  for (const child of root.children) {
    // Groups that only say how things look are taken apart, those that are one thing are not.
    if (child.localName === "g" && !child.hasAttribute("transform")) {
      const group = child.cloneNode(false) as Element;
      for (const part of child.children) if (meets(part, area)) group.append(part.cloneNode(true));
      if (group.childElementCount > 0) copy.append(group);
    } else if (meets(child, area)) copy.append(child.cloneNode(true));
  }
  return copy;
}

/** Room for arrowheads and lines that reach over the box that a browser tells. */
const RIM = 12;

function meets(element: Element, area: Box): boolean {
  if (!(element instanceof SVGGraphicsElement)) return false;
  const { x, y, width, height } = element.getBBox();
  const [, e = "0", f = "0"] = /^translate\((-?[\d.]+) (-?[\d.]+)\)/.exec(element.getAttribute("transform") ?? "") ?? [];
  const [left, top] = [x + Number(e) - RIM, y + Number(f) - RIM];
  return left < area.x + area.width && left + width + 2 * RIM > area.x && top < area.y + area.height && top + height + 2 * RIM > area.y;
}
