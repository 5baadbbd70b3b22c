// The page and its engine: two modules, a worker between them, and no network needed after the first visit.
import { expect, test } from "./page.mjs";

test("the engine answers from its worker", async ({ page }) => {
  await page.goto("./");
  await expect(page.getByRole("status")).toContainText("answered question 1");
  expect(page.workers()).toHaveLength(1);
});

test("a stopped engine is followed by a fresh one", async ({ page }) => {
  await page.goto("./");
  await expect(page.getByRole("status")).toContainText("answered question 1");
  const [old] = page.workers();
  const gone = old.waitForEvent("close");
  await page.getByRole("button", { name: "Restart the engine" }).click();
  await gone;
  await expect(page.getByRole("status")).toContainText("answered question 2");
  expect(page.workers()).toHaveLength(1);
});

test("after one visit it works without a network", async ({ page, context }) => {
  await page.goto("./");
  await page.evaluate(async () => { await navigator.serviceWorker.ready; });
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole("status")).toContainText("answered question 1");
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
