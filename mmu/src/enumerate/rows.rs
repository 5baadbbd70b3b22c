//! Puts each row into a machine, runs it and counts.

use std::collections::BTreeMap;

use super::rules::{Row, expected};
use crate::access::{Access, AccessKind, Translate};
use crate::chooser::Chooser;
use crate::config::{Config, ConfigError};
use crate::control::Control;
use crate::entry::Entry;
use crate::machine::Machine;
use crate::memory::FrameSpec;
use crate::mutant::Mutant;
use crate::state::{Slot, State};

/// Which combinations to run.
#[derive(Clone, Copy, Debug)]
pub struct Enumeration {
    /// MAXPHYADDR: decides which of bits 36 and 51 are reserved.
    pub maxphyaddr: u32,
    /// Also go through protection keys.
    pub pku: bool,
    /// Paging levels, 4 or 5.
    pub levels: u32,
    /// Run one of so many rows; 1 runs all.
    pub stride: u32,
    /// A seeded defect.
    pub mutant: Mutant,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows run.
    pub rows: u64,
    /// Rows that faulted.
    pub faults: u64,
    /// Rows that did not fault and must leave D set in the entry that maps the page, whatever it was before.
    pub dirty: u64,
    /// Faults by error code.
    pub histogram: BTreeMap<u32, u64>,
    /// Rows where walker and rules differ.
    pub differ: u64,
    /// The first such row, in words.
    pub first: Option<String>,
}

/// The published counts of one configuration: rows, faults, rows with D set, and the error codes where known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Legal combinations.
    pub rows: u64,
    /// Of these, faults.
    pub faults: u64,
    /// Without a fault, and a write: D must be set.
    pub dirty: u64,
    /// Error code and count; empty where only the totals are published.
    pub histogram: &'static [(u32, u64)],
}

/// The published counts for a configuration.
pub fn published(maxphyaddr: u32, pku: bool) -> Option<Published> {
    const NARROW: &[(u32, u64)] = &[
        (0x00, 233_472),
        (0x02, 182_272),
        (0x03, 21_376),
        (0x04, 233_472),
        (0x05, 37_888),
        (0x06, 182_272),
        (0x07, 49_344),
        (0x09, 106_496),
        (0x0b, 81_920),
        (0x0d, 106_496),
        (0x0f, 81_920),
        (0x10, 131_072),
        (0x11, 22_528),
        (0x14, 131_072),
        (0x15, 32_256),
        (0x19, 57_344),
        (0x1d, 57_344),
    ];
    const WIDE: &[(u32, u64)] = &[
        (0x00, 122_880),
        (0x02, 90_112),
        (0x03, 13_696),
        (0x04, 122_880),
        (0x05, 25_600),
        (0x06, 90_112),
        (0x07, 31_424),
        (0x09, 45_056),
        (0x0b, 30_720),
        (0x0d, 45_056),
        (0x0f, 30_720),
        (0x10, 57_344),
        (0x11, 14_336),
        (0x14, 57_344),
        (0x15, 19_968),
        (0x19, 16_384),
        (0x1d, 16_384),
    ];
    let (rows, faults, dirty, histogram) = match (maxphyaddr, pku) {
        (36, true) => (28_999_680, 26_885_664, 478_688, &[][..]),
        (37..=51, true) => (19_169_280, 17_637_664, 346_848, &[][..]),
        (52, true) => (9_338_880, 8_389_664, 215_008, &[][..]),
        (37..=51, false) => (1_916_928, 1_748_544, 39_872, NARROW),
        (52, false) => (933_888, 830_016, 24_512, WIDE),
        _ => return None,
    };
    Some(Published { rows, faults, dirty, histogram })
}

impl Report {
    /// The counts equal the published ones, bucket by bucket.
    pub fn equals(&self, published: &Published) -> bool {
        let histogram: BTreeMap<u32, u64> = published.histogram.iter().copied().collect();
        self.rows == published.rows
            && self.faults == published.faults
            && self.dirty == published.dirty
            && (histogram.is_empty() || histogram == self.histogram)
    }
}

/// The linear address of the page; its index is 1 at every level.
const VA: u64 = 1 << 48 | 1 << 39 | 1 << 30 | 1 << 21 | 1 << 12;
/// Frames of the tables by level, 5 down to 1.
const TABLES: [u64; 5] = [0x15, 0x14, 0x13, 0x12, 0x11];
/// The page, on 1 GiB so that it can be mapped by a PDE.
const PAGE: u64 = 0x4000_0000;

struct Bench {
    m: Machine,
    st: State,
    pdpte: Slot,
    pde: Slot,
    pte: Slot,
    va: u64,
}

impl Bench {
    fn new(what: &Enumeration) -> Result<Bench, ConfigError> {
        let config = Config {
            cpus: 1,
            maxphyaddr: what.maxphyaddr,
            levels: what.levels,
            mutant: what.mutant,
            ..Config::default()
        };
        let mut st = State::new();
        let words = TABLES.map(|pfn| FrameSpec { pfn, first_word: 1, words: 1 });
        let mut m = Machine::new(&config, &mut st, &words)?;
        let slot = |m: &Machine, pfn: u64| m.slot_of(pfn << 12 | 8).unwrap_or(0);
        let va = if what.levels == 5 { VA } else { VA & !(1 << 48) };
        for pair in TABLES.windows(2) {
            m.dma_write(&mut st, pair[0] << 12 | 8, pair[1] << 12 | Entry::P | Entry::RW | Entry::US | Entry::A);
        }
        m.mov_cr3(&mut st, 0, TABLES[5 - what.levels as usize] << 12);
        let (pdpte, pde, pte) = (slot(&m, TABLES[2]), slot(&m, TABLES[3]), slot(&m, TABLES[4]));
        Ok(Bench { m, st, pdpte, pde, pte, va })
    }

    fn entry(row: Row, pairs: &[(u32, u64)]) -> u64 {
        pairs.iter().filter(|(flag, _)| row.is(*flag)).map(|(_, bits)| bits).sum()
    }

    /// Writes the row's entries and mode.
    fn set_up(&mut self, row: Row) {
        let key = if row.is(Row::KEY) { 1 << 59 } else { 0 };
        let pte = PAGE
            | key
            | Self::entry(
                row,
                &[
                    (Row::PTE_P, Entry::P),
                    (Row::PTE_RW, Entry::RW),
                    (Row::PTE_US, Entry::US),
                    (Row::PTE_A, Entry::A),
                    (Row::PTE_D, Entry::D),
                    (Row::PTE_NX, Entry::NX),
                    (Row::PTE_51, 1 << 51),
                    (Row::PTE_36, 1 << 36),
                ],
            );
        // A key in a PDE that refers to a table means nothing: there it is 2.
        let target = if row.is(Row::PDE_PS) { PAGE | key } else { TABLES[4] << 12 | 2 << 59 };
        let pde = target
            | Self::entry(
                row,
                &[
                    (Row::PDE_P, Entry::P),
                    (Row::PDE_RW, Entry::RW),
                    (Row::PDE_US, Entry::US),
                    (Row::PDE_A, Entry::A),
                    (Row::PDE_D, Entry::D),
                    (Row::PDE_NX, Entry::NX),
                    (Row::PDE_PS, Entry::PS),
                    (Row::PDE_13, 1 << 13),
                    (Row::PDE_51, 1 << 51),
                    (Row::PDE_36, 1 << 36),
                ],
            );
        let pdpte = TABLES[3] << 12 | Entry::P | Entry::US | Entry::A;
        let pdpte = if row.is(Row::PDPTE_RO) { pdpte } else { pdpte | Entry::RW };
        for (slot, value) in [(self.pte, pte), (self.pde, pde), (self.pdpte, pdpte)] {
            self.m.write_memory(&mut self.st, slot, value);
        }
        let control = Control::default()
            .with(Control::NXE, row.is(Row::NXE))
            .with(Control::WP, row.is(Row::WP))
            .with(Control::PKE, row.is(Row::PKE));
        self.m.set_control(&mut self.st, 0, control);
        let pkru = if row.is(Row::AD) { 1 << 2 } else { 0 } | if row.is(Row::WD) { 1 << 3 } else { 0 };
        self.m.set_pkru(&mut self.st, 0, pkru);
        self.m.invlpg(&mut self.st, 0, self.va);
    }

    fn access(&mut self, row: Row) -> Translate {
        let kind = match (row.is(Row::WRITE), row.is(Row::FETCH)) {
            (true, _) => AccessKind::Write,
            (_, true) => AccessKind::Fetch,
            _ => AccessKind::Read,
        };
        let access = Access { va: self.va, kind, cpl: if row.is(Row::USER) { 3 } else { 0 } };
        loop {
            match self.m.translate(&mut self.st, 0, &access, &mut Chooser::new(0)) {
                Translate::Walking | Translate::Restarted => {}
                answer => return answer,
            }
        }
    }

    /// The accessed and dirty bits of PDE and PTE as flags of a row, and the entries without them.
    fn entries(&self) -> (u32, [u64; 3]) {
        let (pde, pte, pdpte) = (self.st.get(self.pde), self.st.get(self.pte), self.st.get(self.pdpte));
        let mut flags = 0;
        for (word, a, d) in [(pde, Row::PDE_A, Row::PDE_D), (pte, Row::PTE_A, Row::PTE_D)] {
            flags |= if word & Entry::A != 0 { a } else { 0 } | if word & Entry::D != 0 { d } else { 0 };
        }
        let rest = !(Entry::A | Entry::D);
        (flags, [pde & rest, pte & rest, pdpte])
    }

    /// Runs one access of the row and returns the row with the entries as it left them, or what differs.
    fn step(&mut self, row: Row, report: &mut Report, last: bool) -> Result<Row, String> {
        let (_, before) = self.entries();
        let want = expected(row);
        let answer = self.access(row);
        let (flags, after) = self.entries();
        let got = match answer {
            Translate::Fault(fault) if fault.cr2 == self.va => Some(fault.error_code),
            Translate::Done { pa, .. } if pa == PAGE | (1 << 12 & self.page_offset(row)) => None,
            other => return Err(format!("answer {other:?}")),
        };
        let ad = Row::PDE_A | Row::PDE_D | Row::PTE_A | Row::PTE_D;
        let had = row.0 & ad;
        if got != want.fault {
            return Err(format!("error code {got:x?}, the rules say {:x?}", want.fault));
        }
        if flags & !want.may_set != (had | want.sets) & !want.may_set || flags & had != had || before != after {
            return Err(format!("entries changed from {before:x?} {had:#x} to {after:x?} {flags:#x}"));
        }
        if last {
            match got {
                Some(code) => {
                    report.faults += 1;
                    *report.histogram.entry(code).or_default() += 1;
                }
                None => report.dirty += u64::from(want.sets & (Row::PDE_D | Row::PTE_D) != 0),
            }
        }
        Ok(Row(row.0 & !ad | flags))
    }

    fn page_offset(&self, row: Row) -> u64 {
        if row.is(Row::PDE_PS) { (1 << 21) - 1 } else { (1 << 12) - 1 }
    }
}

impl Enumeration {
    /// Runs the rows.
    ///
    /// # Errors
    /// A field that no hardware has.
    pub fn run(&self) -> Result<Report, ConfigError> {
        let mut bench = Bench::new(self)?;
        let mut report = Report::default();
        let flags = if self.pku { Row::FLAGS } else { Row::FLAGS - 4 };
        let mut nth = 0;
        for row in (0..1 << flags).map(Row).filter(|row| row.legal(self.maxphyaddr, self.pku)) {
            nth += 1;
            if nth % self.stride.max(1) != 0 {
                continue;
            }
            report.rows += 1;
            bench.set_up(row);
            let mut now = Ok(row);
            if row.is(Row::TWICE) {
                let rest = row.0 & (Row::USER | Row::WRITE | Row::FETCH);
                now = bench.step(row.first_read(), &mut report, false).map(|after| Row(after.0 | rest));
            }
            if let Err(what) = now.and_then(|row| bench.step(row, &mut report, true)) {
                report.differ += 1;
                report.first.get_or_insert_with(|| format!("row {:#x}: {what}", row.0));
            }
            bench.st.commit();
        }
        Ok(report)
    }
}
