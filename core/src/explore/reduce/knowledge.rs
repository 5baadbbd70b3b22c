//! What is known of the program by having watched it: who touches which word, where each agent can go, what it touches there and on
//! what it waits. All of it is assumed to be complete, and checked at every step.

use super::access::Access;
use cowscope_mmu::Slot;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// No agent has touched the word.
const NOBODY: u8 = u8::MAX;
/// More than one agent has.
const MANY: u8 = u8::MAX - 1;

/// Values of one word in some situations; `None` when there were too many to tell.
type Values = Option<Vec<u64>>;

const TOO_MANY: usize = 4;

fn note(values: &mut Values, v: u64) {
    if let Some(list) = values
        && !list.contains(&v)
    {
        list.push(v);
        if list.len() > TOO_MANY {
            *values = None;
        }
    }
}

/// A condition on one shared word, as far as an agent has been seen to wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub slot: Slot,
    value: u64,
    equal: bool,
}

impl Condition {
    #[inline(always)]
    pub fn holds(&self, v: u64) -> bool {
        (v == self.value) == self.equal
    }
}

/// A step from one location to another.
#[derive(Clone, Debug)]
struct Edge {
    to: u32,
    access: Access,
    /// Conditions without which the step was never taken, as a mask.
    guards: u64,
    /// While learning: the values that the shared words it read had.
    seen: Vec<(Slot, Values)>,
}

/// Where an agent's program can stand.
#[derive(Clone, Debug, Default)]
struct Location {
    edges: Vec<Edge>,
    /// What attempts touched that led nowhere.
    refused: Access,
    /// While learning: the values of the shared words with which an attempt was refused.
    refused_with: Vec<(Slot, Values)>,
    /// What can be touched from here on, by the conditions that are open; a cache.
    futures: Vec<(u64, Access)>,
    /// Conditions that matter from here on; a cache.
    matter: Option<u64>,
}

/// Hashes one number, quickly: the order of the map is never asked for.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(*b as u64));
    }
    fn write_u64(&mut self, n: u64) {
        let z = (self.0 ^ n).wrapping_mul(0xd6e8_feb8_6659_fd93);
        self.0 = z ^ z >> 32;
    }
}

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Knowledge {
    owner: Vec<u8>,
    number: Vec<u16>,
    shared: u32,
    index: HashMap<u64, u32, BuildHasherDefault<Mixed>>,
    locations: Vec<Location>,
    conditions: Vec<Condition>,
    /// Something new was learned since this was last made false.
    pub changed: bool,
    learning: bool,
    /// Scratch of the walks over locations.
    marked: Vec<u32>,
    round: u32,
}

impl Knowledge {
    /// Nothing is known of a state of `words` words.
    pub fn new(words: u32) -> Self {
        Knowledge {
            owner: vec![NOBODY; words as usize],
            number: vec![0; words as usize],
            learning: true,
            ..Self::default()
        }
    }

    /// The number of the place where `agent` stands, by what the model calls it.
    pub fn location(&mut self, agent: u8, name: u64) -> u32 {
        let next = self.locations.len() as u32;
        let id = *self.index.entry(name ^ (agent as u64 + 1).wrapping_mul(0x9e6c_63d0_876a_9a47)).or_insert(next);
        if id == next {
            self.locations.push(Location::default());
            self.marked.push(0);
        }
        id
    }

    /// The shared number of a word that `agent` touches; `None` when it is the agent's own.
    #[inline(always)]
    pub fn touch(&mut self, agent: u8, slot: Slot) -> Option<u16> {
        let owner = self.owner[slot as usize];
        if owner == agent {
            return None;
        }
        if owner == MANY {
            return Some(self.number[slot as usize]);
        }
        self.meet(agent, slot)
    }

    #[cold]
    fn meet(&mut self, agent: u8, slot: Slot) -> Option<u16> {
        if self.owner[slot as usize] == NOBODY {
            self.owner[slot as usize] = agent;
            return None;
        }
        // What its owner did with it so far was not written down: everything has to be watched again.
        self.owner[slot as usize] = MANY;
        self.number[slot as usize] = self.shared as u16;
        self.shared += 1;
        self.news();
        Some(self.number[slot as usize])
    }

    fn news(&mut self) {
        self.changed = true;
        for location in &mut self.locations {
            location.futures.clear();
            location.matter = None;
        }
    }

    /// Notes that an agent stepped `from` one location `to` another and touched `access`, while the conditions in `open` held.
    #[inline(always)]
    pub fn stepped(&mut self, from: u32, to: u32, access: &Access, open: u64) {
        if let Some(edge) = self.locations[from as usize].edges.iter().find(|e| e.to == to)
            && access.within(&edge.access)
            && edge.guards & !open == 0
        {
            return;
        }
        self.learn_step(from, to, access, open);
    }

    #[cold]
    fn learn_step(&mut self, from: u32, to: u32, access: &Access, open: u64) {
        let edges = &mut self.locations[from as usize].edges;
        match edges.iter_mut().find(|e| e.to == to) {
            Some(edge) => {
                edge.access.join(access);
                edge.guards &= open;
            }
            None => edges.push(Edge { to, access: *access, guards: 0, seen: Vec::new() }),
        }
        self.news();
    }

    /// Notes that an attempt at `at` led nowhere and touched `access`.
    #[inline(always)]
    pub fn refused(&mut self, at: u32, access: &Access) {
        if !access.within(&self.locations[at as usize].refused) {
            self.locations[at as usize].refused.join(access);
            self.news();
        }
    }

    /// True while values are written down too.
    pub fn learns(&self) -> bool {
        self.learning
    }

    /// While learning: the values of the shared words that a step read, before it.
    pub fn values_of_step(&mut self, from: u32, to: u32, values: &[(Slot, u64)]) {
        let Some(edge) = self.locations[from as usize].edges.iter_mut().find(|e| e.to == to) else { return };
        if edge.seen.is_empty() {
            edge.seen = values.iter().map(|(slot, _)| (*slot, Some(Vec::new()))).collect();
        }
        // A word that was not read every time is no condition.
        edge.seen.retain(|(slot, _)| values.iter().any(|(s, _)| s == slot));
        for (slot, seen) in &mut edge.seen {
            for (_, v) in values.iter().filter(|(s, _)| s == slot) {
                note(seen, *v);
            }
        }
    }

    /// While learning: the values of the shared words that a refused attempt read.
    pub fn values_of_refusal(&mut self, at: u32, values: &[(Slot, u64)]) {
        let refused = &mut self.locations[at as usize].refused_with;
        for (slot, v) in values {
            match refused.iter_mut().find(|(s, _)| s == slot) {
                Some((_, seen)) => note(seen, *v),
                None => refused.push((*slot, Some(vec![*v]))),
            }
        }
    }

    /// Ends learning: what steps were seen to wait for becomes a condition of theirs.
    pub fn settle(&mut self) {
        self.learning = false;
        for at in 0..self.locations.len() {
            let location = std::mem::take(&mut self.locations[at]);
            let Location { mut edges, refused_with, .. } = location;
            for edge in &mut edges {
                for (slot, values) in std::mem::take(&mut edge.seen) {
                    let refused = refused_with.iter().find(|(s, _)| *s == slot).map(|(_, v)| v);
                    if let (Some(values), Some(refused)) = (values, refused) {
                        edge.guards |= self.guard(slot, &values, refused);
                    }
                }
            }
            self.locations[at] = Location { edges, refused: location.refused, ..Location::default() };
        }
        self.news();
        self.changed = false;
    }

    /// The condition that tells the values with which a step was taken from those with which it was refused, as a mask.
    fn guard(&mut self, slot: Slot, taken: &[u64], refused: &Values) -> u64 {
        let condition = match (taken, refused.as_deref()) {
            ([value], refused) if refused.is_none_or(|r| r.iter().any(|v| v != value)) => {
                Condition { slot, value: *value, equal: true }
            }
            (_, Some([value])) if !taken.contains(value) => Condition { slot, value: *value, equal: false },
            _ => return 0,
        };
        let known = self.conditions.iter().position(|c| *c == condition);
        let at = known.unwrap_or_else(|| {
            self.conditions.push(condition);
            self.conditions.len() - 1
        });
        if at < 64 { 1 << at } else { 0 }
    }

    /// All conditions that some step waits for: at most 64 count.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions[..self.conditions.len().min(64)]
    }

    /// What the agent that stands at `at` may touch from now on, if only the conditions in `open` can ever hold.
    fn future(&mut self, at: u32, open: u64) -> Access {
        let open = open & self.matter(at);
        if let Some((_, access)) = self.locations[at as usize].futures.iter().find(|(o, _)| *o == open) {
            return *access;
        }
        let (mut access, mut todo) = (Access::default(), vec![at]);
        self.begin_walk(at);
        while let Some(here) = todo.pop() {
            access.join(&self.locations[here as usize].refused);
            for i in 0..self.locations[here as usize].edges.len() {
                let edge = &self.locations[here as usize].edges[i];
                if edge.guards & !open == 0 {
                    access.join(&edge.access);
                    let to = edge.to;
                    self.visit(to, &mut todo);
                }
            }
        }
        self.locations[at as usize].futures.push((open, access));
        access
    }

    fn begin_walk(&mut self, at: u32) {
        self.round += 1;
        self.marked[at as usize] = self.round;
    }

    fn visit(&mut self, to: u32, todo: &mut Vec<u32>) {
        if self.marked[to as usize] != self.round {
            self.marked[to as usize] = self.round;
            todo.push(to);
        }
    }

    fn matter(&mut self, at: u32) -> u64 {
        if let Some(matter) = self.locations[at as usize].matter {
            return matter;
        }
        let (mut matter, mut todo) = (0, vec![at]);
        self.begin_walk(at);
        while let Some(here) = todo.pop() {
            for i in 0..self.locations[here as usize].edges.len() {
                let edge = &self.locations[here as usize].edges[i];
                matter |= edge.guards;
                let to = edge.to;
                self.visit(to, &mut todo);
            }
        }
        self.locations[at as usize].matter = Some(matter);
        matter
    }

    /// True when nothing that agents other than `agent` can do before it moves conflicts with `access`: they stand at `at`, and the
    /// conditions in `open` hold now.
    pub fn undisturbed(&mut self, agent: u8, access: &Access, at: &[u32], mut open: u64) -> bool {
        if access.is_empty() {
            return true;
        }
        loop {
            let mut others = Access::default();
            for (other, here) in at.iter().enumerate() {
                if other != agent as usize {
                    others.join(&self.future(*here, open));
                }
            }
            if access.conflicts(&others) {
                return false;
            }
            // A condition that does not hold now can come to hold if one of them writes its word.
            let mut more = open;
            for (i, condition) in self.conditions().iter().enumerate() {
                let number = self.number[condition.slot as usize];
                more |= (others.writes.has(number) as u64) << i;
            }
            if more == open {
                return true;
            }
            open = more;
        }
    }
}
