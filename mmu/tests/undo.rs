//! Undo restores every word, and the fingerprint is that of the words, on long random runs.

mod common;

use common::random::{apply, below, geometry, machine, random_access, random_op, rng, start};
use cowscope_mmu::{Access, AccessKind, Chooser, Config, Machine, Mark, MemoryOrder, State, TlbMode};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn words(st: &State) -> Vec<u64> {
    (0..st.len()).map(|slot| st.get(slot)).collect()
}

/// One random step of anything that the machine can do.
fn step(m: &mut Machine, st: &mut State, rng: &mut rand_chacha::ChaCha8Rng, current: &mut [Option<Access>]) {
    let cpu = below(rng, m.cpus());
    let slot = below(rng, 32);
    match below(rng, 12) {
        0..=5 => {
            let access = *current[cpu as usize].get_or_insert_with(|| random_access(rng, m.config().levels));
            let answer = m.translate(st, cpu, &access, &mut Chooser::new(below(rng, 7)));
            if let cowscope_mmu::Translate::Done { pa, .. } = answer
                && access.kind == AccessKind::Write
                && let Some(slot) = m.slot_of(pa)
            {
                m.store(st, cpu, slot, below(rng, 5).into());
            }
            if m.walking(st, cpu).is_none() {
                current[cpu as usize] = None;
            }
        }
        6 => {
            let op = random_op(rng, m.config());
            apply(m, st, &op);
        }
        7 => {
            m.store(st, cpu, slot % 16, u64::from(below(rng, 3)) << 12 | 0x27);
        }
        8 => {
            m.drain(st, cpu);
        }
        9 => {
            m.send_ipi(st, cpu, below(rng, m.cpus()), (slot * 2) as u8);
        }
        10 => {
            m.take(st, cpu);
        }
        _ => m.set_if(st, cpu, slot.is_multiple_of(2)),
    }
}

fn run(seed: u64) {
    let mut rng = rng(seed);
    let tlb =
        if seed.is_multiple_of(2) { geometry(&mut rng) } else { TlbMode::MaySet { translations: 6, prefixes: 4 } };
    let order = if seed.is_multiple_of(3) { MemoryOrder::Sc } else { MemoryOrder::Tso };
    let cpus = 1 + below(&mut rng, 3);
    let levels = 4 + below(&mut rng, 2);
    let config = Config { cpus, tlb, order, levels, store_buffer: 1 + below(&mut rng, 4), ..Config::default() };
    let begin = start(&mut rng, &config);
    let (mut m, mut st) = machine(&config, &begin);
    st.commit();
    let mut marks: Vec<(Mark, Vec<u64>, u64)> = Vec::new();
    let mut current = vec![None; cpus as usize];
    for i in 0..3_000 {
        if below(&mut rng, 20) == 0 {
            marks.push((st.mark(), words(&st), st.fingerprint()));
        }
        step(&mut m, &mut st, &mut rng, &mut current);
        assert_eq!(st.fingerprint(), st.recompute(), "seed {seed} step {i}");
        if below(&mut rng, 60) == 0 && !marks.is_empty() {
            let (mark, before, fingerprint) = marks.swap_remove(below(&mut rng, marks.len() as u32) as usize);
            st.undo(mark);
            assert_eq!(words(&st), before, "seed {seed} step {i}");
            assert_eq!(st.fingerprint(), fingerprint, "seed {seed} step {i}");
            marks.retain(|(other, _, _)| *other <= mark);
        }
    }
}

#[test]
fn undo_restores_and_the_fingerprint_follows() {
    (0..60).for_each(run);
}

#[test]
fn counters_do_not_count_twice() {
    for seed in 0..40 {
        let mut rng = rng(seed);
        let config = Config { tlb: geometry(&mut rng), levels: 4 + seed as u32 % 2, ..Config::default() };
        let begin = start(&mut rng, &config);
        let (mut m, mut st) = machine(&config, &begin);
        m.reset_counters();
        let mut current = vec![None; 2];
        for _ in 0..2_000 {
            step(&mut m, &mut st, &mut rng, &mut current);
        }
        for cpu in 0..2 {
            let c = m.counters(cpu);
            let ends = c.l1_hits + c.l2_hits + c.may_hits + c.walks_done + c.faults + c.general_protections;
            assert_eq!(c.translations, ends, "every translation ends once: {c:?}");
            let flying = u64::from(m.walking(&st, cpu).is_some());
            let faulted = c.walks - c.walks_done - c.restarts - c.aborts - flying;
            assert!(faulted <= c.faults, "walks end once, and only walks and hits fault: {c:?}");
            let references: u64 = c.references.iter().sum();
            assert!(references >= c.walks && references <= u64::from(config.levels) * c.walks, "{c:?}");
            assert!(c.psc_hits.iter().sum::<u64>() <= c.walks, "{c:?}");
        }
    }
}

#[test]
fn the_trace_names_what_a_step_reads_and_writes() {
    let mut rng = rng(1);
    let config = Config::default();
    let begin = start(&mut rng, &config);
    let (mut m, mut st) = machine(&config, &begin);
    let mut current = vec![None; 2];
    st.trace(true);
    for _ in 0..2_000 {
        st.clear_trace();
        let mark = st.mark();
        step(&mut m, &mut st, &mut rng, &mut current);
        let changed: Vec<_> = st.changes(mark).iter().map(|(slot, _)| *slot).collect();
        let trace = st.traced();
        assert!(changed.iter().all(|slot| trace.writes.contains(slot)), "{changed:?} {trace:?}");
    }
    st.trace(false);
    st.get(0);
    assert!(st.traced().reads.is_empty());
}
