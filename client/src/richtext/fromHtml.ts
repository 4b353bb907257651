import { inBrackets } from "./edit";
import { safeAddress } from "./parse";

/** So much of what is pasted is looked at. */
const MOST_NODES = 20_000;
const DEEPEST = 200;
const MOST_LETTERS = 20_000;

const SKIPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "HEAD", "TITLE", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "MATH", "TEXTAREA", "SELECT", "BUTTON"]);
const BLOCKS = new Set(["P", "DIV", "LI", "UL", "OL", "TR", "TABLE", "SECTION", "ARTICLE", "HEADER", "FOOTER", "BLOCKQUOTE", "PRE", "H1", "H2", "H3", "H4", "H5", "H6", "DD", "DT"]);
const BOLD = new Set(["B", "STRONG", "TH", "H1", "H2", "H3", "H4", "H5", "H6"]);

interface Style {
  readonly bold: boolean;
  readonly href: string | undefined;
}

interface Piece extends Style {
  text: string;
}

/**
 * What is pasted from another program, with its bold, lists and links written as text. Undefined when it has none, and
 * plain text says the same. The HTML is read into a document of its own, where nothing runs and nothing is loaded.
 */
export function fromHtml(html: string): string | undefined {
  const { body } = new DOMParser().parseFromString(harmless(html), "text/html");
  const lines: { sign: string; pieces: Piece[] }[] = [{ sign: "", pieces: [] }];
  let nodes = 0;
  let letters = 0;
  const line = () => lines.at(-1) ?? { sign: "", pieces: [] };
  const begin = (sign = "", always = false) => {
    if (always || line().pieces.some((p) => p.text.trim() !== "")) lines.push({ sign, pieces: [] });
    else if (sign !== "") line().sign = sign;
  };

  const put = (text: string, style: Style) => {
    const { pieces } = line();
    const last = pieces.at(-1);
    const words = last === undefined || /\s$/.test(last.text) ? text.replace(/^\s+/, "") : text;
    letters += words.length;
    if (words === "" || letters > MOST_LETTERS) return;
    if (last && last.bold === style.bold && last.href === style.href) last.text += words;
    else pieces.push({ text: words, ...style });
  };

  const walk = (node: Node, style: Style, depth: number) => {
    if (++nodes > MOST_NODES || depth > DEEPEST) return;
    if (node.nodeType === Node.TEXT_NODE) {
      put((node.nodeValue ?? "").replace(/[\s\u00a0]+/g, " "), style);
      return;
    }
    // Of another document, so no instance of this one's Element.
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const element = node as Element;
    const name = element.tagName.toUpperCase();
    if (SKIPPED.has(name) || element.hasAttribute("hidden")) return;
    if (name === "BR") {
      begin("", true);
      return;
    }
    if (name === "LI") begin(signOf(element));
    else if (BLOCKS.has(name)) begin();
    else if ((name === "TD" || name === "TH") && line().pieces.length > 0) put(" ", style);
    const inner = { bold: boldOf(element, name, style.bold), href: name === "A" ? (safeAddress(element.getAttribute("href")?.trim() ?? "") ?? style.href) : style.href };
    for (let child = element.firstChild; child; child = child.nextSibling) walk(child, inner, depth + 1);
    if (BLOCKS.has(name)) begin();
  };
  walk(body, { bold: false, href: undefined }, 0);

  const written = lines.map(({ sign, pieces }) => {
    const words = writtenOf(pieces);
    return words === "" ? "" : sign + words;
  });
  const formed = lines.some(({ sign, pieces }) => pieces.some((p) => p.text.trim() !== "" && (sign !== "" || p.bold || p.href !== undefined)));
  return formed ? written.join("\n").replace(/\n{3,}/g, "\n\n").trim() : undefined;
}

/**
 * Nothing of the parsed document is run or shown. But the browser would check its styles and handlers against the policy
 * of the page, and complain of each: they are given other names first.
 */
function harmless(html: string): string {
  return html.replace(/<[^<>]*>/g, (tag) => tag.replace(/^(<\/?)(?:style|script)\b/i, "$1template").replace(/([\s"'/])(style|on\w+)(?=\s*=)/gi, "$1data-$2"));
}

function signOf(item: Element): string {
  const list = item.parentElement;
  if (list?.tagName.toUpperCase() !== "OL") return "- ";
  const from = Number.parseInt(list.getAttribute("start") ?? "1", 10) || 1;
  const at = Array.prototype.filter.call(list.children, (c: Element) => c.tagName.toUpperCase() === "LI").indexOf(item);
  return `${String(Math.max(0, Math.min(999, from + at)))}. `;
}

/** Some programs wrap all they copy in a bold that is none. */
function boldOf(element: Element, name: string, inherited: boolean): boolean {
  const weight = /font-weight:\s*(\w+)/i.exec(element.getAttribute("data-style") ?? "")?.[1]?.toLowerCase();
  if (weight === "bold" || weight === "bolder") return true;
  if (weight === "normal" || weight === "lighter") return false;
  if (weight !== undefined && /^\d+$/.test(weight)) return Number(weight) >= 600;
  return inherited || BOLD.has(name);
}

function writtenOf(pieces: readonly Piece[]): string {
  let text = "";
  for (const { text: raw, bold, href } of pieces) {
    const words = href === undefined ? raw : raw.replace(/[[\]]/g, "");
    const inner = words.trim();
    if (inner === "") {
      text += raw;
      continue;
    }
    const link = href === undefined ? inner : inner === href || `${inner}/` === href || safeAddress(inner) !== undefined ? href : `[${inner}](${inBrackets(href)})`;
    const [before, behind] = [/^\s*/.exec(words)?.[0] ?? "", /\s*$/.exec(words)?.[0] ?? ""];
    text += `${before}${bold ? `**${link}**` : link}${behind}`;
  }
  return text.trim();
}
