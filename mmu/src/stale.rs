//! What may-sets keep beside the state: where the stale lists live, and room that is used again at every step.

use crate::entry::{Entry, PageSize};
use crate::state::Slot;
use crate::tlb::Tag;

/// Where the stale lists of a CPU live, counted from its first slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MayPlace {
    /// 1 once a list had no room; then nothing may be called proven.
    pub(crate) overflow: Slot,
    pub(crate) translations: Slot,
    pub(crate) translations_room: u32,
    pub(crate) prefixes: Slot,
    pub(crate) prefixes_room: u32,
}

impl MayPlace {
    pub(crate) fn new(next: &mut Slot, translations: u32, prefixes: u32) -> Self {
        let place = MayPlace {
            overflow: *next,
            translations: *next + 1,
            translations_room: translations,
            prefixes: *next + 1 + 2 * translations,
            prefixes_room: prefixes,
        };
        *next += 1 + 2 * (translations + prefixes);
        place
    }
}

/// A cached thing: tag and value.
pub(crate) type Item = (Tag, Entry);

/// Translations and prefixes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Holding {
    pub(crate) translations: Vec<Item>,
    pub(crate) prefixes: Vec<Item>,
}

impl Holding {
    pub(crate) fn clear(&mut self) {
        self.translations.clear();
        self.prefixes.clear();
    }
}

/// Room that is used again at every step, one for each CPU and one for what is walkable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    pub(crate) kept: Vec<Holding>,
    pub(crate) now: Holding,
    pub(crate) stale: Holding,
    pub(crate) outcomes: Vec<Outcome>,
}

impl Scratch {
    pub(crate) fn new(cpus: u32) -> Self {
        Scratch { kept: vec![Holding::default(); cpus as usize], ..Scratch::default() }
    }
}

/// What one choice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Answer with this translation; `write` is the word of memory in which A or D must be set first.
    Done { pa: u64, rights: Entry, size: PageSize, stale: bool, write: Option<(Slot, u64)> },
    /// Set A in an entry above the leaf and walk again.
    SetAccessed { word: Slot, value: u64 },
    /// #PF.
    Fault(u32),
}

impl Outcome {
    /// Nobody could tell the two apart.
    pub(crate) fn same(&self, other: &Outcome) -> bool {
        match (self, other) {
            (Outcome::Done { pa: a, write: w, .. }, Outcome::Done { pa: b, write: x, .. }) => a == b && w == x,
            _ => self == other,
        }
    }
}
