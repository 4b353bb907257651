import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTools } from "../board/context";
import { shown } from "../commands/keys";

const MOST = 5_000;

interface Props {
  /** What the draft is kept under, and what the others are told that one is writing. */
  readonly about: string;
  readonly label: string;
  readonly send: string;
  readonly testId: string;
  /** Says it. False when that could not be done; then the words stay. */
  readonly onSay: (text: string) => boolean;
  readonly onLeave: () => void;
  readonly autoFocus?: boolean;
}

/** Where something is said: the words are one's own until they are sent, and are kept until then. */
export function SayField({ about, label, send, testId, onSay, onLeave, autoFocus = false }: Props) {
  const { t } = useTranslation();
  const { talk, session, notice } = useTools();
  const [text, setText] = useState(() => talk.drafts.get(about));
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const tell = (writing: boolean) => session.presence.update({ talking: writing ? about : undefined });
  useEffect(() => () => session.presence.update({ talking: undefined }), [session]);
  useEffect(() => {
    if (autoFocus) field.current?.focus({ preventScroll: false });
  }, [autoFocus]);

  const write = (next: string) => {
    setText(next);
    talk.drafts.set(about, next);
    tell(next.trim() !== "");
  };
  const say = () => {
    field.current?.focus();
    if (text.trim() === "") return;
    if (onSay(text)) write("");
    else notice.say(t("talk.notSaid"));
  };
  return (
    <form
      className="say"
      onSubmit={(event) => {
        event.preventDefault();
        say();
      }}
    >
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        ref={field}
        className="text"
        rows={2}
        maxLength={MOST}
        value={text}
        data-testid={testId}
        onChange={(event) => write(event.target.value)}
        onFocus={() => tell(text.trim() !== "")}
        onBlur={() => tell(false)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            say();
          }
          if (event.key === "Escape") {
            event.preventDefault();
            onLeave();
          }
        }}
      />
      <div className="row">
        <button type="submit" className="btn soft" data-testid={`${testId}-send`}>
          {send}
        </button>
        <span className="fine fine-pointer">{t("talk.keys", { keys: shown("Mod+Enter", () => undefined) })}</span>
      </div>
    </form>
  );
}
