//! Puts every C text of `kernel/` into the library, in a fixed order.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("kernel");
    println!("cargo::rerun-if-changed=kernel");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let mut out =
        String::from("/// Path below `kernel/` and text of every C file.\npub static FILES: &[(&str, &str)] = &[\n");
    for f in files {
        let name = f.strip_prefix(&root).unwrap_or(&f).to_string_lossy().replace('\\', "/");
        let _ = writeln!(out, "    ({name:?}, include_str!({:?})),", f.to_string_lossy());
    }
    out.push_str("];\n");
    let to = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("texts.rs");
    if let Err(e) = fs::write(&to, out) {
        panic!("can't write {}: {e}", to.display());
    }
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", dir.display());
    let Ok(entries) = fs::read_dir(dir) else { return };
    for e in entries.flatten() {
        let path = e.path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|x| x == "c") {
            files.push(path);
        }
    }
}
