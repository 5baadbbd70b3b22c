//! The benchmark protocol: fork against fast-GUP against COW on 3 CPUs, with `n` pages and `2n+1` frames.
//!
//! SPIN and stateright agree on its numbers of states and transitions; the tests demand the same ones.
//! Every arm of a `step_*` function is one atomic transition.

use cowscope_core::explore::{Choice, Model, Outcome, Phase, Violation};
use cowscope_mmu::{Slot, State};

/// Which of the protocol's steps exist.
#[derive(Clone, Copy)]
pub struct Variant {
    pub pages: u32,
    /// fork flushes the TLB before it ends.
    pub flush: bool,
    /// fork's copy runs under the write_protect_seq seqcount, which fast-GUP honours.
    pub seqcount: bool,
    /// What must hold is checked (a break ends the run); otherwise the whole space is walked.
    pub checks: bool,
}

impl Variant {
    pub fn sf(pages: u32) -> Self {
        Variant { pages, flush: true, seqcount: true, checks: true }
    }
    pub fn f(pages: u32) -> Self {
        Variant { pages, flush: true, seqcount: false, checks: true }
    }
    pub fn s(pages: u32) -> Self {
        Variant { pages, flush: false, seqcount: true, checks: true }
    }
    pub fn unchecked(self) -> Self {
        Variant { checks: false, ..self }
    }
}

pub const DMA_VISIBLE: u16 = 1;
pub const PARENT_ISOLATED: u16 = 2;
pub const COUNTS: u16 = 3;
pub const ALLOC: u16 = 5;
pub const CHILD_READS: u16 = 6;

const CPU0: usize = 0;
const CPU1: usize = 1;
const HANDLER: u8 = 2;
const CPU2: usize = 3;

/// A page-table entry: 0 is none.
fn pte(frame: u64, writable: bool) -> u64 {
    1 + frame * 2 + writable as u64
}
fn frame(pte: u64) -> u64 {
    pte.wrapping_sub(1) >> 1
}
fn writable(pte: u64) -> bool {
    pte != 0 && (pte - 1) & 1 == 1
}

/// What one step came to.
enum Did {
    Go(u64),
    Wait,
}
use Did::{Go, Wait};

#[derive(Clone)]
pub struct Protocol {
    s: State,
    v: Variant,
    pp: Slot,
    cp: Slot,
    tlb: Slot,
    refs: Slot,
    map: Slot,
    pin: Slot,
    data: Slot,
    seq: Slot,
    mmap_lock: Slot,
    ptlp: Slot,
    ptlc: Slot,
    started: Slot,
    ipi: Slot,
    mask: Slot,
    /// Per thread: pc, i, f, g, d, s, v.
    thread: [Slot; 4],
    broke: Vec<Violation>,
}

const I: Slot = 1;
const F: Slot = 2;
const G: Slot = 3;
const D: Slot = 4;
const S: Slot = 5;
const V: Slot = 6;

impl Protocol {
    pub fn new(v: Variant) -> Self {
        let n = v.pages;
        let frames = 2 * n + 1;
        let mut s = State::new();
        let mut word = |n| s.alloc(n);
        let mut p = Protocol {
            pp: word(n),
            cp: word(n),
            tlb: word(n),
            refs: word(frames),
            map: word(frames),
            pin: word(frames),
            data: word(frames),
            seq: word(1),
            mmap_lock: word(1),
            ptlp: word(1),
            ptlc: word(1),
            started: word(1),
            ipi: word(1),
            mask: word(1),
            thread: [word(7), word(7), 0, word(7)],
            s: State::new(),
            v,
            broke: Vec::new(),
        };
        p.s = s;
        for i in 0..n {
            p.s.set(p.pp + i, pte(i as u64, true));
            p.s.set(p.tlb + i, pte(i as u64, true));
            p.s.set(p.refs + i, 1);
            p.s.set(p.map + i, 1);
            p.s.set(p.data + i, 1);
        }
        for t in [CPU0, CPU1, CPU2] {
            p.s.set(p.thread[t], 1);
        }
        p.s.commit();
        p
    }

    fn get(&self, slot: Slot) -> u64 {
        self.s.get(slot)
    }
    fn at(&self, base: Slot, index: u64) -> u64 {
        self.s.get(base + index as Slot)
    }
    fn put(&mut self, base: Slot, index: u64, v: u64) {
        self.s.set(base + index as Slot, v);
    }
    fn local(&self, t: usize, l: Slot) -> u64 {
        self.s.get(self.thread[t] + l)
    }
    fn set_local(&mut self, t: usize, l: Slot, v: u64) {
        self.s.set(self.thread[t] + l, v);
    }
    fn check(&mut self, ok: bool, invariant: u16, place: u32) {
        if !ok && self.v.checks {
            self.broke.push(Violation { invariant, place });
        }
    }
    fn counts_hold(&mut self, f: u64, place: u32) {
        let ok = self.at(self.refs, f) >= self.at(self.map, f).wrapping_add(self.at(self.pin, f));
        self.check(ok, COUNTS, place);
    }
    fn add(&mut self, base: Slot, f: u64) {
        let v = self.at(base, f);
        self.put(base, f, v.wrapping_add(1));
    }
    fn sub(&mut self, base: Slot, f: u64, place: u32) {
        let v = self.at(base, f);
        self.check(v > 0, COUNTS, place);
        self.put(base, f, v.wrapping_sub(1));
    }
    fn alloc(&mut self, t: usize, place: u32) {
        match (0..2 * self.v.pages as u64 + 1).find(|f| self.at(self.refs, *f) == 0) {
            Some(g) => {
                self.put(self.refs, g, 1);
                self.put(self.map, g, 1);
                self.set_local(t, G, g);
            }
            None => self.broke.push(Violation { invariant: ALLOC, place }),
        }
    }
    fn lock(&mut self, lock: Slot, next: u64) -> Did {
        if self.get(lock) != 0 {
            return Wait;
        }
        self.s.set(lock, 1);
        Go(next)
    }
    fn unlock(&mut self, lock: Slot, next: u64) -> Did {
        self.s.set(lock, 0);
        Go(next)
    }
    fn load_data(&mut self, t: usize, next: u64) -> Did {
        let d = self.at(self.data, self.local(t, F));
        self.set_local(t, D, d);
        Go(next)
    }
    fn store_data(&mut self, t: usize, next: u64) -> Did {
        self.put(self.data, self.local(t, G), self.local(t, D));
        self.set_local(t, D, 0);
        Go(next)
    }
    /// Goes on with the next page at `again`, or to `done` after the last.
    fn next_page(&mut self, t: usize, again: u64, done: u64) -> Did {
        let i = self.local(t, I);
        let more = i + 1 < self.v.pages as u64;
        self.set_local(t, I, if more { i + 1 } else { 0 });
        Go(if more { again } else { done })
    }

    /// The parent's thread A: fork (1 to 18), then a store to page 0 (20 to 34).
    fn step_cpu0(&mut self, pc: u64) -> Did {
        let t = CPU0;
        let (i, f, g) = (self.local(t, I), self.local(t, F), self.local(t, G));
        let Variant { flush, seqcount, .. } = self.v;
        match pc {
            1 => self.lock(self.mmap_lock, if seqcount { 2 } else { 3 }),
            2 => {
                self.add(self.seq, 0);
                Go(3)
            }
            3 => self.lock(self.ptlp, 4),
            4 => {
                self.set_local(t, F, frame(self.at(self.pp, i)));
                Go(5)
            }
            5 => Go(if self.at(self.pin, f) > 0 { 6 } else { 10 }),
            6 => {
                self.alloc(t, 6);
                Go(7)
            }
            7 => {
                let did = self.load_data(t, 8);
                self.set_local(t, F, 0);
                did
            }
            8 => self.store_data(t, 9),
            9 => {
                self.put(self.cp, i, pte(g, true));
                self.set_local(t, G, 0);
                Go(14)
            }
            10 => {
                self.put(self.pp, i, pte(f, false));
                Go(11)
            }
            11 => {
                self.add(self.refs, f);
                Go(12)
            }
            12 => {
                self.add(self.map, f);
                self.counts_hold(f, 12);
                Go(13)
            }
            13 => {
                self.put(self.cp, i, pte(f, false));
                self.set_local(t, F, 0);
                Go(14)
            }
            14 => {
                self.s.set(self.ptlp, 0);
                self.next_page(t, 3, if flush { 15 } else { 17 })
            }
            15 => {
                self.s.set(self.ipi, 1);
                Go(16)
            }
            16 if self.get(self.ipi) != 0 => Wait,
            16 => Go(if seqcount { 17 } else { 18 }),
            17 => {
                self.add(self.seq, 0);
                Go(18)
            }
            18 => self.unlock(self.mmap_lock, 19),
            19 => {
                self.s.set(self.started, 1);
                Go(20)
            }
            20 => {
                let p = self.get(self.pp);
                if !writable(p) {
                    return Go(21);
                }
                self.set_local(t, F, frame(p));
                Go(34)
            }
            21 => self.lock(self.ptlp, 22),
            22 => {
                let p = self.get(self.pp);
                if writable(p) {
                    return Go(33);
                }
                self.set_local(t, F, frame(p));
                Go(23)
            }
            23 => Go(if self.at(self.refs, f) == 1 { 24 } else { 25 }),
            24 => {
                self.s.set(self.pp, pte(f, true));
                self.set_local(t, F, 0);
                Go(33)
            }
            25 => {
                self.alloc(t, 25);
                Go(26)
            }
            26 => self.load_data(t, 27),
            27 => self.store_data(t, 28),
            28 => {
                self.s.set(self.pp, pte(g, true));
                self.set_local(t, G, 0);
                Go(29)
            }
            29 => {
                self.sub(self.map, f, 29);
                Go(30)
            }
            30 => {
                self.sub(self.refs, f, 30);
                self.counts_hold(f, 30);
                self.set_local(t, F, 0);
                Go(31)
            }
            31 => {
                self.s.set(self.ipi, 2);
                Go(32)
            }
            32 if self.get(self.ipi) != 0 => Wait,
            32 => Go(33),
            33 => self.unlock(self.ptlp, 20),
            34 => {
                let ok = self.at(self.data, f) != 3;
                self.check(ok, PARENT_ISOLATED, 34);
                self.set_local(t, F, 0);
                Go(35)
            }
            _ => Wait,
        }
    }

    /// The parent's thread B, page by page: fast GUP (1 to 9), slow GUP (10 to 24), DMA, load, unpin.
    fn step_cpu1(&mut self, pc: u64) -> Did {
        let t = CPU1;
        let (i, f, g) = (self.local(t, I), self.local(t, F), self.local(t, G));
        let seqcount = self.v.seqcount;
        match pc {
            1 => {
                self.s.set(self.mask, 1);
                Go(if seqcount { 2 } else { 3 })
            }
            2 => {
                let seq = self.get(self.seq);
                if seq & 1 == 1 {
                    return Go(9);
                }
                self.set_local(t, S, seq);
                Go(3)
            }
            3 => {
                let p = self.at(self.pp, i);
                if writable(p) {
                    self.set_local(t, F, frame(p));
                    return Go(4);
                }
                self.set_local(t, S, 0);
                Go(9)
            }
            4 => {
                if self.at(self.refs, f) == 0 {
                    self.set_local(t, F, 0);
                    self.set_local(t, S, 0);
                    return Go(9);
                }
                self.add(self.pin, f);
                self.add(self.refs, f);
                Go(5)
            }
            5 => {
                if self.at(self.pp, i) == pte(f, true) {
                    return Go(if seqcount { 6 } else { 8 });
                }
                self.set_local(t, S, 0);
                Go(7)
            }
            6 => {
                let same = self.get(self.seq) == self.local(t, S);
                self.set_local(t, S, 0);
                Go(if same { 8 } else { 7 })
            }
            7 => {
                self.unpin(f, 7);
                self.set_local(t, F, 0);
                Go(9)
            }
            8 => {
                self.s.set(self.mask, 0);
                Go(25)
            }
            9 => {
                self.s.set(self.mask, 0);
                Go(10)
            }
            10 => self.lock(self.mmap_lock, 11),
            11 => self.lock(self.ptlp, 12),
            12 => {
                let p = self.at(self.pp, i);
                self.set_local(t, F, frame(p));
                Go(if writable(p) { 22 } else { 13 })
            }
            13 => Go(if self.at(self.refs, f) == 1 { 14 } else { 15 }),
            14 => {
                self.put(self.pp, i, pte(f, true));
                Go(22)
            }
            15 => {
                self.alloc(t, 15);
                Go(16)
            }
            16 => self.load_data(t, 17),
            17 => self.store_data(t, 18),
            18 => {
                self.put(self.pp, i, pte(g, true));
                Go(19)
            }
            19 => {
                self.sub(self.map, f, 19);
                Go(20)
            }
            20 => {
                self.sub(self.refs, f, 20);
                self.counts_hold(f, 20);
                self.set_local(t, F, g);
                self.set_local(t, G, 0);
                Go(21)
            }
            21 => {
                self.put(self.tlb, i, 0);
                Go(22)
            }
            22 => {
                self.add(self.pin, f);
                self.add(self.refs, f);
                Go(23)
            }
            23 => self.unlock(self.ptlp, 24),
            24 => self.unlock(self.mmap_lock, 25),
            25 => {
                self.put(self.data, f, 2);
                Go(26)
            }
            26 => {
                let cached = self.at(self.tlb, i);
                if cached != 0 {
                    self.user_load(cached, 26);
                    return Go(29);
                }
                let p = self.at(self.pp, i);
                if p == 0 {
                    return Wait;
                }
                self.set_local(t, V, p);
                self.s.set(self.mask, 1);
                Go(27)
            }
            27 => {
                self.put(self.tlb, i, self.local(t, V));
                self.set_local(t, V, 0);
                Go(28)
            }
            28 => {
                self.user_load(self.at(self.tlb, i), 28);
                self.s.set(self.mask, 0);
                Go(29)
            }
            29 => {
                self.unpin(f, 29);
                self.set_local(t, F, 0);
                self.next_page(t, 1, 30)
            }
            _ => Wait,
        }
    }
    fn unpin(&mut self, f: u64, place: u32) {
        self.sub(self.pin, f, place);
        self.sub(self.refs, f, place);
        self.counts_hold(f, place);
    }
    fn user_load(&mut self, p: u64, place: u32) {
        let d = self.at(self.data, frame(p));
        self.check(d != 3, PARENT_ISOLATED, place);
        self.check(d == 2, DMA_VISIBLE, place);
    }

    /// CPU 1's flush interrupt.
    fn step_handler(&mut self) -> Did {
        let ipi = self.get(self.ipi);
        if ipi == 0 || self.get(self.mask) != 0 {
            return Wait;
        }
        for i in 0..if ipi == 1 { self.v.pages } else { 1 } {
            self.s.set(self.tlb + i, 0);
        }
        self.s.set(self.ipi, 0);
        Go(0)
    }

    /// The child, page by page: load, store with COW, unmap.
    fn step_cpu2(&mut self, pc: u64) -> Did {
        let t = CPU2;
        let (i, f, g) = (self.local(t, I), self.local(t, F), self.local(t, G));
        match pc {
            1 if self.get(self.started) == 0 => Wait,
            1 => Go(2),
            2 => {
                self.set_local(t, F, frame(self.at(self.cp, i)));
                Go(3)
            }
            3 => {
                let d = self.at(self.data, f);
                self.check(d == 1 || d == 2, CHILD_READS, 3);
                self.set_local(t, F, 0);
                Go(4)
            }
            4 => {
                let p = self.at(self.cp, i);
                if !writable(p) {
                    return Go(5);
                }
                self.set_local(t, F, frame(p));
                Go(16)
            }
            5 => self.lock(self.ptlc, 6),
            6 => {
                let p = self.at(self.cp, i);
                if writable(p) {
                    return Go(15);
                }
                self.set_local(t, F, frame(p));
                Go(7)
            }
            7 => Go(if self.at(self.refs, f) == 1 { 8 } else { 9 }),
            8 => {
                self.put(self.cp, i, pte(f, true));
                self.set_local(t, F, 0);
                Go(15)
            }
            9 => {
                self.alloc(t, 9);
                Go(10)
            }
            10 => self.load_data(t, 11),
            11 => self.store_data(t, 12),
            12 => {
                self.put(self.cp, i, pte(g, true));
                self.set_local(t, G, 0);
                Go(13)
            }
            13 => {
                self.sub(self.map, f, 13);
                Go(14)
            }
            14 => {
                self.sub(self.refs, f, 14);
                self.counts_hold(f, 14);
                self.set_local(t, F, 0);
                Go(15)
            }
            15 => self.unlock(self.ptlc, 4),
            16 => {
                self.put(self.data, f, 3);
                Go(17)
            }
            17 => {
                self.put(self.cp, i, 0);
                Go(18)
            }
            18 => {
                self.sub(self.map, f, 18);
                Go(19)
            }
            19 => {
                self.sub(self.refs, f, 19);
                self.counts_hold(f, 19);
                self.set_local(t, F, 0);
                self.next_page(t, 2, 20)
            }
            _ => Wait,
        }
    }
}

impl Model for Protocol {
    fn state(&self) -> &State {
        &self.s
    }
    fn state_mut(&mut self) -> &mut State {
        &mut self.s
    }
    fn agents(&self) -> u8 {
        4
    }
    fn cpu_of(&self, agent: u8) -> u8 {
        [0, 1, 1, 2][agent as usize]
    }
    fn step(&mut self, choice: Choice) -> Outcome {
        self.broke.clear();
        let t = choice.agent as usize;
        let pc = if choice.agent == HANDLER { 0 } else { self.get(self.thread[t]) };
        let did = match t {
            CPU0 => self.step_cpu0(pc),
            CPU1 => self.step_cpu1(pc),
            CPU2 => self.step_cpu2(pc),
            _ => self.step_handler(),
        };
        match did {
            Wait => Outcome::Blocked,
            Go(next) => {
                if choice.agent != HANDLER {
                    self.s.set(self.thread[t], next);
                }
                if self.broke.is_empty() {
                    Outcome::Stepped { alternatives: 1 }
                } else {
                    Outcome::Broke { alternatives: 1 }
                }
            }
        }
    }
    fn violations(&self) -> &[Violation] {
        &self.broke
    }
    fn finished(&self) -> bool {
        self.local(CPU0, 0) == 35 && self.local(CPU1, 0) == 30 && self.local(CPU2, 0) == 20
    }
    fn location(&self, agent: u8) -> u64 {
        if agent == HANDLER {
            return 0;
        }
        let [pc, i, f, g] = [0, I, F, G].map(|l| self.local(agent as usize, l));
        pc | i << 8 | f << 16 | g << 24
    }
    fn phase(&self, agent: u8) -> Phase {
        let between_calls: &[u64] = match agent as usize {
            CPU0 => &[1, 19, 20, 34, 35],
            CPU1 => &[1, 25, 26, 29, 30],
            CPU2 => &[1, 2, 4, 16, 17, 20],
            _ => return Phase::Serving,
        };
        let pc = self.get(self.thread[agent as usize]);
        if between_calls.contains(&pc) { Phase::Boundary } else { Phase::InCall }
    }
}
