//! The set of states a search has seen, as fingerprints in an open-addressing table.

/// A fingerprint as it is stored: 64 bits, or 128 where a wrong merge must be out of the question.
pub trait Key: Copy + Eq + std::ops::BitXor<Output = Self> + Send + 'static {
    /// The value that means "no entry".
    const EMPTY: Self;
    /// Bytes per entry.
    const BYTES: u64;
    /// Anything but [`Key::EMPTY`].
    fn filled(self) -> Self;
    /// 32 well-mixed bits that place the entry.
    fn place(self) -> u64;
}

impl Key for u64 {
    const EMPTY: u64 = 0;
    const BYTES: u64 = 8;
    #[inline(always)]
    fn filled(self) -> u64 {
        self | (self == 0) as u64
    }
    #[inline(always)]
    fn place(self) -> u64 {
        self >> 32
    }
}

impl Key for u128 {
    const EMPTY: u128 = 0;
    const BYTES: u64 = 16;
    #[inline(always)]
    fn filled(self) -> u128 {
        self | (self == 0) as u128
    }
    #[inline(always)]
    fn place(self) -> u64 {
        (self >> 96) as u64
    }
}

/// A set of fingerprints: linear probing, at most 3/4 full, grown by a third so that a 64-bit entry never costs more than 14.3 bytes
/// (once the table is larger than its first size).
///
/// An entry's place is its high bits times the size of the table, so a larger table keeps the order of the smaller one, and growing
/// reads and writes memory in sequence.
#[derive(Clone, Debug)]
pub struct Fingerprints<K: Key = u64> {
    table: Vec<K>,
    len: usize,
}

const FIRST_SIZE: usize = 1 << 12;

impl<K: Key> Default for Fingerprints<K> {
    fn default() -> Self {
        Fingerprints { table: vec![K::EMPTY; FIRST_SIZE], len: 0 }
    }
}

impl<K: Key> Fingerprints<K> {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    #[inline(always)]
    fn index(&self, key: K) -> usize {
        ((key.place() * self.table.len() as u64) >> 32) as usize
    }

    /// Reads the place where `key` would stand, so that its cache line is on its way when [`insert`](Self::insert) comes.
    #[inline(always)]
    pub fn touch(&self, key: K) -> bool {
        self.table[self.index(key)] == key
    }

    /// Adds `key`; true when it was not there yet.
    #[inline(always)]
    pub fn insert(&mut self, key: K) -> bool {
        let key = key.filled();
        let mut i = self.index(key);
        loop {
            let there = self.table[i];
            if there == key {
                return false;
            }
            if there == K::EMPTY {
                break;
            }
            i += 1;
            if i == self.table.len() {
                i = 0;
            }
        }
        self.table[i] = key;
        self.len += 1;
        if self.len + self.len / 16 >= self.table.len() {
            self.grow();
        }
        true
    }

    /// True when `key` is in the set.
    pub fn contains(&self, key: K) -> bool {
        let key = key.filled();
        let mut i = self.index(key);
        while self.table[i] != K::EMPTY {
            if self.table[i] == key {
                return true;
            }
            i = (i + 1) % self.table.len();
        }
        false
    }

    /// Number of fingerprints.
    pub fn len(&self) -> u64 {
        self.len as u64
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes of the table.
    pub fn bytes(&self) -> u64 {
        self.table.len() as u64 * K::BYTES
    }

    /// True when the table is 3/4 full and [`grow`](Self::grow) should be called before more is added.
    #[inline(always)]
    pub fn is_full(&self) -> bool {
        self.len * 4 >= self.table.len() * 3
    }

    /// Bytes that stand at once while the table grows: the old one and the new one.
    pub fn bytes_to_grow(&self) -> u64 {
        self.bytes() + (self.table.len() as u64 + self.table.len() as u64 / 3) * K::BYTES
    }

    /// Makes the table a third larger. (Adding to a set that is not grown in time grows it too.)
    #[cold]
    #[inline(never)]
    pub fn grow(&mut self) {
        let size = self.table.len() + self.table.len() / 3;
        let old = std::mem::replace(&mut self.table, vec![K::EMPTY; size]);
        for key in old {
            if key != K::EMPTY {
                let mut i = self.index(key);
                while self.table[i] != K::EMPTY {
                    i += 1;
                    if i == size {
                        i = 0;
                    }
                }
                self.table[i] = key;
            }
        }
    }

    /// The fingerprints in ascending order.
    pub fn sorted(&self) -> Vec<K>
    where
        K: Ord,
    {
        let mut all: Vec<K> = self.table.iter().copied().filter(|k| *k != K::EMPTY).collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scatter(n: u64) -> u64 {
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn a_set_of_many_fingerprints_knows_each_once() {
        let mut set = Fingerprints::<u64>::new();
        for n in 0..100_000 {
            assert!(set.insert(scatter(n)), "{n} is new");
            assert!(!set.insert(scatter(n)), "{n} is known");
            if set.is_full() {
                set.grow();
            }
        }
        assert_eq!(set.len(), 100_000);
        assert!((0..100_000).all(|n| set.contains(scatter(n))));
        assert!((100_000..200_000).all(|n| !set.contains(scatter(n))));
        let per_entry = set.bytes() as f64 / set.len() as f64;
        assert!((10.6..=14.4).contains(&per_entry), "{per_entry} bytes per fingerprint");
        assert_eq!(set.sorted().len(), 100_000);
    }

    #[test]
    fn entries_that_crowd_at_the_end_wrap_around_and_survive_growth() {
        let mut set = Fingerprints::<u64>::new();
        let crowd: Vec<u64> = (0..10_000).map(|n| u64::MAX - n).collect();
        assert!(crowd.iter().all(|k| set.insert(*k)));
        assert!(crowd.iter().all(|k| !set.insert(*k)));
        assert_eq!(set.len(), 10_000);
    }

    #[test]
    fn wide_fingerprints_that_share_their_first_half_are_different() {
        let mut set = Fingerprints::<u128>::new();
        assert!(set.insert(7 << 64));
        assert!(set.insert(7 << 64 | 1));
        assert!(!set.insert(7 << 64 | 1));
    }

    #[test]
    fn a_fingerprint_of_zero_is_kept() {
        let mut set = Fingerprints::<u64>::new();
        assert!(set.insert(0));
        assert!(!set.insert(0));
    }
}
