//! Random runs: tables that change under the feet of walks, invalidations, mode changes, on any geometry.

use cowscope_mmu::{
    Access, AccessKind, Chooser, Config, Control, Entry, FrameSpec, Invpcid, Machine, PscGeometry, Replacement, Shape,
    State, TlbGeometry, TlbMode,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A generator for `seed`.
pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// One of `0..n`.
pub fn below(rng: &mut ChaCha8Rng, n: u32) -> u32 {
    rng.next_u32() % n
}

fn one_in(rng: &mut ChaCha8Rng, n: u32) -> bool {
    below(rng, n) == 0
}

/// Tables by level, 1 to 5, two of each; two entries of each exist.
const TABLES: [[u64; 2]; 5] = [[0x16, 0x17], [0x14, 0x15], [0x12, 0x13], [0x10, 0x11], [0x18, 0x19]];

/// Memory of the runs: of each table the entries [`index`] 0 and 1.
pub fn frames(levels: u32) -> Vec<FrameSpec> {
    let entries = |(level, pfn): (usize, u64)| {
        [0, 1].map(|n| FrameSpec { pfn, first_word: index(level, levels, n) as u32, words: 1 })
    };
    let tables = TABLES.iter().enumerate().take(levels as usize);
    tables.flat_map(|(level, pair)| pair.map(|pfn| (level, pfn))).flat_map(entries).collect()
}

/// Index of the entry `n`, 0 or 1, in a table: the highest one has the first and the last, so that both halves of the
/// canonical addresses are used.
fn index(level: usize, levels: u32, n: u32) -> u64 {
    if level + 1 == levels as usize { 511 * u64::from(n) } else { n.into() }
}

/// A TLB of any geometry.
pub fn geometry(rng: &mut ChaCha8Rng) -> TlbMode {
    let shape = |rng: &mut ChaCha8Rng| Shape { sets: 1 << below(rng, 3), ways: 1 << below(rng, 3) };
    let replacement = if one_in(rng, 2) { Replacement::TreePlru } else { Replacement::RoundRobin };
    let l1_4k = shape(rng);
    let l1_large = shape(rng);
    let l2 = if one_in(rng, 2) { Some(shape(rng)) } else { None };
    let psc = PscGeometry { pml5e: below(rng, 3), pml4e: below(rng, 3), pdpte: below(rng, 3), pde: below(rng, 4) };
    TlbMode::Concrete { tlb: TlbGeometry { l1_4k, l1_large, l2, replacement }, psc }
}

/// Something that happens to the machine besides accesses.
#[derive(Clone, Copy, Debug)]
pub enum Op {
    Write { pa: u64, value: u64 },
    Invlpg { cpu: u32, va: u64 },
    Broadcast { va: u64 },
    MovCr3 { cpu: u32, value: u64 },
    Invpcid { cpu: u32, what: Invpcid },
    Control { cpu: u32, control: Control },
    Pkru { cpu: u32, pkru: u32 },
}

/// One of the pages behind two entries per level, with an offset; now and then an address that is not canonical.
pub fn random_va(rng: &mut ChaCha8Rng, levels: u32) -> u64 {
    let mut va = 8 * u64::from(below(rng, 512));
    for level in 0..levels as usize {
        va |= index(level, levels, below(rng, 2)) << (12 + 9 * level);
    }
    let unused = 64 - (12 + 9 * levels);
    let va = ((va << unused) as i64 >> unused) as u64;
    if one_in(rng, 50) { va ^ 1 << (63 - below(rng, unused)) } else { va }
}

/// A random access of a random CPU.
pub fn random_access(rng: &mut ChaCha8Rng, levels: u32) -> Access {
    let kind = [AccessKind::Read, AccessKind::Read, AccessKind::Write, AccessKind::Fetch][below(rng, 4) as usize];
    Access { va: random_va(rng, levels), kind, cpl: if one_in(rng, 3) { 0 } else { 3 } }
}

fn random_entry(rng: &mut ChaCha8Rng, level: usize) -> u64 {
    let mut bits = 0;
    for (bit, odds) in [(Entry::P, 12), (Entry::RW, 4), (Entry::US, 6), (Entry::A, 3), (Entry::D, 2)] {
        if !one_in(rng, odds) {
            bits |= bit;
        }
    }
    if one_in(rng, 4) {
        bits |= Entry::G;
    }
    if one_in(rng, 10) {
        bits |= Entry::NX;
    }
    if one_in(rng, 8) {
        bits |= 1 << 59;
    }
    let large = level > 0 && level < 3 && one_in(rng, 5);
    let target = if level == 0 {
        0x100 + u64::from(below(rng, 4))
    } else if large {
        bits |= Entry::PS;
        u64::from(1 + below(rng, 3)) << (9 * level)
    } else {
        TABLES[level - 1][below(rng, 2) as usize]
    };
    target << 12 | bits
}

/// A write of a random entry into a random table.
pub fn random_write(rng: &mut ChaCha8Rng, levels: u32) -> Op {
    let level = [0, 0, 0, 1, 1, 2, 3, levels as usize - 1][below(rng, 8) as usize];
    let pa = TABLES[level][below(rng, 2) as usize] * 0x1000 + 8 * index(level, levels, below(rng, 2));
    Op::Write { pa, value: random_entry(rng, level) }
}

fn random_cr3(rng: &mut ChaCha8Rng, levels: u32) -> u64 {
    let keep = u64::from(one_in(rng, 2)) << 63;
    keep | TABLES[levels as usize - 1][below(rng, 2) as usize] << 12 | u64::from(below(rng, 3))
}

fn random_control(rng: &mut ChaCha8Rng) -> Control {
    let mut control = Control::KERNEL;
    for (bit, odds) in [
        (Control::PGE, 2),
        (Control::PCIDE, 2),
        (Control::SMEP, 3),
        (Control::SMAP, 4),
        (Control::AC, 2),
        (Control::PKE, 4),
    ] {
        control = control.with(bit, one_in(rng, odds));
    }
    control
}

/// A random event that is not an access.
pub fn random_op(rng: &mut ChaCha8Rng, config: &Config) -> Op {
    let (cpu, levels) = (below(rng, config.cpus), config.levels);
    match below(rng, 21) {
        20 => Op::Pkru { cpu, pkru: below(rng, 16) },
        0..=11 => random_write(rng, levels),
        12..=14 => Op::Invlpg { cpu, va: random_va(rng, levels) },
        15 => Op::Broadcast { va: random_va(rng, levels) },
        16 | 17 => Op::MovCr3 { cpu, value: random_cr3(rng, levels) },
        18 => {
            let pcid = below(rng, 3) as u16;
            let what = match below(rng, 4) {
                0 => Invpcid::Address { pcid, va: random_va(rng, levels) },
                1 => Invpcid::SingleContext { pcid },
                2 => Invpcid::AllIncludingGlobals,
                _ => Invpcid::AllExceptGlobals,
            };
            Op::Invpcid { cpu, what }
        }
        _ => Op::Control { cpu, control: random_control(rng) },
    }
}

/// Does it.
pub fn apply(m: &mut Machine, st: &mut State, op: &Op) {
    match *op {
        Op::Write { pa, value } => {
            m.dma_write(st, pa, value);
        }
        Op::Invlpg { cpu, va } => m.invlpg(st, cpu, va),
        Op::Broadcast { va } => m.broadcast_invlpg(st, 0, va),
        Op::MovCr3 { cpu, value } => m.mov_cr3(st, cpu, value),
        Op::Invpcid { cpu, what } => {
            m.invpcid(st, cpu, what);
        }
        Op::Control { cpu, control } => m.set_control(st, cpu, control),
        Op::Pkru { cpu, pkru } => m.set_pkru(st, cpu, pkru),
    }
}

/// A machine with random tables and CR3s.
pub fn machine(config: &Config, start: &[Op]) -> (Machine, State) {
    let mut st = State::new();
    let mut m = Machine::new(config, &mut st, &frames(config.levels)).expect("a valid configuration");
    for op in start {
        apply(&mut m, &mut st, op);
    }
    (m, st)
}

/// Set-up of a run: entries everywhere, a root for each CPU.
pub fn start(rng: &mut ChaCha8Rng, config: &Config) -> Vec<Op> {
    let mut ops = Vec::new();
    for (level, tables) in TABLES.iter().enumerate().take(config.levels as usize) {
        for table in tables {
            for n in 0..2 {
                let pa = table * 0x1000 + 8 * index(level, config.levels, n);
                ops.push(Op::Write { pa, value: random_entry(rng, level) });
            }
        }
    }
    for cpu in 0..config.cpus {
        ops.push(Op::MovCr3 { cpu, value: random_cr3(rng, config.levels) });
        ops.push(Op::Control { cpu, control: random_control(rng) });
    }
    ops
}

/// A chooser of the first choice.
pub fn first() -> Chooser {
    Chooser::new(0)
}
