//! The accesses and sequences that other implementations answered, as `tests/data/README.md` describes them.

use std::collections::HashSet;
use std::io::Read;

use cowscope_mmu::query::{Outcome, Query, Sequence, Step, apply, machine_for, run_sequence, run_single};
use cowscope_mmu::{Access, Chooser, Config, Machine, Mutant, State, TlbMode, Translate};
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

/// Runs one sequence with may-sets through every choice, and counts the allowed outcomes that no choice offers: `(offered,
/// not offered)`, with the first of the latter in words.
pub fn offered_by_may_sets(line: &str) -> (usize, usize, Option<String>) {
    let expected: Value = serde_json::from_str(line).expect("a sequence");
    let query = sequence(line);
    let config = Config {
        cpus: 1,
        maxphyaddr: query.maxphyaddr,
        tlb: TlbMode::MaySet { translations: 64, prefixes: 64 },
        ..Config::default()
    };
    let mut words: Vec<u64> = query.init.mem.iter().map(|(addr, _)| *addr).collect();
    words.extend(query.steps.iter().filter_map(|step| match step {
        Step::Store { addr, .. } => Some(*addr),
        _ => None,
    }));
    words.sort_unstable();
    words.dedup();
    let (mut m, first) = machine_for(&config, &query.init, &words).expect("a machine");
    let mut states = vec![first];
    let (mut offered, mut missing, mut example) = (0, 0, None);
    for (step, expected) in query.steps.iter().zip(expected["steps"].as_array().expect("steps")) {
        let Step::Access { access, ac } = step else {
            states.iter_mut().for_each(|st| apply(&mut m, st, step));
            continue;
        };
        let mut reached: Vec<(State, Value)> = Vec::new();
        let mut seen = HashSet::new();
        for st in states {
            every_end(&mut m, st, access, *ac, &mut |m, st, answer| {
                let mem_after = words.iter().map(|addr| (*addr, m.peek(&st, *addr))).collect();
                if seen.insert((st.fingerprint(), format!("{answer:?}"))) {
                    reached.push((st, to_json(&Outcome { answer, mem_after })));
                }
            });
        }
        for allowed in expected["expect"]["allowed"].as_array().expect("allowed outcomes") {
            if reached.iter().any(|(_, got)| agrees(got, allowed)) {
                offered += 1;
            } else {
                missing += 1;
                example.get_or_insert_with(|| format!("{:?} {}: {allowed}", query.id, expected["va"]));
            }
        }
        let mut known = HashSet::new();
        states = reached.into_iter().map(|(st, _)| st).filter(|st| known.insert(st.fingerprint())).collect();
    }
    (offered, missing, example)
}

/// Calls `f` with every state in which the access can end, and its answer.
fn every_end(
    m: &mut Machine,
    st: State,
    access: &Access,
    ac: bool,
    f: &mut impl FnMut(&mut Machine, State, Translate),
) {
    let mut pick = 0;
    loop {
        let mut next = st.clone();
        m.set_ac(&mut next, 0, ac);
        let mut ch = Chooser::new(pick);
        match m.translate(&mut next, 0, access, &mut ch) {
            Translate::Walking | Translate::Restarted => every_end(m, next, access, ac, f),
            answer => f(m, next, answer),
        }
        pick += 1;
        if pick >= ch.alternatives() {
            return;
        }
    }
}
