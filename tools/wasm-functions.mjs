// Reads a WebAssembly module as far as it takes to say how large each function is, and what it is called.

const IMPORT = 2, CODE = 10, CUSTOM = 0;
const KIND_FUNCTION = 0, KIND_TABLE = 1, KIND_MEMORY = 2, KIND_GLOBAL = 3;
const NAMES_OF_FUNCTIONS = 1;

/** [{ name, size }] of every function with a body; sizes in bytes. Names go without the crates' hashes; "" is no name. */
export function functionSizes(bytes) {
  let imported = 0;
  let sizes = [];
  const names = new Map();
  const module = new Reader(bytes, 8, bytes.length);
  while (!module.done()) {
    const id = module.byte();
    const section = module.part(module.number());
    if (id === IMPORT) imported = importedFunctions(section);
    if (id === CODE) sizes = bodies(section);
    if (id === CUSTOM && section.text() === "name") readNames(section, names);
  }
  return sizes.map((size, at) => ({ name: names.get(imported + at) ?? "", size }));
}

class Reader {
  constructor(bytes, at, end) {
    Object.assign(this, { bytes, at, end });
  }
  done() {
    return this.at >= this.end;
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() { // LEB128
    let value = 0, scale = 1, byte;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 128;
    } while (byte & 0x80);
    return value;
  }
  part(length) {
    const part = new Reader(this.bytes, this.at, this.at + length);
    this.at += length;
    return part;
  }
  text() {
    const length = this.number();
    this.at += length;
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
}

function importedFunctions(section) {
  let functions = 0;
  for (let left = section.number(); left > 0; left--) {
    section.text();
    section.text();
    const kind = section.byte();
    if (kind === KIND_FUNCTION) {
      functions++;
      section.number();
    } else if (kind === KIND_TABLE) {
      section.byte();
      limits(section);
    } else if (kind === KIND_MEMORY) {
      limits(section);
    } else if (kind === KIND_GLOBAL) {
      section.byte();
      section.byte();
    } else {
      throw new Error(`an import of kind ${kind}`);
    }
  }
  return functions;
}

function limits(section) {
  const hasMaximum = section.byte() & 1;
  section.number();
  if (hasMaximum) section.number();
}

function bodies(section) {
  return Array.from({ length: section.number() }, () => {
    const size = section.number();
    section.part(size);
    return size;
  });
}

function readNames(section, names) {
  while (!section.done()) {
    const id = section.byte();
    const part = section.part(section.number());
    if (id !== NAMES_OF_FUNCTIONS) continue;
    for (let left = part.number(); left > 0; left--) names.set(part.number(), part.text().replace(/\[[0-9a-f]+\]/g, ""));
  }
}
