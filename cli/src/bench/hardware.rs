//! The hardware alone: loads that hit the TLB, loads that walk; and what memory costs here, as a yardstick for the rest.

use super::{Clock, Line};
use cowscope_mmu::{Access, AccessKind, Chooser, Config, Entry, FrameSpec, Machine, State, Translate};
use std::hint::black_box;

/// Pages behind one page table.
const PAGES: u64 = 512;
/// Accesses that are timed together.
const ACCESSES: u64 = 200_000;

/// The lines that are wanted.
pub(super) fn lines(wanted: &dyn Fn(&str) -> bool, runs: u32) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |name: &str, unit, count: u64, run: &mut dyn FnMut()| {
        if !wanted(name) {
            return;
        }
        let seconds = (0..runs.max(3)).map(|_| {
            let (clock, mut times) = (Clock::start(true), 0);
            loop {
                run();
                times += 1;
                let seconds = clock.seconds();
                if seconds >= super::WINDOW {
                    break seconds / times as f64;
                }
            }
        });
        let seconds = seconds.fold(f64::MAX, f64::min);
        let rate = count as f64 / seconds.max(1e-9);
        let name = name.to_owned();
        lines.push(Line {
            name,
            unit,
            rate,
            seconds,
            cpu: true,
            states: None,
            transitions: None,
            bytes_per_state: None,
        });
    };
    if wanted(YARDSTICK) {
        let table = scattered();
        add(YARDSTICK, "reads", 1 << 20, &mut || {
            black_box((0..1u64 << 20).fold(0, |at, _| table[at as usize]));
        });
    }
    let Some((mut machine, mut state)) = machine() else { return lines };
    add("mmu: load that hits the TLB, and undo", "loads", ACCESSES, &mut || {
        loads(&mut machine, &mut state, |i| (i & 3) << 12);
    });
    add("mmu: load that walks, and undo", "loads", ACCESSES, &mut || {
        loads(&mut machine, &mut state, |i| (i * 7 % PAGES) << 12);
    });
    lines
}

const YARDSTICK: &str = "yardstick: reads of 64 MiB, each named by the last";

/// One cycle through 64 MiB in no order (a full-period generator).
fn scattered() -> Vec<u64> {
    let size = 8u64 << 20;
    (0..size)
        .map(|at| (at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407)) % size)
        .collect()
}

fn machine() -> Option<(Machine, State)> {
    let flags = Entry::P | Entry::RW | Entry::US | Entry::A | Entry::D;
    let mut state = State::new();
    let data = (0..PAGES).map(|i| FrameSpec::data(0x100 + i, 2));
    let frames: Vec<FrameSpec> = (1..=4).map(FrameSpec::whole).chain(data).collect();
    let mut machine = Machine::new(&Config::default(), &mut state, &frames).ok()?;
    for table in 1..4u64 {
        machine.dma_write(&mut state, table << 12, (table + 1) << 12 | flags);
    }
    for page in 0..PAGES {
        machine.dma_write(&mut state, (4 << 12) + 8 * page, (0x100 + page) << 12 | flags);
    }
    machine.mov_cr3(&mut state, 0, 0x1000);
    state.commit();
    Some((machine, state))
}

fn loads(machine: &mut Machine, state: &mut State, page: impl Fn(u64) -> u64) {
    // what is cached before stays cached
    for i in 0..4 {
        load(machine, state, page(i));
    }
    state.commit();
    for i in 0..ACCESSES {
        let mark = state.mark();
        load(machine, state, black_box(page(i)));
        state.undo(mark);
    }
}

fn load(machine: &mut Machine, state: &mut State, va: u64) {
    let access = Access { va, kind: AccessKind::Read, cpl: 3 };
    loop {
        match machine.translate(state, 0, &access, &mut Chooser::new(0)) {
            Translate::Walking | Translate::Restarted => {}
            Translate::Done { pa, .. } => {
                if let Some(slot) = machine.slot_of(pa) {
                    black_box(machine.load(state, 0, slot));
                }
                return;
            }
            Translate::Fault(_) | Translate::GeneralProtection => return,
        }
    }
}
