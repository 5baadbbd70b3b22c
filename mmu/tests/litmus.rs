//! x86-TSO and sequential consistency, on litmus tests.

mod common;

use std::fmt::Write;

use common::axiomatic::finals;
use common::random::{below, rng};
use cowscope_mmu::MemoryOrder;
use cowscope_mmu::litmus::{Test, run};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

macro_rules! shapes {
    ($($name:literal)*) => { [$(($name, include_str!(concat!("data/litmus/", $name, ".litmus")))),*] };
}

/// The shapes of herd7's x86_64 catalogue, in our own text.
const SHAPES: [(&str, &str); 28] = shapes![
    "2+2W" "LB" "MP" "MP+po+po-rfi-po" "R+po+mfence" "RWC+po+mfence" "S" "SB+mfences" "WRC" "WRR+2W" "WRW+2W"
    "WRW+WR+po+mfence" "WWC" "R" "R+po+po-rfi-po" "R+po+rfi-po" "RWC" "RWC+po+rfi-po" "SB" "SB+mfence+po"
    "SB+mfence+po-rfi-po" "SB+mfence+rfi-po" "SB+po+po-rfi-po" "SB+po+rfi-po" "SB+rfi-po+po-rfi-po" "SB+rfi-pos"
    "WRW+WR" "WRW+WR+po+rfi-po"
];

/// The machine ends in exactly the states that the axioms allow, by exactly as many executions.
fn agree(test: &Test, text: &str) {
    for (order, tso) in [(MemoryOrder::Sc, false), (MemoryOrder::Tso, true)] {
        let verdict = run(test, order).expect("a run");
        let (states, executions) = finals(test, tso);
        let reached: Vec<&Vec<u64>> = verdict.outcomes.iter().map(|o| &o.values).collect();
        assert_eq!(reached, states.iter().collect::<Vec<_>>(), "{order:?}\n{text}");
        assert_eq!(verdict.with + verdict.without, executions, "{order:?}\n{text}");
    }
}

#[test]
fn the_shapes_end_as_published() {
    for (name, text) in SHAPES {
        let test = Test::parse(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(test.name, name);
        let tso = run(&test, MemoryOrder::Tso).expect("a run");
        assert_eq!(tso.ok(), text.contains("Expect=Allow"), "{tso}");
        let sc = run(&test, MemoryOrder::Sc).expect("a run");
        assert!(!sc.ok(), "no relaxed outcome without store buffers: {sc}");
        agree(&test, text);
    }
}

/// A straight-line test of two or three threads on two locations, with fences and exchanges.
fn random_test(seed: u64) -> String {
    let mut rng = rng(seed);
    let threads = 2 + below(&mut rng, 2);
    let mut init = String::new();
    let mut columns = Vec::new();
    let mut writes = 0;
    for thread in 0..threads {
        let mut column = Vec::new();
        let mut registers = ["ax", "bx", "cx", "dx"].into_iter();
        for _ in 0..2 + below(&mut rng, 5 - threads) {
            let location = ["x", "y"][below(&mut rng, 2) as usize];
            let choice = below(&mut rng, 9);
            let may_write = writes < 4;
            column.push(match choice {
                0..=3 if may_write => {
                    writes += 1;
                    format!("movl ${writes},({location})")
                }
                4 => "mfence".into(),
                5 if may_write => {
                    writes += 1;
                    let register = registers.next().expect("four are enough");
                    write!(init, "{thread}:r{register}={writes}; ").expect("writes to a string");
                    format!("xchgl %e{register},({location})")
                }
                _ => format!("movl ({location}),%e{}", registers.next().expect("four are enough")),
            });
        }
        columns.push(column);
    }
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    let mut text = format!("X86_64 random{seed}\n{{ {init}}}\n");
    let heads: Vec<String> = (0..threads).map(|t| format!("P{t}")).collect();
    writeln!(text, " {} ;", heads.join(" | ")).expect("writes to a string");
    for row in 0..rows {
        let cells: Vec<&str> = columns.iter().map(|c| c.get(row).map_or("", String::as_str)).collect();
        writeln!(text, " {} ;", cells.join(" | ")).expect("writes to a string");
    }
    let mut places = vec!["x".to_owned(), "y".into()];
    for thread in 0..threads {
        places.extend(["rax", "rbx", "rcx", "rdx"].map(|r| format!("{thread}:{r}")));
    }
    writeln!(text, "locations [{};]\nexists ([x]=1)", places.join("; ")).expect("writes to a string");
    text
}

#[test]
fn random_tests_end_as_the_axioms_say() {
    let mut relaxed = 0;
    for seed in 0..600 {
        let text = random_test(seed);
        let test = Test::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        agree(&test, &text);
        let states = |order| run(&test, order).expect("a run").outcomes.len();
        relaxed += u32::from(states(MemoryOrder::Tso) > states(MemoryOrder::Sc));
    }
    assert!(relaxed > 30, "the tests tell the models apart: {relaxed}");
}

#[test]
fn printed_as_herd_prints() {
    let text = SHAPES.iter().find(|(name, _)| *name == "SB").expect("SB").1;
    let test = Test::parse(text).expect("a test");
    let want = "\
Test SB Allowed
States 4
0:rax=0; 1:rax=0;
0:rax=0; 1:rax=1;
0:rax=1; 1:rax=0;
0:rax=1; 1:rax=1;
Ok
Witnesses
Positive: 1 Negative: 3
Condition exists (0:rax=0 /\\ 1:rax=0)
Observation SB Sometimes 1 3
";
    assert_eq!(run(&test, MemoryOrder::Tso).expect("a run").to_string(), want);
}

#[test]
fn what_is_not_supported_is_said() {
    let program = |body: &str| format!("X86_64 t\n{{ }}\n P0 ;\n {body} ;\nexists ([x]=1)\n");
    let cases = [
        (program("jne L00"), "line 4: instruction `jne` is not supported"),
        (program("movl $1,8(%rax)"), "line 4: offsets other than 0 are not supported"),
        (program("lock movl $1,(x)"), "line 4: LOCK before MOV"),
        (program("movl (x),(y)"), "line 4: two memory operands"),
        ("AArch64 t\n{ }\nP0 ;\nexists ([x]=1)".into(), "line 1: architecture `AArch64`: X86 or X86_64 expected"),
        ("X86 t\n".into(), "line 1: no `{`: the initial state is missing"),
        ("X86 t\n{ int t[2]; }\nP0;\nexists (x=1)".into(), "line 2: arrays are not supported"),
    ];
    for (text, want) in cases {
        assert_eq!(Test::parse(&text).expect_err("an error").to_string(), want);
    }
}

#[test]
fn locked_and_unlocked_additions() {
    let both = |op: &str| format!("X86 add\n{{ x=0; }}\n P0 | P1 ;\n {op} | {op} ;\n~exists (not x=2)\n");
    for (op, ok) in [("LOCK INC [x]", true), ("LOCK ADD [x],$1", true), ("INC [x]", false), ("ADD [x],$1", false)] {
        let test = Test::parse(&both(op)).expect("a test");
        for order in [MemoryOrder::Sc, MemoryOrder::Tso] {
            assert_eq!(run(&test, order).expect("a run").ok(), ok, "{op} {order:?}");
        }
    }
}

#[test]
fn compare_and_exchange_and_exchange_through_a_pointer() {
    let text = "X86_64 cas\n{ 0:rdi=x; 1:rdi=x; 0:rbx=1; 1:rbx=2; int x=0; }\n P0 | P1 ;\n \
        lock cmpxchgl %ebx,(%rdi) | lock cmpxchgl %ebx,0(%rdi) ;\nforall ((0:rax=0 /\\ 1:rax=1 /\\ x=1) \\/ (1:rax=0 /\\ 0:rax=2 /\\ x=2))\n";
    let test = Test::parse(text).expect("a test");
    assert!(run(&test, MemoryOrder::Tso).expect("a run").ok());
}
