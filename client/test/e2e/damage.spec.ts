import { expect, test } from "./fixtures";

test("a board that is damaged in the store can be read, and says why it takes no changes", async ({ enter, server }) => {
  const anna = await enter({ name: "Anna" });
  const link = await anna.makeBoard("Board");
  await anna.add("customer", "s1", "helt och hållet");
  await anna.add("customer", "s2", "skadelappen");
  await anna.saved();
  await anna.context.close();
  await server.stop();
  await server.damage("skadelappen");
  await server.start();

  const bo = await enter({ name: "Bo", language: "sv" });
  await bo.join(link);
  await bo.sees("", "helt och hållet"); // what the other note said is lost
  await expect(bo.page.getByTestId("read-only-note")).toContainText("skadad");
  await expect(bo.page.getByTestId("read-only")).toHaveText("Bara titta");
  await expect(bo.note("skadelappen")).toHaveCount(0);
  await expect(bo.cell("customer", "s3").locator(".cell-add")).toHaveCount(0);
});
