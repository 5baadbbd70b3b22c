// Browser tests: dist/ in Debian's Chromium, served from a sub-path so that an absolute address shows up as a failure.
import { defineConfig } from "@playwright/test";

const PORT = Number(process.env.COWSCOPE_TEST_PORT ?? 8137);
const BASE = "/some/sub/path/";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.mjs",
  outputDir: "../target/e2e",
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  retries: 0, // a test that passes at the second try is a defect
  reporter: "list",
  workers: 1,
  use: {
    baseURL: `http://127.0.0.1:${PORT}${BASE}`,
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
  },
  webServer: {
    command: `node ../tools/static-server.mjs ../dist --port ${PORT} --base ${BASE}`,
    url: `http://127.0.0.1:${PORT}${BASE}`,
    reuseExistingServer: false,
  },
});
