//! A micro-step allocates nothing on the heap.
#![cfg(not(target_arch = "wasm32"))]

mod common;

use common::random::{apply, geometry, machine, random_access, random_op, rng, start};
use cowscope_mmu::{Chooser, Config, Machine, MemoryOrder, State, TlbMode};

/// Random accesses and events of `seed`, all taken back at the end.
fn run(m: &mut Machine, st: &mut State, seed: u64) {
    let mark = st.mark();
    let mut rng = rng(seed);
    let config = *m.config();
    for i in 0..3_000 {
        let (cpu, access) = (i % config.cpus, random_access(&mut rng, config.levels));
        for _ in 0..3 {
            m.translate(st, cpu, &access, &mut Chooser::new(0));
        }
        if let Some(slot) = m.slot_of(0x16000) {
            m.store(st, cpu, slot, u64::from(i) << 12 | 0x27);
            m.drain(st, cpu);
        }
        m.send_ipi(st, cpu, 0, 33);
        m.take(st, 0);
        m.set_if(st, 0, true);
        let op = random_op(&mut rng, &config);
        apply(m, st, &op);
    }
    st.undo(mark);
}

#[test]
fn steps_and_their_undo_allocate_nothing() {
    for seed in 0..8 {
        let mut rng = rng(seed);
        let tlb = if seed % 2 == 0 { geometry(&mut rng) } else { TlbMode::MaySet { translations: 16, prefixes: 8 } };
        let order = if seed % 4 < 2 { MemoryOrder::Sc } else { MemoryOrder::Tso };
        let config = Config { tlb, order, caches: seed % 3 == 0, ..Config::default() };
        let begin = start(&mut rng, &config);
        let (mut m, mut st) = machine(&config, &begin);
        // The first time the undo log and the scratch lists get their room.
        run(&mut m, &mut st, seed);
        let counted = allocation_counter::measure(|| run(&mut m, &mut st, seed));
        assert_eq!(counted.count_total, 0, "seed {seed}: {counted:?}");
    }
}

#[test]
fn the_counter_counts() {
    let counted = allocation_counter::measure(|| drop(std::hint::black_box(vec![1u64])));
    assert_eq!(counted.count_total, 1);
}
