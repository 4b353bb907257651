// @vitest-environment node
import { expect, test } from "vitest";
import { COMMANDS, fits } from "../../src/commands/registry";
import { en } from "../../src/i18n/en";

const wordsOf = (id: string): unknown => id.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], en.command);

test("every command has a name of its own, words, and keys that no other has unless it says so", () => {
  const ids = COMMANDS.map((c) => c.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id } of COMMANDS) expect(wordsOf(id), id).toBeTypeOf("string");
  for (const { listed } of COMMANDS) if (listed !== undefined) expect(en.listed).toHaveProperty(listed);
  const sharedIn = (view: "canvas" | "outline") => {
    const keys = new Map<string, string[]>();
    for (const c of COMMANDS) if (fits(c, view)) for (const k of c.keys ?? []) keys.set(k, [...(keys.get(k) ?? []), c.id]);
    return [...keys].filter(([, of]) => of.length > 1).map(([k]) => k).sort();
  };
  // The same key where only one can be done at a time.
  expect(sharedIn("canvas")).toEqual(["ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp", "Enter", "Escape", "Shift+H", "p"]);
  expect(sharedIn("outline")).toEqual(["Alt+ArrowLeft", "Alt+ArrowRight", "Backspace", "Delete", "Enter", "Escape", "F2", "Shift+H", "k"]);
});
