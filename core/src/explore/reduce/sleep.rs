//! The visited set with a sleep set for each state.

/// Seven fingerprints, each with the agents that were asleep when the state was looked at last: one line of the cache.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Line {
    keys: [u64; Line::KEYS],
    asleep: [u8; Line::KEYS],
}

impl Line {
    const KEYS: usize = 7;
}

/// Fingerprints with sleep sets: at most 8 agents can sleep.
#[derive(Clone, Debug)]
pub(super) struct SleepTable {
    lines: Vec<Line>,
    len: usize,
}

const FIRST_SIZE: usize = 1 << 9;

impl SleepTable {
    pub fn new() -> Self {
        SleepTable { lines: vec![Line::default(); FIRST_SIZE], len: 0 }
    }

    #[inline(always)]
    fn index(&self, key: u64) -> usize {
        (((key >> 32) * self.lines.len() as u64) >> 32) as usize
    }

    /// Has the place of `key` on its way into the cache.
    #[inline(always)]
    pub fn touch(&self, key: u64) -> bool {
        self.lines[self.index(key)].keys[0] == key
    }

    /// The agents asleep in the state, to be changed; `None` when the state is new, and it is added with `asleep`.
    #[inline(always)]
    pub fn find(&mut self, key: u64, asleep: u8) -> Option<&mut u8> {
        if self.len * 4 >= self.lines.len() * Line::KEYS * 3 {
            self.grow();
        }
        let key = key | (key == 0) as u64;
        let (line, i) = self.place(key);
        let place = &mut self.lines[line];
        if place.keys[i] == key {
            return Some(&mut place.asleep[i]);
        }
        (place.keys[i], place.asleep[i]) = (key, asleep);
        self.len += 1;
        None
    }

    /// Where the key stands, or would be put.
    #[inline(always)]
    fn place(&self, key: u64) -> (usize, usize) {
        let mut line = self.index(key);
        loop {
            if let Some(i) = self.lines[line].keys.iter().position(|there| *there == key || *there == 0) {
                return (line, i);
            }
            line = if line + 1 == self.lines.len() { 0 } else { line + 1 };
        }
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.lines.len() + self.lines.len() / 2;
        let old = std::mem::replace(&mut self.lines, vec![Line::default(); size]);
        for line in old {
            for (key, asleep) in line.keys.into_iter().zip(line.asleep).filter(|(key, _)| *key != 0) {
                let (to, i) = self.place(key);
                (self.lines[to].keys[i], self.lines[to].asleep[i]) = (key, asleep);
            }
        }
    }

    pub fn len(&self) -> u64 {
        self.len as u64
    }

    pub fn bytes(&self) -> u64 {
        (self.lines.len() * size_of::<Line>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_slept_is_known_after_growth_too() {
        let mut table = SleepTable::new();
        let key = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for n in 0..100_000 {
            assert_eq!(table.find(key(n), n as u8), None, "{n} is new");
            *table.find(key(n), 0).expect("it is known") ^= 1;
        }
        assert_eq!(table.len(), 100_000);
        assert!((0..100_000).all(|n| table.find(key(n), 0) == Some(&mut (n as u8 ^ 1))));
    }
}
