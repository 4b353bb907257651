import { arrowhead, createRouter } from "../board/routes";
import type { Connector } from "../document/model";
import type { Pen } from "./pen";
import { baseline, widthOf } from "./font";
import { group, rect, tag, text } from "./svg";
import { cut } from "./wrap";

const WORDS = { size: 12, weight: 400 };
const WIDEST = 160;

const DASHES: Readonly<Record<Connector["meaning"], Readonly<Record<string, string>>>> = {
  "leads-to": {},
  enables: { "stroke-dasharray": "8 5" },
  information: { "stroke-dasharray": "1.5 4", "stroke-linecap": "round", "stroke-width": "2.25" },
};

/** The arrows between elements, and the words on them. */
export function drawConnectors({ board, geometry, colors, look }: Pen): string {
  const routes = createRouter()(board, geometry);
  const lines: string[] = [];
  const heads: string[] = [];
  const labels: string[] = [];
  for (const c of board.connectors) {
    const route = routes.get(c.id);
    if (!route) continue;
    lines.push(tag("path", { d: route.path, ...DASHES[c.meaning] }));
    heads.push(tag("path", arrowhead(route.end)));
    if (c.direction === "two-way") heads.push(tag("path", arrowhead(route.start)));
    const words = cut(c.label || (c.meaning === "leads-to" ? "" : look.words.meaning(c.meaning)), WIDEST - 18, WORDS);
    if (words === "") continue;
    const wide = widthOf(words, WORDS.size, WORDS.weight) + 18;
    labels.push(
      rect({ x: route.x - wide / 2 + 0.5, y: route.y - 10, width: wide - 1, height: 20 }, { rx: 9, fill: colors.surface, stroke: colors.edge }) +
        text(route.x, route.y - 8.5 + baseline(WORDS.size, 17), words, { "text-anchor": "middle" }),
    );
  }
  return (
    group({ fill: "none", stroke: colors.ink2, "stroke-width": 1.75 }, lines) +
    group({ fill: colors.ink2 }, heads) +
    group({ fill: colors.ink, "font-size": WORDS.size }, labels)
  );
}
