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

// The page is back at the same step within a second of the failure: in the browser's own time, so that a busy machine's test
// runner does not count.
const back = (page, act, found) => page.evaluate(async ({ act, found }) => {
  const began = performance.now();
  await globalThis[act]();
  while (!globalThis[found]()) {
    if (performance.now() - began > 10_000) throw new Error("it did not come back");
    await new Promise((done) => setTimeout(done, 5));
  }
  return performance.now() - began;
}, { act, found });

test("an engine that dies is back with the same link, and steps, within a second", async ({ page }) => {
  await openRace(page);
  const link = page.url();
  await page.getByRole("button", { name: "Model" }).click();
  await page.evaluate(() => {
    const button = (text) => [...document.querySelectorAll("button")].find((button) => button.textContent.startsWith(text));
    let here;
    globalThis.die = async () => {
      button("End the engine").click();
      while (!/opened the same step again/.test(document.querySelector("[role=alert]")?.textContent ?? "")) await new Promise((done) => setTimeout(done, 5));
      button("cow").click();
      while (!document.querySelector(".where b")) await new Promise((done) => setTimeout(done, 5));
      here = document.querySelector(".where b").textContent;
      button("Back").click();
    };
    globalThis.again = () => document.querySelector(".where b").textContent !== here; // only an engine that answers moves it
  });
  expect(await back(page, "die", "again")).toBeLessThan(1000);
  await page.getByRole("button", { name: "Forward", exact: true }).click();
  await expect(page).toHaveURL(link);
});

test("a corrupted link is told, and the run before is still there, within a second", async ({ page }) => {
  await openRace(page);
  const link = page.url();
  await page.evaluate(() => {
    globalThis.corrupt = () => { location.hash = location.hash.replace(/x=.{4}/, "x=!!!!"); };
    globalThis.told = () => document.querySelector("[role=alert]") && document.querySelector(".ln.next");
  });
  expect(await back(page, "corrupt", "told")).toBeLessThan(1000);
  await page.goBack();
  await expect(page).toHaveURL(link);
});

test("a page that has failed opens the same step when it is loaded anew", async ({ page }) => {
  await openRace(page);
  const link = page.url();
  const before = await page.getByLabel("Fingerprint").textContent();
  await page.getByRole("button", { name: "Model" }).click();
  await page.getByRole("button", { name: "Let the page fail" }).click();
  await expect(page.getByRole("alert")).toContainText("The page has failed");
  page.complaints.splice(0);
  await page.goBack();
  await page.reload();
  await expect(page.getByLabel("Fingerprint")).toHaveText(before);
  await expect(page).toHaveURL(link);
});
