//! The verdict on one question: every break with its shortest schedule, or a proof that there is none.

use crate::explore::{
    Break, Budget, Choice, Cost, Counts, End, Exhaustive, Finding, Goal, Layered, Measure, Options, Progress, SLICE,
    Search, Sequential, Target, drive,
};
use crate::library::Loaded;
use crate::system::{System, Trap, broken};
use crate::trace;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// One way in which the design breaks.
#[derive(Clone, Debug)]
pub struct Found {
    pub what: Break,
    /// A name as links have it: `isolation`, `during_fork`, `deadlock`.
    pub id: String,
    /// One line a student can read.
    pub statement: String,
    /// Fewest context switches, then fewest steps.
    pub schedule: Vec<Choice>,
    pub cost: Cost,
    /// No schedule has fewer switches, or as many and fewer steps: searched to the end.
    pub proven: bool,
    /// The fewest steps of any schedule, however many switches; `None` if that search ran out of its budget.
    pub fewest_steps: Option<u32>,
    /// `Some(false)`: the same calls one after the other break too. `None`: that search ran out of its budget.
    pub needs_race: Option<bool>,
    /// States of the search that proved the schedule minimal.
    pub states: u64,
}

/// What the search says.
#[derive(Clone, Debug)]
pub struct Answer {
    pub verdict: trace::Verdict,
    pub end: End,
    pub counts: Counts,
    pub found: Vec<Found>,
    /// `2 CPUs, 2 processes, SC, concrete TLB`
    pub scope: String,
}

/// One search of every state, of several in which breaks are let pass once they are known.
pub(crate) struct Pass<'a> {
    /// The model as it was searched.
    pub(crate) model: &'a System,
    pub(crate) end: End,
    pub(crate) counts: Counts,
    /// What no earlier search has found: one finding of each invariant.
    pub(crate) fresh: Vec<&'a Finding>,
    /// All that this search has found.
    pub(crate) findings: &'a [Finding],
}

/// Is told how far a search has got, and says whether to go on.
type Hear<'a> = dyn FnMut(&Counts) -> Progress + 'a;

/// Searches every state again and again, letting pass what is known, so that what it hides is found too; until nothing new breaks,
/// or `each` has seen enough.
pub(crate) fn passes(
    mut model: System,
    (options, budget): (Options, Budget),
    progress: &mut Hear,
    each: &mut dyn FnMut(Pass, &mut Hear) -> ControlFlow<()>,
) {
    let mut known: BTreeSet<Option<u16>> = BTreeSet::new();
    loop {
        let mut search: Exhaustive<System> = Exhaustive::new(model.clone(), options, budget);
        let end = run(&mut search, progress);
        let findings = search.findings().list();
        let fresh: Vec<&Finding> = findings.iter().filter(|f| known.insert(number(f.what))).collect();
        let new: Vec<u16> = fresh.iter().filter_map(|f| number(f.what)).collect();
        let pass = Pass { model: &model, end, counts: search.counts(), fresh, findings };
        if each(pass, progress).is_break() || new.is_empty() {
            return;
        }
        model.muted.extend(new);
    }
}

/// Searches a question to the end, and each break for its shortest schedule. `progress` is asked now and then and can cancel.
pub fn check(loaded: &Loaded, budget: Budget, progress: &mut dyn FnMut(&Counts) -> Progress) -> Answer {
    answered(loaded, budget, progress, &mut |model, finding, progress| {
        shortest(model, loaded, finding, budget, progress)
    })
}

/// Searches a question to the end, and says of each break only that there is one: with some schedule, not the shortest. `progress` is asked now
/// and then and can cancel.
pub fn decide(loaded: &Loaded, budget: Budget, progress: &mut dyn FnMut(&Counts) -> Progress) -> Answer {
    answered(loaded, budget, progress, &mut |model, finding, _| {
        let schedule = finding.schedule.clone();
        let cost = Cost { switches: crate::explore::switches(model, &schedule), steps: schedule.len() as u32 };
        told(model, loaded, finding.what, schedule, cost)
    })
}

/// Searches a question to the end; `tell` makes of each break what is said of it.
fn answered(
    loaded: &Loaded,
    budget: Budget,
    progress: &mut Hear,
    tell: &mut dyn FnMut(&System, &Finding, &mut Hear) -> Found,
) -> Answer {
    let mut found: Vec<Found> = Vec::new();
    let mut first: Option<(End, Counts)> = None;
    passes(loaded.system.clone(), (Options::default(), budget), progress, &mut |pass, progress| {
        first.get_or_insert((pass.end, pass.counts));
        found.extend(pass.fresh.iter().map(|finding| tell(pass.model, finding, progress)));
        ControlFlow::Continue(())
    });
    let (end, counts) = first.unwrap_or((End::Cancelled, Counts::default()));
    let verdict = verdict(&mut found, end);
    Answer { verdict, end, counts, found, scope: scope(loaded) }
}

/// Looks for the breaks with the fewest context switches and stops there, each with its fewest steps. Where there is none it
/// has tried every order, and the question is decided all the same. `progress` is asked now and then and can cancel.
pub fn find(loaded: &Loaded, budget: Budget, progress: &mut dyn FnMut(&Counts) -> Progress) -> Answer {
    let model = loaded.system.clone();
    let goal = Goal { first: Some(Target::Any), bound: None };
    let mut search = Layered::new(model.clone(), Measure::Switches, goal, budget);
    let mut end = run(&mut search, progress);
    let counts = search.counts();
    let cheapest = search.findings().list().iter().filter_map(|f| search.cost_of(f.what)).min();
    if let Some(cost) = cheapest {
        let goal = Goal { first: None, bound: Some(cost.switches) };
        search = Layered::new(model.clone(), Measure::Switches, goal, budget);
        end = run(&mut search, progress);
    }
    let mut found: Vec<Found> = Vec::new();
    let mut list: Vec<_> = search.findings().list().iter().filter_map(|f| Some((search.cost_of(f.what)?, f))).collect();
    list.sort_by_key(|(cost, _)| *cost);
    for (cost, f) in list {
        let invariant = number(f.what);
        if found.iter().all(|known| number(known.what) != invariant) {
            let target = invariant.map_or(Target::This(Break::Deadlock), Target::Invariant);
            let needs_race = needs_race(&model, target, budget, progress);
            let proven = matches!(end, End::Complete | End::Bounded(_));
            let told = told(&model, loaded, f.what, f.schedule.clone(), cost);
            found.push(Found { proven, needs_race, states: counts.states, ..told });
        }
    }
    let verdict = verdict(&mut found, end);
    Answer { verdict, end, counts, found, scope: scope(loaded) }
}

/// What the ending of a search and its findings say. That the model had no room for a state is no break, and no proof.
fn verdict(found: &mut Vec<Found>, end: End) -> trace::Verdict {
    let too_small = Some(broken::TRAP + Trap::TooManyStale as u16);
    let overflowed = found.iter().any(|f| number(f.what) == too_small);
    found.retain(|f| number(f.what) != too_small);
    match (found.is_empty(), end) {
        (false, _) => trace::Verdict::Breaks,
        (true, End::Complete) if !overflowed => trace::Verdict::Holds,
        _ => trace::Verdict::NotDecided,
    }
}

/// The number of the invariant; none for a deadlock.
pub(crate) fn number(what: Break) -> Option<u16> {
    match what {
        Break::Violation(v) => Some(v.invariant),
        Break::Deadlock => None,
    }
}

fn run(search: &mut dyn Search, progress: &mut Hear) -> End {
    drive(search, SLICE, progress)
}

fn shortest(
    model: &System,
    loaded: &Loaded,
    known: &Finding,
    budget: Budget,
    progress: &mut dyn FnMut(&Counts) -> Progress,
) -> Found {
    let target = number(known.what).map_or(Target::This(Break::Deadlock), Target::Invariant);
    let goal = Goal { first: Some(target), bound: None };
    let mut by_switches = Layered::new(model.clone(), Measure::Switches, goal, budget);
    let proven = run(&mut by_switches, progress) == End::Broke;
    let best = by_switches.findings().list().iter().find(|f| target.wants(f.what));
    let (what, schedule) = {
        let f = best.unwrap_or(known);
        (f.what, f.schedule.clone())
    };
    let cost = by_switches
        .cost_of(what)
        .unwrap_or(Cost { switches: crate::explore::switches(model, &schedule), steps: schedule.len() as u32 });
    let mut by_steps = Layered::new(model.clone(), Measure::Steps, goal, budget);
    let fewest = run(&mut by_steps, progress) == End::Broke;
    let fewest_steps = by_steps
        .findings()
        .list()
        .iter()
        .find(|f| target.wants(f.what))
        .filter(|_| fewest)
        .map(|f| f.schedule.len() as u32);
    let needs_race = needs_race(model, target, budget, progress);
    let states = by_switches.counts().states;
    Found { proven, fewest_steps, needs_race, states, ..told(model, loaded, what, schedule, cost) }
}

/// `Some(false)`: the same calls one after the other break too. `None`: the search ran out of its budget.
fn needs_race(
    model: &System,
    target: Target,
    budget: Budget,
    progress: &mut dyn FnMut(&Counts) -> Progress,
) -> Option<bool> {
    let mut sequential = Sequential::new(model.clone(), budget);
    let end = run(&mut sequential, progress);
    let without = sequential.findings().list().iter().any(|f| target.wants(f.what));
    match end {
        _ if without => Some(false),
        End::Complete | End::Broke => Some(true),
        _ => None,
    }
}

/// A break with its name and statement, and nothing proven about it yet.
fn told(model: &System, loaded: &Loaded, what: Break, schedule: Vec<Choice>, cost: Cost) -> Found {
    let (id, statement) = broken_as(model, what, loaded);
    Found { what, id, statement, schedule, cost, proven: false, fewest_steps: None, needs_race: None, states: 0 }
}

/// Id and statement of a break.
pub(crate) fn broken_as(model: &System, what: Break, loaded: &Loaded) -> (String, String) {
    match what {
        Break::Deadlock => ("deadlock".to_string(), "everybody gets to the end".to_string()),
        Break::Violation(v) => {
            let b = crate::session::broken_of(model, &v, &loaded.question.design);
            (b.id, b.statement)
        }
    }
}

/// The scope of an answer in words.
pub fn scope(loaded: &Loaded) -> String {
    let sys = &loaded.system;
    let tlb = if loaded.options.any_tlb { "any TLB" } else { "concrete TLB" };
    let order = if loaded.options.order == cowscope_mmu::MemoryOrder::Tso { "TSO" } else { "SC" };
    let plural = |n: u32, what: &str| {
        format!(
            "{n} {what}{}",
            if n == 1 {
                ""
            } else if what.ends_with('s') {
                "es"
            } else {
                "s"
            }
        )
    };
    let words = loaded.system.program.constants.get("CFG_PAGE_WORDS").copied().unwrap_or(2);
    format!(
        "{}, {}, pages of {words} words, {order}, {tlb}",
        plural(sys.machine.cpus(), "CPU"),
        plural(sys.processes(), "process"),
    )
}
