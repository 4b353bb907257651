import { useEffect, useRef } from "react";
import type { KeyboardEvent } from "react";
import { useEditable, useTools } from "./context";
import { bindSharedText } from "./sharedText";
import { useTellWriting } from "./telling";

interface Props {
  path: readonly string[];
  label: string;
  /** Shown while nobody has written anything; names the thing all the same. */
  placeholder: string;
  className: string;
  testId?: string;
  lines?: number;
}

/** A name on the board that is written in place, by several people at once if need be. */
export function SharedField({ path, label, placeholder, className, testId, lines = 1 }: Props) {
  const { document } = useTools();
  const editable = useEditable();
  const field = useRef<HTMLTextAreaElement>(null);
  const telling = useTellWriting(path);
  const key = path.join("\u0000");

  useEffect(() => {
    if (field.current) return bindSharedText(field.current, document, key.split("\u0000"));
    return undefined;
  }, [document, key]);

  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if ((event.key === "Enter" && !event.nativeEvent.isComposing) || event.key === "Escape") {
      event.preventDefault();
      field.current?.blur();
    }
  };

  return (
    <textarea
      ref={field}
      rows={lines}
      className={`shared nodrag nopan ${className}`}
      aria-label={label}
      placeholder={placeholder}
      readOnly={!editable}
      maxLength={200}
      spellCheck={false}
      data-testid={testId}
      onKeyDown={onKeyDown}
      {...telling}
    />
  );
}
