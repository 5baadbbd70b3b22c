//! The digest of a state: over names and values, so that it does not depend on how the engine lays things out.

use crate::explore::Model;
use crate::link::{Digest, DigestBuilder};
use crate::system::{Status, System};

/// Every word that is not zero, by its name: variables that are no ghosts, memory, and what each task is doing.
pub fn digest(sys: &System) -> Digest {
    let mut d = DigestBuilder::new();
    let st = sys.state();
    for g in sys.program.globals.iter().filter(|g| !g.name.starts_with("ghost_")) {
        for w in 0..sys.program.types.words(g.ty) {
            let v = st.get(g.slot + w);
            if v != 0
                && let Some((name, _)) = sys.program.name_of(g.slot + w)
            {
                d.add(&name, v);
            }
        }
    }
    for pfn in sys.frame_numbers() {
        let Some(first) = sys.slot_of_frame(pfn as u64) else { continue };
        for w in 0..sys.frame_words() {
            let v = st.get(first + w);
            if v != 0 {
                d.add(&format!("frame {pfn} word {w}"), v);
            }
        }
    }
    for (t, task) in sys.tasks.iter().enumerate() {
        let t = t as u32;
        let word = match sys.status(t) {
            Status::Waiting => 0,
            Status::Running => 1,
            Status::Done => 2,
        };
        d.add(&format!("task {}", task.title), word);
    }
    for cpu in 0..sys.machine.cpus() {
        d.add(&format!("CPU {cpu} CR3"), sys.machine.cr3(st, cpu));
        d.add(&format!("CPU {cpu} interrupts"), sys.machine.interrupts_on(st, cpu) as u64);
        for e in sys.machine.buffered(st, cpu) {
            d.add(&format!("CPU {cpu} buffer"), e.1);
        }
    }
    d.finish()
}
