import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useActions } from "../board/actions";
import { useEditable, useTools } from "../board/context";
import { Icon } from "../board/Icon";
import type { Element } from "../document/model";
import { plainText } from "../richtext/parse";
import type { Look } from "./pictures";

/** How far outside the window a picture is fetched, pixels. */
const AHEAD = "400px";

/** The picture of an element: as it is, or a calm frame that says why it cannot be seen. */
export function Picture({ element }: { element: Element }) {
  const { t } = useTranslation();
  const { pictures } = useTools().session;
  const frame = useRef<HTMLDivElement>(null);
  const near = useNear(frame);
  const id = element.image ?? "";
  const look = useSyncExternalStore(pictures.subscribe, () => pictures.look(id));
  useEffect(() => (near && id !== "" ? pictures.acquire(id) : undefined), [pictures, near, id]);
  const { shown, sending } = look;
  return (
    <div ref={frame} className="picture" data-testid="picture" data-state={id === "" ? "absent" : shown.state} data-sending={sending?.state}>
      {shown.state === "here" ? (
        <img src={shown.url} alt={plainText(element.text).trim() || t("picture.undescribed")} draggable={false} decoding="async" />
      ) : (
        <Missing id={id} state={id === "" ? "absent" : shown.state} />
      )}
      {sending && <Progress element={element} look={look} />}
    </div>
  );
}

/** Whether it has been in or near the window. It stays so: what was fetched is shown. */
function useNear(frame: RefObject<HTMLElement | null>): boolean {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (near || !element) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.some((e) => e.isIntersecting)), { rootMargin: AHEAD });
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame, near]);
  return near;
}

function Missing({ id, state }: { id: string; state: "loading" | "absent" | "unreachable" | "damaged" }) {
  const { t } = useTranslation();
  const { pictures } = useTools().session;
  return (
    <div className="picture-missing">
      <Icon name="image" />
      {state !== "loading" && <span>{t(`picture.${state}`)}</span>}
      {(state === "unreachable" || state === "damaged") && <Small words={t("picture.retry")} onPress={() => pictures.retry(id)} />}
    </div>
  );
}

function Progress({ element, look: { sending } }: { element: Element; look: Look }) {
  const { t } = useTranslation();
  const { session, focus } = useTools();
  const actions = useActions();
  const editable = useEditable();
  if (!sending) return null;
  const id = element.image ?? "";
  return (
    <div className="picture-sending">
      <span>{sending.state === "refused" ? t(`picture.refused.${sending.why}`) : t(`picture.${sending.state}`)}</span>
      {sending.state === "sending" && <progress value={sending.share} max={1} aria-label={t("picture.progress")} />}
      {sending.state === "refused" && <Small words={t("picture.retry")} onPress={() => session.pictures.retry(id)} />}
      {editable && !element.locked && (
        <Small
          words={t("picture.cancel")}
          onPress={() => {
            actions.remove([element.id]);
            void session.pictures.cancel(id);
            focus.select(undefined);
          }}
        />
      )}
    </div>
  );
}

/** A button on a card: pressing it neither carries nor chooses the card. */
function Small({ words, onPress }: { words: string; onPress: () => void }) {
  const stop = (event: { stopPropagation: () => void }) => event.stopPropagation();
  return (
    <button
      type="button"
      className="btn soft small nodrag nopan"
      onPointerDown={stop}
      onDoubleClick={stop}
      onKeyDown={stop}
      onClick={(event) => {
        stop(event);
        onPress();
      }}
    >
      {words}
    </button>
  );
}
