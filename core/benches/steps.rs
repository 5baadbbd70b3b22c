//! How fast the system steps, with undo log and hash, and how long the library's texts take to compile:
//! `cargo bench -p cowscope-core --bench steps`, and as WebAssembly
//! `./x wasm test --release -p cowscope-core --test wasm_speed -- --nocapture`. Reported, not asserted.

#[path = "../../mmu/benches/clock/mod.rs"]
mod clock;

use clock::{busy, say};
use cowscope_core::explore::{Choice, Model, Outcome};
use cowscope_core::lang::compile::{SCENARIO, compile};
use cowscope_core::lang::source::Sources;
use cowscope_core::library::{library, load};
use cowscope_core::system::{Options, System};
use cowscope_core::view::Question;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A random schedule to an end, of those that the scenario means.
fn schedule(sys: &mut System, seed: u64) -> Vec<Choice> {
    let start = sys.state().mark();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut taken = Vec::new();
    'run: while taken.len() < 2_000 {
        let first = rng.next_u32() % u32::from(sys.agents());
        for i in 0..u32::from(sys.agents()) {
            let choice = Choice { agent: ((first + i) % u32::from(sys.agents())) as u8, pick: 0 };
            let mark = sys.state().mark();
            if matches!(sys.step(choice), Outcome::Stepped { .. }) {
                taken.push(choice);
                continue 'run;
            }
            sys.state_mut().undo(mark);
        }
        break;
    }
    sys.state_mut().undo(start);
    taken
}

/// Goes along schedules and tries, in each state, the step of every agent and takes it back, as a search does. The best
/// rate of several short windows: what the engine does when nobody else is on the core.
fn steps(name: &str, mut sys: System) {
    sys.state_mut().trace(false);
    sys.watch = false;
    let schedules: Vec<Vec<Choice>> = (0..20).map(|seed| schedule(&mut sys, seed)).collect();
    let (mut best, mut blocked, mut all) = (0.0f64, 0u64, 0u64);
    let began = busy();
    while busy() - began < 2.0 {
        let (window, mut done) = (busy(), 0u64);
        while busy() - window < 0.02 {
            for schedule in &schedules {
                let start = sys.state().mark();
                for choice in schedule {
                    for agent in 0..sys.agents() {
                        let mark = sys.state().mark();
                        let stepped = matches!(sys.step(Choice { agent, pick: 0 }), Outcome::Stepped { .. });
                        sys.state_mut().undo(mark);
                        done += u64::from(stepped);
                        blocked += u64::from(!stepped);
                    }
                    sys.step(*choice);
                    done += 1;
                }
                sys.state_mut().undo(start);
            }
        }
        all += done;
        best = best.max(done as f64 / (busy() - window));
    }
    let tried = blocked as f64 / all as f64;
    say(&format!("{name:<44} {:>7.2} M micro-steps/s; {tried:.2} blocked attempts for each", best / 1e6));
}

fn protocol(n: i64) -> System {
    let mut sources = Sources::new();
    sources.add("protocol.c", include_str!("../models/protocol.c")).expect("small enough");
    let options = [("N", n), ("S", 1), ("F", 1), ("CHECK", 1), ("KERNCOW", 0)];
    let options: BTreeMap<String, i64> = options.iter().map(|(k, v)| (k.to_string(), *v)).collect();
    let compiled = compile(&sources, &[SCENARIO], &options).expect("the protocol compiles");
    System::new(Arc::new(compiled.program), &Options::default()).expect("and fits")
}

fn scenario(design: &str, scenario: &str, variant: &str) -> System {
    let (design, scenario, variant) = (design.into(), scenario.into(), variant.into());
    load(&Question { design, scenario, variant, ..Question::default() }).expect("a scenario of the library").system
}

/// Every design with every scenario: compiled, set up.
fn compilation() {
    let lib = library();
    for round in 0..2 {
        let (mut longest, mut of, mut total, mut questions) = (0.0f64, String::new(), 0.0, 0);
        for design in &lib.designs {
            for scenario in &lib.scenarios {
                let q = Question { design: design.id.clone(), scenario: scenario.id.clone(), ..Question::default() };
                let start = busy();
                if load(&q).is_err() {
                    continue;
                }
                let took = busy() - start;
                total += took;
                questions += 1;
                if took > longest {
                    (longest, of) = (took, format!("{} with {}", design.id, scenario.id));
                }
            }
        }
        let what = if round == 0 { "compiled and set up, cold" } else { "compiled and set up, warm" };
        let mean = total / f64::from(questions) * 1e3;
        say(&format!("{what:<44} {mean:>7.2} ms in the mean of {questions} questions; {:.2} ms {of}", longest * 1e3));
    }
}

pub fn main() {
    compilation();
    steps("protocol.c SF n=3", protocol(3));
    steps("fork-vs-gup-fast, seqcount, get", scenario("2021-unshare-v1", "fork-vs-gup-fast", "get"));
    steps("fork-vs-gup-fast, seqcount, pin", scenario("2021-unshare-v1", "fork-vs-gup-fast", "pin"));
    steps("fork-vs-gup-fast, exclusive, pin", scenario("6.1-anon-exclusive", "fork-vs-gup-fast", "pin"));
}
