// Measures the page in dist/ against budget.json: node e2e/measure.mjs
// The files are served from memory to a browser on this machine; every run starts with an empty cache.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { chromium } from "@playwright/test";

const root = fileURLToPath(new URL("..", import.meta.url));
const budget = JSON.parse(readFileSync(new URL("budget.json", import.meta.url)));
const port = 20_000 + Math.floor(Math.random() * 10_000);
const address = `http://127.0.0.1:${port}/`;
const server = spawn(process.execPath, ["tools/static-server.mjs", "dist", "--port", String(port)], { cwd: root, stdio: "ignore" });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});

async function open() {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  for (let tries = 0; ; tries++) {
    try {
      await page.goto(address);
      return page;
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((done) => setTimeout(done, 100));
    }
  }
}

// Presses keys and waits each time until the page has painted the new step.
const press = (page, keys) => page.evaluate(async (keys) => {
  const times = [];
  for (const key of keys) {
    const where = document.querySelector(".where b");
    const before = where.textContent;
    const began = performance.now();
    document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    while (document.querySelector(".where b").textContent === before) {
      if (performance.now() - began > 2000) throw new Error(`${key} did nothing`);
      await new Promise((done) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = done; port2.postMessage(0); });
    }
    document.body.getBoundingClientRect(); // the layout is part of it
    times.push(performance.now() - began);
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  return times;
}, keys);

const measured = {};
measured["first load, brotli"] = readdirSync(`${root}dist`)
  .filter((name) => /\.(html|js|css|wasm)$/.test(name) && name !== "sw.js" && !name.startsWith("editor-")) // that one is loaded when it is opened
  .reduce((sum, name) => sum + brotliCompressSync(readFileSync(`${root}dist/${name}`)).length, 0);

await (await open()).context().close(); // the server is up and the browser warm
const page = await open();
await page.waitForSelector(".ln.next");
measured["cold open to a step on screen"] = await page.evaluate(() => performance.now());
await page.waitForFunction(() => /at=\d+/.test(location.hash));
measured["cold open to the race found"] = await page.evaluate(() => performance.now());
await page.waitForTimeout(500);

await press(page, ["Home", ...Array(10).fill("ArrowRight"), "Home"]);
const steps = await press(page, Array(25).fill(["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight"]).flat().slice(0, 40));
steps.sort((a, b) => a - b);
measured["step to paint, 95 of 100"] = steps[Math.floor(steps.length * 0.95)];
measured["jump to the first step or the last, longest"] = Math.max(...(await press(page, ["Home", "End", "Home", "End"])));

await page.evaluate(() => {
  globalThis.blocked = 0;
  new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => { globalThis.blocked = Math.max(globalThis.blocked, duration); }))
    .observe({ entryTypes: ["longtask"] });
});
await page.getByRole("button", { name: "Prove" }).click();
await page.waitForTimeout(3000);
measured["main thread blocked while searching, longest"] = await page.evaluate(() => globalThis.blocked);

await page.getByRole("button", { name: "Matrix" }).click();
await page.waitForTimeout(500);
await page.evaluate(() => { globalThis.blocked = 0; });
await page.getByRole("button", { name: "Decide all" }).click();
await page.waitForTimeout(6000);
measured["main thread blocked while the matrix is decided, longest"] = await page.evaluate(() => globalThis.blocked);

await browser.close();
server.kill();
let over = 0;
for (const [name, { most, unit }] of Object.entries(budget)) {
  const value = Math.round(measured[name]);
  if (value > most) over += 1;
  console.log(`${value > most ? "OVER" : "  ok"}  ${name.padEnd(58)} ${String(value).padStart(8)} of ${most} ${unit}`);
}
process.exitCode = over ? 1 : 0;
