//! Physical memory: sparse, in 64-bit words, each a slot of the searched state.

use crate::state::{Slot, State};

/// A piece of one 4-KiB frame that has memory behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameSpec {
    /// Physical frame number.
    pub pfn: u64,
    /// First 8-byte word of the frame that exists, 0 to 511.
    pub first_word: u32,
    /// Number of words, 1 to 512. Page-table frames need all; data frames may have few, so that states stay small.
    pub words: u32,
}

impl FrameSpec {
    /// A whole frame.
    pub const fn whole(pfn: u64) -> Self {
        FrameSpec { pfn, first_word: 0, words: 512 }
    }

    /// The first `words` words of a frame.
    pub const fn data(pfn: u64, words: u32) -> Self {
        FrameSpec { pfn, first_word: 0, words }
    }
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Physical address of the first word.
    start: u64,
    words: u32,
    slot: Slot,
    /// First slot of the map of words that are not 0, one bit each; only where may-sets read whole tables.
    map: Slot,
}

impl Piece {
    const NONE: Piece = Piece { start: 0, words: 0, slot: 0, map: 0 };

    #[inline(always)]
    fn slot_of(&self, pa: u64) -> Option<Slot> {
        let word = (pa.wrapping_sub(self.start)) >> 3;
        if word < u64::from(self.words) { Some(self.slot + word as u32) } else { None }
    }
}

/// Frames with a number below this one are looked up by index.
const DENSE: u64 = 1 << 12;

/// Where each physical word lives.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    dense: Vec<Piece>,
    sorted: Vec<Piece>,
    /// The slots of all words: first, and behind the last.
    range: (Slot, Slot),
}

impl Memory {
    /// Allocates the words. Overlapping pieces and pieces that leave their frame are cut to what is new and inside.
    /// With `maps`, also a map of the words that are not 0.
    pub(crate) fn new(st: &mut State, frames: &[FrameSpec], maps: bool) -> Self {
        let first = st.len();
        let mut specs: Vec<(u64, u32)> = frames
            .iter()
            .map(|f| {
                let first = f.first_word.min(511);
                (f.pfn << 12 | u64::from(first) << 3, f.words.min(512 - first))
            })
            .collect();
        specs.sort_unstable();
        let mut sorted: Vec<Piece> = Vec::with_capacity(specs.len());
        for (start, words) in specs {
            let end = start + u64::from(words) * 8;
            let free = sorted.last().map_or(0, |p| p.start + u64::from(p.words) * 8);
            let start = start.max(free);
            if start < end {
                let words = ((end - start) / 8) as u32;
                sorted.push(Piece { start, words, slot: st.alloc(words), map: 0 });
            }
        }
        let range = (first, st.len());
        if maps {
            for piece in &mut sorted {
                piece.map = st.alloc(piece.words.div_ceil(64));
            }
        }
        let one_each = sorted.windows(2).all(|w| w[0].start >> 12 != w[1].start >> 12);
        let mut dense = Vec::new();
        if one_each && sorted.len() > 1 {
            let top = sorted.iter().map(|p| p.start >> 12).filter(|pfn| *pfn < DENSE).max().map_or(0, |pfn| pfn + 1);
            dense.resize(top as usize, Piece::NONE);
            for piece in &sorted {
                if let Some(place) = dense.get_mut((piece.start >> 12) as usize) {
                    *place = *piece;
                }
            }
        }
        Memory { dense, sorted, range }
    }

    /// The slot of the word that contains physical address `pa`; `None` where no memory is.
    #[inline(always)]
    pub(crate) fn slot_of(&self, pa: u64) -> Option<Slot> {
        match self.dense.get((pa >> 12) as usize) {
            Some(piece) => piece.slot_of(pa),
            None => self.search(pa),
        }
    }

    #[cold]
    fn search(&self, pa: u64) -> Option<Slot> {
        let after = self.sorted.partition_point(|p| p.start <= pa);
        self.sorted[..after].last().and_then(|p| p.slot_of(pa))
    }

    fn piece_of(&self, slot: Slot) -> Option<&Piece> {
        if slot < self.range.0 || slot >= self.range.1 {
            return None;
        }
        // Slots were given out in the order of addresses.
        self.sorted[..self.sorted.partition_point(|p| p.slot <= slot)].last()
    }

    /// The physical address of a slot of memory.
    pub(crate) fn address_of(&self, slot: Slot) -> Option<u64> {
        self.piece_of(slot).map(|p| p.start + 8 * u64::from(slot - p.slot))
    }

    /// The slot is a word of memory.
    #[inline(always)]
    pub(crate) fn contains(&self, slot: Slot) -> bool {
        slot >= self.range.0 && slot < self.range.1
    }

    /// Keeps the map of words that are not 0 in step with a write.
    pub(crate) fn note_write(&self, st: &mut State, to: Slot, value: u64) {
        let Some(piece) = self.piece_of(to) else { return };
        let word = to - piece.slot;
        let map = piece.map + word / 64;
        let bit = 1u64 << (word % 64);
        let bits = st.get(map);
        st.set(map, if value != 0 { bits | bit } else { bits & !bit });
    }

    /// Makes all maps anew from the words.
    pub(crate) fn note_all(&self, st: &mut State) {
        for slot in self.range.0..self.range.1 {
            let value = st.get(slot);
            self.note_write(st, slot, value);
        }
    }

    /// Calls `f` with index and value of each word of the frame at `pa` that is not 0.
    pub(crate) fn occupied(&self, st: &State, pa: u64, mut f: impl FnMut(u64, u64)) {
        let frame = pa >> 12;
        let from = self.sorted.partition_point(|p| p.start >> 12 < frame);
        for piece in self.sorted[from..].iter().take_while(|p| p.start >> 12 == frame) {
            for chunk in 0..piece.words.div_ceil(64) {
                let mut bits = st.get(piece.map + chunk);
                while bits != 0 {
                    let word = chunk * 64 + bits.trailing_zeros();
                    bits &= bits - 1;
                    f((piece.start >> 3 & 511) + u64::from(word), st.get(piece.slot + word));
                }
            }
        }
    }
}
