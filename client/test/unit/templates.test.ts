import { describe, expect, test } from "vitest";
import { BoardDocument } from "../../src/document/document";
import { crowdIn } from "../../src/exchange/content";
import { fillings } from "../../src/exchange/plain";
import { findingsOf } from "../../src/findings/findings";
import { givenTemplates, previewOf } from "../../src/templates/templates";
import { Desk, genesis } from "./boards";

const made = (["sv", "en"] as const).flatMap((language) => givenTemplates(language).map((template) => ({ language, ...template })));

describe.each(made)("$id in $language", ({ id, language, name, about, content, preview }) => {
  test("is whole, and small enough to read", () => {
    expect(name && about).toBeTruthy();
    if (!content) {
      expect(id).toBe("empty");
      return;
    }
    expect(crowdIn(content)).toBeUndefined();
    const document = new BoardDocument(new Desk(genesis()));
    document.begin(fillings(content));
    const board = document.board();
    expect(board.steps.length).toBeLessThanOrEqual(12);
    expect(board.steps.every((s) => s.title !== "")).toBe(true);
    expect(board.elements).toHaveLength(Object.keys(content.elements).length);
    expect(board.elements.every((e) => e.lane !== undefined && e.text !== "")).toBe(true);
    expect(board.connectors).toHaveLength(Object.keys(content.connectors).length);
    expect(board.markers).toHaveLength(Object.keys(content.markers).length);
    for (const marker of Object.values(content.markers)) if ("recovery" in marker) expect(board.elements.some((e) => e.id === marker["recovery"])).toBe(true);
    expect(preview).toEqual(previewOf(content));
    expect(preview.lanes.some((l) => l.filled.includes(true))).toBe(true);
    if (id !== "classic") {
      // Good examples leave only what a real service would have to ask itself.
      const rules = new Set(findingsOf(board).map((f) => f.rule));
      expect([...rules].filter((r) => r !== "SB011" && r !== "SB014"), language).toEqual([]);
    }
  });
});

test("both languages have the same templates, in different words", () => {
  const [sv, en] = [givenTemplates("sv"), givenTemplates("en")];
  expect(sv.map((t) => t.id)).toEqual(en.map((t) => t.id));
  sv.forEach((t, i) => {
    expect(t.name).not.toBe(en[i]?.name);
    const texts = (template: typeof t | undefined) => Object.values(template?.content?.elements ?? {}).map((e) => e["text"]);
    texts(t).forEach((text, n) => expect(text).not.toBe(texts(en[i])[n]));
  });
});
