// Driving the machine: step, over, out, run until a line or a word, other choices, play, and what a CPU that can't act says.
import { at, expect, fingerprint, openRace, step, test } from "./page.mjs";

test("a step of another CPU in place of one of the run: one click, and the old run is kept", async ({ page }) => {
  await openRace(page);
  const whole = (await page.getByRole("group", { name: "Time", exact: true }).textContent()).match(/of (\d+)/)[1];
  await page.getByRole("tab", { name: "Steps" }).click();
  await page.getByRole("button", { name: /^Instead of step 2:/ }).first().click();
  await at(page, 2);
  await expect(page.getByRole("group", { name: "Time", exact: true })).toContainText("step 2 of 2");
  await page.getByRole("button", { name: /^The run you left at step 2/ }).click();
  await expect(page.getByRole("group", { name: "Time", exact: true })).toContainText(`of ${whole}`);
});

test("step over and step out stay in their function or leave it", async ({ page }) => {
  await page.goto("./#/run?v=1&d=2021-unshare-v1&s=gup-before-fork");
  const lane = page.getByRole("region", { name: "CPU 0", exact: true });
  await expect(page.getByRole("button", { name: "Step CPU 0" })).toBeEnabled();
  const depth = () => lane.getByRole("list", { name: "Call stack" }).getByRole("listitem").count();
  await page.getByRole("button", { name: "Step CPU 0" }).click();
  await expect.poll(() => step(page)).toBe(1);
  const before = await depth();
  await page.getByRole("button", { name: "Step out on CPU 0" }).click();
  await expect.poll(() => step(page)).toBeGreaterThan(1);
  expect(await depth()).toBeLessThan(before + 1);
  const here = await step(page);
  await page.getByRole("button", { name: "Step over on CPU 0" }).click();
  await expect.poll(() => step(page)).toBeGreaterThan(here);
});

test("run until a line, by its number and by the palette", async ({ page }) => {
  await openRace(page);
  await page.keyboard.press("Home");
  await at(page, 0);
  await page.keyboard.press("/");
  await page.getByRole("searchbox").fill("run CPU 0 until it touches");
  await page.getByRole("dialog").getByRole("listitem").first().getByRole("button").click();
  await expect.poll(() => step(page)).toBeGreaterThan(0);
  await page.keyboard.press("/");
  await page.getByRole("searchbox").fill("go to step 3");
  await page.keyboard.press("Enter");
  await at(page, 3);
});

test("a CPU that can't act says why", async ({ page }) => {
  await openRace(page);
  await page.keyboard.press("End");
  await expect(page.getByRole("group", { name: "Time", exact: true })).toContainText("here it breaks");
  await expect(page.getByRole("button", { name: "Step CPU 0" })).toBeDisabled();
  await expect(page.getByRole("region", { name: "CPU 0", exact: true })).toContainText("something has broken");
});

test("the word that was just touched leads to where it is touched before", async ({ page }) => {
  await openRace(page);
  await page.keyboard.press("End");
  await page.getByRole("button", { name: /^step \d+$/ }).last().click();
  const here = await step(page);
  await page.getByRole("button", { name: /^Previous access to/ }).first().click();
  await expect.poll(() => step(page)).toBeLessThan(here);
});

test("a click on a name of the stack shows that function", async ({ page }) => {
  await openRace(page);
  const lane = page.getByRole("region", { name: "CPU 1", exact: true });
  const source = lane.getByLabel("C source of CPU 1");
  const before = await source.textContent();
  await lane.getByRole("list", { name: "Call stack" }).getByRole("button").nth(1).click();
  await expect(source).not.toHaveText(before);
});

test("back, forward and reload keep the place; two pages don't disturb each other", async ({ page, context }) => {
  await openRace(page);
  const link = page.url();
  const other = await context.newPage();
  await openRace(other);
  await other.keyboard.press("Home");
  await at(other, 0);
  const here = await step(page) + 1;
  await page.getByRole("button", { name: "Forward", exact: true }).click();
  await at(page, here);
  await expect(page).not.toHaveURL(link);
  const after = await fingerprint(page);
  await page.reload();
  await at(page, here);
  expect(await fingerprint(page)).toBe(after);
  await at(other, 0);
});

const LONG = `TITLE("Four writers")
STORY("Each of four CPUs writes a word of its own, 520 times.")
KIND(race)
SIZE(NR_CPUS, 4)
SOURCE("a test")
LOOK("the timeline")
VARIANT(get, REF = 0)
${[0, 1, 2, 3].map((cpu) => `int word${cpu};
PROCESS(0) CPU(${cpu}) void writer${cpu}(void) { for (int i = 0; i < 520; i++) word${cpu} = i; }
`).join("")}`;

test("a long run stays fluent: 4 CPUs and 2,000 steps", async ({ page }) => {
  test.setTimeout(120_000);
  await openRace(page);
  await page.getByRole("tab", { name: "Edit C" }).click();
  await page.getByRole("combobox", { name: "File" }).selectOption("scenarios/fork-vs-gup-fast.c");
  await expect(page.getByRole("textbox", { name: /fork-vs-gup-fast/ })).toBeVisible();
  await page.locator("c-editor").evaluate((editor, text) => { editor.value = text; }, LONG);
  await page.getByRole("button", { name: "Check" }).click();
  for (const cpu of [0, 1, 2, 3]) {
    await page.getByRole("button", { name: `Run CPU ${cpu} until it waits` }).click();
    await expect(page.getByRole("button", { name: `Step CPU ${cpu}` })).toBeDisabled();
  }
  await page.getByRole("tab", { name: "Steps" }).click();
  const all = await step(page);
  expect(all).toBeGreaterThanOrEqual(2000);
  // far above the budget of measure.mjs: this only tells "stuck" from "fluent"
  const took = async (key, to) => {
    const began = Date.now();
    await page.keyboard.press(key);
    await at(page, to);
    return Date.now() - began;
  };
  for (const [key, to] of [["Home", 0], ["End", all], ["ArrowLeft", all - 1], ["ArrowRight", all]]) {
    expect(await took(key, to), key).toBeLessThan(1500);
  }
  expect(await page.getByRole("table", { name: "Steps" }).getByRole("row").count()).toBeLessThan(200);
  await page.getByRole("button", { name: "Zoom in" }).click();
  // far too many states to try: the search says how far it is, and is cancelled at once
  await page.getByRole("button", { name: "Prove" }).click();
  const search = page.getByRole("group", { name: "Search" });
  await expect(search).toContainText(/[1-9].* states/);
  await search.getByRole("button", { name: "Cancel" }).click();
  await expect(search).toBeHidden();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText(/Not searched|Not decided/);
  const link = page.url();
  await page.reload();
  await at(page, all);
  expect(page.url()).toBe(link);
});
