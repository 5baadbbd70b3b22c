//! Data caches, for the cost of references only: L1 and L2 per CPU, L3 shared, least recently used lines go first.
//!
//! Not searched state: they decide how long something takes, never what it does. Lines are eight neighbouring slots, so
//! kernel objects have a place in them too. A write drops the line from the other CPUs' own caches.

use crate::config::Shape;
use crate::cost::{Cost, CostTable};
use crate::cpu::Cpu;
use crate::state::Slot;

/// Skylake client (Intel 64 and IA-32 Architectures Optimization Reference Manual, "Cache Parameters of the Skylake
/// Microarchitecture"): 32 KiB of 8 ways, 256 KiB of 4, 2 MiB per core of 16.
const L1: Shape = Shape { sets: 64, ways: 8 };
const L2: Shape = Shape { sets: 1024, ways: 4 };
const L3: Shape = Shape { sets: 8192, ways: 16 };

/// No line.
const EMPTY: u32 = u32::MAX;

#[derive(Clone, Debug)]
struct Level {
    shape: Shape,
    /// Line numbers, set by set, most recently used first.
    lines: Vec<u32>,
}

impl Level {
    fn new(shape: Shape) -> Self {
        Level { shape, lines: vec![EMPTY; (shape.sets * shape.ways) as usize] }
    }

    fn set(&mut self, line: u32) -> &mut [u32] {
        let ways = self.shape.ways as usize;
        let first = (line & (self.shape.sets - 1)) as usize * ways;
        &mut self.lines[first..first + ways]
    }

    /// Makes `line` the most recently used of its set; true if it was there.
    fn touch(&mut self, line: u32) -> bool {
        let set = self.set(line);
        let found = set.iter().position(|l| *l == line);
        let end = found.unwrap_or(set.len() - 1);
        set[..=end].rotate_right(1);
        set[0] = line;
        found.is_some()
    }

    fn drop(&mut self, line: u32) {
        let set = self.set(line);
        if let Some(at) = set.iter().position(|l| *l == line) {
            set[at..].rotate_left(1);
            if let Some(last) = set.last_mut() {
                *last = EMPTY;
            }
        }
    }
}

/// The caches of all CPUs.
#[derive(Clone, Debug)]
pub(crate) struct Caches {
    own: Vec<(Level, Level)>,
    shared: Level,
}

impl Caches {
    pub(crate) fn new(cpus: u32) -> Self {
        let own = (0..cpus).map(|_| (Level::new(L1), Level::new(L2))).collect();
        Caches { own, shared: Level::new(L3) }
    }

    /// The cost of a reference by `cpu`, which brings the line into its caches.
    pub(crate) fn reference(&mut self, costs: &CostTable, cpu: Cpu, slot: Slot, write: bool) -> Cost {
        let line = slot / 8;
        if write {
            for (other, (l1, l2)) in (0..).zip(&mut self.own) {
                if other != cpu {
                    l1.drop(line);
                    l2.drop(line);
                }
            }
        }
        let (l1, l2) = &mut self.own[cpu as usize];
        if l1.touch(line) {
            return costs.cache_l1;
        }
        let (in_l2, in_l3) = (l2.touch(line), self.shared.touch(line));
        match (in_l2, in_l3) {
            (true, _) => costs.cache_l2,
            (false, true) => costs.cache_l3,
            (false, false) => costs.dram,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cost::DESKTOP;

    #[test]
    fn a_line_is_near_after_use_and_far_after_anothers_write() {
        let mut caches = Caches::new(2);
        assert_eq!(caches.reference(&DESKTOP, 0, 16, false), DESKTOP.dram);
        assert_eq!(caches.reference(&DESKTOP, 0, 23, false), DESKTOP.cache_l1);
        assert_eq!(caches.reference(&DESKTOP, 1, 16, true), DESKTOP.cache_l3);
        assert_eq!(caches.reference(&DESKTOP, 0, 16, false), DESKTOP.cache_l3);
        // Nine lines of one L1 set: the first of them has gone to L2.
        for i in 0..9 {
            caches.reference(&DESKTOP, 0, 8 * 64 * i, false);
        }
        assert_eq!(caches.reference(&DESKTOP, 0, 0, false), DESKTOP.cache_l2);
    }
}
