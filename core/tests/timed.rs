//! Timed runs: schedules like any other, the same for the same seed.

use cowscope_core::explore::{Choice, Model, Outcome};
use cowscope_core::lang::compile::compile;
use cowscope_core::lang::source::Sources;
use cowscope_core::library::load;
use cowscope_core::link::Link;
use cowscope_core::replay::{link_of, open};
use cowscope_core::session::Session;
use cowscope_core::system::{Ended, Options, System, Timing};
use cowscope_core::view::Question;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn system(text: &str) -> System {
    let mut sources = Sources::new();
    sources.add("text.c", text).expect("small enough");
    let compiled = compile(&sources, &[2], &BTreeMap::new()).unwrap_or_else(|d| panic!("{d:?}"));
    System::new(Arc::new(compiled.program), &Options::default()).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn the_cpu_with_the_lowest_clock_acts() {
    // nothing to wait for and every step costs 1: the two take turns
    let text = "int x[2]; CPU(0) void a(void) { for (int i = 0; i < 8; i++) x[0] = i; }
                CPU(1) void b(void) { for (int i = 0; i < 8; i++) x[1] = i; }";
    let exact = Timing { skew: 0, jitter: 0, ..Timing::default() };
    let run = system(text).timed(&exact);
    assert_eq!(run.ended, Ended::Finished);
    let agents: Vec<u8> = run.schedule.iter().map(|c| c.agent).collect();
    assert_eq!(agents, [0, 1].repeat(8));
    assert_eq!(run.clocks, (1..=8).flat_map(|c| [c, c]).collect::<Vec<u64>>());
    assert!(run.costs.iter().all(|c| *c == 1));
}

#[test]
fn who_waits_goes_on_when_the_other_lets_it() {
    let text = "int go, x; CPU(0) void a(void) { await(go); x = 1; }
                CPU(1) void b(void) { for (int i = 0; i < 5; i++) x = i; go = 1; }";
    let run = system(text).timed(&Timing { skew: 0, jitter: 0, ..Timing::default() });
    assert_eq!(run.ended, Ended::Finished);
    let waited: Vec<u64> =
        run.schedule.iter().zip(&run.clocks).filter(|(c, _)| c.agent == 0).map(|(_, t)| *t).collect();
    assert_eq!(waited, [7, 8], "it acts after the other's 6 cycles");
}

#[test]
fn a_seed_stands_for_a_run_and_seeds_differ() {
    let q = Question { design: "2021-unshare-v1".into(), scenario: "fork-vs-gup-fast".into(), ..Question::default() };
    let mut loaded = load(&q).unwrap_or_else(|e| panic!("{e}"));
    let mut schedules = BTreeSet::new();
    for seed in 0..30 {
        let timing = Timing { seed, ..Timing::default() };
        let run = loaded.system.timed(&timing);
        assert_eq!(run, loaded.system.timed(&timing), "seed {seed}");
        assert_ne!(run.ended, Ended::Cut);
        assert_ne!(run.ended, Ended::Deadlock);
        // it replays
        let mark = loaded.system.state().mark();
        for (i, c) in run.schedule.iter().enumerate() {
            let outcome = loaded.system.step(*c);
            let last = i + 1 == run.schedule.len();
            let broke = matches!(outcome, Outcome::Broke { .. });
            assert!(
                matches!(outcome, Outcome::Stepped { .. }) || (last && broke),
                "step {i} of seed {seed}: {outcome:?}"
            );
            assert!(!broke || matches!(run.ended, Ended::Broke(_)));
        }
        loaded.system.state_mut().undo(mark);
        schedules.insert(run.schedule.iter().map(|c| (c.agent, c.pick)).collect::<Vec<_>>());
    }
    assert!(schedules.len() > 10, "{} different schedules of 30", schedules.len());
}

/// With the desktop's costs a walk's reference costs what the data caches make of it: the first one comes from memory.
#[test]
fn references_cost_what_the_caches_make_of_them() {
    let with = |costs: &str| {
        let machine = vec![("cost".into(), costs.into())];
        let q = Question {
            design: "6.1-anon-exclusive".into(),
            scenario: "cow-basic".into(),
            machine,
            ..Question::default()
        };
        load(&q).unwrap_or_else(|e| panic!("{e}")).system
    };
    let timing = Timing { skew: 0, jitter: 0, ..Timing::default() };
    let (desktop, flat) = (with("desktop"), with("flat"));
    let run = desktop.timed(&timing);
    assert!(run.costs.iter().any(|c| *c >= cowscope_mmu::DESKTOP.dram.cycles), "{:?}", run.costs);
    assert!(flat.timed(&timing).costs.iter().all(|c| *c < cowscope_mmu::DESKTOP.dram.cycles));
    // what was run before makes no difference
    let mut used = desktop.clone();
    for choice in &run.schedule {
        used.step(*choice);
    }
    let mark = desktop.state().mark();
    used.state_mut().undo(mark);
    assert_eq!(used.timed(&timing), run);
}

/// A timed run that is cut in the middle: stepped back and forth, sent as a link, and gone on with by hand.
#[test]
fn a_timed_run_is_a_schedule_like_any_other() {
    let q = Question { design: "2021-unshare-v1".into(), scenario: "fork-vs-gup-fast".into(), ..Question::default() };
    let loaded = load(&q).unwrap_or_else(|e| panic!("{e}"));
    let run = loaded.system.timed(&Timing { seed: 5, max_steps: 12, ..Timing::default() });
    assert_eq!((run.ended, run.schedule.len()), (Ended::Cut, 12));
    let mut session = Session::new(loaded);
    session.set_schedule(&run.schedule);
    session.go_to(u32::MAX);
    assert_eq!(session.position(), 12);
    let end = session.digest();
    session.go_to(4);
    assert_ne!(session.digest(), end);
    session.go_to(12);
    assert_eq!(session.digest(), end);
    let link = Link::parse(&link_of(&session).to_string()).expect("its own link");
    let mut opened = open(&link).unwrap_or_else(|e| panic!("{e}"));
    assert!(opened.difference.is_none());
    assert_eq!((opened.session.digest(), opened.session.schedule()), (end, run.schedule));
    let agents = opened.session.system().agents();
    assert!((0..agents).any(|agent| opened.session.step(Choice { agent, pick: 0 })), "somebody can go on");
    assert_eq!(opened.session.position(), 13);
}

#[test]
fn endless_waiting_ends_as_a_deadlock_or_is_cut() {
    let run = system("int x; CPU(0) void a(void) { await(x); x = 2; }").timed(&Timing::default());
    assert_eq!(run.ended, Ended::Deadlock);
    let run =
        system("int x; CPU(0) void a(void) { while (!x) ; }").timed(&Timing { max_steps: 50, ..Timing::default() });
    assert_eq!((run.ended, run.schedule.len()), (Ended::Cut, 50));
}
