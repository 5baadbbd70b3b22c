//! A short run of what `fuzz/` runs for long: texts near the committed seeds, changed at random from a fixed seed.

mod common;

use common::random::{below, rng};
use cowscope_mmu::MemoryOrder;
use cowscope_mmu::litmus::{Test, run};
use cowscope_mmu::query::{answer_line, answer_lines};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

macro_rules! corpus {
    ($($name:literal)*) => { [$(include_str!(concat!("../../fuzz/seeds/", $name))),*] };
}

const QUERIES: [&str; 7] = corpus![
    "query/single1.json" "query/single2.json" "query/single3.json" "query/single4.json" "query/invpcid.json"
    "query/modes.json" "query/five-levels.json"
];

const LITMUS: [&str; 4] =
    corpus!["litmus/SB.litmus" "litmus/RWC+po+mfence.litmus" "litmus/locked.litmus" "litmus/pointer.litmus"];

/// Words that the readers know, to be put anywhere.
const WORDS: [&str; 24] = [
    "\"0x\"",
    "0xffffffffffffffff",
    "-1",
    "null",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"steps\":",
    "52",
    "exists",
    "~",
    "(*",
    "|",
    ";",
    "$",
    "%rax",
    "lock ",
    "9999999999999999999999",
    "\u{e9}",
    "\"",
    "movq ",
];

/// `text` with a few pieces taken out, doubled, or replaced.
fn changed(text: &str, rng: &mut rand_chacha::ChaCha8Rng) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..1 + below(rng, 4) {
        let at = below(rng, bytes.len() as u32 + 1) as usize;
        let end = (at + below(rng, 12) as usize).min(bytes.len());
        match below(rng, 5) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            2 => {
                let word = WORDS[below(rng, WORDS.len() as u32) as usize];
                bytes.splice(at..end, word.bytes());
            }
            3 if at < bytes.len() => bytes[at] = below(rng, 256) as u8,
            _ => bytes.truncate(end),
        }
    }
    bytes
}

#[test]
fn every_line_is_answered_with_one_object() {
    let mut rng = rng(3);
    let mut errors = 0;
    for i in 0..40_000 {
        let line = changed(QUERIES[i % QUERIES.len()], &mut rng);
        let mut out = String::new();
        answer_line(1, &line, &mut out);
        let answer: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}"));
        assert!(!out.contains('\n'));
        errors += u32::from(answer.get("error").is_some());
    }
    assert!((10_000..40_000).contains(&errors), "some lines stay queries: {errors}");
}

#[test]
fn every_text_is_a_test_or_refused_in_words() {
    let mut rng = rng(4);
    let mut refused = 0;
    for i in 0..20_000 {
        let bytes = changed(LITMUS[i % LITMUS.len()], &mut rng);
        let text = String::from_utf8_lossy(&bytes);
        match Test::parse(&text) {
            Ok(test) if test.threads.iter().map(Vec::len).sum::<usize>() <= 6 => {
                if let Ok(verdict) = run(&test, MemoryOrder::Tso) {
                    assert!(verdict.to_string().starts_with("Test "));
                }
            }
            Ok(_) => {}
            Err(error) => {
                refused += 1;
                assert!(error.line >= 1 && error.to_string().len() < 500, "{error}");
            }
        }
    }
    assert!((5_000..20_000).contains(&refused), "some texts stay tests: {refused}");
}

#[test]
fn a_bad_line_does_not_end_the_run() {
    let input = format!("{}\nnot a query\n\n{}\n\u{0}", QUERIES[0], QUERIES[6]);
    let mut output = Vec::new();
    answer_lines(input.as_bytes(), &mut output).expect("memory");
    let text = String::from_utf8(output).expect("UTF-8");
    let lines: Vec<serde_json::Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert_eq!(lines[0]["id"], "a000000");
    assert_eq!((&lines[1]["line"], &lines[3]["line"]), (&2.into(), &5.into()));
    assert_eq!(lines[2]["got"]["error_code"], "0x10");
    assert!(lines[1]["error"].as_str().is_some_and(|e| !e.is_empty()));
}
