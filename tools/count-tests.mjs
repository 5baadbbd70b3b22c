// Prints "PASSED FAILED" for the output of a test run: node tools/count-tests.mjs LOG
// Reads the summaries of cargo test, cargo nextest, wasm-bindgen's runner and Playwright.
import { readFileSync } from "node:fs";

const [path] = process.argv.slice(2);
const text = readFileSync(path, "utf8").replace(/\x1b\[[0-9;]*m/g, "");
let passed = 0, failed = 0;
const number = (found) => Number(found?.[1] ?? 0);

for (const line of text.split("\n")) {
  if (/^test result: /.test(line)) { // cargo test, wasm-bindgen's runner
    passed += number(/(\d+) passed/.exec(line));
    failed += number(/(\d+) failed/.exec(line));
  } else if (/^\s*Summary \[.*\d+ tests? run:/.test(line)) { // nextest: "Summary [ 1.2s] 3 tests run: 2 passed, 1 failed"
    passed += number(/(\d+) passed/.exec(line));
    for (const kind of [/(\d+) failed/, /(\d+) timed out/, /(\d+) exec failed/]) failed += number(kind.exec(line));
  } else if (/^\s+\d+ (passed|failed|flaky|interrupted|did not run)\b/.test(line)) { // Playwright
    passed += number(/(\d+) passed/.exec(line));
    failed += number(/(\d+) (?:failed|flaky|interrupted|did not run)/.exec(line));
  }
}
console.log(`${passed} ${failed}`);
