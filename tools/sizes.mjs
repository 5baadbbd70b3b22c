// Prints what the bundle weighs: node tools/sizes.mjs DIST_DIR [NAMED_MODULE...]
// A named module is one from before wasm-opt, which still has the names of its functions: they tell the C front end's share.
import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { functionSizes } from "./wasm-functions.mjs";

const C_FRONT_END = /\bcowscope_core::lang\b|\blang_c\b/;

const [dist, ...named] = process.argv.slice(2);
if (!dist) throw new Error("usage: sizes.mjs DIST_DIR [NAMED_MODULE...]");

const rows = [];
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const bytes = readFileSync(path);
  rows.push({ name: entry.name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length });
}
const sum = (of) => of.reduce((all, row) => ({ raw: all.raw + row.raw, gzip: all.gzip + row.gzip, brotli: all.brotli + row.brotli }), { raw: 0, gzip: 0, brotli: 0 });
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(11);
const line = (what, { raw, gzip, brotli }) => console.log(`${what.padEnd(24)}${kb(raw)}${kb(gzip)}${kb(brotli)}`);

console.log(`${"".padEnd(24)}${"raw".padStart(11)}${"gzip".padStart(11)}${"brotli".padStart(11)}`);
const files = (start, extension) => rows.filter(({ name }) => name.startsWith(start) && extname(name) === extension);
line("interface (wasm)", sum(files("ui_bg", ".wasm")));
line("engine (wasm)", sum(files("engine_bg", ".wasm")));
line("everything", sum(rows));

for (const path of named) {
  const functions = functionSizes(readFileSync(path));
  const total = functions.reduce((all, { size }) => all + size, 0);
  const front = functions.filter(({ name }) => C_FRONT_END.test(name)).reduce((all, { size }) => all + size, 0);
  const module = basename(path).split(".")[0];
  console.log(`C front end in ${module}: ${(front / 1000).toFixed(1)} kB of ${(total / 1000).toFixed(1)} kB of code before wasm-opt (${((100 * front) / total).toFixed(1)} %)`);
}
