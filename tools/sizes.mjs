// Prints what the bundle weighs: node tools/sizes.mjs DIST_DIR
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const [dist] = process.argv.slice(2);
if (!dist) throw new Error("usage: sizes.mjs DIST_DIR");

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
const named = (start, extension) => rows.filter(({ name }) => name.startsWith(start) && extname(name) === extension);
line("interface (wasm)", sum(named("ui_bg", ".wasm")));
line("engine (wasm)", sum(named("engine_bg", ".wasm")));
line("everything", sum(rows));
