//! What a concrete TLB of any geometry answers, the may-set offers.

use cowscope_mmu::{Chooser, Config, Machine, Mutant, State, TlbMode, Translate};

use super::random::{apply, below, first, geometry, machine, random_access, random_op, rng, start};

/// The observable part of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    At(u64),
    Fault(u32),
    NotCanonical,
    Walking,
}

/// What a program sees of an answer.
pub fn seen(answer: &Translate) -> Seen {
    match answer {
        Translate::Done { pa, .. } => Seen::At(*pa),
        Translate::Fault(fault) => Seen::Fault(fault.error_code),
        Translate::GeneralProtection => Seen::NotCanonical,
        Translate::Walking | Translate::Restarted => Seen::Walking,
    }
}

/// Everything that an access can answer in a machine with may-sets, with the pick for each.
pub fn offers(m: &mut Machine, st: &mut State, cpu: u32, access: &cowscope_mmu::Access) -> Vec<Seen> {
    let mut all = Vec::new();
    let mut pick = 0;
    loop {
        let mark = st.mark();
        let mut ch = Chooser::new(pick);
        all.push(seen(&m.translate(st, cpu, access, &mut ch)));
        st.undo(mark);
        pick += 1;
        if pick >= ch.alternatives() {
            return all;
        }
    }
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub answers: u64,
    pub stale: u64,
}

/// Runs a concrete machine and one with may-sets side by side; the error is what the may-set did not offer.
///
/// Defects whose names begin with May are in the may-set, the others in the concrete machine.
pub fn side_by_side(seed: u64, steps: u32, mutant: Mutant) -> Result<Counts, String> {
    let in_may = format!("{mutant:?}").starts_with("May");
    let (concrete_mutant, may_mutant) = if in_may { (Mutant::None, mutant) } else { (mutant, Mutant::None) };
    let mut rng = rng(seed);
    let cpus = 2;
    let levels = 4 + below(&mut rng, 2);
    let concrete = Config { cpus, levels, tlb: geometry(&mut rng), mutant: concrete_mutant, ..Config::default() };
    let any = Config { tlb: TlbMode::MaySet { translations: 64, prefixes: 64 }, mutant: may_mutant, ..concrete };
    let begin = start(&mut rng, &concrete);
    let (mut m, mut st) = machine(&concrete, &begin);
    let (mut n, mut su) = machine(&any, &begin);
    let mut counts = Counts::default();
    let mut current = vec![None; cpus as usize];
    for step in 0..steps {
        let cpu = below(&mut rng, cpus);
        if below(&mut rng, 3) == 0 {
            let op = random_op(&mut rng, &concrete);
            apply(&mut m, &mut st, &op);
            apply(&mut n, &mut su, &op);
            continue;
        }
        let access = *current[cpu as usize].get_or_insert_with(|| random_access(&mut rng, levels));
        let mark = st.mark();
        let answer = m.translate(&mut st, cpu, &access, &mut first());
        // What the walker wrote happened in both machines; memory has the same slots in both.
        let written: Vec<_> =
            st.changes(mark).iter().map(|(slot, _)| *slot).filter(|s| m.address_of(*s).is_some()).collect();
        for slot in written {
            let value = st.get(slot);
            n.write_memory(&mut su, slot, value);
        }
        let want = seen(&answer);
        if want == Seen::Walking {
            continue;
        }
        current[cpu as usize] = None;
        if n.may_overflowed(&su) {
            // The lists are full: from here on nothing is claimed.
            return Ok(counts);
        }
        counts.answers += 1;
        let offered = offers(&mut n, &mut su, cpu, &access);
        counts.stale += u64::from(offered.len() > 1);
        let Some(pick) = offered.iter().position(|o| *o == want) else {
            return Err(format!("seed {seed} step {step}: {access:x?} got {want:x?}, offered {offered:x?}"));
        };
        n.translate(&mut su, cpu, &access, &mut Chooser::new(pick as u32));
        st.commit();
        su.commit();
    }
    Ok(counts)
}
