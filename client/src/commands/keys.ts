/**
 * Keys are written "Mod+Shift+z": Mod is Ctrl, or the command key on a Mac. The last part is what the key says
 * (KeyboardEvent.key), or where it lies for "Digit1" and the like, since Shift turns digits into other signs.
 */

const MAC = typeof navigator !== "undefined" && /Mac|iP(hone|ad|od)/.test(navigator.platform);

interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export function matches(keys: string, event: Press): boolean {
  const parts = keys.split("+");
  // "+" itself is a key too.
  const key = keys.endsWith("++") || keys === "+" ? "+" : (parts.at(-1) ?? "");
  const has = (modifier: string) => parts.slice(0, -1).includes(modifier);
  if (has("Mod") !== (event.ctrlKey || event.metaKey) || has("Alt") !== event.altKey) return false;
  if (key.startsWith("Digit")) return event.code === key && has("Shift") === event.shiftKey;
  // Whether a sign needs Shift depends on the keyboard.
  const sign = key.length === 1 && key.toLowerCase() === key.toUpperCase() && key !== " ";
  if (!sign && has("Shift") !== event.shiftKey) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

const SHOWN: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Alt: MAC ? "⌥" : "Alt",
  Shift: MAC ? "⇧" : "Shift",
  Mod: MAC ? "⌘" : "Ctrl",
};

/** How the keys are shown to the person at this device. */
export function shown(keys: string, words: (key: string) => string | undefined): string {
  const parts = keys === "+" ? ["+"] : keys.endsWith("++") ? [...keys.slice(0, -2).split("+"), "+"] : keys.split("+");
  return parts.map((p) => words(p) ?? SHOWN[p] ?? (p.startsWith("Digit") ? p.slice(5) : p.length === 1 ? p.toUpperCase() : p)).join(" ");
}

/** The same for a screen reader (aria-keyshortcuts). */
export const spoken = (keys: string) => keys.replace("Mod", MAC ? "Meta" : "Control").replace("Digit", "").replace(" ", "Space");
