//! A short run of what `fuzz/` runs for long: the committed corpus, and texts near it, changed at random from a fixed seed.
#![cfg(not(target_arch = "wasm32"))]

#[path = "../../fuzz/bodies/compile.rs"]
mod compile;
#[path = "../../fuzz/bodies/link.rs"]
mod link;
#[path = "../../fuzz/bodies/parse.rs"]
mod parse;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::path::Path;
use std::time::{Duration, Instant};

/// Busy machines need the slack; alone it is a tenth of that.
const LONGEST: Duration = Duration::from_secs(10);
/// Half of what browsers give a worker.
const STACK: usize = 512 * 1024;

/// The texts of a folder, in the order of their names.
fn corpus(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries.map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}", folder.display());
    paths.iter().map(|p| String::from_utf8_lossy(&std::fs::read(p).unwrap()).into_owned()).collect()
}

/// `text` with a few pieces taken out, doubled, or replaced by pieces of `other`.
fn changed(text: &str, other: &str, rng: &mut ChaCha8Rng) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let mut below = |n: usize| (rng.next_u64() % (n as u64).max(1)) as usize;
    for _ in 0..1 + below(4) {
        let at = below(bytes.len() + 1);
        let end = (at + below(16)).min(bytes.len());
        match below(5) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            2 => {
                let from = below(other.len() + 1);
                let to = (from + below(40)).min(other.len());
                bytes.splice(at..end, other.as_bytes()[from..to].iter().copied());
            }
            3 if at < bytes.len() => bytes[at] = below(256) as u8,
            _ => bytes.truncate(end),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn run(folders: &[&str], rounds: usize, try_text: fn(&str)) {
    let texts: Vec<String> = folders.iter().flat_map(|f| corpus(f)).collect();
    let run = move || {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for text in &texts {
            let mut near: Vec<String> = vec![text.clone()];
            for _ in 0..rounds {
                let other = &texts[(rng.next_u64() % texts.len() as u64) as usize];
                near.push(changed(text, other, &mut rng));
            }
            for text in &near {
                let start = Instant::now();
                try_text(text);
                let shown: String = text.chars().take(300).collect();
                assert!(start.elapsed() < LONGEST, "{:?}: {shown}", start.elapsed());
            }
        }
    };
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap();
}

#[test]
fn any_text_compiles_or_is_refused() {
    run(&["fuzz/seeds/compile", "core/tests/lang/semantics", "core/tests/lang/errors"], 20, compile::try_text);
}

#[test]
fn any_text_is_a_link_or_is_refused() {
    run(&["fuzz/seeds/link"], 2_000, link::try_text);
}

#[test]
fn any_text_parses_or_is_refused() {
    run(&["fuzz/seeds/parse", "core/tests/lang/syntax", "core/tests/lang/good"], 20, parse::try_text);
}
