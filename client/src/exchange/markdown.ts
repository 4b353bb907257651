import type { Board, Element } from "../document/model";
import { parseText, plainText } from "../richtext/parse";
import type { Run } from "../richtext/parse";

/** The words that the outline needs, in the reader's language. */
export interface OutlineWords {
  step(id: string): string;
  lane(id: string): string;
  /** What is known of an element beside its text, such as who answers for it. */
  about(element: Element): readonly string[];
  aboutStep(id: string): readonly string[];
  readonly untitled: string;
  readonly loose: string;
  readonly connections: string;
}

/** A board as an outline to read: a heading for each step, then what happens in it, lane by lane. */
export function toMarkdown(board: Board, words: OutlineWords): string {
  const lines: string[] = [`# ${line(board.title || words.untitled)}`, ""];
  if (board.purpose.trim() !== "") lines.push(block(board.purpose), "");
  let phase: string | undefined;
  board.steps.forEach((step, i) => {
    if (step.phase !== undefined && step.phase !== phase) {
      const title = board.phases.find((p) => p.id === step.phase)?.title ?? "";
      if (title.trim() !== "") lines.push(`*${line(title)}*`, "");
    }
    phase = step.phase;
    lines.push(`## ${String(i + 1)}. ${line(words.step(step.id))}`, "");
    const about = words.aboutStep(step.id);
    if (about.length > 0) lines.push(about.map(line).join(" · "), "");
    for (const lane of board.lanes) {
      const here = board.elements.filter((e) => e.lane === lane.id && e.step === step.id);
      if (here.length === 0) continue;
      lines.push(`### ${line(words.lane(lane.id))}`, "", ...here.map((e) => item(e, words)), "");
    }
  });
  const loose = board.elements.filter((e) => e.lane === undefined && e.text.trim() !== "");
  if (loose.length > 0) lines.push(`## ${line(words.loose)}`, "", ...loose.map((e) => item(e, words)), "");
  const texts = new Map(board.elements.map((e) => [e.id, plainText(e.text)]));
  if (board.connectors.length > 0) {
    lines.push(`## ${line(words.connections)}`, "");
    for (const c of board.connectors) {
      const arrow = c.direction === "two-way" ? "↔" : "→";
      const label = c.label.trim() === "" ? "" : ` (${line(c.label)})`;
      lines.push(`- ${line(texts.get(c.from) || "…")} ${arrow} ${line(texts.get(c.to) || "…")}${label}`);
    }
    lines.push("");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function item(e: Element, words: OutlineWords): string {
  const about = words.about(e).map(line);
  return `- ${(formed(e.text) || "…").replaceAll("\n", "\n  ")}${about.length > 0 ? ` — ${about.join(" · ")}` : ""}`;
}

/** Words that stay on one line and are never taken for markup. */
const line = (text: string) => plain(text.replace(/\s+/g, " ").trim());

/** The text of an element with its bold, lists and links, which Markdown has too; all else in it is only words. */
function formed(text: string): string {
  let written = "";
  let former: string | undefined;
  for (const { kind, sign, runs } of parseText(text.replace(/\r\n?/g, "\n"))) {
    const words = runs.map(formedRun).join("").trim();
    if (words === "") continue;
    if (former !== undefined) written += former === "plain" && kind === "plain" ? "  \n" : former !== "plain" && kind === "plain" ? "\n\n" : "\n";
    written += kind === "plain" ? atStart(words) : `${kind === "bullet" ? "-" : sign} ${atStart(words)}`;
    former = kind;
  }
  return written;
}

function formedRun({ text, bold, href }: Run): string {
  const words = bold ? `**${inner(text)}**` : inner(text);
  return href === undefined ? words : `[${words}](${href.replaceAll("\\", "%5C").replaceAll("(", "%28").replaceAll(")", "%29")})`;
}

/** Words that keep their lines. */
const block = (text: string) =>
  text
    .split(/\r?\n|\r/)
    .map((l) => plain(l.trim()))
    .filter((l) => l !== "")
    .join("  \n");

const plain = (text: string) => atStart(inner(text));

const inner = (text: string) => text.replace(/[\\`*_[\]<>|~&]/g, "\\$&");

/** What begins a line like a heading or a list, and is none. */
const atStart = (text: string) => text.replace(/^[#+-]/, "\\$&").replace(/^(\d+)([.)])/, "$1\\$2");
