//! One set-associative structure of cached translations (SDM vol. 3A, 4.10.2, 4.10.3).
//!
//! Each entry is two slots: a tag and a translation in the layout of a paging-structure entry. A set of more than one way
//! has one more slot for replacement: it decides what the next fill evicts, so it is searched state.

use crate::config::{Replacement, Shape};
use crate::entry::{Entry, PageSize};
use crate::state::{Slot, State};

/// Tag of a cached entry: V (bit 0), G (1), page size (2:3), PCID (4:15), linear page number (16:60).
///
/// A tag of the paging-structure caches has the linear-address prefix in place of the page number, and its level less 2
/// in place of the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tag(pub(crate) u64);

impl Tag {
    const V: u64 = 1;
    const G: u64 = 2;
    const PCID: u64 = 0xfff << 4;
    const PAGE: u64 = ((1 << 45) - 1) << 16;

    /// The tag of the page of `va`, not global.
    #[inline(always)]
    pub(crate) fn page(va: u64, size: PageSize, pcid: u64) -> Tag {
        let number = (va & !size.offset_mask()) << 4 & Self::PAGE;
        Tag(number | pcid << 4 | (size as u64) << 2 | Self::V)
    }

    /// The tag of the prefix that an entry of `level` (2 to 5) covers; the level less 2 is in the size field.
    #[inline(always)]
    pub(crate) fn prefix(va: u64, level: u32, pcid: u64) -> Tag {
        let low = (1u64 << (12 + 9 * (level - 1))) - 1;
        Tag((va & !low) << 4 & Self::PAGE | pcid << 4 | u64::from(level - 2) << 2 | Self::V)
    }

    /// The level of a prefix tag.
    pub(crate) fn level(self) -> u32 {
        (self.0 >> 2 & 3) as u32 + 2
    }

    #[inline(always)]
    pub(crate) fn with_global(self, on: bool) -> Tag {
        if on { Tag(self.0 | Self::G) } else { self }
    }

    pub(crate) fn valid(self) -> bool {
        self.0 & Self::V != 0
    }

    pub(crate) fn global(self) -> bool {
        self.0 & Self::G != 0
    }

    pub(crate) fn pcid(self) -> u64 {
        (self.0 & Self::PCID) >> 4
    }

    pub(crate) fn size(self) -> PageSize {
        PageSize::of_level((self.0 >> 2 & 3) as u32 + 1)
    }

    /// First linear address, sign-extended from the widest (57-bit) number.
    pub(crate) fn va(self, levels: u32) -> u64 {
        let va = (self.0 & Self::PAGE) >> 4;
        let unused = 64 - (12 + 9 * levels);
        (((va << unused) as i64) >> unused) as u64
    }

    /// Maps the same page with the same size as `other`, whatever PCID and G.
    pub(crate) fn same_page(self, other: Tag) -> bool {
        (self.0 ^ other.0) & !(Self::G | Self::PCID) == 0
    }

    /// This entry answers a lookup for `want` (which is not global): the same page, and the same PCID or global.
    #[inline(always)]
    pub(crate) fn answers(self, want: Tag) -> bool {
        let differs = self.0 ^ want.0;
        let ignored = if self.0 & Self::G != 0 { Self::G | Self::PCID } else { 0 };
        differs & !ignored == 0
    }
}

/// Where one structure lives in the slots of a CPU, and its geometry.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Array {
    /// First slot, counted from the CPU's first.
    offset: Slot,
    shape: Shape,
    replacement: Replacement,
    /// A seeded defect: the victim is always the last way.
    last_way: bool,
}

impl Array {
    /// Lays the structure out at `*next` and moves `*next` behind it.
    pub(crate) fn new(next: &mut Slot, shape: Shape, replacement: Replacement, last_way: bool) -> Self {
        let array = Array { offset: *next, shape, replacement, last_way };
        *next += 2 * shape.sets * shape.ways + if shape.ways > 1 { shape.sets } else { 0 };
        array
    }

    #[inline(always)]
    fn set_of(&self, number: u64) -> u32 {
        number as u32 & (self.shape.sets - 1)
    }

    #[inline(always)]
    fn entry(&self, base: Slot, set: u32, way: u32) -> Slot {
        base + self.offset + 2 * (set * self.shape.ways + way)
    }

    fn order(&self, base: Slot, set: u32) -> Slot {
        base + self.offset + 2 * self.shape.sets * self.shape.ways + set
    }

    /// The cached value for `want` in the set of `number` (page number or prefix).
    #[inline(always)]
    pub(crate) fn lookup(&self, st: &mut State, base: Slot, number: u64, want: Tag) -> Option<Entry> {
        let set = self.set_of(number);
        for way in 0..self.shape.ways {
            let slot = self.entry(base, set, way);
            if Tag(st.get(slot)).answers(want) {
                if self.replacement == Replacement::TreePlru {
                    self.touch(st, base, set, way);
                }
                return Some(Entry(st.get(slot + 1)));
            }
        }
        None
    }

    /// Puts `value` in: over an entry with the same tag, else in a free way, else over the victim.
    pub(crate) fn fill(&self, st: &mut State, base: Slot, number: u64, tag: Tag, value: Entry) {
        let set = self.set_of(number);
        let mut place = None;
        for way in 0..self.shape.ways {
            let old = Tag(st.get(self.entry(base, set, way)));
            if old.valid() && old.answers(Tag(tag.0 & !Tag::G)) {
                place = Some(way);
                break;
            }
            if !old.valid() && place.is_none() {
                place = Some(way);
            }
        }
        let way = place.unwrap_or_else(|| self.victim(st, base, set));
        let slot = self.entry(base, set, way);
        st.set(slot, tag.0);
        st.set(slot + 1, value.0);
        if self.replacement == Replacement::TreePlru {
            self.touch(st, base, set, way);
        }
    }

    fn victim(&self, st: &mut State, base: Slot, set: u32) -> u32 {
        if self.shape.ways == 1 || (cfg!(feature = "mutants") && self.last_way) {
            return self.shape.ways - 1;
        }
        let order = self.order(base, set);
        let bits = st.get(order);
        match self.replacement {
            Replacement::RoundRobin => {
                st.set(order, (bits + 1) % u64::from(self.shape.ways));
                bits as u32
            }
            Replacement::TreePlru => {
                // Node n has children 2n and 2n+1; a 0 bit points left.
                let mut node = 1;
                while node < self.shape.ways {
                    node = 2 * node + (bits >> node & 1) as u32;
                }
                node - self.shape.ways
            }
        }
    }

    /// Tree pseudo-LRU: every node on the way to `way` points to its other child.
    fn touch(&self, st: &mut State, base: Slot, set: u32, way: u32) {
        if self.shape.ways == 1 {
            return;
        }
        let order = self.order(base, set);
        let mut bits = st.get(order);
        let mut node = way + self.shape.ways;
        while node > 1 {
            let right = u64::from(node & 1);
            node /= 2;
            bits = bits & !(1 << node) | (1 - right) << node;
        }
        st.set(order, bits);
    }

    /// Drops the entries of one set that `gone` names; returns whether there was one.
    pub(crate) fn drop_in_set(&self, st: &mut State, base: Slot, number: u64, gone: impl Fn(Tag) -> bool) -> bool {
        self.drop_ways(st, base, self.set_of(number), gone)
    }

    /// Drops all entries that `gone` names. A structure that ends up empty forgets its replacement order too.
    pub(crate) fn drop_all(&self, st: &mut State, base: Slot, gone: impl Fn(Tag) -> bool) {
        for set in 0..self.shape.sets {
            self.drop_ways(st, base, set, &gone);
        }
    }

    fn drop_ways(&self, st: &mut State, base: Slot, set: u32, gone: impl Fn(Tag) -> bool) -> bool {
        let mut left = false;
        let mut dropped = false;
        for way in 0..self.shape.ways {
            let slot = self.entry(base, set, way);
            let tag = Tag(st.get(slot));
            if tag.valid() && gone(tag) {
                st.set(slot, 0);
                st.set(slot + 1, 0);
                dropped = true;
            } else {
                left |= tag.valid();
            }
        }
        if dropped && !left && self.shape.ways > 1 {
            st.set(self.order(base, set), 0);
        }
        dropped
    }

    /// Every valid entry, set by set.
    pub(crate) fn entries(&self, st: &State, base: Slot) -> Vec<(Tag, Entry)> {
        let mut all = Vec::new();
        for i in 0..self.shape.sets * self.shape.ways {
            let slot = base + self.offset + 2 * i;
            let tag = Tag(st.get(slot));
            if tag.valid() {
                all.push((tag, Entry(st.get(slot + 1))));
            }
        }
        all
    }
}
