//! Random schedules of the library's questions, and the digests of the states in which they end.

use cowscope_core::explore::{Choice, Model, Outcome};
use cowscope_core::library::{library, load};
use cowscope_core::session::Session;
use cowscope_core::system::System;
use cowscope_core::view::Question;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::ops::Range;

/// The committed digests.
pub const DIGESTS: &str = include_str!("../data/digests.txt");
/// Schedules of each question in that file.
pub const RUNS: u64 = 20;
/// A schedule is cut here: agents may spin for ever.
const STEPS: usize = 2_000;

/// Every design with every scenario, in the first variant, if they compile together.
pub fn all() -> Vec<(String, String)> {
    let lib = library();
    let mut out = Vec::new();
    for d in &lib.designs {
        for s in &lib.scenarios {
            out.push((d.id.clone(), s.id.clone()));
        }
    }
    assert!(!out.is_empty());
    out
}

/// What random schedules of one question come to.
pub struct Ends {
    /// Of the texts that were compiled.
    pub texts: u64,
    /// Of the end states of all runs and their lengths; 0 if the question can't be asked.
    pub ends: u64,
}

fn hash(h: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(h, |h, b| (h ^ *b as u64).wrapping_mul(0x100_0000_01b3))
}

/// FNV's offset basis.
const START: u64 = 0xcbf2_9ce4_8422_2325;

/// Runs these schedules of a question in its first variant, and takes what people see of their end states.
pub fn ends(design: &str, scenario: &str, runs: Range<u64>) -> Ends {
    ends_as(design, scenario, runs, |session| session.digest().to_string())
}

/// As [`ends`], and takes the fingerprints that searches take, which change with the layout of the state.
pub fn fingerprints(design: &str, scenario: &str, runs: Range<u64>) -> Ends {
    ends_as(design, scenario, runs, |session| session.system().state().fingerprint().to_string())
}

fn ends_as(design: &str, scenario: &str, runs: Range<u64>, end: impl Fn(&Session) -> String) -> Ends {
    let q = Question { design: design.into(), scenario: scenario.into(), ..Question::default() };
    let Ok(loaded) = load(&q) else { return Ends { texts: 0, ends: 0 } };
    let texts = loaded.sources.iter().fold(START, |h, s| hash(hash(h, s.name().as_bytes()), s.text().as_bytes()));
    let session = Session::new(loaded);
    let ends = runs.fold(START, |h, run| {
        let mut s = session.clone();
        let steps = walk(&mut s.loaded.system, run);
        hash(h, format!("{}:{steps} ", end(&s)).as_bytes())
    });
    Ends { texts, ends }
}

/// A uniform walk by seed, to its end or to a break; how many steps it has.
fn walk(sys: &mut System, seed: u64) -> usize {
    sys.state_mut().trace(false);
    sys.watch = false;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |n: u32| ((rng.next_u32() as u64 * n as u64) >> 32) as u32;
    for step in 0..STEPS {
        sys.state_mut().commit();
        let mark = sys.state().mark();
        let mut agents: Vec<u8> = (0..sys.agents()).collect();
        let mut took = false;
        while !agents.is_empty() && !took {
            let agent = agents.swap_remove(below(agents.len() as u32) as usize);
            took = match sys.step(Choice { agent, pick: 0 }) {
                Outcome::Broke { .. } => return step + 1,
                Outcome::Stepped { alternatives: 1 } => true,
                Outcome::Blocked => false,
                Outcome::Stepped { alternatives } | Outcome::Dropped { alternatives } => {
                    sys.state_mut().undo(mark);
                    let pick = below(alternatives);
                    match sys.step(Choice { agent, pick }) {
                        Outcome::Broke { .. } => return step + 1,
                        Outcome::Stepped { .. } => true,
                        Outcome::Blocked | Outcome::Dropped { .. } => false,
                    }
                }
            };
            if !took {
                sys.state_mut().undo(mark);
            }
        }
        if !took {
            return step;
        }
    }
    STEPS
}
