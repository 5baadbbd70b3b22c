// A small static file server: node tools/static-server.mjs DIR [--port N] [--base /sub/path/] [--open]
// Serves DIR on 127.0.0.1, at the base path only, and prints the address when it listens.
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** Serves `dir` at `base` (starts and ends with /); resolves to the server and the address of its start page. */
export async function serve(dir, { port = 0, base = "/" } = {}) {
  const root = resolve(dir);
  const server = createServer((request, response) => {
    answer(root, base, request, response).catch(() => end(response, 500, "something went wrong"));
  });
  await new Promise((done, failed) => server.once("error", failed).listen(port, "127.0.0.1", done));
  return { server, address: `http://127.0.0.1:${server.address().port}${base}` };
}

async function answer(root, base, request, response) {
  if (request.method !== "GET" && request.method !== "HEAD") return end(response, 405, "only GET");
  let path;
  try {
    path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  } catch {
    return end(response, 400, "not an address");
  }
  if (!path.startsWith(base)) return end(response, 404, `nothing outside ${base}`);
  const file = join(root, path.slice(base.length) || "index.html");
  if (file !== root && !file.startsWith(root + sep)) return end(response, 404, "not found");
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return end(response, 404, "not found");
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-length": found.size,
    "cache-control": /-[0-9a-f]{10}\.\w+$/.test(file) ? "max-age=31536000, immutable" : "no-cache",
    "x-content-type-options": "nosniff",
  });
  if (request.method === "HEAD") return response.end();
  createReadStream(file).on("error", () => response.destroy()).pipe(response);
}

function end(response, status, text) {
  if (response.headersSent) return response.destroy();
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

async function main() {
  const { values, positionals: [dir] } = parseArgs({
    allowPositionals: true,
    options: { port: { type: "string", default: "8080" }, base: { type: "string", default: "/" }, open: { type: "boolean" } },
  });
  const { address } = await serve(dir, { port: Number(values.port), base: values.base });
  console.log(`serving ${address}`);
  if (!values.open) return;
  const opener = process.platform === "darwin" ? "open" : "xdg-open";
  spawn(opener, [address], { stdio: "ignore", detached: true }).on("error", () => console.log(`no ${opener} here: open the address yourself`)).unref();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    console.error(error.code === "EADDRINUSE" ? `port ${error.port} is taken: choose another one with --port N` : error.message);
    process.exit(1);
  });
}
