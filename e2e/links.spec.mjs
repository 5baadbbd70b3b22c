// Every golden link ends in the page in the state in which it ends natively.
import { readFileSync } from "node:fs";
import { expect, openRace, test } from "./page.mjs";

const lines = readFileSync(new URL("../core/tests/data/golden-links.txt", import.meta.url), "utf8").split("\n");
const links = lines.filter((line) => line.startsWith("#/run?")).map((line) => line.split("  "));

test("golden links", async ({ page }) => {
  test.setTimeout(240_000);
  await openRace(page);
  for (const [link, answer] of links) {
    // Without a position it opens at its end.
    await page.evaluate((hash) => { location.hash = hash; }, link.replace(/&at=\d+/, ""));
    if (answer === "same") {
      await expect(page.getByLabel("Fingerprint"), link).toHaveText(link.match(/&f=([0-9a-f]{8})/)[1]);
    }
    await expect(page.locator(".remark"), link).toHaveCount(answer === "same" ? 0 : 1);
  }
  expect(links.length).toBeGreaterThanOrEqual(60);
});
