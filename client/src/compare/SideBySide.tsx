import "./differences.css";
import { useEffect, useMemo, useRef, useState } from "react";
import type { UIEvent } from "react";
import { useTranslation } from "react-i18next";
import { useTools } from "../board/context";
import { Icon } from "../board/Icon";
import type { Board } from "../document/model";
import { gatherPictures, picturesOn } from "../exchange/pictures";
import { ComparedBoard } from "./ComparedBoard";
import type { Difference } from "./differences";
import type { Side } from "./marks";

/** How wide a board is drawn beside the room there is. */
const SCALES: readonly number[] = [0.4, 0.6, 0.8, 1, 1.5, 2, 3, 4];
/** With this one the whole width is seen, at first. */
export const WHOLE = SCALES.indexOf(1);

/** A board of so many steps is seen whole in half the width. */
const SHORT = 8;

/** Two boards that are compared, drawn, with what differs marked on each; both show the same part. */
export function SideBySide({ boards, labels, differences, scale, at, label }: {
  boards: Readonly<Record<Side, Board>>;
  labels: Readonly<Record<Side, string>>;
  differences: readonly Difference[];
  /** Which of the sizes; see SizeButtons. */
  scale: number;
  /** The key of the difference to be seen. */
  at: string | undefined;
  label: string;
}) {
  const images = usePictures(boards.before, boards.after);
  const taken = useRef<HTMLElement>(undefined);
  /** Both show the same part; the one that is taken along does not lead in turn. */
  const follow = (event: UIEvent<HTMLElement>) => {
    const lead = event.target as HTMLElement;
    if (taken.current === lead) {
      taken.current = undefined;
      return;
    }
    for (const other of event.currentTarget.querySelectorAll<HTMLElement>(".compared")) {
      if (other === lead || (other.scrollLeft === lead.scrollLeft && other.scrollTop === lead.scrollTop)) continue;
      const [left, top] = [other.scrollLeft, other.scrollTop];
      other.scrollTo({ left: lead.scrollLeft, top: lead.scrollTop });
      if (other.scrollLeft !== left || other.scrollTop !== top) taken.current = other;
    }
  };
  return (
    <section className="differences-boards" data-short={boards.after.steps.length <= SHORT || undefined} aria-label={label} onScrollCapture={follow}>
      {(["before", "after"] as const).map((side) => (
        <figure key={side}>
          <figcaption>{labels[side]}</figcaption>
          <ComparedBoard board={boards[side]} differences={differences} side={side} label={labels[side]} scale={SCALES[scale] ?? 1} at={at} image={images} />
        </figure>
      ))}
    </section>
  );
}

/** How large the boards are drawn. */
export function SizeButtons({ scale, onScale }: { scale: number; onScale: (scale: number) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <button type="button" className="btn icon" aria-label={t("variants.smaller")} disabled={scale === 0} onClick={() => onScale(scale - 1)}>
        <Icon name="out" />
      </button>
      <button type="button" className="btn icon" aria-label={t("variants.larger")} disabled={scale === SCALES.length - 1} onClick={() => onScale(scale + 1)} data-testid="differences-larger">
        <Icon name="in" />
      </button>
    </>
  );
}

/** The pictures of both boards, once they are here. */
function usePictures(before: Board, after: Board): (id: string) => string | undefined {
  const { session } = useTools();
  const [files, setFiles] = useState<Readonly<Record<string, string>>>({});
  const both = useRef([before, after]);
  both.current = [before, after];
  // Boards change all the time, their pictures seldom.
  const wanted = useMemo(() => [before, after].flatMap(picturesOn).sort().join(" "), [before, after]);
  useEffect(() => {
    let away = false;
    const [one, other] = both.current as [Board, Board];
    void gatherPictures({ ...one, elements: [...one.elements, ...other.elements] }, session.pictures).then(({ files: found }) => {
      if (!away) setFiles(found);
    });
    return () => {
      away = true;
    };
  }, [wanted, session]);
  return useMemo(() => (id) => files[id], [files]);
}
