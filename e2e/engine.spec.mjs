// The page and its engines: two modules, workers between them, and no network needed after the first visit.
import { expect, test, openRace } from "./page.mjs";

test("two engines start: one steps, one searches", async ({ page }) => {
  await openRace(page);
  expect(page.workers()).toHaveLength(2);
});

test("an engine that dies is followed by a fresh one at the same step", async ({ page }) => {
  await openRace(page);
  const before = await page.getByLabel("Fingerprint").textContent();
  await page.getByRole("button", { name: "Model" }).click();
  // Which of the two it is, is not for the test to know.
  const gone = Promise.race(page.workers().map((worker) => worker.waitForEvent("close")));
  await page.getByRole("button", { name: "End the engine" }).click();
  await gone;
  await expect(page.getByRole("alert")).toContainText("A fresh engine has opened the same step again");
  await page.getByRole("button", { name: "Cowscope: the workbench" }).click();
  await expect(page.getByLabel("Fingerprint")).toHaveText(before);
  const time = page.getByRole("group", { name: "Time", exact: true });
  const here = Number((await time.textContent()).match(/step (\d+) of/)[1]);
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await expect(time).toContainText(`step ${here - 1} of`);
});

test("a page that fails shows the way back to the same step", async ({ page }) => {
  await openRace(page);
  const link = page.url();
  await page.getByRole("button", { name: "Model" }).click();
  await page.getByRole("button", { name: "Let the page fail" }).click();
  await expect(page.getByRole("alert")).toContainText("The page has failed");
  expect(page.complaints.splice(0).join()).toContain("unreachable");
  await page.goBack();
  expect(page.url()).toBe(link);
});

test("a broken link says what is wrong and leaves the page usable", async ({ page }) => {
  await page.goto("./#/run?v=1&d=no-such-design&s=fork-vs-gup-fast");
  await expect(page.getByRole("alert")).toContainText("no-such-design");
  await expect(page.getByRole("button", { name: "Step CPU 0" })).toBeEnabled();
});

test("after one visit it works without a network", async ({ page, context }) => {
  await openRace(page);
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole("button", { name: "Step CPU 0" })).toBeVisible();
});

test("the policy of the page forbids inline scripts", async ({ page }) => {
  await page.goto("./");
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.inlineRan = true";
    document.head.append(script);
    return globalThis.inlineRan === true;
  });
  expect(ran).toBe(false);
  expect(page.complaints.splice(0).join()).toContain("Content Security Policy");
});
