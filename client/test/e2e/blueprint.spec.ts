// What the board means: findings beside it, and the details of its parts.
import { barriers } from "./barriers";
import { expect, test } from "./fixtures";
import type { Person } from "./person";

const panel = (p: Person) => p.page.getByTestId("panel");
const finding = (p: Person, rule: string) => panel(p).locator(`[data-testid="finding"][data-rule="${rule}"]`);

test("findings follow the drawing, lead to their place, and can be hidden for everyone", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const link = await anna.makeBoard("Permit");
  const button = anna.page.getByTestId("panel-button");
  await expect(button).toHaveText("Findings0");
  await anna.add("customer", "s1", "Apply", "a");
  await anna.add("frontstage", "s2", "Call back", "a");
  await button.click();
  await expect(finding(anna, "SB002")).toContainText("Apply");
  await expect(finding(anna, "SB001").locator("xpath=..")).toHaveAccessibleName("Step 2");

  await finding(anna, "SB004").getByRole("button", { name: "Go to Call back" }).click();
  await expect(anna.note("Call back")).toBeFocused();
  await expect(anna.note("Call back")).toHaveAttribute("data-selected", "true");

  const bo = await enter({ name: "Bo" });
  await bo.join(link);
  await bo.page.getByTestId("panel-button").click();
  await finding(bo, "SB004").getByRole("button", { name: "Hide the rule SB004" }).click();
  await expect(finding(anna, "SB004")).toHaveCount(0);
  await anna.page.getByRole("button", { name: "Show SB004 again" }).click();
  await expect(finding(bo, "SB004")).toHaveCount(1);

  // Both came as staff; a customer who draws there takes the question back.
  await expect(finding(anna, "SB013")).toHaveCount(1);
  const cilla = await enter({ name: "Cilla" });
  await cilla.join(await anna.linkFor("editor"));
  await cilla.add("customer", "s1", "Wait", "a");
  await cilla.saved();
  // The server is asked again after a while, or by whoever comes anew.
  await anna.page.reload();
  await anna.page.getByTestId("panel-button").click();
  await expect(finding(anna, "SB002")).toHaveCount(1);
  await expect(finding(anna, "SB013")).toHaveCount(0);

  // An answer takes the finding away while the panel is open.
  await bo.add("frontstage", "s1", "Greet", "a");
  await expect(finding(anna, "SB002")).toHaveCount(0);
});

test("details of an element are written by two at once and show on the board", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const link = await anna.makeBoard("Permit");
  await anna.add("frontstage", "s1", "Asks for more", "a");
  await anna.saved();
  const bo = await enter({ name: "Bo" });
  await bo.join(link);
  await bo.choose(bo.note("Asks for more"));
  for (const p of [anna, bo]) {
    await p.page.locator(".chosen-tools").getByTestId("tool-details").click();
    await expect(p.page.getByTestId("details")).toHaveAttribute("data-kind", "element");
  }
  await anna.page.getByTestId("owner").fill("Permit office");
  await expect(bo.page.getByTestId("owner")).toHaveValue("Permit office");
  await bo.page.getByTestId("performed-by").selectOption("staff");
  await expect(anna.page.getByTestId("performed-by")).toHaveValue("staff");
  await bo.page.getByTestId("evidence-status").selectOption("assumed");

  await anna.page.getByTestId("mark-wait-point").click();
  await anna.page.getByTestId("wait").fill("3");
  await anna.page.getByLabel("Unit: Expected wait").selectOption("w");
  await expect(bo.note("Asks for more").getByTestId("pill")).toHaveText("Wait 3 wk");
  await anna.page.getByTestId("mark-fail-point").click();
  const severity = (p: Person) => p.page.getByTestId("marker-fail-point").getByTestId("severity");
  await severity(anna).selectOption("4");
  await expect(severity(bo)).toHaveValue("4");
  await expect(bo.note("Asks for more").getByTestId("pill")).toHaveCount(2);
  await anna.page.keyboard.press("Control+z");
  await expect(severity(bo)).toHaveValue("");
});

test("steps and lanes have details; what lies in a removed one is kept unless one says otherwise", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  await anna.makeBoard("Permit");
  await anna.add("customer", "s2", "Wait for answer", "a");
  const { page } = anna;
  await page.getByTestId("details-step-s2").click();
  await page.getByTestId("details-title").fill("Waiting");
  await page.getByTestId("phase").selectOption({ label: "New phase…" });
  await page.getByTestId("phase-title").fill("Before");
  await page.getByTestId("observedSeconds").fill("2");
  await page.getByLabel("Unit: Measured time").selectOption("w");
  await page.getByTestId("feel-customer").click();
  await page.getByRole("radio", { name: "Very bad" }).check();
  await expect(page.getByTestId("step-notes-s2")).toContainText("2 wk");
  await expect(page.locator(".phase-field")).toHaveValue("Before");
  await expect(page.getByTestId("feel-customer-s2")).toHaveAttribute("aria-valuetext", "Very bad");

  await page.getByTestId("add-after").click();
  await expect(page.getByTestId("details").getByRole("heading", { level: 2 })).toHaveText("Step 3");
  await page.getByTestId("remove-part").click();
  await expect(page.locator(".step-name")).toHaveCount(5);

  await page.getByTestId("details-step-s2").click();
  await page.getByTestId("remove-part").click();
  await page.getByRole("button", { name: "Keep beside the board" }).click();
  await expect(page.locator(".step-name")).toHaveCount(4);
  await expect(anna.note("Wait for answer")).not.toHaveAttribute("data-step");
  await page.keyboard.press("Control+z");
  await expect(anna.noteIn("customer", "s2", "Wait for answer")).toBeVisible();

  await page.getByTestId("add-lane").click();
  await page.getByTestId("role").selectOption("metrics");
  await expect(page.locator(".lane-name")).toHaveCount(6);
  await page.getByTestId("owner").fill("IT");
  await page.getByRole("button", { name: "Up", exact: true }).click();
  await expect(page.locator(".lane-name").nth(4)).toHaveClass(/role-metrics/);
});

test("the panel on a desk and on a phone, light and dark, has room for everything", async ({ enter }, info) => {
  const anna = await enter({ name: "Anna", language: "sv" });
  const link = await anna.makeBoard("Ansöka om bygglov");
  await anna.add("customer", "s1", "Söker efter regler", "a");
  await anna.add("frontstage", "s2", "Ringer och förklarar", "a");
  await anna.page.getByTestId("tool-details").first().click();
  await anna.page.getByTestId("mark-wait-point").click();
  await anna.page.getByTestId("wait").fill("2");
  await anna.page.getByTestId("mark-fail-point").click();
  await anna.page.getByTestId("details-step-s1").click();
  await anna.page.getByTestId("feel-customer").click();
  await anna.saved();
  for (const [name, theme, browser] of [
    ["desk-light", "light", { viewport: { width: 1280, height: 800 } }],
    ["desk-dark", "dark", { viewport: { width: 1280, height: 800 } }],
    ["phone", "light", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ] as const) {
    const person = await enter({ name: "Bo", language: "sv", theme, browser });
    await person.join(link);
    const { page } = person;
    await page.getByTestId("panel-button").click();
    await expect(panel(person)).toBeInViewport();
    await page.screenshot({ path: info.outputPath(`${name}-findings.png`) });
    expect(await barriers(page), "findings").toEqual([]);
    await finding(person, "SB009").getByRole("button", { name: "Gå till Ringer" }).click();
    await page.getByTestId("tab-details").click();
    await expect(person.note("Ringer")).toBeInViewport();
    await page.screenshot({ path: info.outputPath(`${name}-element.png`) });
    await page.getByTestId("handle-s1").click();
    await page.getByRole("menuitem", { name: "Detaljer" }).click();
    await page.screenshot({ path: info.outputPath(`${name}-step.png`) });
    expect(await barriers(page), "details of a step").toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing wider than the window").toBe(true);
  }
});
