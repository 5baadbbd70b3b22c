// The editor: a design is changed, breaks, is mended; an error is shown where it is; nothing typed is lost.
import { expect, test } from "./page.mjs";

const link = (scenario) => `./#/run?v=1&d=6.1-anon-exclusive&s=${scenario}`;
const verdict = (page) => page.getByRole("region", { name: "Verdict" });

async function openEditor(page, scenario = "fork-vs-gup-fast") {
  await page.goto(link(scenario));
  await expect(verdict(page)).toContainText("Holds");
  await page.getByRole("tab", { name: "Edit C" }).click();
  const text = page.getByRole("textbox", { name: /^C source of/ });
  await expect(text).toBeVisible();
  return text;
}

// Puts a line in front of the text.
async function type(page, text, line) {
  await text.click();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type(`${line}\n`);
}

test("an error is told in place while it is typed, and mended", async ({ page }) => {
  const text = await openEditor(page);
  await expect(page.getByText("It compiles.")).toBeVisible();
  await type(page, text, "int broken(void) { return nobody_knows_me; }");
  await expect(page.getByRole("status", { name: "What the compiler says" })).toContainText("nobody_knows_me");
  await expect(page.getByRole("button", { name: "Check" })).toBeDisabled();
  await page.keyboard.press("Control+z");
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(page.getByText("It compiles.")).toBeVisible();
});

test("edit a design, break it, share it, fix it", async ({ page, browser }) => {
  await openEditor(page, "cow-basic");
  // who may reuse a page instead of copying it: everybody, from now on
  await page.getByRole("combobox", { name: "File" }).selectOption("designs/6.1-anon-exclusive/wp.c");
  await expect(page.getByRole("textbox", { name: /6\.1-anon-exclusive\/wp\.c$/ })).toBeVisible();
  const editor = page.locator("c-editor");
  const lines = (await editor.evaluate((element) => element.value)).split("\n");
  const at = lines.findIndex((line) => line.startsWith("bool wp_can_reuse_anon_page("));
  expect(lines[at + 1]).toBe("{");
  await editor.evaluate((element, line) => element.go(line, 99), at + 2);
  await page.keyboard.type("\n\treturn true;");
  await page.getByRole("button", { name: "Check" }).click();
  await expect(verdict(page)).toContainText("Breaks", { timeout: 30_000 });
  await expect(page).toHaveURL(/[?&]c=/);
  const shared = page.url();
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(shared);
  await expect(verdict(stranger)).toContainText("Breaks", { timeout: 30_000 });
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(verdict(page)).toContainText("Holds", { timeout: 30_000 });
});

test("what was typed survives a reload", async ({ page }) => {
  const text = await openEditor(page);
  await type(page, text, "/* a thought of mine */");
  await expect(page.getByText("Changed, not checked yet")).toBeVisible();
  await page.reload();
  await page.getByRole("tab", { name: "Edit C" }).click();
  await expect(page.getByRole("textbox", { name: /^C source of/ })).toContainText("a thought of mine");
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(page.getByRole("textbox", { name: /^C source of/ })).not.toContainText("a thought of mine");
});

test("a switch is a toggle", async ({ page }) => {
  await openEditor(page);
  await page.getByText("Switches of this kernel").click();
  await page.getByRole("tabpanel").getByRole("button", { pressed: false }).last().click();
  await expect(page).toHaveURL(/d=6\.1-anon-exclusive\+/);
});
