//! Published state counts, reached exactly: the engine's oracle.

use cowscope_core::explore::{
    Break, Budget, End, Exhaustive, Goal, Layered, Measure, Model, Options as Search_, Search, Status,
};
use cowscope_core::models::{ASIDALLOC, PROTOCOL, TWO_PHASE_COMMIT, Text};
use cowscope_core::system::System;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn protocol(n: i64, s: i64, f: i64, check: i64, kerncow: i64) -> System {
    system(&PROTOCOL, &[("N", n), ("S", s), ("F", f), ("CHECK", check), ("KERNCOW", kerncow)])
}

fn system(model: &Text, options: &[(&str, i64)]) -> System {
    model.system(options).unwrap_or_else(|e| panic!("{e}"))
}

fn explore(model: System) -> (u64, u64, End, bool) {
    let mut s: Exhaustive<System> = Exhaustive::new(model, Search_::default(), Budget::NONE);
    let end = match s.run(u64::MAX) {
        Status::Ended(e) => e,
        Status::Running => unreachable!("no limit was given"),
    };
    (s.counts().states, s.counts().transitions, end, s.findings().is_empty())
}

#[test]
fn protocol_sf_has_the_published_counts() {
    for (n, states, transitions) in [(1, 10834, 27441), (2, 134220, 350846)] {
        assert_eq!(explore(protocol(n, 1, 1, 1, 0)), (states, transitions, End::Complete, true), "n = {n}");
    }
}

#[test]
fn protocol_variants_have_the_published_counts() {
    for (n, s, f, k, states, transitions) in [
        (1, 0, 1, 0, 19149, 48984),
        (2, 0, 1, 0, 229296, 602972),
        (1, 1, 0, 0, 12773, 32968),
        (2, 1, 0, 0, 135536, 357274),
        (1, 1, 1, 1, 9451, 24043),
        (1, 1, 0, 1, 10708, 27694),
    ] {
        let (got, got_t, ..) = explore(protocol(n, s, f, 0, k));
        assert_eq!((got, got_t), (states, transitions), "n = {n}, S = {s}, F = {f}, KERNCOW = {k}");
    }
}

#[test]
fn protocol_breaks_as_short_as_published() {
    for (n, s, f, k, steps) in
        [(1, 0, 1, 0, 31), (2, 0, 1, 0, 39), (1, 1, 0, 0, 30), (2, 1, 0, 0, 38), (1, 0, 1, 1, 35)]
    {
        let goal = Goal { first: Some(cowscope_core::explore::Target::Any), bound: None };
        let mut l = Layered::new(protocol(n, s, f, 1, k), Measure::Steps, goal, Budget::NONE);
        assert_eq!(l.run(u64::MAX), Status::Ended(End::Broke));
        assert_eq!(l.findings().list()[0].schedule.len(), steps, "n = {n}, S = {s}, F = {f}, KERNCOW = {k}");
        assert!(matches!(l.findings().list()[0].what, Break::Violation(_)));
    }
}

#[test]
fn two_phase_commit_has_the_published_counts() {
    for (n, states) in [(3, 288), (5, 8832)] {
        let model = system(&TWO_PHASE_COMMIT, &[("N", n)]);
        assert!(model.finished());
        assert_eq!(explore(model).0, states, "{n} managers");
    }
}

/// TLC on `asidalloc.tla` (kernel-tla), CPUs and tasks symmetric, 4 ASIDs, 3 generations, CnP = FALSE: states, transitions, depth.
#[test]
fn the_asid_allocator_has_tlc_s_counts() {
    assert_eq!(explore(system(&ASIDALLOC, &[("TASKS", 2)])), (49_296, 163_283, End::Complete, true));
}

/// The same with 3 tasks: `cargo test --release -p cowscope-core --test counts -- --ignored`.
#[test]
#[ignore = "takes half a minute without optimisation"]
fn the_asid_allocator_has_tlc_s_counts_with_three_tasks() {
    assert_eq!(explore(system(&ASIDALLOC, &[("TASKS", 3)])), (1_911_620, 6_533_343, End::Complete, true));
}

#[test]
fn an_asid_allocator_without_one_of_its_parts_breaks() {
    for without in ["TLBI", "LOCK", "MARK"] {
        let first = Search_ { first_break: true, ..Search_::default() };
        let mut s: Exhaustive<System> = Exhaustive::new(system(&ASIDALLOC, &[(without, 0)]), first, Budget::NONE);
        assert_eq!(s.run(u64::MAX), Status::Ended(End::Broke), "{without}");
    }
}

/// `cargo test --release -p cowscope-core --test counts -- --ignored`
#[test]
#[ignore = "takes a minute with optimisation, and many without"]
fn the_rest_of_the_table_is_exact_too() {
    for (n, s, f, k, states, transitions) in [
        (3, 1, 1, 0, 946_826, 2_502_706),
        (4, 1, 1, 0, 5_016_829, 13_274_370),
        (3, 0, 1, 0, 1_523_262, 4_023_839),
        (4, 0, 1, 0, 8_398_826, 22_198_116),
        (3, 1, 0, 0, 833_495, 2_208_493),
        (4, 1, 0, 0, 4_114_085, 10_886_173),
        (2, 1, 1, 1, 120_412, 314_711),
        (3, 1, 1, 1, 913_903, 2_416_892),
        (2, 1, 0, 1, 117_150, 308_489),
        (3, 1, 0, 1, 784_398, 2_077_948),
    ] {
        let (got, got_t, ..) = explore(protocol(n, s, f, 0, k));
        assert_eq!((got, got_t), (states, transitions), "n = {n}, S = {s}, F = {f}, KERNCOW = {k}");
    }
    assert_eq!(explore(system(&TWO_PHASE_COMMIT, &[("N", 7)])).0, 296_448);
}
