// The main job, end to end: the race is found, watched, shared, and opened again by somebody else.
import { at, expect, fingerprint, openRace, step, test } from "./page.mjs";

test("the bare address opens on the founding race, one step before the collision, Play in focus", async ({ page }) => {
  await openRace(page);
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("needs a race");
  await expect(page.getByRole("button", { name: "Play" })).toBeFocused();
  await expect(page.getByRole("region", { name: "CPU 0" }).getByLabel("C source of CPU 0")).toContainText("gup");
  await expect(page.getByRole("table", { name: "Frames" })).toContainText("references");
  await expect(page.getByRole("region", { name: "Page tables" })).toContainText("parent");
});

test("Play runs into the break, and says what is broken", async ({ page }) => {
  await openRace(page);
  await page.keyboard.press("Space");
  await expect(page.getByRole("group", { name: "Time", exact: true })).toContainText("here it breaks");
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("during_fork");
});

test("find, step forward and back, share, open again elsewhere: the same step, the same fingerprint", async ({ page, browser }) => {
  await page.goto("./");
  await page.getByRole("button", { name: "Find a break" }).click();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Breaks");
  await expect(page).toHaveURL(/x=.+&at=\d+/);
  const here = await step(page);
  const before = await fingerprint(page);
  await page.getByRole("button", { name: "Forward" }).click();
  await at(page, here + 1);
  const after = await fingerprint(page);
  expect(after).not.toBe(before);
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await at(page, here);
  expect(await fingerprint(page)).toBe(before);
  await page.getByRole("button", { name: "Forward" }).click();
  await at(page, here + 1);

  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(page.getByText("Link copied")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(page.url());

  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(link);
  await at(stranger, here + 1);
  expect(await fingerprint(stranger)).toBe(after);
  await stranger.reload();
  await at(stranger, here + 1);
  expect(await fingerprint(stranger)).toBe(after);
});

test("another CPU's step is another future, and the old one is kept", async ({ page }) => {
  await openRace(page);
  await page.keyboard.press("Home");
  await at(page, 0);
  const [one, other] = [page.getByRole("button", { name: "Step CPU 0" }), page.getByRole("button", { name: "Step CPU 1" })];
  await one.click();
  await at(page, 1);
  await page.keyboard.press("Home");
  await other.click();
  await at(page, 1);
  await page.getByRole("tab", { name: "Steps" }).click();
  await expect(page.getByRole("heading", { name: "Runs you left" })).toBeVisible();
});

test("the browser's Back returns to the question before", async ({ page }) => {
  await openRace(page);
  await page.getByRole("button", { name: /^scenario/ }).click();
  await page.getByRole("searchbox").fill("gup-before-fork");
  await page.getByRole("dialog").getByRole("listitem").first().getByRole("button").click();
  await expect(page).toHaveURL(/s=gup-before-fork/);
  await page.goBack();
  await expect(page).toHaveURL(/s=fork-vs-gup-fast/);
  await expect(page.getByRole("banner")).toContainText("fork against fast GUP");
});

test("the design of 6.1 holds, over every order", async ({ page }) => {
  await page.goto("./#/run?v=1&d=6.1-anon-exclusive&s=fork-vs-gup-fast");
  await page.getByRole("button", { name: "Prove" }).click();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Holds");
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText(/all [\d\s]+ states/);
});

test("everything by keyboard", async ({ page }) => {
  await openRace(page);
  const here = await step(page);
  await page.keyboard.press("ArrowRight");
  await at(page, here + 1);
  await page.keyboard.press("ArrowLeft");
  await at(page, here);
  await page.keyboard.press("Home");
  await at(page, 0);
  await page.keyboard.press("]");
  await expect.poll(() => step(page)).toBeGreaterThan(0);
  await page.keyboard.press("[");
  await at(page, 0);
  await page.keyboard.press("End");
  await expect(page.getByRole("group", { name: "Time", exact: true })).toContainText("here it breaks");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Help" })).toBeVisible();
  await page.getByRole("checkbox", { name: "Single-key shortcuts" }).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("m");
  await expect(page.getByRole("heading", { name: "Which design breaks on what" })).toBeHidden();
});
