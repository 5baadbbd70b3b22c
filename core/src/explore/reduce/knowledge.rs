//! What is known of the program by having watched it: who touches which word, where each agent can go, what it touches there and on
//! what it waits. All of it is assumed to be complete, and checked at every step.

use super::access::Access;
use super::values::{Condition, Values, condition, note};
use cowscope_mmu::{Slot, State, Touched};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A step from one location to another.
#[derive(Clone, Debug)]
struct Edge {
    to: u32,
    /// What the model calls the place it leads to.
    name: u64,
    access: Access,
    /// Conditions without which the step was never taken, as a mask.
    guards: u64,
    /// While learning: the values that the shared words it read had.
    seen: Vec<(Slot, Values)>,
}

/// What can be touched from a location on, if only some conditions can ever hold; a cache.
#[derive(Clone, Copy, Debug)]
struct Future {
    open: u64,
    access: Access,
    /// Conditions whose words are written.
    opens: u64,
    relied: Relied,
}

/// What has been merged because it does not conflict with what can be touched from a location on.
#[derive(Clone, Copy, Debug)]
struct Relied {
    access: Access,
    /// The conditions that could hold, in every such case, and in some.
    always: u64,
    ever: u64,
}

impl Relied {
    const NOTHING: Relied = Relied { access: Access::NOTHING, always: u64::MAX, ever: 0 };

    #[inline(always)]
    fn add(&mut self, access: &Access, always: u64, ever: u64) {
        self.access.join(access);
        self.always &= always;
        self.ever |= ever;
    }
}

/// Where an agent's program can stand.
#[derive(Clone, Debug, Default)]
struct Location {
    /// What the model calls it.
    name: u64,
    edges: Vec<Edge>,
    /// What attempts touched that led nowhere.
    refused: Access,
    /// While learning: the values of the shared words with which an attempt was refused.
    refused_with: Vec<(Slot, Values)>,
    futures: Vec<Future>,
    /// What was relied on by futures that are no more, by the conditions that were open.
    relied: Vec<(u64, Relied)>,
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
    /// The words that each agent touches, and those that more than one does.
    touched: Vec<Touched>,
    shared: Touched,
    index: HashMap<u64, u32, BuildHasherDefault<Mixed>>,
    locations: Vec<Location>,
    /// At most 64: they are named by bits.
    conditions: Vec<Condition>,
    /// Something new was learned since this was last made false.
    pub changed: bool,
    /// A word was learned to be shared that was believed to be an agent's own.
    disowned: bool,
    learning: bool,
    /// Scratch of the walks over locations.
    marked: Vec<u32>,
    round: u32,
}

impl Knowledge {
    /// Nothing is known of so many agents.
    pub fn new(agents: usize) -> Self {
        Knowledge { touched: vec![Touched::default(); agents], learning: true, ..Self::default() }
    }

    /// The number of the place where `agent` stands, by what the model calls it.
    pub fn location(&mut self, agent: usize, name: u64) -> u32 {
        let next = self.locations.len() as u32;
        let id = *self.index.entry(name ^ (agent as u64 + 1).wrapping_mul(0x9e6c_63d0_876a_9a47)).or_insert(next);
        if id == next {
            self.locations.push(Location { name, ..Location::default() });
            self.marked.push(0);
        }
        id
    }

    /// What the model calls a location.
    #[inline(always)]
    pub fn name(&self, location: u32) -> u64 {
        self.locations[location as usize].name
    }

    /// Of what an agent touched, the words that others touch too.
    #[inline(always)]
    pub fn access(&mut self, agent: usize, reads: &Touched, writes: &Touched) -> Access {
        let all = reads.and(writes);
        if !all.within(&self.touched[agent]) {
            self.meet(agent, &all);
        }
        Access { reads: reads.both(&self.shared), writes: writes.both(&self.shared) }
    }

    #[cold]
    fn meet(&mut self, agent: usize, all: &Touched) {
        self.touched[agent] = self.touched[agent].and(all);
        let mine = self.touched[agent];
        let before = self.shared;
        for (_, others) in self.touched.iter().enumerate().filter(|(other, _)| *other != agent) {
            self.shared = self.shared.and(&others.both(&mine));
        }
        // What its owner did with it so far was not written down: everything has to be watched again.
        if self.shared != before {
            self.disowned = true;
            self.news();
        }
    }

    /// Does this agent touch any of these words?
    #[inline(always)]
    pub fn touches(&self, agent: usize, words: &Touched) -> bool {
        self.touched[agent].meets(words)
    }

    /// Does more than one agent touch this word?
    pub fn is_shared(&self, slot: Slot) -> bool {
        self.shared.has(slot)
    }

    fn news(&mut self) {
        self.changed = true;
        for location in &mut self.locations {
            for Future { open, relied, .. } in
                location.futures.drain(..).filter(|f| f.relied.ever != 0 || !f.relied.access.is_empty())
            {
                match location.relied.iter_mut().find(|(o, _)| *o == open) {
                    Some((_, all)) => all.add(&relied.access, relied.always, relied.ever),
                    None => location.relied.push((open, relied)),
                }
            }
            location.matter = None;
        }
    }

    /// A search begins: nothing has been relied on.
    pub fn begin(&mut self) {
        (self.changed, self.disowned) = (false, false);
        for location in &mut self.locations {
            location.relied.clear();
            location.futures.clear();
        }
    }

    /// Would all that was merged be merged again, after what was learned since? Then the search can go on as if it had been known.
    pub fn still_right(&mut self) -> bool {
        if self.disowned {
            return false;
        }
        self.changed = false;
        for at in 0..self.locations.len() {
            for i in 0..self.locations[at].relied.len() {
                let (_, relied) = self.locations[at].relied[i];
                let future = *self.future(at as u32, relied.ever);
                if relied.access.conflicts(&future.access) || future.opens & !relied.always != 0 {
                    self.changed = true;
                    return false;
                }
            }
        }
        true
    }

    /// Notes that an agent stepped from one location to the one called `name` and touched `access`, while the conditions in `open`
    /// held. Answers the number of the location it came to, and the conditions without which the step was never taken.
    #[inline(always)]
    pub fn stepped(&mut self, agent: usize, from: u32, name: u64, access: &Access, open: u64) -> (u32, u64) {
        if let Some(edge) = self.locations[from as usize].edges.iter().find(|e| e.name == name)
            && access.within(&edge.access)
            && edge.guards & !open == 0
        {
            return (edge.to, edge.guards);
        }
        self.learn_step(agent, from, name, access, open)
    }

    #[cold]
    fn learn_step(&mut self, agent: usize, from: u32, name: u64, access: &Access, open: u64) -> (u32, u64) {
        let to = self.location(agent, name);
        self.news();
        let edges = &mut self.locations[from as usize].edges;
        match edges.iter_mut().find(|e| e.to == to) {
            Some(edge) => {
                edge.access.join(access);
                edge.guards &= open;
                (to, edge.guards)
            }
            None => {
                edges.push(Edge { to, name, access: *access, guards: 0, seen: Vec::new() });
                (to, 0)
            }
        }
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
            let refused_with = std::mem::take(&mut self.locations[at].refused_with);
            for i in 0..self.locations[at].edges.len() {
                let seen = std::mem::take(&mut self.locations[at].edges[i].seen);
                for (slot, values) in seen {
                    let refused = refused_with.iter().find(|(s, _)| *s == slot).map(|(_, v)| v);
                    if let (Some(values), Some(refused)) = (values, refused)
                        && let Some(wanted) = condition(slot, &values, refused)
                    {
                        self.locations[at].edges[i].guards |= self.bit_of(wanted);
                    }
                }
            }
        }
        self.news();
        self.changed = false;
    }

    /// The bit of a condition; none when there are too many.
    fn bit_of(&mut self, wanted: Condition) -> u64 {
        let at = self.conditions.iter().position(|c| *c == wanted).unwrap_or(self.conditions.len());
        if at == self.conditions.len() && at < 64 {
            self.conditions.push(wanted);
        }
        if at < 64 { 1 << at } else { 0 }
    }

    /// The conditions that hold in a state, as a mask.
    pub fn open(&self, state: &State) -> u64 {
        let conditions = self.conditions.iter().enumerate();
        conditions.fold(0, |open, (i, c)| open | (c.holds(state.peek(c.slot)) as u64) << i)
    }

    /// The same, where the conditions in `open` held before words were `changed`.
    #[inline(always)]
    pub fn open_now(&self, state: &State, mut open: u64, changed: &Touched) -> u64 {
        for (i, c) in self.conditions.iter().enumerate() {
            if changed.has(c.slot) {
                open = open & !(1 << i) | (c.holds(state.peek(c.slot)) as u64) << i;
            }
        }
        open
    }

    /// What the agent that stands at `at` may touch from now on, if only the conditions in `open` can ever hold.
    #[inline(always)]
    fn future(&mut self, at: u32, open: u64) -> &mut Future {
        let location = &self.locations[at as usize];
        let found = location.matter.and_then(|m| location.futures.iter().position(|f| f.open == open & m));
        let found = found.unwrap_or_else(|| self.foresee(at, open));
        &mut self.locations[at as usize].futures[found]
    }

    #[cold]
    fn foresee(&mut self, at: u32, open: u64) -> usize {
        let open = open & self.matter(at);
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
        let written = |(i, c): (usize, &Condition)| (access.writes.has(c.slot) as u64) << i;
        let opens = self.conditions.iter().enumerate().map(written).fold(0, |all, one| all | one);
        let futures = &mut self.locations[at as usize].futures;
        futures.push(Future { open, access, opens, relied: Relied::NOTHING });
        futures.len() - 1
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
    #[inline(always)]
    pub fn undisturbed(&mut self, agent: usize, access: &Access, at: &[u32], mut open: u64) -> bool {
        if access.is_empty() {
            return true;
        }
        loop {
            let mut more = open;
            for (other, here) in at.iter().enumerate() {
                if other != agent {
                    let future = self.future(*here, open);
                    if access.conflicts(&future.access) {
                        return false;
                    }
                    // A condition that does not hold now can come to hold if one of them writes its word.
                    more |= future.opens;
                }
            }
            if more == open {
                for (_, here) in at.iter().enumerate().filter(|(other, _)| *other != agent) {
                    self.future(*here, open).relied.add(access, open, open);
                }
                return true;
            }
            open = more;
        }
    }
}
