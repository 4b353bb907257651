import medium from "@expo-google-fonts/inter/500Medium/Inter_500Medium.ttf?url";
import semibold from "@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf?url";
import { jsPDF } from "jspdf";
import { svg2pdf } from "svg2pdf.js";
import type { Box } from "../../drawing/svg";
import { base64 } from "./fonts";
import { drawSheet } from "./picture";
import type { Wish } from "./picture";
import { partsIn, tilesOf } from "./tiles";

/** A board as a PDF with text that can be searched and chosen. Sizes on paper are in points. */

/** Points for a unit of the board: cards can then be read on paper. */
const SCALE = 0.75;
/** The longest side that readers of PDF take. */
const LONGEST = 14_400;
const MARGIN = 28;
/** Neighbouring sheets share so much, to be put together. Units of the board. */
const OVERLAP = 40;
const PAPERS = { a4: [842, 595], a3: [1191, 842] } as const;

export interface PdfWish extends Wish {
  readonly title: string;
  /** One page as large as the board, or sheets of paper. */
  readonly paper: keyof typeof PAPERS | undefined;
  /** What stands at the foot of a sheet. */
  foot(page: number, pages: number, row: number, column: number): string;
  /** Told which sheet is being drawn. */
  onPage(page: number, pages: number): void;
}

export async function pdfOf(wish: PdfWish): Promise<Blob> {
  const [{ svg, box }, fonts] = await Promise.all([drawSheet({ ...wish, theme: "light" }, false), loadFonts()]);
  const host = document.createElement("div");
  host.className = "hidden";
  document.body.append(host);
  try {
    const root = host.appendChild(document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true));
    prepare(root);
    const { paper } = wish;
    const pdf = paper === undefined ? await onePage(root, box, fonts) : await sheets(root, box, PAPERS[paper], fonts, wish);
    pdf.setProperties({ title: wish.title, creator: "Openmic" });
    return pdf.output("blob");
  } finally {
    host.remove();
  }
}

type Fonts = readonly { readonly file: string; readonly style: "normal" | "bold"; readonly bytes: string }[];

async function loadFonts(): Promise<Fonts> {
  const load = async (url: string) => base64(new Uint8Array(await (await fetch(url)).arrayBuffer()));
  const [normal, bold] = await Promise.all([load(medium), load(semibold)]);
  return [
    { file: "Inter-Medium.ttf", style: "normal", bytes: normal },
    { file: "Inter-SemiBold.ttf", style: "bold", bytes: bold },
  ];
}

function begin(width: number, height: number, fonts: Fonts): jsPDF {
  const pdf = new jsPDF({ unit: "pt", format: [width, height], orientation: width > height ? "landscape" : "portrait", compress: true, putOnlyUsedFonts: true });
  for (const { file, style, bytes } of fonts) {
    pdf.addFileToVFS(file, bytes);
    pdf.addFont(file, "Inter", style);
  }
  pdf.setFont("Inter", "normal");
  return pdf;
}

async function onePage(root: Element, box: Box, fonts: Fonts): Promise<jsPDF> {
  const scale = Math.min(SCALE, LONGEST / box.width, LONGEST / box.height);
  const pdf = begin(box.width * scale, box.height * scale, fonts);
  await svg2pdf(root, pdf, { x: 0, y: 0, width: box.width * scale, height: box.height * scale });
  return pdf;
}

async function sheets(root: Element, box: Box, [width, height]: readonly [number, number], fonts: Fonts, wish: PdfWish): Promise<jsPDF> {
  const pdf = begin(width, height, fonts);
  const inner = { width: width - 2 * MARGIN, height: height - 2 * MARGIN };
  const tiles = tilesOf(box, inner.width / SCALE, inner.height / SCALE, OVERLAP);
  for (const [i, { area, row, column, joins }] of tiles.entries()) {
    wish.onPage(i + 1, tiles.length);
    // The page stays alive, and says how far it is.
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (i > 0) pdf.addPage([width, height], "landscape");
    const part = root.parentNode?.appendChild(partsIn(root, area));
    if (part) {
      await svg2pdf(part, pdf, { x: MARGIN, y: MARGIN, width: inner.width, height: inner.height });
      part.remove();
    }
    // What reaches over the edge of the sheet is on the next one.
    pdf.setFillColor(255, 255, 255);
    pdf.rect(0, 0, width, MARGIN, "F").rect(0, height - MARGIN, width, MARGIN, "F").rect(0, 0, MARGIN, height, "F").rect(width - MARGIN, 0, MARGIN, height, "F");
    pdf.setDrawColor(120, 120, 120).setLineWidth(0.5).setLineDashPattern([3, 3], 0);
    const shared = OVERLAP * SCALE;
    if (joins.left) pdf.line(MARGIN + shared, 8, MARGIN + shared, MARGIN - 4).line(MARGIN + shared, height - MARGIN + 4, MARGIN + shared, height - 8);
    if (joins.right) pdf.line(width - MARGIN - shared, 8, width - MARGIN - shared, MARGIN - 4).line(width - MARGIN - shared, height - MARGIN + 4, width - MARGIN - shared, height - 8);
    if (joins.above) pdf.line(8, MARGIN + shared, MARGIN - 4, MARGIN + shared).line(width - MARGIN + 4, MARGIN + shared, width - 8, MARGIN + shared);
    if (joins.below) pdf.line(8, height - MARGIN - shared, MARGIN - 4, height - MARGIN - shared).line(width - MARGIN + 4, height - MARGIN - shared, width - 8, height - MARGIN - shared);
    pdf.setFont("Inter", "normal").setFontSize(8).setTextColor(70, 70, 70);
    pdf.text(wish.foot(i + 1, tiles.length, row, column), width / 2, height - 10, { align: "center" });
  }
  return pdf;
}

/** The two weights that the file carries stand for all. */
function prepare(root: Element): void {
  root.setAttribute("font-family", "Inter");
  for (const element of [root, ...root.querySelectorAll("[font-weight]")]) {
    const weight = Number(element.getAttribute("font-weight") ?? 400);
    element.setAttribute("font-weight", weight > 550 ? "bold" : "normal");
  }
}
