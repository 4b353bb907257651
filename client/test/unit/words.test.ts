import { expect, test } from "vitest";
import { en } from "../../src/i18n/en";
import { sv } from "../../src/i18n/sv";

function flat(words: object, path = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "string") all.set(path + key, value);
    else for (const [k, v] of flat(value as object, `${path}${key}.`)) all.set(k, v);
  }
  return all;
}

const slots = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort();

test("both languages say everything, with the same slots", () => {
  const [english, swedish] = [flat(en), flat(sv)];
  expect([...swedish.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [key, text] of english) {
    expect(swedish.get(key)?.trim(), key).toBeTruthy();
    expect(slots(swedish.get(key) ?? ""), key).toEqual(slots(text));
  }
});
