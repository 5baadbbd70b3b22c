//! Digests of states and marks along a run: stable for ever, independent of the search's own hash.

use serde::{Deserialize, Serialize};
use std::fmt;

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a, 64 bits.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_OFFSET, |h, b| (h ^ u64::from(*b)).wrapping_mul(FNV_PRIME))
}

/// A bijection of 64-bit words in which every input bit moves every output bit (the finisher of SplitMix64).
pub(super) fn spread(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// 32 bits that stand for a state, as the `f` of a link. Equal states have equal digests; the reverse is likely, not certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(pub u32);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// Collects the named words of a state.
///
/// The order of the words does not matter, and a word of value 0 counts as one that is not there: a state that grows a
/// new word of value 0 keeps its digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DigestBuilder {
    sum: u64,
}

impl DigestBuilder {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the word `name` of value `value`. A name is added once.
    pub fn add(&mut self, name: &str, value: u64) {
        if value != 0 {
            self.sum = self.sum.wrapping_add(spread(fnv(name.as_bytes()) ^ spread(value)));
        }
    }

    /// The digest of what was added.
    pub fn finish(&self) -> Digest {
        Digest((spread(self.sum) >> 32) as u32)
    }

    /// All 64 bits of the same.
    pub fn finish_wide(&self) -> u64 {
        spread(self.sum)
    }
}

impl Digest {
    /// The digest of these named words.
    pub fn of<'a>(words: impl IntoIterator<Item = (&'a str, u64)>) -> Digest {
        let mut builder = DigestBuilder::new();
        for (name, value) in words {
            builder.add(name, value);
        }
        builder.finish()
    }
}

/// Two bits after every so many steps, each standing for the whole run up to there: where two trails part, the runs have
/// parted at or shortly before. At most [`Trail::MARKS`] marks, three to a character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Trail(pub(super) String);

pub(super) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Trail {
    /// The most marks that a trail has.
    pub const MARKS: u32 = 30;

    /// Steps from one mark to the next in a run of `steps`.
    fn stride(steps: u32) -> u32 {
        steps.div_ceil(Self::MARKS).max(1)
    }

    /// The trail of a run: `events[i]` stands for what step `i` did ([`DigestBuilder::finish_wide`] of it, or any stable
    /// 64-bit hash).
    pub fn of(events: &[u64]) -> Trail {
        let stride = Self::stride(events.len() as u32) as usize;
        let mut so_far = FNV_OFFSET;
        let mut marks = Vec::new();
        for (i, event) in events.iter().enumerate() {
            so_far = spread(so_far ^ event).wrapping_mul(FNV_PRIME);
            if (i + 1) % stride == 0 || i + 1 == events.len() {
                marks.push((so_far >> 62) as u8);
            }
        }
        let text = marks.chunks(3).map(|m| {
            let digit = m.iter().rev().fold(0, |d, mark| d << 2 | mark);
            char::from(ALPHABET[usize::from(digit)])
        });
        Trail(text.collect())
    }

    /// Reads what a link says; `None` for anything but 1 to 10 characters of base64url.
    pub(super) fn from_text(text: &str) -> Option<Trail> {
        let fits = (1..=Self::MARKS as usize / 3).contains(&text.len());
        (fits && text.bytes().all(|c| ALPHABET.contains(&c))).then(|| Trail(text.to_owned()))
    }

    /// The steps `from..=to` (counted from 1) among which the runs with these two trails first differ, both of `steps`
    /// steps; `None` when the trails agree. An earlier difference escapes a mark with a chance of one in four.
    pub fn first_difference(&self, other: &Trail, steps: u32) -> Option<(u32, u32)> {
        let (ours, theirs) = (self.marks(), other.marks());
        let same = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count() as u32;
        if same as usize == ours.len().max(theirs.len()) {
            return None;
        }
        let stride = Self::stride(steps);
        Some((same.saturating_mul(stride).saturating_add(1).min(steps), (same + 1).saturating_mul(stride).min(steps)))
    }

    fn marks(&self) -> Vec<u8> {
        let digits = self.0.bytes().filter_map(|c| ALPHABET.iter().position(|a| *a == c));
        digits.flat_map(|d| [d & 3, d >> 2 & 3, d >> 4 & 3]).map(|mark| mark as u8).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_what_it_always_was() {
        // Frozen: links carry these values.
        assert_eq!(Digest::of([]).to_string(), "00000000");
        assert_eq!(Digest::of([("mem_map[3].mapcount", 2)]).to_string(), "cef13073");
        assert_eq!(Digest::of([("pte[0x1000]", 0x3067), ("mem_map[3].refcount", 1025)]).to_string(), "d4aa7ea1");
        assert_eq!(Trail::of(&[1, 2, 3, 4, 5]).0, "5E");
    }

    #[test]
    fn order_and_zero_words_do_not_matter_but_names_and_values_do() {
        let base = Digest::of([("a", 1), ("b", 2)]);
        assert_eq!(base, Digest::of([("b", 2), ("c", 0), ("a", 1)]));
        assert_ne!(base, Digest::of([("a", 2), ("b", 1)]));
        assert_ne!(base, Digest::of([("a", 1), ("b", 3)]));
        assert_ne!(base, Digest::of([("a", 1)]));
    }

    #[test]
    fn trails_find_where_runs_part() {
        for (steps, parted) in [(12u32, 5u32), (30, 1), (57, 40), (512, 300)] {
            let run: Vec<u64> = (0..u64::from(steps)).collect();
            let mut other = run.clone();
            for event in &mut other[parted as usize - 1..] {
                *event += 1000;
            }
            let (a, b) = (Trail::of(&run), Trail::of(&other));
            assert!(a.0.len() <= 10, "{a:?}");
            let (_, to) = a.first_difference(&b, steps).expect("they differ");
            let stride = steps.div_ceil(30);
            assert!((parted..parted + 6 * stride).contains(&to), "{steps} {parted} {to}");
            assert_eq!(a.first_difference(&a.clone(), steps), None);
        }
    }
}
