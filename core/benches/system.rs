//! Rates of the explorer on programs in our C, and on a scenario of the library with all invariants on.
//!
//! `cargo bench -p cowscope-core --bench system [NAME]` prints one line per run; figures are reported, not asserted.

use cowscope_core::explore::{
    Budget, Counts, Exhaustive, Goal, Layered, Measure, Narrow, Options, Parallel, Reduced, Reduction, Search, Status,
    Target,
};
use cowscope_core::lang::compile::{SCENARIO, compile};
use cowscope_core::lang::source::Sources;
use cowscope_core::library::load;
use cowscope_core::system::{self, System};
use cowscope_core::view::Question;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

fn protocol(n: i64, seqcount: i64, flush: i64) -> System {
    let mut sources = Sources::new();
    let text = include_str!("../models/protocol.c");
    sources.add("protocol.c", text).expect("small enough");
    let options = [("N", n), ("S", seqcount), ("F", flush), ("CHECK", 1), ("KERNCOW", 0)];
    let options: BTreeMap<String, i64> = options.iter().map(|(k, v)| (k.to_string(), *v)).collect();
    let compiled = compile(&sources, &[SCENARIO], &options).expect("the protocol compiles");
    System::new(Arc::new(compiled.program), &system::Options::default()).expect("and fits")
}

fn scenario(design: &str, scenario: &str, variant: &str) -> System {
    let question =
        Question { design: design.into(), scenario: scenario.into(), variant: variant.into(), ..Question::default() };
    load(&question).expect("a scenario of the library").system
}

/// Seconds that this thread has had a CPU (Linux), or else the time of day: others may be at work on the same machine.
fn seconds(begin: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let on_cpu = stat.and_then(|s| s.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()));
    on_cpu.map_or_else(|| begin.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

fn print(name: &str, counts: &Counts, seconds: f64, clock: &str) {
    println!(
        "{name:<44} {:>9} states {:>10} transitions {:>10.3} ms {:>6.2} M transitions/{clock} {:>5.1} bytes/state",
        counts.states,
        counts.transitions,
        seconds * 1e3,
        counts.transitions as f64 / seconds / 1e6,
        counts.bytes as f64 / counts.states as f64,
    );
}

fn run<S: Search>(name: &str, make: impl Fn() -> S) {
    let start = Instant::now();
    let mut best: Option<(f64, Counts)> = None;
    for _ in 0..3 {
        let mut search = make();
        let before = seconds(start);
        search.run(u64::MAX);
        let took = seconds(start) - before;
        if best.is_none_or(|(least, _)| took < least) {
            best = Some((took, search.counts()));
        }
    }
    if let Some((took, counts)) = best {
        print(name, &counts, took, "CPU s");
    }
}

fn everything(name: &str, system: &System) {
    let any = Goal { first: Some(Target::Any), bound: None };
    run(name, || Exhaustive::<_, Narrow>::new(system.clone(), Options::default(), Budget::NONE));
    run(&format!("{name}, reduced"), || {
        let both = Reduction { merge: true, sleep: true };
        Reduced::new(system.clone(), both, Options::default(), Budget::NONE)
    });
    run(&format!("{name}, fewest switches"), || Layered::new(system.clone(), Measure::Switches, any, Budget::NONE));
    run(&format!("{name}, fewest steps"), || Layered::new(system.clone(), Measure::Steps, any, Budget::NONE));
    for threads in [1, 2] {
        let begin = Instant::now();
        let mut search = Parallel::new(system.clone(), Options::default(), Budget::NONE, threads);
        while search.run(2_000_000) == Status::Running {}
        print(&format!("{name}, {threads} threads"), &search.counts(), begin.elapsed().as_secs_f64(), "s");
    }
}

fn main() {
    let filter = std::env::args().skip(1).find(|a| !a.starts_with('-')).unwrap_or_default();
    type Named = (&'static str, fn() -> System);
    let runs: [Named; 5] = [
        ("protocol.c SF n=3", || protocol(3, 1, 1)),
        ("protocol.c F n=3", || protocol(3, 0, 1)),
        ("fork-vs-gup-fast, seqcount, get", || scenario("2021-unshare-v1", "fork-vs-gup-fast", "get")),
        ("fork-vs-gup-fast, seqcount, pin", || scenario("2021-unshare-v1", "fork-vs-gup-fast", "pin")),
        ("fork-vs-gup-fast, exclusive, pin", || scenario("6.1-anon-exclusive", "fork-vs-gup-fast", "pin")),
    ];
    for (name, make) in runs {
        if name.contains(&filter) {
            everything(name, &make());
        }
    }
}
