import { useEffect } from "react";
import { useHands } from "./hands";
import type { Command } from "./command";
import { commandFor, isElsewhere, run } from "./registry";

/** What has keys of its own: fields, menus, dialogs, and the panel, where Delete must not reach the board. */
const OWN = "input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox], .panel";
/** Keys with which a button is pressed and a toolbar gone through. */
const BUTTON_KEYS = /^(Enter| |Arrow.*)$/;

const all = () => true;

/** Ties the keys of the whole page to the commands, or to some of them. */
export function useKeys(some: (command: Command) => boolean = all): void {
  const hands = useHands();
  useEffect(() => {
    // Ahead of the fields, which keep their keys to themselves.
    const everywhere = (event: KeyboardEvent) => {
      const { target } = event;
      // A field of our own, such as one's name, has an undo of its own.
      if (target instanceof HTMLInputElement || (target instanceof Element && target.closest("[role=dialog]"))) return;
      const found = commandFor(event, "everywhere", hands);
      if (!found || !some(found)) return;
      // What is written there is on no board yet: taking it back is the field's own.
      if ((found.id === "undo" || found.id === "redo") && target instanceof Element && target.closest(".say")) return;
      run(found, hands);
      event.preventDefault();
    };
    const board = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.defaultPrevented || event.isComposing || (target instanceof Element && target.closest(OWN))) return;
      if (target instanceof Element && target.closest("button, a, summary") && BUTTON_KEYS.test(event.key) && !event.ctrlKey && !event.altKey) return;
      const found = commandFor(event, "board", hands);
      if (!found) {
        if (isElsewhere(event, hands)) hands.notice.say(hands.actions.elsewhere());
        return;
      }
      if (!some(found)) return;
      event.preventDefault();
      run(found, hands);
    };
    window.addEventListener("keydown", everywhere, { capture: true });
    window.addEventListener("keydown", board);
    return () => {
      window.removeEventListener("keydown", everywhere, { capture: true });
      window.removeEventListener("keydown", board);
    };
  }, [hands, some]);
}
