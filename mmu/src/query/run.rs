//! Runs queries on a machine of one CPU.

use super::parse::{Control as ControlBits, Init, Query, QueryError, Sequence, Single, Step};
use crate::access::{Access, Translate};
use crate::chooser::Chooser;
use crate::config::{Config, PscGeometry, Replacement, Shape, TlbGeometry, TlbMode};
use crate::control::Control;
use crate::machine::Machine;
use crate::memory::FrameSpec;
use crate::mutant::Mutant;
use crate::state::State;

/// What an access did: the answer of the MMU and the words of memory after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// `Done`, `Fault` or `GeneralProtection`.
    pub answer: Translate,
    /// Physical address and value of the words that the query names, in its order.
    pub mem_after: Vec<(u64, u64)>,
}

/// Translates to the end on CPU 0, with nobody in between.
pub fn translate_fully(m: &mut Machine, st: &mut State, access: &Access, ch: &mut Chooser) -> Translate {
    loop {
        match m.translate(st, 0, access, ch) {
            Translate::Walking | Translate::Restarted => {}
            answer => return answer,
        }
    }
}

fn control(bits: &ControlBits, ac: bool) -> Control {
    Control::default()
        .with(Control::WP, bits.cr0_wp)
        .with(Control::SMEP, bits.cr4_smep)
        .with(Control::SMAP, bits.cr4_smap)
        .with(Control::PGE, bits.cr4_pge)
        .with(Control::PCIDE, bits.cr4_pcide)
        .with(Control::NXE, bits.efer_nxe)
        .with(Control::AC, ac)
}

/// A machine in the state `init`, with memory for the words of `init` and of `more` addresses.
///
/// # Errors
/// The configuration is one that no hardware has.
pub fn machine_for(config: &Config, init: &Init, more: &[u64]) -> Result<(Machine, State), QueryError> {
    let mut st = State::new();
    let addresses = init.mem.iter().map(|(addr, _)| *addr).chain(more.iter().copied());
    let frames: Vec<FrameSpec> =
        addresses.map(|pa| FrameSpec { pfn: pa >> 12, first_word: (pa >> 3 & 511) as u32, words: 1 }).collect();
    let mut m = Machine::new(config, &mut st, &frames).map_err(|e| QueryError(e.to_string()))?;
    for (addr, value) in &init.mem {
        m.dma_write(&mut st, *addr, *value);
    }
    m.set_control(&mut st, 0, control(&init.control, false));
    m.mov_cr3(&mut st, 0, init.cr3);
    m.reset_counters();
    st.commit();
    Ok((m, st))
}

/// One access with EFLAGS.AC as given.
pub fn access(m: &mut Machine, st: &mut State, access: &Access, ac: bool, ch: &mut Chooser) -> Translate {
    m.set_ac(st, 0, ac);
    translate_fully(m, st, access, ch)
}

/// Does a step that is not an access; an access is left to [`access`].
pub fn apply(m: &mut Machine, st: &mut State, step: &Step) {
    match *step {
        Step::Store { addr, val } => {
            m.dma_write(st, addr, val);
        }
        Step::Invlpg { va } => m.invlpg(st, 0, va),
        Step::MovCr3 { val } => m.mov_cr3(st, 0, val),
        Step::Invpcid(what) => {
            m.invpcid(st, 0, what);
        }
        Step::SetControl(bits) => {
            let ac = m.control(st, 0).has(Control::AC);
            m.set_control(st, 0, control(&bits, ac));
        }
        Step::Access { .. } => {}
    }
}

/// The smallest machine: for one access in a cold machine no cache matters.
const COLD: TlbMode = TlbMode::Concrete {
    tlb: TlbGeometry {
        l1_4k: Shape { sets: 1, ways: 1 },
        l1_large: Shape { sets: 1, ways: 1 },
        l2: None,
        replacement: Replacement::RoundRobin,
    },
    psc: PscGeometry::NONE,
};

/// A machine for sequences: few addresses are used, so small structures forget little.
const WARM: TlbMode = TlbMode::Concrete {
    tlb: TlbGeometry {
        l1_4k: Shape { sets: 4, ways: 4 },
        l1_large: Shape { sets: 1, ways: 4 },
        l2: Some(Shape { sets: 8, ways: 4 }),
        replacement: Replacement::TreePlru,
    },
    psc: PscGeometry { pml5e: 2, pml4e: 2, pdpte: 4, pde: 8 },
};

/// Runs a single access, on a machine with a seeded defect if one is given.
///
/// # Errors
/// The configuration is one that no hardware has.
pub fn run_single(query: &Single<'_>, mutant: Mutant) -> Result<Outcome, QueryError> {
    let Single { maxphyaddr, levels, .. } = *query;
    let config = Config { cpus: 1, maxphyaddr, levels, tlb: COLD, mutant, ..Config::default() };
    let (mut m, mut st) = machine_for(&config, &query.init, &[])?;
    let answer = access(&mut m, &mut st, &query.access, query.ac, &mut Chooser::new(0));
    let mem_after = query.init.mem.iter().map(|(addr, _)| (*addr, m.peek(&st, *addr))).collect();
    Ok(Outcome { answer, mem_after })
}

/// Runs a sequence, on the TLBs given or on middle-sized ones; one outcome per access.
///
/// # Errors
/// The configuration is one that no hardware has.
pub fn run_sequence(query: &Sequence<'_>, tlb: Option<TlbMode>, mutant: Mutant) -> Result<Vec<Outcome>, QueryError> {
    let config = Config {
        cpus: 1,
        maxphyaddr: query.maxphyaddr,
        levels: query.levels,
        tlb: tlb.unwrap_or(WARM),
        mutant,
        ..Config::default()
    };
    let mut words: Vec<u64> = query.init.mem.iter().map(|(addr, _)| *addr).collect();
    for step in &query.steps {
        if let Step::Store { addr, .. } = step {
            words.push(*addr);
        }
    }
    words.sort_unstable();
    words.dedup();
    let (mut m, mut st) = machine_for(&config, &query.init, &words)?;
    let mut outcomes = Vec::new();
    for step in &query.steps {
        if let Step::Access { access: what, ac } = step {
            let answer = access(&mut m, &mut st, what, *ac, &mut Chooser::new(0));
            let mem_after = words.iter().map(|addr| (*addr, m.peek(&st, *addr))).collect();
            outcomes.push(Outcome { answer, mem_after });
        } else {
            apply(&mut m, &mut st, step);
        }
    }
    Ok(outcomes)
}

impl Query<'_> {
    /// Runs the query and writes its answer, the value of `got`, as JSON.
    ///
    /// # Errors
    /// The configuration is one that no hardware has.
    pub fn answer(&self, out: &mut String) -> Result<(), QueryError> {
        match self {
            Query::Single(query) => run_single(query, Mutant::None)?.write_json(out),
            Query::Sequence(query) => {
                let outcomes = run_sequence(query, None, Mutant::None)?;
                out.push('[');
                for (i, outcome) in outcomes.iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    outcome.write_json(out);
                }
                out.push(']');
            }
        }
        Ok(())
    }
}

fn write_hex(out: &mut String, value: u64) {
    out.push_str("\"0x");
    let digits = (67 - (value | 1).leading_zeros()) / 4;
    for i in (0..digits).rev() {
        out.push(char::from(b"0123456789abcdef"[(value >> (4 * i) & 15) as usize]));
    }
    out.push('"');
}

impl Outcome {
    /// Writes the outcome in the shape of an `expect` with plain strings.
    pub fn write_json(&self, out: &mut String) {
        match &self.answer {
            Translate::Done { pa, .. } => {
                out.push_str("{\"ok\":true,\"pa\":");
                write_hex(out, *pa);
            }
            Translate::Fault(fault) => {
                out.push_str("{\"ok\":false,\"error_code\":");
                write_hex(out, fault.error_code.into());
                out.push_str(",\"cr2\":");
                write_hex(out, fault.cr2);
            }
            _ => out.push_str("{\"ok\":false,\"gp\":true,\"error_code\":\"0x0\""),
        }
        out.push_str(",\"mem_after\":{");
        for (i, (addr, value)) in self.mem_after.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write_hex(out, *addr);
            out.push(':');
            write_hex(out, *value);
        }
        out.push_str("}}");
    }
}
