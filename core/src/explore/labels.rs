//! The cheapest cost at which each state is known so far.

use super::Cost;

/// Fingerprints, each with a cost; linear probing, grown by half at 3/4.
#[derive(Clone, Debug)]
pub(super) struct Labels {
    keys: Vec<u64>,
    costs: Vec<Cost>,
    len: usize,
}

const FIRST_SIZE: usize = 1 << 10;
const NOTHING: Cost = Cost { switches: u32::MAX, steps: u32::MAX };

impl Labels {
    pub fn new() -> Self {
        Labels { keys: vec![0; FIRST_SIZE], costs: vec![NOTHING; FIRST_SIZE], len: 0 }
    }

    fn index(&self, key: u64) -> usize {
        (((key >> 32) * self.keys.len() as u64) >> 32) as usize
    }

    /// Where `key` stands or would stand.
    #[inline(always)]
    fn find(&self, key: u64) -> usize {
        let mut i = self.index(key);
        while self.keys[i] != 0 && self.keys[i] != key {
            i = if i + 1 == self.keys.len() { 0 } else { i + 1 };
        }
        i
    }

    /// Makes `cost` the cost of `key` if it is cheaper than what was known: then answers that (`Some(None)` for a new key).
    #[inline(always)]
    pub fn improve(&mut self, key: u64, cost: Cost) -> Option<Option<Cost>> {
        let key = key | (key == 0) as u64;
        let i = self.find(key);
        if self.keys[i] == key {
            let old = self.costs[i];
            if old <= cost {
                return None;
            }
            self.costs[i] = cost;
            return Some(Some(old));
        }
        self.keys[i] = key;
        self.costs[i] = cost;
        self.len += 1;
        if self.len * 4 >= self.keys.len() * 3 {
            self.grow();
        }
        Some(None)
    }

    /// The cost known for `key`; more than any if it is not known.
    pub fn cost(&self, key: u64) -> Cost {
        self.costs[self.find(key | (key == 0) as u64)]
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.keys.len() + self.keys.len() / 2;
        let keys = std::mem::replace(&mut self.keys, vec![0; size]);
        let costs = std::mem::replace(&mut self.costs, vec![NOTHING; size]);
        for (key, cost) in keys.into_iter().zip(costs).filter(|(key, _)| *key != 0) {
            let i = self.find(key);
            self.keys[i] = key;
            self.costs[i] = cost;
        }
    }

    pub fn len(&self) -> u64 {
        self.len as u64
    }

    pub fn bytes(&self) -> u64 {
        (self.keys.len() * (size_of::<u64>() + size_of::<Cost>())) as u64
    }
}
