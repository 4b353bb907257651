import "./richtext.css";
import { Fragment, memo, useMemo } from "react";
import type { MouseEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isMarked, parseText } from "./parse";
import type { Run, TextLine } from "./parse";

/**
 * A text as it is shown: bold, lists and links. Text without marks is only itself. `onCard`: words of a link can be
 * clicked to choose what they stand on; the sign after them, Ctrl and the keyboard open it.
 */
export const RichText = memo(function RichText({ text, onCard = false }: { text: string; onCard?: boolean }) {
  const blocks = useMemo(() => (isMarked(text) ? blocksOf(parseText(text)) : undefined), [text]);
  if (!blocks) return text;
  return (
    <div className="rich">
      {blocks.map(({ kind, lines }, i) => {
        if (kind === "plain") return <div key={i}>{plainLines(lines, i === blocks.length - 1, onCard)}</div>;
        const items = lines.map((line, n) => (
          <li key={n} value={kind === "number" ? Number.parseInt(line.sign, 10) : undefined}>
            <Runs runs={line.runs} onCard={onCard} />
          </li>
        ));
        return kind === "number" ? <ol key={i}>{items}</ol> : <ul key={i}>{items}</ul>;
      })}
    </div>
  );
});

/** Lines of the same kind that follow each other. */
function blocksOf(lines: readonly TextLine[]): { kind: TextLine["kind"]; lines: TextLine[] }[] {
  const blocks: { kind: TextLine["kind"]; lines: TextLine[] }[] = [];
  for (const line of lines) {
    const last = blocks.at(-1);
    if (last?.kind === line.kind) last.lines.push(line);
    else blocks.push({ kind: line.kind, lines: [line] });
  }
  return blocks;
}

function plainLines(lines: readonly TextLine[], end: boolean, onCard: boolean): ReactNode[] {
  return lines.flatMap((line, i) => [
    <Runs key={i} runs={line.runs} onCard={onCard} />,
    // An empty line before a list has its room only when something stands after it.
    i < lines.length - 1 || (line.runs.length === 0 && !end) ? "\n" : "",
  ]);
}

function Runs({ runs, onCard }: { runs: readonly Run[]; onCard: boolean }) {
  const parts: ReactNode[] = [];
  for (let i = 0; i < runs.length; ) {
    const href = runs[i]?.href;
    // A link that is bold in part is still one link.
    let end = i + 1;
    while (href !== undefined && runs[end]?.href === href) end++;
    const words = runs.slice(i, end).map((run, n) => (run.bold ? <b key={n}>{run.text}</b> : run.text));
    parts.push(
      href === undefined ? (
        <Fragment key={i}>{words}</Fragment>
      ) : (
        <Link key={i} href={href} onCard={onCard}>
          {words}
        </Link>
      ),
    );
    i = end;
  }
  return parts;
}

function Link({ href, onCard, children }: { href: string; onCard: boolean; children: ReactNode }) {
  const { t } = useTranslation();
  const opens = (event: MouseEvent) =>
    // Zero clicks: by keyboard, or by whatever else a screen reader does.
    event.detail === 0 || event.ctrlKey || event.metaKey || (event.target as Element).closest(".open-sign") !== null;
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className="rich-link"
      title={t("richtext.opens", { address: href })}
      draggable={false}
      onMouseDown={(event) => {
        if (!onCard || event.button !== 0) return;
        // The keys go on being for the card.
        event.preventDefault();
        event.currentTarget.closest<HTMLElement>("[tabindex='0']")?.focus({ preventScroll: true });
      }}
      onClick={(event) => {
        if (!onCard) return;
        if (opens(event)) event.stopPropagation();
        else event.preventDefault();
      }}
    >
      {children}
      {onCard && (
        <svg className="open-sign" viewBox="0 0 12 12" aria-hidden="true">
          <path d="M4.5 2.5h-2v7h7v-2M6.5 2.5h3v3M9.5 2.5l-4 4" />
        </svg>
      )}
    </a>
  );
}
