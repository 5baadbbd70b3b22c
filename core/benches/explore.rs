//! Rates of the explorer on models written by hand: what the engine costs when the model costs next to nothing.
//!
//! `cargo bench -p cowscope-core --bench explore [NAME]` prints one line per run; figures are reported, not asserted.

#[path = "../tests/explore/models/mod.rs"]
#[allow(dead_code)]
mod models;

use cowscope_core::explore::{
    Budget, Counts, Exhaustive, Goal, Layered, Measure, Model, Narrow, Options, Parallel, Reduced, Reduction, Search,
    Status, Target, Wide,
};
use models::protocol::{Protocol, Variant};
use models::two_phase_commit::TwoPhaseCommit;
use std::time::Instant;

/// Seconds that this thread has had a CPU (Linux), or else the time of day: others may be at work on the same machine.
fn seconds(begin: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let on_cpu = stat.and_then(|s| s.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()));
    on_cpu.map_or_else(|| begin.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

/// Runs what `make` makes a few times and prints the fastest.
fn run<S: Search>(filter: &str, name: &str, times: u32, make: impl Fn() -> S) {
    if !name.contains(filter) {
        return;
    }
    let start = Instant::now();
    let mut best: Option<(f64, Counts)> = None;
    for _ in 0..times {
        let before = seconds(start);
        let mut search = make();
        search.run(u64::MAX);
        let (seconds, counts) = (seconds(start) - before, search.counts());
        if best.is_none_or(|(least, _)| seconds < least) {
            best = Some((seconds, counts));
        }
    }
    let Some((seconds, counts)) = best else { return };
    println!(
        "{name:<34} {:>10} states {:>11} transitions  {:>9.3} ms  {:>6.2} M transitions/CPU s  {:>5.1} bytes/state",
        counts.states,
        counts.transitions,
        seconds * 1e3,
        counts.transitions as f64 / seconds / 1e6,
        counts.bytes as f64 / counts.states as f64,
    );
}

fn exhaustive<M: Model>(model: &M) -> Exhaustive<M, Narrow> {
    Exhaustive::new(model.clone(), Options::default(), Budget::NONE)
}

/// Time of day, since the work is done by other threads.
fn parallel<M: Model>(filter: &str, name: &str, model: &M, threads: usize) {
    if !name.contains(filter) {
        return;
    }
    let mut best = f64::MAX;
    let mut counts = Counts::default();
    for _ in 0..5 {
        let begin = Instant::now();
        let mut search = Parallel::new(model.clone(), Options::default(), Budget::NONE, threads);
        while search.run(2_000_000) == Status::Running {}
        best = best.min(begin.elapsed().as_secs_f64());
        counts = search.counts();
    }
    println!(
        "{name:<34} {:>10} states {:>11} transitions  {:>9.3} ms  {:>6.2} M transitions/s",
        counts.states,
        counts.transitions,
        best * 1e3,
        counts.transitions as f64 / best / 1e6
    );
}

fn main() {
    let filter = std::env::args().skip(1).find(|a| !a.starts_with('-')).unwrap_or_default();
    let any = Goal { first: Some(Target::Any), bound: None };
    for n in 2..=4 {
        let sf = Protocol::new(Variant::sf(n));
        run(&filter, &format!("protocol SF n={n}"), 5, || exhaustive(&sf));
    }
    for threads in [1, 2] {
        let sf = Protocol::new(Variant::sf(4));
        parallel(&filter, &format!("protocol SF n=4, {threads} threads"), &sf, threads);
    }
    for n in [3, 4] {
        let sf = Protocol::new(Variant::sf(n));
        for (merge, sleep) in [(true, false), (true, true)] {
            let name = format!("protocol SF n={n}, merge{}", if sleep { " and sleep" } else { "" });
            run(&filter, &name, 3, || {
                Reduced::new(sf.clone(), Reduction { merge, sleep }, Options::default(), Budget::NONE)
            });
        }
    }
    let sf = Protocol::new(Variant::sf(3));
    run(&filter, "protocol SF n=3, 128 bits", 3, || {
        Exhaustive::<_, Wide>::new(sf.clone(), Options::default(), Budget::NONE)
    });
    let f = Protocol::new(Variant::f(3));
    run(&filter, "protocol F n=3, fewest steps", 5, || Layered::new(f.clone(), Measure::Steps, any, Budget::NONE));
    run(&filter, "protocol F n=3, fewest switches", 5, || {
        Layered::new(f.clone(), Measure::Switches, any, Budget::NONE)
    });
    run(&filter, "protocol SF n=2, by switches", 1, || {
        Layered::new(Protocol::new(Variant::sf(2)), Measure::Switches, any, Budget::NONE)
    });
    for n in [7, 8] {
        let commit = TwoPhaseCommit::new(n, false);
        run(&filter, &format!("two-phase commit, {n} managers"), 3, || exhaustive(&commit));
    }
}
