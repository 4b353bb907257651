import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What is hard or impossible to use for some: rule, how bad, and the places. */
export async function barriers(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  // An open menu hangs at the end of the page, outside its landmarks, and the keyboard is led into it.
  const menu = (await page.getByRole("menu").count()) > 0;
  const options = { resultTypes: ["violations"], rules: { region: { enabled: !menu } } };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(options)})`);
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id} (${String(v.impact)}): ${n.target.join(" ")} ${n.failureSummary ?? ""}`));
}
