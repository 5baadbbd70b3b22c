// The page's own policy, and what a link may carry: nothing of it becomes HTML or code.
import { expect, openRace, test } from "./page.mjs";

const MARKUP = `<img src=x onerror="globalThis.pwned=1">`;
const harmless = async (page) => {
  expect(await page.evaluate(() => [globalThis.pwned, document.querySelectorAll("img, iframe, object").length, document.querySelectorAll("script:not([type=module])").length])).toEqual([undefined, 0, 0]);
};

test("the policy allows no inline script, no inline style, no eval; only WebAssembly", async ({ page }) => {
  await openRace(page);
  const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe-inline");
  expect(policy.replaceAll("'wasm-unsafe-eval'", "")).not.toContain("unsafe");
  expect(policy).not.toContain("*");
  const tried = await page.evaluate(() => new Promise((done) => {
    const button = document.createElement("button");
    button.setAttribute("onclick", "globalThis.inlineRan = true");
    button.setAttribute("style", "position: fixed; left: -77px");
    document.body.append(button);
    button.click();
    setTimeout(() => done({ ran: globalThis.inlineRan ?? false, left: getComputedStyle(button).left }), 50);
  }));
  expect(tried).toEqual({ ran: false, left: "auto" });
  expect(await page.locator("[style]").count()).toBeLessThanOrEqual(1); // the one put in here
  expect(page.complaints.splice(0).join()).toContain("Content Security Policy");
});

test("markup in a link's names and bookmarks stays text", async ({ page }) => {
  const label = MARKUP.replace(/[^A-Za-z0-9]/g, (other) => (other === " " ? "_" : `.${other.charCodeAt(0).toString(16)}.`)); // as links write labels
  const name = encodeURIComponent(MARKUP);
  await page.goto(`./#/run?v=1&d=2021-unshare-v1&s=fork-vs-gup-fast&r=uniform.7&at=3&b=2~${label}`);
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Breaks");
  await page.getByRole("tab", { name: "Steps" }).click();
  await expect(page.getByRole("group", { name: "Bookmarks" })).toContainText("<img src=x");
  await harmless(page);
  for (const broken of [`d=${name}&s=fork-vs-gup-fast`, `d=2021-unshare-v1&s=${name}`, `d=2021-unshare-v1&s=fork-vs-gup-fast&x=${name}`]) {
    await page.goto(`./#/run?v=1&${broken}`);
    await expect(page.getByRole("alert")).toBeVisible();
    await harmless(page);
    await page.getByRole("alert").getByRole("button").first().click();
  }
});

test("markup in a link's own C stays text", async ({ page, context }) => {
  await openRace(page);
  await page.getByRole("tab", { name: "Edit C" }).click();
  await page.getByRole("combobox", { name: "File" }).selectOption("scenarios/fork-vs-gup-fast.c");
  await expect(page.getByRole("textbox", { name: /fork-vs-gup-fast/ })).toBeVisible();
  await page.locator("c-editor").evaluate((editor) => {
    editor.value = editor.value.replace(/TITLE\("/, "TITLE(\"<img src=x onerror=globalThis.pwned=1> ").replace(/\n/, "\n/* <script>globalThis.pwned=1</script> */\n");
  });
  await page.getByRole("button", { name: "Check" }).click();
  await expect(page).toHaveURL(/[?&]c=/, { timeout: 30_000 });
  const victim = await context.newPage();
  await victim.goto(page.url());
  await expect(victim.getByRole("region", { name: "Verdict" })).toContainText("Breaks", { timeout: 30_000 });
  await victim.getByRole("tab", { name: "Edit C" }).click();
  await victim.getByRole("combobox", { name: "File" }).selectOption("scenarios/fork-vs-gup-fast.c");
  await expect(victim.getByRole("textbox", { name: /fork-vs-gup-fast/ })).toContainText("<img src=x");
  await harmless(victim);
  await victim.goto("./#/matrix");
  await harmless(victim);
});
