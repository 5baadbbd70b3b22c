//! The life of one page: miss, walk with one reference per step, hit, invalidation, write through a clean entry.

use cowscope_mmu::{Access, AccessKind, Chooser, Config, FrameSpec, Machine, State, Translate};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn finish(m: &mut Machine, st: &mut State, access: &Access) -> (Translate, u32) {
    for steps in 1..100 {
        match m.translate(st, 0, access, &mut Chooser::new(0)) {
            Translate::Walking | Translate::Restarted => {}
            answer => return (answer, steps),
        }
    }
    panic!("a walk without end");
}

fn machine() -> (Machine, State) {
    let mut st = State::new();
    let frames = [1, 2, 3, 4].map(FrameSpec::whole).into_iter().chain([FrameSpec::data(9, 2)]).collect::<Vec<_>>();
    let mut m = Machine::new(&Config::default(), &mut st, &frames).expect("default configuration");
    for (table, next) in [(1, 2), (2, 3), (3, 4), (4, 9)] {
        let slot = m.slot_of(table << 12).expect("a table frame");
        m.write_memory(&mut st, slot, next << 12 | 0x27);
    }
    m.mov_cr3(&mut st, 0, 0x1000);
    (m, st)
}

#[test]
fn walk_hit_flush() {
    let (mut m, mut st) = machine();
    let read = Access::user(0x8, AccessKind::Read);
    let (answer, steps) = finish(&mut m, &mut st, &read);
    assert!(matches!(answer, Translate::Done { pa: 0x9008, .. }), "{answer:?}");
    assert_eq!(steps, 4);
    let start = st.mark();
    assert_eq!(finish(&mut m, &mut st, &read).1, 1);
    assert_eq!(st.changes(start), [], "a hit changes nothing");
    m.invlpg(&mut st, 0, 0);
    assert_eq!(finish(&mut m, &mut st, &read).1, 4);
}

#[test]
fn write_through_a_clean_entry_sets_dirty() {
    let (mut m, mut st) = machine();
    finish(&mut m, &mut st, &Access::user(0, AccessKind::Read));
    let before = st.clone();
    let mark = st.mark();
    let write = Access::user(0, AccessKind::Write);
    let (answer, steps) = finish(&mut m, &mut st, &write);
    assert!(matches!(answer, Translate::Done { pa: 0x9000, .. }), "{answer:?}");
    assert_eq!(steps, 2, "the PDE cache leads to the PTE: one read, one locked update");
    assert_eq!(m.peek(&st, 0x4000), 0x9067);
    assert_eq!(finish(&mut m, &mut st, &write).1, 1);
    assert_eq!(st.fingerprint(), st.recompute());
    st.undo(mark);
    assert_eq!((st.fingerprint(), st.recompute()), (before.fingerprint(), before.recompute()));
}

#[test]
fn no_hardware_has_this() {
    let bad = Config { levels: 7, ..Config::default() };
    let error = Machine::new(&bad, &mut State::new(), &[]).expect_err("seven levels");
    assert_eq!(error.to_string(), "levels = 7: must be 4 or 5");
}
