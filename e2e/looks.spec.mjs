// How it looks, kept to be looked at (target/looks/), and what axe-core says of every view in both themes.
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { expect, openRace, test } from "./page.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const LOOKS = new URL("../target/looks/", import.meta.url).pathname;
mkdirSync(LOOKS, { recursive: true });

const SIZES = { desk: [1440, 900], phone: [360, 740], "4k": [3840, 2160], tablet: [820, 1180] };
const VIEWS = {
  memory: async () => {},
  steps: (page) => page.getByRole("tab", { name: "Steps" }).click(),
  why: (page) => page.getByRole("tab", { name: "Why" }).click(),
  search: (page) => page.getByRole("tab", { name: "Search" }).click(),
  edit: async (page) => {
    await page.getByRole("tab", { name: "Edit C" }).click();
    await page.getByRole("textbox", { name: /^C source of/ }).waitFor();
  },
  broken: (page) => page.keyboard.press("End"),
  matrix: (page) => page.getByRole("button", { name: "Matrix" }).click(),
  compare: async (page) => {
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByRole("combobox", { name: "Second design" }).selectOption("6.1-anon-exclusive");
    await page.getByRole("heading", { name: "How their C differs" }).waitFor();
  },
  model: (page) => page.getByRole("button", { name: "Model" }).click(),
  designs: (page) => page.getByRole("button", { name: /^kernel/ }).click(),
  switches: (page) => page.getByRole("button", { name: /^machine/ }).click(),
  help: (page) => page.keyboard.press("?"),
  palette: (page) => page.keyboard.press("/"),
};

// The policy of the page forbids scripts from elsewhere; the test's own is put in by the browser's debugger.
async function faults(page) {
  await page.evaluate(await (await import("node:fs/promises")).readFile(AXE, "utf8"));
  const { violations } = await page.evaluate(() => globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 4).map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`);
}

for (const theme of ["light", "dark"]) {
  for (const [view, open] of Object.entries(VIEWS)) {
    test(`${view}, ${theme}: axe-core finds nothing`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize({ width: 1440, height: 900 });
      await openRace(page);
      await open(page);
      await page.waitForTimeout(200);
      await page.screenshot({ path: `${LOOKS}${view}-${theme}.png` });
      expect(await faults(page)).toEqual([]);
    });
  }
}

// What lies over something else by accident: the text of the verdict, the heads and feet of the lanes, the controls of time.
const overlaps = (page) => page.evaluate(() => {
  const box = (element) => ({ name: element.className || element.tagName, ...element.getBoundingClientRect().toJSON() });
  const parts = [...document.querySelectorAll(".stamp, .words, .figures, .ask, .lane-head, .lane-foot, .lane .code, .tabs")].map(box);
  const time = document.querySelector(".time");
  const floats = getComputedStyle(document.querySelector("#app")).display === "block"; // the foot lies over a page that scrolls
  if (!floats) parts.push(box(time));
  const inside = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
  return parts.flatMap((a, at) => parts.slice(at + 1).filter((b) => inside(a, b)).map((b) => `${a.name} and ${b.name}`));
});

async function fits(page) {
  const { scroll, client } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth }));
  expect(scroll).toBeLessThanOrEqual(client);
  expect(await overlaps(page)).toEqual([]);
  // Where the bar of time floats, nothing is half behind it at the end of the page.
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  expect(await faults(page)).toEqual([]);
}

for (const theme of ["light", "dark"]) {
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    test(`${size}, ${theme}: fits, nothing overlaps, axe-core finds nothing`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height });
      await openRace(page);
      await page.screenshot({ path: `${LOOKS}${size}-${theme}.png` });
      await page.screenshot({ path: `${LOOKS}${size}-${theme}-whole.png`, fullPage: true });
      await fits(page);
    });
  }

  for (const [width, height] of [[1280, 720], [1920, 1080]]) {
    test(`projector size at ${width}, ${theme}: fits, nothing overlaps, axe-core finds nothing`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height });
      await openRace(page);
      await page.getByRole("button", { name: "Projector size" }).click();
      await page.waitForTimeout(200);
      await page.screenshot({ path: `${LOOKS}projector-${width}-${theme}.png` });
      await fits(page);
    });
  }
}

test("printed, a run is a page of text", async ({ page }) => {
  await openRace(page);
  await page.getByRole("tab", { name: "Steps" }).click();
  await page.emulateMedia({ media: "print" });
  const pdf = await page.pdf({ path: `${LOOKS}print.pdf`, format: "A4", printBackground: true });
  expect(pdf.toString("latin1").match(/\/Type \/Page\b/g)).toHaveLength(1);
  await expect(page.getByRole("button", { name: "Find a break" })).toBeHidden();
  await expect(page.getByRole("table", { name: "Steps" })).toBeVisible();
});
