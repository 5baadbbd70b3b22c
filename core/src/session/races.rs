//! Data races of one run: two accesses to a word, one of them a plain write, that nothing orders.
//!
//! Vector clocks over the run (as in FastTrack and in race detectors of the C11 model): locked operations and acquiring loads learn
//! what releasing stores knew; so do interrupt handlers from who sent the interrupt, and tasks from who started them. Fences make
//! marked accesses acquire and release. What users do through the MMU, and what the hardware does, is not judged.

use std::collections::BTreeMap;

use super::Session;
use super::record::place;
use crate::explore::{Choice, Model, Outcome};
use crate::lang::ir::{LocId, Marking, Op};
use crate::lang::sys::Sys;
use crate::library::Loaded;
use crate::system::{Agent, Status, System};
use crate::trace::Place;

/// One side of a race.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// The task that accessed.
    pub task: String,
    pub place: Option<Place>,
    pub write: bool,
    /// Not marked by `READ_ONCE`, `WRITE_ONCE` or an atomic operation.
    pub plain: bool,
    /// Which step of the run, counted from 1.
    pub step: u32,
}

/// Two accesses that nothing orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Race {
    /// The word, as C would write it.
    pub word: String,
    pub first: Side,
    pub second: Side,
}

/// How far each task's steps are known.
type Clock = Vec<u32>;

fn join(a: &mut Clock, b: &Clock) {
    for (x, y) in a.iter_mut().zip(b) {
        *x = (*x).max(*y);
    }
}

#[derive(Clone, Copy, PartialEq)]
struct Seen {
    task: usize,
    at: u32,
    write: bool,
    plain: bool,
    loc: LocId,
    step: u32,
}

struct Races {
    clocks: Vec<Clock>,
    /// What relaxed loads met, for the next fence to learn.
    met: Vec<Clock>,
    /// What the task knew at its last fence: its relaxed stores hand that on.
    fenced: Vec<Clock>,
    /// What a word hands on to who acquires it.
    handed: BTreeMap<u32, Clock>,
    seen: BTreeMap<u32, Vec<Seen>>,
    /// By CPU: what senders of pending interrupts knew.
    sent: Vec<Clock>,
    found: BTreeMap<(LocId, LocId), (u32, Seen, Seen)>,
}

/// What a step did to shared words.
struct Did {
    marking: Marking,
    locked: bool,
    loc: LocId,
    reads: Vec<u32>,
    writes: Vec<u32>,
}

impl Session {
    /// The data races of the steps taken so far, each pair of places once, in order of their second access.
    pub fn races(&self) -> Vec<Race> {
        let mut start = self.clone();
        let schedule: Vec<Choice> = self.schedule().into_iter().take(self.position() as usize).collect();
        while start.back() {}
        races(start.loaded, &schedule)
    }
}

/// The data races of a schedule, played from where the system stands.
pub fn races(mut loaded: Loaded, schedule: &[Choice]) -> Vec<Race> {
    let sys = &mut loaded.system;
    sys.watch = true;
    sys.state_mut().trace(true);
    let tasks = sys.tasks.len();
    let zero: Clock = vec![0; tasks];
    let mut r = Races {
        clocks: (0..tasks).map(|t| (0..tasks).map(|u| (t == u) as u32).collect()).collect(),
        met: vec![zero.clone(); tasks],
        fenced: vec![zero.clone(); tasks],
        handed: BTreeMap::new(),
        seen: BTreeMap::new(),
        sent: vec![zero; sys.machine.cpus() as usize],
        found: BTreeMap::new(),
    };
    for (i, choice) in schedule.iter().enumerate() {
        if !r.step(sys, *choice, i as u32 + 1) {
            break;
        }
    }
    let mut found: Vec<(u32, Seen, Seen)> = r.found.into_values().collect();
    found.sort_by_key(|(_, a, b)| (b.step, a.step));
    let side = |sys: &System, s: Seen| Side {
        task: sys.tasks[s.task].title.clone(),
        place: place(sys, &loaded.sources, s.loc),
        write: s.write,
        plain: s.plain,
        step: s.step,
    };
    let sys = &loaded.system;
    let word = |slot: u32| sys.word_name(slot).unwrap_or_default();
    found.into_iter().map(|(slot, a, b)| Race { word: word(slot), first: side(sys, a), second: side(sys, b) }).collect()
}

impl Races {
    /// Takes one step and learns from it; false if it can't be taken.
    fn step(&mut self, sys: &mut System, choice: Choice, index: u32) -> bool {
        if choice.agent >= sys.agents() {
            return false;
        }
        let cpus = sys.machine.cpus();
        let before: Vec<Status> = (0..sys.tasks.len() as u32).map(|t| sys.status(t)).collect();
        let on: Vec<u32> = (0..cpus).map(|c| sys.current_task(c)).collect();
        sys.state_mut().clear_trace();
        if let Outcome::Blocked | Outcome::Dropped { .. } = sys.step(choice) {
            return false;
        }
        let me = match sys.agents[choice.agent as usize] {
            Agent::Task(t) => t as usize,
            Agent::Interrupt(c) => {
                let t = sys.current_task(c) as usize;
                join(&mut self.clocks[t], &self.sent[c as usize]);
                t
            }
            // stores count when they are made
            Agent::Drain(_) => return true,
        };
        for (c, was) in (0..cpus).zip(on) {
            let is = sys.current_task(c);
            if is != was {
                let knew = self.clocks[was as usize].clone();
                join(&mut self.clocks[is as usize], &knew);
            }
        }
        let ops: Vec<(Op, LocId)> = sys
            .steps_trace
            .iter()
            .map(|op| (sys.program.ops[*op as usize], sys.program.locs_of[*op as usize]))
            .collect();
        if let Some(did) = did(sys, &ops) {
            self.access(me, &did, index);
        }
        for (op, _) in &ops {
            match op {
                Op::Sys { sys: Sys::SendIpi, .. } => {
                    for c in 0..cpus {
                        if sys.machine.pending(sys.state(), c).is_some() {
                            join(&mut self.sent[c as usize], &self.clocks[me]);
                        }
                    }
                }
                Op::Sys { sys: Sys::StartProcess, .. } => {
                    for (t, was) in before.iter().enumerate() {
                        if *was == Status::Waiting && sys.status(t as u32) != Status::Waiting {
                            let knew = self.clocks[me].clone();
                            join(&mut self.clocks[t], &knew);
                        }
                    }
                }
                Op::BoundTso { .. } => self.fence(me),
                _ => {}
            }
        }
        self.clocks[me][me] += 1;
        true
    }

    fn fence(&mut self, me: usize) {
        let met = self.met[me].clone();
        join(&mut self.clocks[me], &met);
        self.fenced[me] = self.clocks[me].clone();
    }

    fn access(&mut self, me: usize, did: &Did, index: u32) {
        let acquires = did.locked || did.marking == Marking::Acquire;
        let releases = did.locked || did.marking == Marking::Release;
        for slot in did.reads.iter().chain(&did.writes) {
            if let Some(handed) = self.handed.get(slot) {
                if acquires {
                    join(&mut self.clocks[me], handed);
                } else if did.marking != Marking::Plain {
                    join(&mut self.met[me], handed);
                }
            }
        }
        if did.locked {
            self.fence(me);
        }
        let plain = did.marking == Marking::Plain && !did.locked;
        let all = did.reads.iter().map(|s| (*s, false)).chain(did.writes.iter().map(|s| (*s, true)));
        for (slot, write) in all {
            let now = Seen { task: me, at: self.clocks[me][me], write, plain, loc: did.loc, step: index };
            self.compare(slot, now);
        }
        for slot in &did.writes {
            let knows = if releases { &self.clocks[me] } else { &self.fenced[me] };
            if did.locked {
                // a locked operation goes on with what the word handed on before
                join(self.handed.entry(*slot).or_insert_with(|| vec![0; knows.len()]), knows);
            } else {
                self.handed.insert(*slot, knows.clone());
            }
        }
    }

    /// Is the access unordered with an earlier one, and one of them a plain write?
    fn compare(&mut self, slot: u32, now: Seen) {
        let clock = &self.clocks[now.task];
        let seen = self.seen.entry(slot).or_default();
        for old in seen.iter() {
            let plain_write = (old.write && old.plain) || (now.write && now.plain);
            if old.task != now.task && plain_write && old.at > clock[old.task] {
                let key = (old.loc.min(now.loc), old.loc.max(now.loc));
                self.found.entry(key).or_insert((slot, *old, now));
            }
        }
        seen.retain(|s| (s.task, s.write, s.plain) != (now.task, now.write, now.plain));
        seen.push(now);
    }
}

/// The shared access of a step: one, or those of an atomic block.
fn did(sys: &mut System, ops: &[(Op, LocId)]) -> Option<Did> {
    let trace = sys.state_mut().traced().clone();
    let shared = |slots: &[u32]| -> Vec<u32> {
        let mut out: Vec<u32> = Vec::new();
        for s in slots {
            let ghost = || sys.program.global_at(*s).is_some_and(|g| g.name.starts_with("ghost_"));
            let named = sys.program.global_at(*s).is_some() || sys.frame_at(*s).is_some();
            if named && !ghost() && !out.contains(s) {
                out.push(*s);
            }
        }
        out
    };
    let (reads, writes) = (shared(&trace.reads), shared(&trace.writes));
    let marking_of = |loc: LocId| sys.program.locs.get(loc as usize).map_or(Marking::Plain, |l| l.marking);
    let mut begun = false;
    if let Some((_, loc)) = ops.iter().find(|(op, _)| matches!(op, Op::Await { .. })) {
        // a guard reads all it needs at once, and what it waited for is known from then on
        return Some(Did { marking: Marking::Once, locked: true, loc: *loc, reads, writes });
    }
    for (op, loc) in ops {
        match op {
            Op::Lock if !begun => {
                // an atomic block, a locked operation, a guard: all that it touches, as one
                let loc =
                    ops.iter().find(|(o, l)| o.accesses() && marking_of(*l) != Marking::Free).map_or(*loc, |o| o.1);
                return Some(Did { marking: Marking::Once, locked: true, loc, reads, writes });
            }
            op if op.accesses() => {
                begun = true;
                if marking_of(*loc) == Marking::Free {
                    continue;
                }
                // the access comes first in its step; what is read for free comes after it
                let list = if op.stores() { &writes } else { &reads };
                let slot = match op {
                    Op::LdG { slot, .. } | Op::StG { slot, .. } | Op::StGK { slot, .. } => Some(*slot),
                    _ => list.first().copied(),
                };
                let Some(slot) = slot.filter(|s| list.contains(s)) else { continue };
                let (reads, writes) = if op.stores() { (vec![], vec![slot]) } else { (vec![slot], vec![]) };
                return Some(Did { marking: marking_of(*loc), locked: false, loc: *loc, reads, writes });
            }
            Op::Sys { sys, .. } if !begun && *sys != Sys::EnterCall => return None,
            _ => {}
        }
    }
    None
}
