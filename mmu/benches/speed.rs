//! How fast the hardware is: `cargo bench -p cowscope-mmu`, and as WebAssembly
//! `./x wasm test --release -p cowscope-mmu --test wasm_speed -- --nocapture`. Reported, not asserted.

#[path = "clock/mod.rs"]
mod clock;

use std::hint::black_box;

use clock::{now, say};
use cowscope_mmu::{
    Access, AccessKind, Chooser, Config, Entry, FrameSpec, Machine, MemoryOrder, PscGeometry, State, TlbGeometry,
    TlbMode, Translate,
};

const FLAGS: u64 = Entry::P | Entry::RW | Entry::US | Entry::A | Entry::D;
/// Pages behind one page table.
const PAGES: u64 = 512;

fn machine(config: &Config) -> (Machine, State) {
    let mut st = State::new();
    let frames: Vec<FrameSpec> =
        (1..=4).map(FrameSpec::whole).chain((0..PAGES).map(|i| FrameSpec::data(0x100 + i, 2))).collect();
    let mut m = Machine::new(config, &mut st, &frames).expect("a valid configuration");
    for table in 1..4u64 {
        m.dma_write(&mut st, table << 12, (table + 1) << 12 | FLAGS);
    }
    for page in 0..PAGES {
        m.dma_write(&mut st, (4 << 12) + 8 * page, (0x100 + page) << 12 | FLAGS);
    }
    m.mov_cr3(&mut st, 0, 0x1000);
    st.commit();
    (m, st)
}

/// Shortest time of a window in seconds, and number of windows.
const WINDOW: (f64, u32) = if cfg!(target_arch = "wasm32") { (0.002, 200) } else { (0.001, 200) };

/// Reports the best rate of several short windows: what the machine does when nobody else is on the core.
fn measure(name: &str, mut f: impl FnMut(u64)) {
    let (shortest, windows) = WINDOW;
    let mut n = 64;
    loop {
        let start = now();
        f(n);
        if now() - start > shortest {
            break;
        }
        n *= 2;
    }
    let mut best = f64::MAX;
    for _ in 0..windows {
        let start = now();
        f(n);
        best = best.min((now() - start) / n as f64);
    }
    say(&format!("{name:<58} {:>8.1} M/s {:>8.1} ns", 1e-6 / best, 1e9 * best));
}

fn finish(m: &mut Machine, st: &mut State, access: &Access) -> u64 {
    loop {
        match m.translate(st, 0, access, &mut Chooser::new(0)) {
            Translate::Walking | Translate::Restarted => {}
            Translate::Done { pa, .. } => return pa,
            other => panic!("{other:?}"),
        }
    }
}

fn hits(name: &str, config: &Config, kind: AccessKind, undo: bool) {
    let (mut m, mut st) = machine(config);
    let pages: Vec<Access> = (0..4).map(|page| Access::user(page << 12, kind)).collect();
    for access in &pages {
        finish(&mut m, &mut st, access);
    }
    measure(name, |n| {
        for i in 0..n {
            let access = &pages[(i % 4) as usize];
            let mark = st.mark();
            let pa = finish(&mut m, &mut st, black_box(access));
            let slot = m.slot_of(pa).expect("memory");
            if kind == AccessKind::Write {
                m.store(&mut st, 0, slot, i);
                m.drain(&mut st, 0);
            } else {
                black_box(m.load(&st, 0, slot));
            }
            if undo {
                st.undo(mark);
            } else if i % 4096 == 0 {
                st.commit();
            }
        }
        st.commit();
    });
}

fn walks(name: &str, config: &Config, undo: bool) {
    let (mut m, mut st) = machine(config);
    measure(name, |n| {
        for i in 0..n {
            let access = Access::user((i * 7 % PAGES) << 12, AccessKind::Read);
            let mark = st.mark();
            black_box(finish(&mut m, &mut st, black_box(&access)));
            if undo {
                st.undo(mark);
            } else if i % 1024 == 0 {
                st.commit();
            }
        }
        st.commit();
    });
}

fn may_writes(name: &str) {
    let config = Config { tlb: TlbMode::MaySet { translations: 8, prefixes: 4 }, ..Config::default() };
    let mut st = State::new();
    let frames: Vec<FrameSpec> = (1..=4).map(FrameSpec::whole).collect();
    let mut m = Machine::new(&config, &mut st, &frames).expect("a valid configuration");
    for table in 1..4u64 {
        m.dma_write(&mut st, table << 12, (table + 1) << 12 | FLAGS);
    }
    m.dma_write(&mut st, 4 << 12, 0x100 << 12 | FLAGS);
    m.mov_cr3(&mut st, 0, 0x1000);
    m.mov_cr3(&mut st, 1, 0x1000);
    measure(name, |n| {
        for _ in 0..n {
            let mark = st.mark();
            m.dma_write(&mut st, 4 << 12, 0x101 << 12 | FLAGS);
            st.undo(mark);
        }
    });
    m.dma_write(&mut st, 4 << 12, 0x101 << 12 | FLAGS);
    let access = Access::user(0, AccessKind::Read);
    measure("may-set: access with one stale translation, undone", |n| {
        for i in 0..n {
            let mark = st.mark();
            black_box(m.translate(&mut st, 0, black_box(&access), &mut Chooser::new(i as u32 & 1)));
            st.undo(mark);
        }
    });
}

/// What the one door costs: writes that change a word, with log and hash, and their undo.
fn door() {
    let mut st = State::new();
    let first = st.alloc(64);
    let mut plain = vec![0u64; 64];
    measure("a plain word written (no log, no hash)", |n| {
        for i in 0..n {
            plain[black_box(i % 64) as usize] = i;
        }
    });
    measure("a word written (log and hash)", |n| {
        for i in 0..n {
            st.set(first + (i % 64) as u32, i);
            if i % 4096 == 0 {
                st.commit();
            }
        }
    });
    // What a search makes again has its fingerprint known: that is the log without the hash.
    measure("a word taken back and written again (log, no hash)", |n| {
        let (mark, hash) = (st.mark(), st.fingerprint());
        for i in 0..n {
            st.redo(mark, &[(first + (i % 64) as u32, i)], hash);
        }
        st.undo(mark);
    });
    measure("a word written and undone", |n| {
        for i in 0..n {
            let mark = st.mark();
            st.set(first + (i % 64) as u32, !i);
            st.undo(mark);
        }
    });
}

pub fn main() {
    let concrete = |tlb, psc| Config { cpus: 1, tlb: TlbMode::Concrete { tlb, psc }, ..Config::default() };
    let small = concrete(TlbGeometry::SMALL, PscGeometry::SMALL);
    let no_psc = concrete(TlbGeometry::SMALL, PscGeometry::NONE);
    let desktop = concrete(TlbGeometry::DESKTOP, PscGeometry::DESKTOP);
    let timed = Config { costs: &cowscope_mmu::DESKTOP, caches: true, ..desktop };
    let tso = Config { order: MemoryOrder::Tso, ..small };
    door();
    hits("TLB hit and load", &small, AccessKind::Read, false);
    hits("TLB hit and load, undone", &small, AccessKind::Read, true);
    hits("TLB hit and load, TSO, undone", &tso, AccessKind::Read, true);
    hits("TLB hit and store, undone", &small, AccessKind::Write, true);
    hits("TLB hit and store and drain, TSO, undone", &tso, AccessKind::Write, true);
    hits("TLB hit and load, desktop TLBs", &desktop, AccessKind::Read, false);
    hits("TLB hit and load, desktop TLBs, costs with caches", &timed, AccessKind::Read, false);
    walks("walk of four levels, no paging-structure caches", &no_psc, false);
    walks("walk of four levels, undone", &no_psc, true);
    walks("walk behind a cached PDE", &small, false);
    may_writes("may-set: table write that leaves an old value, undone");
}
