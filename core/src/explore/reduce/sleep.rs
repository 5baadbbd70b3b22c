//! The visited set with a sleep set for each state.

/// Fingerprints, each with the agents that were asleep when the state was looked at last: at most 8 agents can sleep.
#[derive(Clone, Debug)]
pub(super) struct SleepTable {
    keys: Vec<u64>,
    asleep: Vec<u8>,
    len: usize,
}

const FIRST_SIZE: usize = 1 << 12;

impl SleepTable {
    pub fn new() -> Self {
        SleepTable { keys: vec![0; FIRST_SIZE], asleep: vec![0; FIRST_SIZE], len: 0 }
    }

    fn index(&self, key: u64) -> usize {
        (((key >> 32) * self.keys.len() as u64) >> 32) as usize
    }

    /// The agents asleep in the state, to be changed; `None` when the state is new, and it is added with `asleep`.
    #[inline(always)]
    pub fn find(&mut self, key: u64, asleep: u8) -> Option<&mut u8> {
        if self.len * 4 >= self.keys.len() * 3 {
            self.grow();
        }
        let key = key | (key == 0) as u64;
        let mut i = self.index(key);
        while self.keys[i] != 0 {
            if self.keys[i] == key {
                return Some(&mut self.asleep[i]);
            }
            i = if i + 1 == self.keys.len() { 0 } else { i + 1 };
        }
        self.keys[i] = key;
        self.asleep[i] = asleep;
        self.len += 1;
        None
    }

    #[cold]
    fn grow(&mut self) {
        let size = self.keys.len() + self.keys.len() / 2;
        let keys = std::mem::replace(&mut self.keys, vec![0; size]);
        let asleep = std::mem::replace(&mut self.asleep, vec![0; size]);
        for (key, mask) in keys.into_iter().zip(asleep).filter(|(key, _)| *key != 0) {
            let mut i = self.index(key);
            while self.keys[i] != 0 {
                i = if i + 1 == size { 0 } else { i + 1 };
            }
            self.keys[i] = key;
            self.asleep[i] = mask;
        }
    }

    pub fn len(&self) -> u64 {
        self.len as u64
    }

    pub fn bytes(&self) -> u64 {
        self.keys.len() as u64 * 9
    }
}
