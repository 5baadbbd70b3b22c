//! The searched state: 64-bit words behind one door, with an undo log and an incremental hash.

use std::cell::{Cell, RefCell};

/// Index of one 64-bit word of the searched state.
pub type Slot = u32;

/// A point in the undo log to come back to.
///
/// Marks of one run are ordered by age: an older one is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    log: u32,
    hash: u64,
}

/// Everything that decides what can happen next: memory, registers, TLBs, store buffers, interrupt lines, ghosts.
///
/// Every change goes through [`State::set`], which logs the old word and keeps the fingerprint up to date.
#[derive(Clone, Debug, Default)]
pub struct State {
    words: Vec<u64>,
    log: Vec<(Slot, u64)>,
    hash: u64,
    tracing: bool,
    trace: RefCell<Trace>,
    reads: [Cell<u64>; Touched::WORDS],
    writes: [Cell<u64>; Touched::WORDS],
}

/// A set of slots, modulo 512: it may claim too much, never too little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touched([u64; Touched::WORDS]);

impl Touched {
    const WORDS: usize = 8;
    /// The empty set.
    pub const NOTHING: Touched = Touched([0; Self::WORDS]);

    #[inline(always)]
    fn of(cells: &[Cell<u64>; Touched::WORDS]) -> Self {
        let mut set = [0; Self::WORDS];
        for (word, cell) in set.iter_mut().zip(cells) {
            *word = cell.get();
        }
        Touched(set)
    }

    /// Is the slot in the set?
    #[inline(always)]
    pub fn has(&self, slot: Slot) -> bool {
        self.0[(slot >> 6) as usize % Self::WORDS] >> (slot & 63) & 1 == 1
    }

    /// What is in both.
    #[inline(always)]
    pub fn both(&self, other: &Touched) -> Self {
        let mut set = self.0;
        for (word, more) in set.iter_mut().zip(&other.0) {
            *word &= more;
        }
        Touched(set)
    }

    /// Has `other` all of it?
    #[inline(always)]
    pub fn within(&self, other: &Touched) -> bool {
        self.0.iter().zip(&other.0).fold(0, |more, (a, b)| more | a & !b) == 0
    }

    /// Is nothing in it?
    #[inline(always)]
    pub fn is_empty(&self) -> bool {
        self.0.iter().fold(0, |any, word| any | word) == 0
    }

    /// Adds a slot.
    #[inline(always)]
    pub fn add(&mut self, slot: Slot) {
        self.0[(slot >> 6) as usize % Self::WORDS] |= 1 << (slot & 63);
    }

    /// Is something in both?
    #[inline(always)]
    pub fn meets(&self, other: &Touched) -> bool {
        self.0.iter().zip(&other.0).fold(0, |both, (a, b)| both | a & b) != 0
    }

    /// What is in one or the other.
    #[inline(always)]
    pub fn and(&self, other: &Touched) -> Self {
        let mut set = self.0;
        for (word, more) in set.iter_mut().zip(&other.0) {
            *word |= more;
        }
        Touched(set)
    }
}

#[inline(always)]
fn mark(cells: &[Cell<u64>; Touched::WORDS], slot: Slot) {
    let cell = &cells[(slot >> 6) as usize % Touched::WORDS];
    cell.set(cell.get() | 1 << (slot & 63));
}

/// The slots that were read and written since the trace was last cleared, in order of access (a slot may come twice).
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Slots read by [`State::get`].
    pub reads: Vec<Slot>,
    /// Slots handed to [`State::set`], also where the value did not change.
    pub writes: Vec<Slot>,
}

/// The part that word `slot` with value `v` has in the fingerprint.
///
/// A bijection of 64 bits with good avalanche (xor-shift and multiply, twice). 64-bit products only: WebAssembly has no
/// wider ones.
#[inline(always)]
fn mix(slot: Slot, v: u64) -> u64 {
    let mut z = v ^ u64::from(slot).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    z = (z ^ (z >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    z ^ (z >> 32)
}

impl State {
    /// An empty state.
    pub fn new() -> Self {
        Self::default()
    }

    /// Set-up only: appends `n` words of value 0 and returns the first one's slot.
    pub fn alloc(&mut self, n: u32) -> Slot {
        let first = self.words.len() as Slot;
        for slot in first..first + n {
            self.words.push(0);
            self.hash ^= mix(slot, 0);
        }
        first
    }

    /// Number of words.
    pub fn len(&self) -> u32 {
        self.words.len() as u32
    }

    /// True before the first [`alloc`](Self::alloc).
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The word in `slot`. Slots come from [`alloc`](Self::alloc); any other is a defect of the caller and panics.
    #[inline(always)]
    pub fn get(&self, slot: Slot) -> u64 {
        if self.tracing {
            self.note_read(slot);
        }
        mark(&self.reads, slot);
        self.words[slot as usize]
    }

    /// The word in `slot`, without a trace that it was read: for questions about the state that are no part of a step.
    #[inline(always)]
    pub fn peek(&self, slot: Slot) -> u64 {
        self.words[slot as usize]
    }

    /// The one door: every change of searched state.
    #[inline(always)]
    pub fn set(&mut self, slot: Slot, v: u64) {
        if self.tracing {
            self.note_write(slot);
        }
        mark(&self.writes, slot);
        let word = &mut self.words[slot as usize];
        let old = *word;
        if old != v {
            *word = v;
            self.hash ^= mix(slot, old) ^ mix(slot, v);
            self.log.push((slot, old));
        }
    }

    /// Begins a new set of touched slots.
    #[inline(always)]
    pub fn forget_touched(&mut self) {
        self.reads = Default::default();
        self.writes = Default::default();
    }

    /// The slots read since then, and those handed to [`set`](Self::set), also where the value did not change.
    #[inline(always)]
    pub fn touched(&self) -> (Touched, Touched) {
        (Touched::of(&self.reads), Touched::of(&self.writes))
    }

    /// The fingerprint of the whole state, kept up to date by [`set`](Self::set).
    #[inline(always)]
    pub fn fingerprint(&self) -> u64 {
        self.hash
    }

    /// What the changes since `mark` did to the fingerprint: XORed to the one it had there.
    #[inline(always)]
    pub fn fingerprint_change(&self, mark: Mark) -> u64 {
        self.hash ^ mark.hash
    }

    /// The fingerprint computed anew from every word: equals [`fingerprint`](Self::fingerprint), always.
    pub fn recompute(&self) -> u64 {
        self.words.iter().enumerate().fold(0, |h, (slot, v)| h ^ mix(slot as Slot, *v))
    }

    /// Where the undo log stands now.
    #[inline(always)]
    pub fn mark(&self) -> Mark {
        Mark { log: self.log.len() as u32, hash: self.hash }
    }

    /// Takes back every change since `mark`.
    #[inline(always)]
    pub fn undo(&mut self, mark: Mark) {
        if let Some(changes) = self.log.get(mark.log as usize..) {
            for &(slot, old) in changes.iter().rev() {
                self.words[slot as usize] = old;
            }
        }
        self.log.truncate(mark.log as usize);
        self.hash = mark.hash;
    }

    /// Takes back every change since `mark`, then makes `changes` again, which lead to a state of fingerprint `hash`.
    ///
    /// For a search that has been there before and kept both: saves computing the fingerprint anew.
    #[inline(always)]
    pub fn redo(&mut self, mark: Mark, changes: &[(Slot, u64)], hash: u64) {
        self.undo(mark);
        let words = &mut self.words;
        self.log.extend(changes.iter().map(|&(slot, v)| (slot, std::mem::replace(&mut words[slot as usize], v))));
        self.hash = hash;
    }

    /// Becomes the state that `other` was in at `mark` and then led to by `changes`, with an empty undo log.
    ///
    /// For handing a part of a search over. Both must have the same slots.
    pub fn become_branch(&mut self, other: &State, mark: Mark, changes: &[(Slot, u64)], hash: u64) {
        self.words.clone_from(&other.words);
        for &(slot, v) in other.log[mark.log as usize..].iter().rev().chain(changes) {
            self.words[slot as usize] = v;
        }
        self.hash = hash;
        self.log.clear();
    }

    /// A second fingerprint, independent of the first, computed from every word.
    pub fn second_fingerprint(&self) -> u64 {
        self.words.iter().enumerate().fold(0, |h, (slot, v)| h ^ mix(!(slot as Slot), *v))
    }

    /// What the changes since `mark` do to the second fingerprint: to be XORed to the one it had at `mark`.
    pub fn second_fingerprint_change(&self, mark: Mark) -> u64 {
        let changes = self.changes(mark);
        let mut h = 0;
        for (i, &(slot, old)) in changes.iter().enumerate() {
            if changes[..i].iter().all(|c| c.0 != slot) {
                h ^= mix(!slot, old) ^ mix(!slot, self.get(slot));
            }
        }
        h
    }

    /// The slots changed since `mark` with the values they had before, oldest first (a slot may come twice).
    #[inline(always)]
    pub fn changes(&self, mark: Mark) -> &[(Slot, u64)] {
        &self.log[mark.log as usize..]
    }

    /// Forgets the undo log: nothing before this point can be taken back any more.
    pub fn commit(&mut self) {
        self.log.clear();
    }

    /// Turns the recording of reads and writes on or off and clears it. Off, it costs one predicted branch per access.
    pub fn trace(&mut self, on: bool) {
        self.tracing = on;
        self.clear_trace();
    }

    /// Stops the recording, or goes on with it, and keeps what is recorded; true if it was on.
    pub fn record(&mut self, on: bool) -> bool {
        std::mem::replace(&mut self.tracing, on)
    }

    /// Begins a new step: forgets the recorded slots, keeps their room.
    pub fn clear_trace(&mut self) {
        let trace = self.trace.get_mut();
        trace.reads.clear();
        trace.writes.clear();
    }

    /// What was read and written since the trace was cleared; empty when tracing is off.
    pub fn traced(&mut self) -> &Trace {
        self.trace.get_mut()
    }

    #[cold]
    #[inline(never)]
    fn note_read(&self, slot: Slot) {
        self.trace.borrow_mut().reads.push(slot);
    }

    #[cold]
    #[inline(never)]
    fn note_write(&mut self, slot: Slot) {
        self.trace.get_mut().writes.push(slot);
    }
}
