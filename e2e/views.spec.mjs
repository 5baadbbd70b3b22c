// Matrix, Compare, Model, Why: each leads to a step, and each address opens it again.
import { expect, openRace, step, test } from "./page.mjs";

test("matrix to cell to step", async ({ page }) => {
  test.setTimeout(120_000);
  await openRace(page);
  await page.keyboard.press("m");
  await expect(page.getByRole("heading", { name: "Which design breaks on what" })).toBeVisible();
  await expect(page).toHaveURL(/#\/matrix$/);
  await page.getByRole("combobox", { name: "kind" }).selectOption("race");
  await page.getByRole("combobox", { name: "year" }).selectOption("2018");
  await page.getByRole("button", { name: "Decide all" }).click();
  const cell = page.getByRole("link", { name: /4\.19-mapcount, .*: breaks/ }).first();
  await expect(cell).toBeVisible({ timeout: 90_000 });
  await cell.click();
  await expect(page).toHaveURL(/d=4\.19-mapcount.*x=.+&at=\d+/);
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Breaks");
  const here = await step(page);
  await page.getByRole("button", { name: "Forward", exact: true }).click();
  await expect.poll(() => step(page)).toBe(here + 1);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Which design breaks on what" })).toBeVisible();
});

test("the matrix marks what real kernels answered", async ({ page }) => {
  await page.goto("./#/matrix");
  await expect(page.getByRole("link", { name: /4\.19-mapcount, .*vmsplice.*; kernel 4\.19 measured: fail/ }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: /6\.1-anon-exclusive, .*; kernel 6\.1 measured: ok/ }).first()).toBeVisible();
});

test("compare: the same schedule on another design, the first step where they part, the C that differs", async ({ page }) => {
  await openRace(page);
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("combobox", { name: "Second design" }).selectOption("6.1-anon-exclusive");
  await expect(page.getByRole("status").filter({ hasText: /part at step \d+/ })).toBeVisible();
  await expect(page.getByRole("region", { name: "First run" })).toContainText("Breaks");
  await expect(page.getByRole("region", { name: "Second run" })).toContainText("nothing broken");
  await expect(page.getByRole("heading", { name: "How their C differs" })).toBeVisible();
  await expect(page.locator("summary").filter({ hasText: /^gup_must_unshare / })).toBeVisible();
  await expect(page).toHaveURL(/#\/compare\/6\.1-anon-exclusive\/run\?/);
  await page.reload();
  await expect(page.getByRole("status").filter({ hasText: /part at step \d+/ })).toBeVisible();
  await page.getByRole("region", { name: "Second run" }).getByRole("link", { name: "Step through this one" }).click();
  await expect(page).toHaveURL(/d=6\.1-anon-exclusive/);
});

test("why: the other order ends without a break, and a switch changes the verdict", async ({ page }) => {
  await openRace(page);
  await page.getByRole("tab", { name: "Why" }).click();
  await expect(page.getByRole("tabpanel")).toContainText("The missing edge");
  const time = page.getByRole("group", { name: "Time", exact: true });
  const run = (await time.textContent()).match(/ of \d+/)[0];
  await page.getByRole("button", { name: "Watch them the other way round" }).click();
  await expect(time).not.toContainText(run);
  await page.keyboard.press("End");
  await expect(time).toContainText("everyone has finished");
  await page.goBack();
  await expect(page.getByRole("button", { name: "Watch them the other way round" })).toBeVisible();
  await page.getByRole("region", { name: "What would repair it" }).getByRole("listitem").first().getByRole("button").click();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText(/Breaks|Holds/);
  await expect(page).toHaveURL(/d=2021-unshare-v1\+/);
});

test("the model page says what must hold, and where it comes from", async ({ page }) => {
  await page.goto("./#/about");
  await expect(page.getByRole("heading", { name: "What is modelled" })).toBeVisible();
  await expect(page.getByText("Nobody reads what another process wrote after their fork.")).toBeVisible();
  await expect(page.getByText(/LKML, 17 December 2021/).first()).toBeVisible();
});

test("Find stops at the shortest, Prove tells every distinct break", async ({ page }) => {
  await openRace(page);
  await page.getByRole("button", { name: "Prove" }).click();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("proven minimal");
  await page.getByRole("tab", { name: "Why" }).click();
  expect(await page.getByRole("region", { name: "Breaks" }).getByRole("button", { name: "Watch it" }).count()).toBeGreaterThan(1);
});
