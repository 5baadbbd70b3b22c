// The main job in Firefox: node e2e/firefox.mjs (FIREFOX=/usr/bin/firefox-esr). Prints what a browser test prints.
//
// Playwright drives only its own build of Firefox; an ordinary one speaks WebDriver BiDi, of which this needs four commands.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const { ws: WebSocket } = createRequire(import.meta.url)("playwright-core/lib/utilsBundle");
const root = fileURLToPath(new URL("..", import.meta.url));
const [port, debug] = [0, 0].map(() => 20_000 + Math.floor(Math.random() * 10_000));
const address = `http://127.0.0.1:${port}/`;
const profile = mkdtempSync(join(tmpdir(), "cowscope-firefox-"));
const server = spawn(process.execPath, ["tools/static-server.mjs", "dist", "--port", String(port)], { cwd: root, stdio: "ignore" });
const firefox = spawn(process.env.FIREFOX ?? "firefox-esr", ["--headless", "--no-remote", "--profile", profile, `--remote-debugging-port=${debug}`], { stdio: "ignore" });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function connect() {
  for (let tries = 0; ; tries++) {
    try {
      const socket = new WebSocket(`ws://127.0.0.1:${debug}/session`);
      await new Promise((done, fail) => socket.once("open", done).once("error", fail));
      return socket;
    } catch (error) {
      if (tries > 120) throw new Error(`Firefox does not answer: ${error.message}`);
      await pause(500);
    }
  }
}

// Waits until an expression of the page is true.
async function until(what, expression, patience = 60_000) {
  const end = Date.now() + patience;
  while (!(await evaluate(`Boolean(${expression})`))) {
    if (Date.now() > end) throw new Error(`not within ${patience / 1000} s: ${what}; the page says: ${await evaluate("document.body.innerText.slice(0, 300)")}`);
    await pause(100);
  }
}

let send, evaluate;
const step = "Number(document.querySelector('[role=group][aria-label=Time]')?.textContent.match(/step (\\d+) of/)?.[1] ?? -1)";
const press = (key) => evaluate(`document.dispatchEvent(new KeyboardEvent("keydown", { key: ${JSON.stringify(key)}, bubbles: true, cancelable: true }))`);

const tests = {
  "the founding race is found, one step before the collision": async () => {
    await until("a verdict", "document.querySelector('[aria-label=Verdict]')?.textContent.includes('Breaks')");
    await until("a link", "/x=.+&at=\\d+/.test(location.hash)");
  },
  "a step forward and back ends in the same state": async () => {
    const [here, before] = [await evaluate(step), await evaluate("document.querySelector('.digest').textContent")];
    await press("ArrowRight");
    await until("the next step", `${step} === ${here + 1}`);
    await press("ArrowLeft");
    await until("the step before", `${step} === ${here}`);
    if ((await evaluate("document.querySelector('.digest').textContent")) !== before) throw new Error("another fingerprint");
  },
  "the last step breaks": async () => {
    await press("End");
    await until("the break", "document.querySelector('[aria-label=Time]').textContent.includes('here it breaks')");
  },
  "the editor opens": async () => {
    await evaluate("document.getElementById('tab-edit').click()");
    await until("the editor", "document.querySelector('c-editor')?.shadowRoot?.querySelector('[role=textbox]')");
  },
};

let failed = 0;
try {
  const socket = await connect();
  const waiting = new Map();
  let last = 0;
  socket.on("message", (text) => {
    const answer = JSON.parse(text);
    waiting.get(answer.id)?.(answer);
  });
  send = (method, params) => new Promise((done, fail) => {
    const id = ++last;
    waiting.set(id, (answer) => (answer.type === "error" ? fail(new Error(`${method}: ${answer.message}`)) : done(answer.result)));
    socket.send(JSON.stringify({ id, method, params }));
  });
  await send("session.new", { capabilities: {} });
  const context = (await send("browsingContext.getTree", {})).contexts[0].context;
  evaluate = async (expression) => {
    const { result, exceptionDetails } = await send("script.evaluate", { expression, target: { context }, awaitPromise: true });
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result.value;
  };
  await send("browsingContext.setViewport", { context, viewport: { width: 1280, height: 800 } });
  await send("browsingContext.navigate", { context, url: address, wait: "complete" });
  for (const [name, run] of Object.entries(tests)) {
    try {
      await run();
      console.log(`  ✓  firefox › ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`  ✘  firefox › ${name}: ${error.message}`);
    }
  }
} catch (error) {
  failed += 1;
  console.log(`  ✘  firefox: ${error.message}`);
} finally {
  firefox.kill();
  server.kill();
  await pause(500);
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
console.log(`  ${Object.keys(tests).length - failed} passed`);
if (failed) console.log(`  ${failed} failed`);
process.exit(failed ? 1 : 0);
