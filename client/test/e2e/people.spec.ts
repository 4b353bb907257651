import { barriers } from "./barriers";
import { Crowd } from "./crowd";
import { expect, test } from "./fixtures";
import { boxOf } from "./person";

test("one sees who else is here, where they point and what they are at, until they leave", async ({ enter }) => {
  const anna = await enter({ name: "Anna Sjö" });
  const bo = await enter({ name: "Bo Ek" });
  await bo.join(await anna.makeBoard("Board"));
  await anna.add("customer", "s1", "Söker");
  await expect(bo.page.getByTestId("people")).toHaveAttribute("data-count", "2");
  await expect(anna.page.getByTestId("people")).toHaveAttribute("data-count", "2");
  await expect(bo.page.getByText("Anna Sjö is here")).toBeVisible();

  const cell = await boxOf(anna.cell("frontstage", "s2"));
  await anna.page.mouse.move(cell.x + 20, cell.y + 20);
  await expect(bo.cursors).toHaveCount(1);
  await expect(bo.cursors).toHaveText("Anna Sjö");
  const tip = async () => {
    const { x, y } = await boxOf(bo.cursors);
    return { x: Math.round(x), y: Math.round(y) };
  };
  await expect.poll(async () => Math.abs((await tip()).x - (cell.x + 20)) + Math.abs((await tip()).y - (cell.y + 20))).toBeLessThan(4);
  await anna.page.mouse.move(cell.x + 320, cell.y + 60, { steps: 5 });
  await expect.poll(async () => Math.abs((await tip()).x - (cell.x + 320)) + Math.abs((await tip()).y - (cell.y + 60))).toBeLessThan(4);
  await expect(anna.cursors).toHaveCount(0);

  await anna.writeOn(anna.note("Söker"));
  await expect(bo.page.getByText("Anna Sjö is writing")).toBeVisible();
  await bo.page.getByTestId("people").click();
  await expect(bo.page.getByTestId("person")).toHaveText([/Bo Ek \(you\)$/, /Anna Sjö.*writes on “Söker”/]);
  await bo.page.keyboard.press("Escape");

  await anna.page.close({ runBeforeUnload: true });
  await expect(bo.cursors).toHaveCount(0);
  await expect(bo.page.getByTestId("people")).toHaveAttribute("data-count", "1");
  await expect(bo.page.getByText("Anna Sjö is writing")).toHaveCount(0);
  await expect(bo.note("Söker")).toBeVisible();
});

test("who has not said a name gets one, is asked once, and is then called what they say", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  const link = await anna.makeBoard("Board");
  const guest = await enter();
  await guest.join(link);
  const card = guest.page.getByTestId("name-card");
  await expect(card).toContainText(/You are called \w+ \w+ here/);
  await card.getByRole("textbox").fill("Gunilla");
  await card.getByRole("button", { name: "Save the name" }).click();
  await expect(card).toHaveCount(0);
  await guest.add("customer", "s1", "Hej");
  await expect(anna.page.getByText("Gunilla is here")).toBeVisible();
  await guest.page.reload();
  await guest.isAtBoard();
  await expect(card).toHaveCount(0);
  await anna.page.getByTestId("people").click();
  await expect(anna.page.getByTestId("person").filter({ hasText: "Gunilla" })).toHaveCount(1);
});

test("a viewer sees everything at once, is told why nothing can be changed, and changes nothing", async ({ enter }) => {
  const anna = await enter({ name: "Anna" });
  await anna.makeBoard("Board");
  await anna.add("customer", "s1", "Söker");
  const link = await anna.linkFor("viewer");
  const viewer = await enter({ name: "Vera" });
  await viewer.join(link, "Board");
  await viewer.sees("Söker");
  const { page } = viewer;
  await expect(page.getByTestId("read-only")).toHaveText("Can look");
  await expect(page.getByTestId("read-only-note")).toContainText("You can look but not change");
  await expect(page.getByTestId("read-only-note")).toHaveRole("status");
  for (const tool of ["add-note", "add-action", "undo", "save-state"]) await expect(page.getByTestId(tool)).toHaveCount(0);

  await viewer.cell("customer", "s2").dblclick();
  await page.keyboard.press("n");
  await viewer.note("Söker").dblclick();
  await viewer.note("Söker").focus();
  for (const key of ["Enter", "ArrowDown", "2", "Delete", "Control+z"]) await page.keyboard.press(key);
  await viewer.carry(viewer.note("Söker"), viewer.cell("support", "s3"));
  await page.mouse.up();
  await expect(viewer.field).toHaveCount(0);
  await expect(viewer.title).not.toBeEditable();
  await expect(page.getByLabel("Name of Step 1")).not.toBeEditable();

  // Had anything gone through, it would have come before this.
  await anna.choose(anna.note("Söker"));
  await anna.page.keyboard.press("ArrowRight");
  await anna.title.fill("Board that lives");
  await anna.add("backstage", "s2", "Granskar");
  await expect(viewer.noteIn("customer", "s2", "Söker")).toBeVisible();
  await viewer.sees("Söker", "Granskar");
  await expect(viewer.title).toHaveValue("Board that lives");
  await anna.sees("Söker", "Granskar");
});

test("in a crowd pointers stay readable, everybody is in the list, and one finds and follows somebody", async ({ enter }) => {
  const anna = await enter({ name: "Anna Sjö" });
  const link = await anna.makeBoard("Board");
  const people = anna.page.getByTestId("people");
  const crowd = await Crowd.gather(link, 120);
  try {
    const say = (person: number, more: object = {}, place: object = {}) => {
      const [x, y] = [(person * 197) % 1_100, (person * 331) % 500];
      const view = { x: 0, y: 0, width: 1_200, height: 600 };
      crowd.say(person, { name: `Person ${String(person)}`, color: person % 10, cursor: { x, y }, view, ...more }, { at: [x, y], sees: [0, 0, 1_200, 600], ...place });
    };
    for (let i = 0; i < 120; i++) say(i);
    await expect(people).toHaveAttribute("data-count", "121");
    await expect(anna.cursors).toHaveCount(40);
    await expect(anna.cursors.filter({ hasText: /./ })).toHaveCount(0);
    say(77, { talking: "x" }, { acts: true });
    await expect(anna.cursors.filter({ hasText: /./ })).toHaveText(["Person 77"]);

    await people.click();
    await expect(anna.page.getByTestId("person")).toHaveCount(101);
    await expect(anna.page.getByTestId("people-more")).toHaveText("and 20 more");
    expect(await barriers(anna.page)).toEqual([]);
    await anna.page.getByTestId("find-person").fill("person 113");
    await expect(anna.page.getByTestId("person")).toHaveText(/Person 113/);
    await anna.page.getByTestId("follow").click();
    await anna.page.keyboard.press("Escape");
    await expect(anna.page.getByTestId("following")).toContainText("Person 113");
    await expect(anna.cursors.filter({ hasText: "Person 113" })).toHaveCount(1);

    for (let i = 0; i < 60; i++) crowd.leave(i);
    await expect(people).toHaveAttribute("data-count", "61");
    crowd.leave(113);
    await expect(anna.page.getByTestId("following")).toHaveCount(0);
  } finally {
    crowd.go();
  }
});
