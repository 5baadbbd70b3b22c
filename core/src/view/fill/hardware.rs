//! Fills what the hardware keeps to itself: walks, TLBs, store buffers, interrupt flags.

use cowscope_mmu::{Entry, Held, PageSize};

use super::names::{self, Names, frame_of};
use super::tour::Stop;
use crate::explore::Model;
use crate::system::System;
use crate::view::{Bar, BarKind, CachedWalk, StoreSlot, TlbRow, Value, Walk, WalkStep};

/// The walk in flight on a CPU.
pub fn walk(names: &Names, cpu: u32) -> Option<Walk> {
    let system = names.system;
    let walk = system.machine.walking(system.state(), cpu)?;
    let root = system.machine.cr3(system.state(), cpu);
    let met = system.machine.peek_walk(system.state(), root, walk.va);
    let steps = met.iter().map(|level| WalkStep {
        level: names::level_name(level.level as u8).to_owned(),
        index: ((walk.va >> (12 + 9 * (level.level - 1))) & 511) as u16,
        entry: (level.level > walk.level).then(|| Value::plain(names::entry(level.entry))),
        next: level.level == walk.level,
    });
    let kind = format!("{:?}", walk.kind).to_lowercase();
    Some(Walk { serves: format!("{kind} of {:#x}", walk.va), steps: steps.collect() })
}

/// What a CPU's TLBs hold, or may hold.
pub fn tlb(names: &Names, cpu: u32) -> Vec<TlbRow> {
    let system = names.system;
    let mut rows: Vec<TlbRow> = Vec::new();
    for entry in system.machine.tlb_entries(system.state(), cpu) {
        let root = system.machine.cr3(system.state(), cpu);
        let row = TlbRow {
            page: entry.va,
            frame: u64::from(frame_of(entry.value)),
            rights: rights(entry.value),
            global: entry.global,
            pcid: entry.pcid,
            size: size(entry.size).to_owned(),
            since: 0,
            may: matches!(entry.held, Held::Walkable | Held::Stale),
            stale: entry.held == Held::Stale || stale(system, root, entry.va, entry.value),
            touched: false,
        };
        if !rows.iter().any(|known| (known.page, known.frame, &known.rights) == (row.page, row.frame, &row.rights)) {
            rows.push(row);
        }
    }
    rows
}

/// A cached translation gives what the tables no longer do: another frame, none, or writing where it was withdrawn.
fn stale(system: &System, root: u64, va: u64, cached: Entry) -> bool {
    let met = system.machine.peek_walk(system.state(), root, va);
    let Some(leaf) = met.last().filter(|level| level.leaf.is_some()) else { return true };
    frame_of(leaf.entry) != frame_of(cached) || (cached.writable() && !leaf.entry.writable())
}

fn rights(entry: Entry) -> String {
    let mark = |on: bool, letter: char| if on { letter } else { '-' };
    ['r', mark(entry.writable(), 'w'), mark(!entry.has(Entry::NX), 'x'), mark(entry.user(), 'u')].iter().collect()
}

fn size(size: PageSize) -> &'static str {
    match size {
        PageSize::Size4K => "4 KiB",
        PageSize::Size2M => "2 MiB",
        PageSize::Size1G => "1 GiB",
    }
}

/// What a CPU's paging-structure caches hold, or may hold.
pub fn paging(system: &System, cpu: u32) -> Vec<CachedWalk> {
    let row = |entry: &cowscope_mmu::PscEntry| CachedWalk {
        level: names::level_name(entry.level as u8).to_owned(),
        prefix: entry.va,
        frame: u64::from(frame_of(entry.value)),
        since: 0,
        may: matches!(entry.held, Held::Walkable | Held::Stale),
    };
    system.machine.psc_entries(system.state(), cpu).iter().map(row).collect()
}

/// What waits in a CPU's store buffer, oldest first.
pub fn stores(names: &Names, cpu: u32) -> Vec<StoreSlot> {
    let system = names.system;
    let slot = |(slot, value): &(u32, u64)| StoreSlot {
        name: names.raw(*slot).map_or_else(|| "a private word".to_owned(), |name| names::spoken(system, &name)),
        place: u64::from(*slot),
        value: names.value(*slot, *value),
    };
    system.machine.buffered(system.state(), cpu).iter().map(slot).collect()
}

/// Opens and closes the stretches in which a CPU takes no interrupt.
pub fn interrupt_bars(bars: &mut Vec<Bar>, stop: &Stop, at: u32, end: u32) {
    for (cpu, on) in stop.interrupts.iter().enumerate() {
        let cpu = cpu as u8;
        let open = bars.iter_mut().find(|bar| bar.kind == BarKind::InterruptsOff && bar.cpu == cpu && bar.to == end);
        match (open, on) {
            (Some(bar), true) => bar.to = at + 1,
            (None, false) => {
                bars.push(Bar {
                    cpu,
                    kind: BarKind::InterruptsOff,
                    label: "interrupts off".to_owned(),
                    from: at,
                    to: end,
                });
            }
            _ => {}
        }
    }
}
