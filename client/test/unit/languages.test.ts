import i18next from "i18next";
import { expect, test, vi } from "vitest";
import { sayDate, setLanguage, startLanguage } from "../../src/i18n";

test("numbers and dates are written as the language writes them", async () => {
  vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal("navigator", { languages: ["de"] });
  vi.stubGlobal("document", { documentElement: {} });
  await startLanguage();
  await setLanguage("sv");
  expect(i18next.t("board.steps", { count: 1 })).toBe("1 steg");
  expect(i18next.t("board.steps", { count: 1234 })).toBe("1\u00a0234 steg");
  expect(i18next.t("details.shortUnits.h", { n: 2.5 })).toBe("2,5 tim");
  expect(i18next.t("people.invented", { name: "007" })).toContain("007");
  expect(sayDate(Date.UTC(2026, 10, 27, 12), false)).toBe("27 nov. 2026");
  await setLanguage("en");
  expect(i18next.t("board.steps", { count: 1234 })).toBe("1,234 steps");
  expect(i18next.t("details.shortUnits.h", { n: 2.5 })).toBe("2.5 h");
  expect(sayDate(Date.UTC(2026, 10, 27, 12), false)).toBe("27 Nov 2026");
});
