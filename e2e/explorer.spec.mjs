// Searches that start from the open run, the switch that repairs it, what a search may use, and lines to a frame.
import { at, expect, openRace, step, test } from "./page.mjs";

const time = (page) => page.getByRole("group", { name: "Time", exact: true });
const verdict = (page) => page.getByRole("region", { name: "Verdict" });

test("on from here: it can still break, and after the other order it can't", async ({ page }) => {
  await openRace(page);
  const here = await step(page);
  await page.getByRole("tab", { name: "Search" }).click();
  await page.getByRole("button", { name: "Search from here" }).click();
  await expect(page.getByRole("status").filter({ hasText: `From step ${here} it can break` })).toBeVisible();
  await at(page, here);
  await page.keyboard.press("End");
  await expect(time(page)).toContainText("here it breaks");
  await expect(page.getByRole("button", { name: "Search from here" })).toBeDisabled();
  await page.keyboard.press("ArrowLeft");
  await page.getByRole("tab", { name: "Why" }).click();
  const run = (await time(page).textContent()).match(/ of \d+/)[0];
  await page.getByRole("button", { name: "Watch them the other way round" }).click();
  await expect(time(page)).not.toContainText(run);
  await page.keyboard.press("End");
  await expect(time(page)).toContainText("everyone has finished");
  await page.getByRole("tab", { name: "Search" }).click();
  await page.getByRole("button", { name: "Search from here" }).click();
  await expect(page.getByRole("alert")).toContainText("nothing breaks any more");
});

test("a random run that breaks is made simpler; the shortest can't be", async ({ page }) => {
  await page.goto("./#/run?v=1&d=2021-unshare-v1&s=fork-vs-gup-fast&r=uniform.1");
  await expect(verdict(page)).toContainText("Breaks");
  let seed = 1;
  const search = page.getByRole("tab", { name: "Search" });
  await search.click();
  const minimise = page.getByRole("button", { name: "Minimise this run" });
  while (await minimise.isDisabled()) { // this one breaks nothing
    seed += 1;
    expect(seed).toBeLessThan(200);
    await page.goto(`./#/run?v=1&d=2021-unshare-v1&s=fork-vs-gup-fast&r=uniform.${seed}`);
    await expect(page).toHaveURL(/[?&]x=/);
    await expect(page.getByRole("region", { name: "This run" })).toBeVisible();
  }
  const before = (await time(page).textContent()).match(/of (\d+)/)[1];
  await minimise.click();
  await expect(page.getByRole("status").filter({ hasText: "The same break by" })).toBeVisible();
  await expect(time(page)).not.toContainText(`of ${before}`);
  await page.getByRole("region", { name: "Breaks" }).getByRole("button", { name: "Watch it" }).first().click();
  await minimise.click();
  await expect(page.getByRole("alert")).toContainText("no simpler");
});

test("the switch that repairs it is named; one click turns it, and it holds", async ({ page }) => {
  await openRace(page);
  await page.getByRole("tab", { name: "Why" }).click();
  const first = page.getByRole("list", { name: "Switches that repair it" }).getByRole("listitem").first();
  await expect(first).toContainText("write_protect_seq for FOLL_GET", { timeout: 30_000 });
  await expect(first).toContainText("mends during_fork");
  await expect(first).toContainText("then nothing breaks");
  await first.getByRole("button").click();
  await expect(verdict(page)).toContainText("Holds", { timeout: 30_000 });
  await expect(page).toHaveURL(/SEQ_GET/);
});

test("the memory of a search is chosen and remembered; its figures are told", async ({ page }) => {
  await openRace(page);
  await page.getByRole("tab", { name: "Search" }).click();
  await expect(page.getByRole("region", { name: "The search" })).toContainText(/states\s*\d+/);
  await expect(page.getByRole("region", { name: "The search" })).toContainText("Prove is the full search, not a reduced one");
  await page.getByRole("combobox", { name: /Memory a search may use/ }).selectOption("64");
  await page.reload();
  await page.getByRole("tab", { name: "Search" }).click();
  await expect(page.getByRole("combobox", { name: /Memory a search may use/ })).toHaveValue("64");
});

test("a reference that is pointed at draws its line: a TLB entry, an entry of a page table, a call's own", async ({ page }) => {
  await openRace(page);
  const lines = page.locator("svg.links path");
  await expect(lines).toHaveCount(0);
  await page.getByRole("table", { name: "TLB of CPU 0" }).getByRole("button", { name: /^frame/ }).focus();
  await expect.poll(() => lines.count()).toBeGreaterThanOrEqual(2); // both TLBs and the entry lead to the one frame
  await page.getByRole("tab", { name: "Memory" }).focus();
  await expect(lines).toHaveCount(0);
  await page.getByRole("region", { name: "Page tables" }).getByRole("button", { name: /^frame/ }).first().focus();
  await expect.poll(() => lines.count()).toBeGreaterThanOrEqual(1);
  await page.getByRole("tab", { name: "Memory" }).focus();
  const held = page.getByRole("list", { name: "held by" }).first().getByRole("listitem").filter({ hasText: "CPU 1's call" });
  await held.focus();
  const from = await page.getByRole("region", { name: "CPU 1", exact: true }).getByRole("heading", { name: "CPU 1" }).boundingBox();
  const starts = async () => (await lines.evaluateAll((all) => all.map((path) => path.getPointAtLength(0).x)));
  await expect.poll(async () => (await starts()).some((x) => Math.abs(x - from.x - from.width) < 8 || Math.abs(x - from.x) < 8)).toBe(true);
});

test("run until a line by a click on its number; the run copied as text", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("./#/run?v=1&d=2021-unshare-v1&s=gup-before-fork");
  await expect(page.getByRole("button", { name: "Step CPU 0" })).toBeEnabled();
  await page.getByRole("button", { name: "Step CPU 0" }).click();
  await at(page, 1);
  const source = page.getByLabel("C source of CPU 0", { exact: true });
  const number = await source.evaluate((code) => {
    const next = code.querySelector(".next");
    const later = [...code.querySelectorAll(".ln")].filter((line) => Number(line.dataset.n) > Number(next.dataset.n) && /\w\(|=/.test(line.textContent));
    return later[0]?.dataset.n;
  });
  await source.locator(`[data-n="${number}"]`).click({ position: { x: 6, y: 8 } });
  await expect.poll(() => step(page)).toBeGreaterThan(1);
  await page.getByRole("tab", { name: "Steps" }).click();
  await page.getByRole("group", { name: "Copy the run as" }).getByRole("button", { name: "table" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("CPU 0");
});
