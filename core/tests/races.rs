//! Data races: found where nothing orders two accesses, and only there.

use cowscope_core::explore::{Choice, Model};
use cowscope_core::lang::compile::compile;
use cowscope_core::lang::source::Sources;
use cowscope_core::library::Loaded;
use cowscope_core::session::Session;
use cowscope_core::system::{Options, System};
use cowscope_core::view::Question;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The races of all schedules that go round the agents from different beginnings: word, and the lines of both sides.
fn races(text: &str) -> BTreeSet<(String, u32, u32)> {
    let mut sources = Sources::new();
    sources.add("text.c", text).expect("small enough");
    let compiled = compile(&sources, &[2], &BTreeMap::new()).unwrap_or_else(|d| panic!("{d:?}"));
    let options = Options::default();
    let system = System::new(Arc::new(compiled.program), &options).unwrap_or_else(|e| panic!("{e}"));
    let (layers, question) = (vec![2], Question::default());
    let sources = Arc::new(sources);
    let whole = Session::new(Loaded {
        system,
        sources,
        layers,
        warnings: Vec::new(),
        question,
        options,
        settings: Default::default(),
    });
    let agents = whole.system().agents();
    let mut out = BTreeSet::new();
    for first in 0..agents {
        for burst in [1, 2, 3, 100] {
            let mut s = whole.clone();
            let mut stuck = 0;
            let mut agent = first;
            while stuck < agents {
                let mut took = 0;
                while took < burst && s.step(Choice { agent, pick: 0 }) {
                    took += 1;
                }
                stuck = if took == 0 { stuck + 1 } else { 0 };
                agent = (agent + 1) % agents;
            }
            for r in s.races() {
                let line = |p: &Option<cowscope_core::trace::Place>| p.as_ref().map_or(0, |p| p.line);
                let (a, b) = (line(&r.first.place), line(&r.second.place));
                assert!(r.first.step < r.second.step && r.first.task != r.second.task);
                assert!((r.first.write && r.first.plain) || (r.second.write && r.second.plain));
                out.insert((r.word, a.min(b), a.max(b)));
            }
        }
    }
    out
}

#[test]
fn plain_writes_that_nothing_orders_race() {
    let text =
        "int x, y;\nCPU(0) void a(void) {\n x = 1;\n int k = y; }\nCPU(1) void b(void) {\n int k = x;\n y = 2; }";
    let found = races(text);
    assert_eq!(found, BTreeSet::from([("x".into(), 3, 6), ("y".into(), 4, 7)]));
    let text = "int x;\nCPU(0) void a(void) {\n x++; }\nCPU(1) void b(void) {\n x++; }";
    assert_eq!(races(text), BTreeSet::from([("x".into(), 3, 5)]));
    let text = "int a[2]; int *p = &a[0];\nSETUP CPU(0) void s(void) { p = a; }\nCPU(0) void f(void) {\n p[1] = 1; }\nCPU(1) void b(void) {\n int k = a[1]; }";
    assert_eq!(races(text), BTreeSet::from([("a[1]".into(), 4, 6)]));
}

#[test]
fn a_plain_write_races_with_a_marked_read() {
    let text = "int x;\nCPU(0) void a(void) {\n x = 1; }\nCPU(1) void b(void) {\n int k = READ_ONCE(x); }";
    assert_eq!(races(text), BTreeSet::from([("x".into(), 3, 5)]));
}

#[test]
fn what_is_marked_or_ordered_does_not_race() {
    for (what, text) in [
        ("marked", "int x; CPU(0) void a(void) { WRITE_ONCE(x, 1); } CPU(1) void b(void) { int k = READ_ONCE(x); }"),
        ("read only", "int x, y, z; CPU(0) void a(void) { y = x; } CPU(1) void b(void) { z = x; }"),
        ("atomic", "int x; CPU(0) void a(void) { atomic_inc(&x); } CPU(1) void b(void) { atomic_inc(&x); }"),
        ("an atomic block", "int x, y; CPU(0) void a(void) { atomic { x++; y++; } } CPU(1) void b(void) { atomic { y = x; } }"),
        (
            "a lock",
            "int l, x; static void lock(void) { atomic { await(!l); l = 1; } } static void unlock(void) { smp_store_release(&l, 0); }
             CPU(0) void a(void) { lock(); x = x + 1; unlock(); } CPU(1) void b(void) { lock(); x = x + 1; unlock(); }",
        ),
        (
            "release and acquire",
            "int x, f; CPU(0) void a(void) { x = 1; smp_store_release(&f, 1); }
             CPU(1) void b(void) { if (smp_load_acquire(&f)) { int k = x; } }",
        ),
        (
            "fences",
            "int x, f; CPU(0) void a(void) { x = 1; smp_mb(); WRITE_ONCE(f, 1); }
             CPU(1) void b(void) { if (READ_ONCE(f)) { smp_mb(); x = 2; } }",
        ),
        ("a guard", "int x, f; CPU(0) void a(void) { x = 1; smp_store_release(&f, 1); } CPU(1) void b(void) { await(f); x = 2; }"),
        (
            "an interrupt",
            "int x; void do_interrupt(int v) { x = 2; } CPU(0) void a(void) { x = 1; send_ipi(1, 32); }
             CPU(1) void b(void) { local_irq_enable(); }",
        ),
        (
            "the start of a process",
            "int x; PROCESS(0) CPU(0) void a(void) { x = 1; start_process(1); } PROCESS(1) CPU(1) void b(void) { x = 2; }",
        ),
        ("an assertion", "int x, y; CPU(0) void a(void) { x = 1; } CPU(1) void b(void) { y = 1; assert(x < 2); }"),
    ] {
        assert_eq!(races(text), BTreeSet::new(), "{what}");
    }
}

#[test]
fn an_order_that_is_only_one_sided_is_none() {
    // the reader looks at the flag, but not with acquire
    let text = "int x, f;\nCPU(0) void a(void) {\n x = 1;\n smp_store_release(&f, 1); }\nCPU(1) void b(void) {\n if (READ_ONCE(f)) {\n int k = x; } }";
    assert_eq!(races(text), BTreeSet::from([("x".into(), 3, 7)]));
    // the writer does not release
    let text = "int x, f;\nCPU(0) void a(void) {\n x = 1;\n WRITE_ONCE(f, 1); }\nCPU(1) void b(void) {\n if (smp_load_acquire(&f)) {\n int k = x; } }";
    assert_eq!(races(text), BTreeSet::from([("x".into(), 3, 7)]));
}
