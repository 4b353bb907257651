import "./opening.css";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { viewOf } from "../board/firstView";
import { pictureOf } from "./picture";
import type { Picture } from "./picture";

/** What is seen while a board opens: a picture of it, where the board itself will be, or else only that it opens. */
export function Opening({ id, secret }: { id: string; secret: string }) {
  const { t } = useTranslation();
  const [picture, setPicture] = useState<Picture>();
  useEffect(() => {
    let wanted = true;
    void pictureOf(id, secret).then((found) => {
      if (wanted) setPicture(found);
    });
    return () => {
      wanted = false;
    };
  }, [id, secret]);

  if (!picture) return <Loading />;
  return (
    <main className="opening" data-testid="first-picture">
      <Placed picture={picture} />
      <h1 className="opening-title">{picture.title}</h1>
      <p className="opening-sign" role="status">
        {t("board.loading")}
      </p>
    </main>
  );
}

export function Loading() {
  const { t } = useTranslation();
  return (
    <main className="page opening-page">
      <p className="loading" role="status">
        {t("board.loading")}
      </p>
    </main>
  );
}

/** Puts the picture where the first view of the canvas will have the board. */
function Placed({ picture: { svg, box, board } }: { picture: Picture }) {
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const place = () => {
      const { x, y, zoom } = viewOf(board, element.clientWidth, element.clientHeight);
      svg.setAttribute("width", String(box.width * zoom));
      svg.setAttribute("height", String(box.height * zoom));
      if (svg instanceof SVGSVGElement) svg.style.transform = `translate(${String(x + box.x * zoom)}px, ${String(y + box.y * zoom)}px)`;
    };
    element.append(svg);
    place();
    const observer = new ResizeObserver(place);
    observer.observe(element);
    return () => observer.disconnect();
  }, [svg, box, board]);
  return <div ref={frame} className="opening-frame" />;
}
