//! The kinds of search, and what each can be told.

use crate::complaint::Complaint;
use cowscope_core::explore::{
    Budget, Counts, End, Exhaustive, Goal, Lasso, Lassos, Layered, Measure, Narrow, Options, Parallel, Part, Plan,
    Progress, Random, Reduced, Reduction, SLICE, Search, Sequential, Strategy, Target, Wide, drive,
};
use cowscope_core::system::System;

/// Kinds of search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Every state
    All,
    /// Every state that reductions leave
    Reduced,
    /// By context switches, fewest first
    Switches,
    /// By preemptions, fewest first
    Preemptions,
    /// By steps, fewest first
    Steps,
    /// Every order of whole calls: no races
    Sequential,
    /// Random runs, every choice as likely as another
    Walks,
    /// Random runs with random priorities (PCT)
    Pct,
    /// A fair cycle in which somebody never finishes
    Livelock,
}

/// How to search.
#[derive(clap::Args)]
#[command(next_help_heading = "How to search")]
pub struct How {
    /// The kind of search
    #[arg(long = "how", value_enum, default_value_t = Kind::All, value_name = "KIND")]
    pub kind: Kind,
    /// Most context switches or preemptions; beyond that nothing is looked at
    #[arg(long, value_name = "K")]
    bound: Option<u32>,
    /// Stop at the first break
    #[arg(long)]
    first: bool,
    /// 128-bit fingerprints instead of 64-bit ones
    #[arg(long)]
    pub wide: bool,
    /// Threads for every state
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256), value_name = "N")]
    threads: u16,
    /// Seed of random runs
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many random runs, of all parts together
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..), value_name = "N")]
    runs: u64,
    /// Depth of the bugs that PCT looks for: how many orderings it takes
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=9), value_name = "D")]
    depth: u32,
    /// Steps after which a random run is cut
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    max_steps: u32,
    /// Most states of a search
    #[arg(long, default_value_t = 50_000_000, value_name = "N")]
    states: u64,
    /// Most memory of a search, in MiB
    #[arg(long, default_value_t = 4096, value_name = "MIB")]
    memory_limit: u64,
}

/// Random walks for an estimate of what is left.
const WALKS: u64 = 200;

/// A search that is made.
pub enum Made {
    All(Box<Exhaustive<System, Narrow>>),
    Wide(Box<Exhaustive<System, Wide>>),
    Parallel(Box<Parallel<System>>, u64),
    Random(Box<Random<System>>),
    Livelock(Box<Lassos<System>>),
    Other(Box<dyn Search>),
}

impl How {
    /// Do the options belong together?
    pub fn valid(&self, shard: bool) -> Result<(), Complaint> {
        let layers = matches!(self.kind, Kind::Switches | Kind::Preemptions);
        let random = matches!(self.kind, Kind::Walks | Kind::Pct);
        if self.bound.is_some() && !layers {
            return Err(Complaint::new("--bound is for --how switches and --how preemptions"));
        }
        if (self.wide || self.threads > 1) && self.kind != Kind::All {
            return Err(Complaint::new("--wide and --threads are for --how all"));
        }
        if self.wide && self.threads > 1 {
            return Err(Complaint::new("--wide searches with one thread"));
        }
        if shard && !random && !(layers && self.bound.is_some()) {
            let help = "`cowscope matrix --shard` divides many questions; `--threads` one";
            return Err(Complaint::new("--shard is for random runs, and for layers with a --bound").help(help));
        }
        Ok(())
    }

    /// In words that are equal for equal searches.
    pub fn words(&self) -> String {
        let bound = self.bound.map_or_else(String::new, |k| format!(", at most {k}"));
        let first = if self.first { ", the first break" } else { "" };
        match self.kind {
            Kind::All if self.wide => format!("every state, 128 bits{first}"),
            Kind::All => format!("every state{first}"),
            Kind::Reduced => format!("every state, reduced{first}"),
            Kind::Switches => format!("by context switches{bound}{first}"),
            Kind::Preemptions => format!("by preemptions{bound}{first}"),
            Kind::Steps => format!("by steps{first}"),
            Kind::Sequential => "every order of whole calls".into(),
            Kind::Walks => format!("{} random walks, seed {}{first}", self.runs, self.seed),
            Kind::Pct => format!("{} runs of PCT, depth {}, seed {}{first}", self.runs, self.depth, self.seed),
            Kind::Livelock => "fair cycles without end".into(),
        }
    }

    /// What the search may use.
    pub fn budget(&self) -> Budget {
        Budget { states: self.states, bytes: self.memory_limit << 20, ..Budget::NONE }
    }

    /// The search of this part.
    pub fn search(&self, model: System, part: Part) -> Made {
        let budget = self.budget();
        let options = Options { first_break: self.first, ..Options::default() };
        let layered = |measure| {
            let goal = Goal { first: self.first.then_some(Target::Any), bound: self.bound };
            Made::Other(Box::new(Layered::new(model.clone(), measure, goal, budget).part(part.index, part.of)))
        };
        match self.kind {
            Kind::All if self.wide => Made::Wide(Box::new(Exhaustive::new(model, options, budget))),
            Kind::All if self.threads > 1 => {
                let threads = self.threads as usize;
                // threads live for one slice: a short one would be all beginning and end
                Made::Parallel(Box::new(Parallel::new(model, options, budget, threads)), 8 * SLICE * threads as u64)
            }
            Kind::All => Made::All(Box::new(Exhaustive::new(model, options, budget))),
            Kind::Reduced => {
                let both = Reduction { merge: true, sleep: true };
                Made::Other(Box::new(Reduced::new(model, both, options, budget)))
            }
            Kind::Switches => layered(Measure::Switches),
            Kind::Preemptions => layered(Measure::Preemptions),
            Kind::Steps => layered(Measure::Steps),
            Kind::Sequential => Made::Other(Box::new(Sequential::new(model, budget))),
            Kind::Walks | Kind::Pct => Made::Random(Box::new(Random::new(model, self.plan(part), budget))),
            Kind::Livelock => Made::Livelock(Box::new(Lassos::new(model, budget))),
        }
    }

    fn plan(&self, part: Part) -> Plan {
        let (index, of) = (part.index as u64, part.of as u64);
        Plan {
            strategy: if self.kind == Kind::Pct { Strategy::Pct { depth: self.depth } } else { Strategy::Uniform },
            seed: self.seed,
            first: index,
            stride: of,
            runs: self.runs.saturating_sub(index).div_ceil(of),
            max_steps: self.max_steps,
            first_break: self.first,
        }
    }
}

impl Made {
    /// What all searches have in common.
    pub fn as_search(&self) -> &dyn Search {
        match self {
            Made::All(s) => s.as_ref(),
            Made::Random(s) => s.as_ref(),
            Made::Wide(s) => s.as_ref(),
            Made::Parallel(s, _) => s.as_ref(),
            Made::Livelock(s) => s.as_ref(),
            Made::Other(s) => s.as_ref(),
        }
    }

    /// Runs it to its end, or until `progress` cancels it.
    pub fn drive(&mut self, progress: &mut dyn FnMut(&Counts) -> Progress) -> End {
        match self {
            Made::All(s) => drive(s.as_mut(), SLICE, progress),
            Made::Random(s) => drive(s.as_mut(), SLICE, progress),
            Made::Wide(s) => drive(s.as_mut(), SLICE, progress),
            Made::Parallel(s, slice) => drive(s.as_mut(), *slice, progress),
            Made::Livelock(s) => drive(s.as_mut(), SLICE, progress),
            Made::Other(s) => drive(s.as_mut(), SLICE, progress),
        }
    }

    /// Gives it more room.
    pub fn set_budget(&mut self, budget: Budget) {
        match self {
            Made::All(s) => s.set_budget(budget),
            Made::Wide(s) => s.set_budget(budget),
            Made::Parallel(s, _) => s.set_budget(budget),
            Made::Random(s) => s.set_budget(budget),
            Made::Livelock(s) => s.set_budget(budget),
            Made::Other(s) => s.set_budget(budget),
        }
    }

    /// About how many states are left.
    pub fn states_left(&self) -> Option<u64> {
        let coverage = match self {
            Made::All(search) => search.coverage(WALKS, 1),
            Made::Wide(search) => search.coverage(WALKS, 1),
            Made::Parallel(search, _) => search.coverage(WALKS, 1),
            _ => return None,
        };
        coverage.states_left(&self.as_search().counts())
    }

    /// The least probability with which one run finds a given break.
    pub fn pct_bound(&self) -> Option<f64> {
        let Made::Random(search) = self else { return None };
        search.pct_bound().map(|(_, _, _, bound)| bound)
    }

    /// The cycle that was found.
    pub fn cycle(&self) -> Option<Lasso> {
        let Made::Livelock(search) = self else { return None };
        search.lasso().cloned()
    }
}
