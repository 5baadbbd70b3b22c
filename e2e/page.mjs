// What every browser test starts from: a page that tolerates no error and no breach of its own security policy.
import { test as base, expect } from "@playwright/test";

export { expect };

export const test = base.extend({
  page: async ({ page }, use) => {
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(`console: ${message.text()}`);
    });
    page.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith("http") && hostname !== "127.0.0.1") complaints.push(`asked another site: ${request.url()}`);
    });
    await use(Object.assign(page, { complaints }));
    expect(complaints, "errors of the page").toEqual([]);
  },
});

// Opens the bare address and waits until the founding race has been found.
export async function openRace(page) {
  await page.goto("./");
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Breaks");
  await expect(page).toHaveURL(/x=.+&at=\d+/);
}

const time = (page) => page.getByRole("group", { name: "Time", exact: true });

// The step that is shown.
export const step = async (page) => Number((await time(page).textContent()).match(/step (\d+) of/)[1]);

// Waits until this step is shown.
export const at = (page, n) => expect(time(page)).toContainText(`step ${n} of`);

// The fingerprint of the state that is shown.
export const fingerprint = (page) => page.getByLabel("Fingerprint").textContent();
