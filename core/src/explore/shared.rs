//! A set of fingerprints that several threads fill at once.

use super::lane::Seen;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{RwLock, RwLockReadGuard};

/// As [`Fingerprints`](super::Fingerprints), with an atomic word for each entry. Threads hold a [`View`] for a while and give it back,
/// so that one of them can make the table larger.
pub(super) struct SharedFingerprints {
    table: RwLock<Vec<AtomicU64>>,
    len: AtomicU64,
    /// Entries that all views together may add before they are given back.
    slack: u64,
}

/// The table for a while.
pub(super) struct View<'a> {
    table: RwLockReadGuard<'a, Vec<AtomicU64>>,
    len: &'a AtomicU64,
    added: u64,
}

/// Entries that one view may add before it is given back.
pub(super) const VIEW: u64 = 1 << 11;

fn empty(size: usize) -> Vec<AtomicU64> {
    (0..size).map(|_| AtomicU64::new(0)).collect()
}

fn index(key: u64, size: usize) -> usize {
    (((key >> 32) * size as u64) >> 32) as usize
}

impl SharedFingerprints {
    /// An empty set for so many threads.
    pub fn new(threads: usize) -> Self {
        let slack = VIEW * threads.max(1) as u64;
        SharedFingerprints { table: RwLock::new(empty(slack as usize * 16)), len: AtomicU64::new(0), slack }
    }

    /// Number of fingerprints, as far as views were given back.
    pub fn len(&self) -> u64 {
        self.len.load(Ordering::Relaxed)
    }

    fn size(&self) -> usize {
        match self.table.read() {
            Ok(table) => table.len(),
            Err(poisoned) => poisoned.into_inner().len(),
        }
    }

    /// Bytes of the table.
    pub fn bytes(&self) -> u64 {
        self.size() as u64 * 8
    }

    /// True when the table should grow before more is added.
    pub fn is_full(&self) -> bool {
        self.full_with(0, self.size())
    }

    fn full_with(&self, more: u64, size: usize) -> bool {
        (self.len() + self.slack + more) * 4 >= size as u64 * 3
    }

    /// Bytes that stand at once while the table grows.
    pub fn bytes_to_grow(&self) -> u64 {
        self.bytes() * 5 / 2
    }

    /// Makes a table that would be full with `more` entries half as large again or larger; waits until all views are given back.
    /// Another thread may have done it meanwhile.
    pub fn grow(&self, more: u64) {
        let mut table = match self.table.write() {
            Ok(table) => table,
            Err(poisoned) => poisoned.into_inner(),
        };
        let mut size = table.len();
        while self.full_with(more, size) {
            size += size / 2;
        }
        if size == table.len() {
            return;
        }
        let mut larger = empty(size);
        for key in table.iter().map(|entry| entry.load(Ordering::Relaxed)).filter(|key| *key != 0) {
            let mut i = index(key, size);
            while *larger[i].get_mut() != 0 {
                i = (i + 1) % size;
            }
            *larger[i].get_mut() = key;
        }
        *table = larger;
    }

    /// The table, to look up and add to: no more than [`VIEW`] entries before it is given back.
    pub fn view(&self) -> View<'_> {
        let table = match self.table.read() {
            Ok(table) => table,
            Err(poisoned) => poisoned.into_inner(),
        };
        View { table, len: &self.len, added: 0 }
    }
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        self.len.fetch_add(self.added, Ordering::Relaxed);
    }
}

impl View<'_> {
    /// True when `key` is in the table.
    pub fn contains(&self, key: u64) -> bool {
        let key = key | (key == 0) as u64;
        let mut i = index(key, self.table.len());
        loop {
            match self.table[i].load(Ordering::Relaxed) {
                0 => return false,
                there if there == key => return true,
                _ => i = (i + 1) % self.table.len(),
            }
        }
    }

    /// How many this view has added.
    pub fn added(&self) -> u64 {
        self.added
    }
}

impl Seen<u64> for View<'_> {
    #[inline(always)]
    fn touch(&self, key: u64) -> bool {
        self.table[index(key, self.table.len())].load(Ordering::Relaxed) == key
    }

    #[inline(always)]
    fn insert(&mut self, key: u64) -> bool {
        let key = key | (key == 0) as u64;
        let mut i = index(key, self.table.len());
        loop {
            let entry = &self.table[i];
            let mut there = entry.load(Ordering::Relaxed);
            if there == 0 {
                // Only the fingerprint itself is shared through this word, so no ordering beyond its own is needed.
                match entry.compare_exchange(0, key, Ordering::Relaxed, Ordering::Relaxed) {
                    Ok(_) => {
                        self.added += 1;
                        return true;
                    }
                    Err(other) => there = other,
                }
            }
            if there == key {
                return false;
            }
            i += 1;
            if i == self.table.len() {
                i = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_add_the_same_fingerprints_agree_on_who_was_first() {
        let set = SharedFingerprints::new(2);
        let keys: Vec<u64> = (1..=200_000u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        let add = |keys: &[u64]| {
            let mut added = 0;
            for some in keys.chunks(1_000) {
                if set.is_full() {
                    set.grow(0);
                }
                let mut view = set.view();
                added += some.iter().filter(|k| view.insert(**k)).count() as u64;
            }
            added
        };
        let backwards: Vec<u64> = keys.iter().rev().copied().collect();
        let added: Vec<u64> = std::thread::scope(|scope| {
            let threads = [scope.spawn(|| add(&keys)), scope.spawn(|| add(&backwards))];
            threads.into_iter().map(|t| t.join().expect("no panic")).collect()
        });
        assert_eq!(added.iter().sum::<u64>(), 200_000);
        assert_eq!(set.len(), 200_000);
    }
}
