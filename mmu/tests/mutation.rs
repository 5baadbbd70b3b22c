//! Every seeded defect is noticed by a test, or is one that no program can observe.
//!
//! Needs the features `mutants` and `query`; prints the score with `--nocapture`.

mod common;

use common::elt::{TESTS, Verdict, parse, search};
use common::oracle::{SEQUENCES, VECTORS, first_wrong_vector, run_sequences, unpack};
use common::rules::RULES;
use common::superset::side_by_side;
use cowscope_mmu::enumerate::Enumeration;
use cowscope_mmu::litmus::{Test, run_on};
use cowscope_mmu::{MemoryOrder, Mutant, PscGeometry, TlbGeometry, TlbMode};

/// Texts that every defect is tried on.
struct Data {
    vectors: String,
    sequences: String,
}

/// A suite: its name, and what it says of a machine with a defect.
type Suite = (&'static str, fn(&Data, Mutant) -> Option<String>);

/// The suites, the quick ones first.
const SUITES: [Suite; 8] = [
    ("rules", rules),
    ("litmus", litmus),
    ("locked operations", locked_operations),
    ("translation litmus", translation_litmus),
    ("vectors", |data, mutant| first_wrong_vector(&data.vectors, 3, mutant)),
    ("enumeration", enumeration),
    ("sequences", sequences),
    ("side by side", |_, mutant| (0..150).find_map(|seed| side_by_side(seed, 1_000, mutant).err())),
];

fn rules(_: &Data, mutant: Mutant) -> Option<String> {
    RULES.iter().find_map(|(name, rule)| rule(mutant).err().map(|what| format!("{name}: {what}")))
}

fn litmus(_: &Data, mutant: Mutant) -> Option<String> {
    let shapes = [
        (include_str!("data/litmus/SB+rfi-pos.litmus"), true),
        (include_str!("data/litmus/SB+mfences.litmus"), false),
        (include_str!("data/litmus/MP.litmus"), false),
        (include_str!("data/litmus/2+2W.litmus"), false),
        ("X86 last\n{ }\nP0 ;\nMOV [x],$1 ;\nMOV [x],$2 ;\nMOV EAX,[x] ;\nforall (0:EAX=2)", true),
    ];
    shapes.into_iter().find_map(|(text, want)| {
        let test = Test::parse(text).expect("a test");
        let verdict = run_on(&test, MemoryOrder::Tso, mutant).expect("a run");
        (verdict.ok() != want).then(|| verdict.to_string())
    })
}

fn locked_operations(_: &Data, mutant: Mutant) -> Option<String> {
    let text = "X86 add\n{ x=0; }\n P0 | P1 ;\n MOV [y],$1 | MOV [z],$1 ;\n LOCK INC [x] | LOCK INC [x] ;\n \
        MOV EAX,[z] | MOV EAX,[y] ;\n~exists (not x=2 \\/ (0:EAX=0 /\\ 1:EAX=0))\n";
    let test = Test::parse(text).expect("a test");
    let verdict = run_on(&test, MemoryOrder::Tso, mutant).expect("a run");
    (!verdict.ok()).then(|| verdict.to_string())
}

fn translation_litmus(_: &Data, mutant: Mutant) -> Option<String> {
    let small = TlbMode::Concrete { tlb: TlbGeometry::SMALL, psc: PscGeometry::SMALL };
    parse(TESTS).into_iter().filter(|t| t.verdict == Verdict::Forbidden).find_map(|test| {
        search(&test, small, MemoryOrder::Tso, mutant).witness.then(|| format!("{} has a witness", test.name))
    })
}

fn enumeration(_: &Data, mutant: Mutant) -> Option<String> {
    [(false, 4, 19), (true, 5, 211)].into_iter().find_map(|(pku, levels, stride)| {
        let what = Enumeration { maxphyaddr: 46, pku, levels, stride, mutant };
        what.run().expect("a machine").first
    })
}

fn sequences(data: &Data, mutant: Mutant) -> Option<String> {
    let desktop = TlbMode::Concrete { tlb: TlbGeometry::DESKTOP, psc: PscGeometry::DESKTOP };
    [None, Some(desktop)].into_iter().find_map(|tlb| run_sequences(&data.sequences, tlb, mutant).1.into_iter().next())
}

/// A rule that no defect offends is no test.
#[test]
fn every_rule_fails_without_what_it_says() {
    for (name, rule) in RULES {
        let by: Vec<&Mutant> = Mutant::ALL.iter().filter(|mutant| rule(**mutant).is_err()).collect();
        println!("{name}: {by:?}");
        assert!(!by.is_empty(), "{name}: holds with every defect");
    }
}

#[test]
fn score() {
    let data = Data { vectors: unpack(VECTORS), sequences: unpack(SEQUENCES) };
    for (name, suite) in SUITES {
        assert_eq!(suite(&data, Mutant::None), None, "{name} on the machine as it should be");
    }
    let mut caught = 0;
    let mut missed = Vec::new();
    let mut unobservable = 0;
    for mutant in Mutant::ALL.iter().copied() {
        let by = SUITES.iter().find(|(_, suite)| suite(&data, mutant).is_some()).map(|(name, _)| *name);
        match (by, mutant.unobservable()) {
            (Some(by), None) => {
                caught += 1;
                println!("caught by {by:<18} {mutant:?}: {}", mutant.what());
            }
            (None, Some(why)) => {
                unobservable += 1;
                println!("not observable            {mutant:?}: {}; {why}", mutant.what());
            }
            (None, None) => missed.push(mutant),
            (Some(by), Some(_)) => panic!("{mutant:?} is said to be unobservable and is caught by {by}"),
        }
    }
    println!("{caught} of {} caught, {unobservable} not observable", Mutant::ALL.len() - unobservable);
    assert!(missed.is_empty(), "not noticed: {missed:?}");
    assert!(caught >= 40);
}
