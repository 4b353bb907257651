// @vitest-environment node
import { expect, test } from "vitest";
import { COMMANDS } from "../../src/commands/registry";
import { en } from "../../src/i18n/en";

const wordsOf = (id: string): unknown => id.split(".").reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], en.command);

test("every command has a name of its own, words, and keys that no other has unless it says so", () => {
  const ids = COMMANDS.map((c) => c.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id } of COMMANDS) expect(wordsOf(id), id).toBeTypeOf("string");
  for (const { listed } of COMMANDS) if (listed !== undefined) expect(en.listed).toHaveProperty(listed);
  const keys = new Map<string, string[]>();
  for (const c of COMMANDS) for (const k of c.keys ?? []) keys.set(k, [...(keys.get(k) ?? []), c.id]);
  // The same key where only one can be done at a time.
  const shared = [...keys].filter(([, of]) => of.length > 1).map(([k]) => k);
  expect(shared.sort()).toEqual(["ArrowDown", "ArrowLeft", "ArrowRight", "ArrowUp", "Enter", "Escape"]);
});
