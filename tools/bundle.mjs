// Puts the page together: node tools/bundle.mjs OUT_DIR BINDINGS_DIR...
//
// Takes static/ and what wasm-bindgen wrote, names every file by its content, rewrites the references between them
// (a quoted path, or url(path), of another file of the bundle), and fills in the service worker's list of files.
// index.html and sw.js keep their names. Everything is relative, so the result works from any sub-path.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";

const [out, ...bindings] = process.argv.slice(2);
if (bindings.length === 0) throw new Error("usage: bundle.mjs OUT_DIR BINDINGS_DIR...");
const statics = fileURLToPath(new URL("../static", import.meta.url));
const ENTRY = "index.html";
const WORKER = "sw.js";
const TEXT = new Set([".html", ".css", ".js", ".mjs", ".svg", ".json", ".webmanifest"]);

const sources = new Map(); // path in the bundle -> where it comes from
for (const root of [statics, ...bindings]) {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith(".d.ts") || entry.name.startsWith(".")) continue;
    const from = join(entry.parentPath ?? entry.path, entry.name);
    const path = relative(root, from).split("\\").join("/");
    const other = sources.get(path); // two modules may bring the same snippet
    if (other && !readFileSync(other).equals(readFileSync(from))) throw new Error(`two files are called ${path}: ${other} and ${from}`);
    sources.set(path, from);
  }
}

const finished = new Map(); // path -> { name, bytes }

function finish(path, within = []) {
  const known = finished.get(path);
  if (known) return known;
  if (within.includes(path)) throw new Error(`files refer to each other in a circle: ${[...within, path].join(" -> ")}`);
  let bytes = readFileSync(sources.get(path));
  if (TEXT.has(extname(path))) bytes = Buffer.from(link(path, bytes.toString("utf8"), [...within, path]));
  const file = { name: path === ENTRY || path === WORKER ? path : hashed(path, bytes), bytes };
  finished.set(path, file);
  return file;
}

// "style.css" -> "style-1f2e3d4c5b.css", also with ./ before it and when it is relative to a folder.
function link(path, text, within) {
  return text.replace(/(["'(])((?:\.\.?\/)*)([\w@./-]+)(["')])/g, (whole, open, dots, target, close) => {
    const full = posix.normalize(posix.join(posix.dirname(path), dots + target));
    if (full === path || full === ENTRY || full === WORKER || !sources.has(full)) return whole;
    const { name } = finish(full, within);
    const from = posix.relative(posix.dirname(path), name);
    return open + (dots.startsWith("./") ? `./${from}` : from) + close;
  });
}

function hashed(path, bytes) {
  const extension = extname(path);
  return `${path.slice(0, -extension.length || undefined)}-${digest(bytes).slice(0, 10)}${extension}`;
}

function digest(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

[...sources.keys()].filter((path) => path !== WORKER).sort().forEach((path) => finish(path));

const files = [...finished.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
const version = digest(files.map(({ name, bytes }) => `${name} ${digest(bytes)}\n`).join("")).slice(0, 16);
const worker = readFileSync(sources.get(WORKER), "utf8")
  .replace("[/* filled in by the build */]", JSON.stringify(files.map(({ name }) => name)))
  .replace('"/* filled in by the build */"', JSON.stringify(version));
if (worker.includes("filled in by the build")) throw new Error(`${WORKER} has more blanks than the build fills in`);

rmSync(out, { recursive: true, force: true });
for (const { name, bytes } of [...files, { name: WORKER, bytes: Buffer.from(worker) }]) {
  mkdirSync(dirname(join(out, name)), { recursive: true });
  writeFileSync(join(out, name), bytes);
}
