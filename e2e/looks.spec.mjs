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
  edit: (page) => page.getByRole("tab", { name: "Edit C" }).click(),
  broken: (page) => page.keyboard.press("End"),
  matrix: (page) => page.getByRole("button", { name: "Matrix" }).click(),
  about: (page) => page.getByRole("button", { name: "Model" }).click(),
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

for (const [size, [width, height]] of Object.entries(SIZES)) {
  test(`${size}: fits its width, axe-core finds nothing`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await openRace(page);
    await page.screenshot({ path: `${LOOKS}${size}.png` });
    await page.screenshot({ path: `${LOOKS}${size}-whole.png`, fullPage: true });
    const { scroll, client } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth }));
    expect(scroll).toBeLessThanOrEqual(client);
    expect(await faults(page)).toEqual([]);
  });
}

test("projector size: axe-core finds nothing", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await openRace(page);
  await page.getByRole("button", { name: "Projector size" }).click();
  await page.screenshot({ path: `${LOOKS}projector.png` });
  expect(await faults(page)).toEqual([]);
});
