//! The accesses and sequences that other implementations answered, as `tests/data/README.md` describes them.

use std::io::Read;

use cowscope_mmu::query::{Outcome, Query, Sequence, run_sequence, run_single};
use cowscope_mmu::{Mutant, TlbMode};
use serde_json::Value;

/// Vectors: single accesses.
pub const VECTORS: &[u8] = include_bytes!("../data/vectors.jsonl.gz");
/// Sequences.
pub const SEQUENCES: &[u8] = include_bytes!("../data/sequences.jsonl.gz");

/// The text behind a compressed file.
pub fn unpack(gz: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(gz).read_to_string(&mut text).expect("compressed UTF-8");
    text
}

/// What is written as `got` for one access agrees with an `expect` or a member of `allowed`.
pub fn agrees(got: &Value, expect: &Value) -> bool {
    let mut fields = ["ok", "pa", "error_code", "cr2", "gp"].iter();
    if !fields.all(|field| got.get(field) == expect.get(field)) {
        return false;
    }
    let (Some(got), Some(expect)) = (got["mem_after"].as_object(), expect["mem_after"].as_object()) else {
        return false;
    };
    expect.iter().all(|(addr, allowed)| {
        let word = got.get(addr);
        // A word that the query does not name reads as 0.
        let word = word.and_then(Value::as_str).unwrap_or("0x0");
        match allowed {
            Value::Array(several) => several.iter().any(|one| one == word),
            one => one == word,
        }
    })
}

fn to_json(outcome: &Outcome) -> Value {
    let mut text = String::new();
    outcome.write_json(&mut text);
    serde_json::from_str(&text).expect("the answer is JSON")
}

/// Runs every vector through the reader; returns how many ran and the ids that differ.
pub fn run_vectors(text: &str) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    let mut ran = 0;
    for line in text.lines() {
        let vector: Value = serde_json::from_str(line).expect("a vector");
        let mut answer = String::new();
        cowscope_mmu::query::answer_line(1, line.as_bytes(), &mut answer);
        let answer: Value = serde_json::from_str(&answer).expect("the answer is JSON");
        ran += 1;
        if answer["id"] != vector["id"] || !agrees(&answer["got"], &vector["expect"]) {
            wrong.push(format!("{}: got {} want {}", vector["id"], answer["got"], vector["expect"]));
        }
    }
    (ran, wrong)
}

/// Runs every sequence on the given TLBs; returns how many accesses ran and which differ from all that is allowed.
pub fn run_sequences(text: &str, tlb: Option<TlbMode>, mutant: Mutant) -> (usize, Vec<String>) {
    let mut wrong = Vec::new();
    let mut ran = 0;
    for line in text.lines() {
        let expected: Value = serde_json::from_str(line).expect("a sequence");
        let query = sequence(line);
        let outcomes = run_sequence(&query, tlb, mutant).expect("a machine");
        let steps = expected["steps"].as_array().expect("steps");
        let accesses: Vec<&Value> = steps.iter().filter(|s| s["op"] == "access").collect();
        assert_eq!(outcomes.len(), accesses.len(), "one outcome per access");
        for (i, (outcome, access)) in outcomes.iter().zip(accesses).enumerate() {
            let got = to_json(outcome);
            let allowed = access["expect"]["allowed"].as_array().expect("allowed outcomes");
            ran += 1;
            if !allowed.iter().any(|one| agrees(&got, one)) {
                wrong.push(format!("{} access {i}: got {got} want {allowed:?}", expected["id"]));
            }
        }
    }
    (ran, wrong)
}

/// The sequence on a line.
pub fn sequence(line: &str) -> Sequence<'_> {
    match Query::parse(line) {
        Ok(Query::Sequence(sequence)) => sequence,
        other => panic!("not a sequence: {other:?}"),
    }
}

/// Runs every `stride`th vector on a machine with a defect; the first that differs.
pub fn first_wrong_vector(text: &str, stride: usize, mutant: Mutant) -> Option<String> {
    text.lines().step_by(stride).find_map(|line| {
        let vector: Value = serde_json::from_str(line).expect("a vector");
        let Ok(Query::Single(query)) = Query::parse(line) else { panic!("not a vector: {line}") };
        let got = to_json(&run_single(&query, mutant).expect("a machine"));
        (!agrees(&got, &vector["expect"])).then(|| format!("{}: got {got} want {}", vector["id"], vector["expect"]))
    })
}
