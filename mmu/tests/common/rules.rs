//! The SDM's rules on what may and must not be cached, one small story each (vol. 3A, 4.10.2 to 4.10.4), in a machine
//! with may-sets, and the rules of interrupts and of the update of A and D in a concrete one.

use cowscope_mmu::{
    Access, AccessKind, Chooser, Config, Control, Entry, FrameSpec, Invpcid, Machine, MemoryOrder, Mutant, PscGeometry,
    State, TlbGeometry, TlbMode, Translate,
};

use super::superset::{Seen, offers, seen};

/// A rule, and a test of it on a machine with a defect.
pub type Rule = (&'static str, fn(Mutant) -> Result<(), String>);

/// All rules.
pub const RULES: &[Rule] = &[
    ("4.10.4.3: an entry that was not present is not cached", present),
    ("4.10.4.3: an entry with A=0 is not cached", unaccessed),
    ("4.10.4.3: R/W 0 to 1 costs at most one spurious fault", upgrade),
    ("4.10.4.3: D 1 to 0 without INVLPG may stay unseen", dirty_cleared),
    ("4.10.4.3: A 1 to 0 without INVLPG may stay unseen", accessed_cleared),
    ("4.10.4.2: R/W 1 to 0 needs INVLPG", downgrade),
    ("4.10.4.1: INVLPG drops its page and no other", one_page),
    ("4.10.4.1: INVLPG drops every paging-structure-cache entry", prefixes),
    ("4.10.4.1: MOV CR3 drops the PCID's entries", cr3),
    ("4.10.4.1: MOV CR3 with bit 63 drops nothing, and nobody uses another PCID's", keep),
    ("4.10.3.2: a prefix of a PCID that is not loaded is not walked from", unloaded),
    ("4.10.4.1: a change of CR4.PGE drops global translations", globals),
    ("4.10.4.1: CR4.SMEP 0 to 1 drops the current PCID's entries", smep),
    ("4.10.4.1: INVPCID", invpcid),
    ("vol. 2A, INVPCID: what it refuses by #GP drops nothing", refused),
    ("vol. 2A, INVLPG: an address that is not canonical names no page", not_canonical),
    ("4.8: A and D are set by a locked update that fails when the entry changed", locked_update),
    ("a walk in flight fills nothing after an invalidation", aborted),
    ("broadcast invalidation reaches CPUs with interrupts off", broadcast),
    ("interrupts wait for IF, for the end of a walk, and for the store buffer", interrupts),
    ("4.8: A may be set by a walk that no access needs, if the option is used", speculation),
    ("the walker and DMA see memory, not the store buffer", walker_sees_memory),
];

const RO: u64 = Entry::P | Entry::US | Entry::A;
const RW: u64 = RO | Entry::RW;
const RWD: u64 = RW | Entry::D;
/// Two pages in one page table, and the same page behind another PDE.
const VA: u64 = 0;
const OTHER: u64 = 0x1000;
const READ: Access = Access::user(VA, AccessKind::Read);
const WRITE: Access = Access::user(VA, AccessKind::Write);

struct Story {
    m: Machine,
    st: State,
}

/// Tables 1 to 4 (PML4 to PT), a second PT 5, a second PML4 6 that leads to PDPT 7, PD 8, PT 9.
fn story(tlb: TlbMode, order: MemoryOrder, mutant: Mutant) -> Story {
    let config = Config { cpus: 2, tlb, order, mutant, ..Config::default() };
    let mut st = State::new();
    let frames: Vec<FrameSpec> = (1..10).map(|pfn| FrameSpec::data(pfn, 2)).collect();
    let m = Machine::new(&config, &mut st, &frames).expect("a machine");
    let mut story = Story { m, st };
    for table in [1, 2, 3, 6, 7, 8] {
        story.put(table << 12, (table + 1) << 12 | RW);
    }
    for (table, frame) in [(4, 0x20), (5, 0x30), (9, 0x40)] {
        story.put(table << 12, frame << 12 | RWD);
        story.put(table << 12 | 8, (frame + 1) << 12 | RWD);
    }
    for cpu in 0..2 {
        story.m.mov_cr3(&mut story.st, cpu, 0x1000);
    }
    story
}

fn may(mutant: Mutant) -> Story {
    story(TlbMode::MaySet { translations: 8, prefixes: 8 }, MemoryOrder::Sc, mutant)
}

fn concrete(order: MemoryOrder, mutant: Mutant) -> Story {
    let tlb = TlbMode::Concrete { tlb: TlbGeometry::SMALL, psc: PscGeometry::DESKTOP };
    story(tlb, order, mutant)
}

impl Story {
    fn put(&mut self, pa: u64, value: u64) {
        self.m.dma_write(&mut self.st, pa, value);
    }

    fn pte(&self) -> u64 {
        self.m.peek(&self.st, 0x4000)
    }

    /// What the access may answer, sorted.
    fn offers(&mut self, access: Access) -> Vec<Seen> {
        let mut all = offers(&mut self.m, &mut self.st, 0, &access);
        all.sort_by_key(|seen| format!("{seen:?}"));
        all.dedup();
        all
    }

    fn expect(&mut self, access: Access, want: &[Seen]) -> Result<(), String> {
        let got = self.offers(access);
        if got == want { Ok(()) } else { Err(format!("{access:x?} may answer {got:x?}, should be {want:x?}")) }
    }

    /// Takes the choice with this answer.
    fn take(&mut self, access: Access, want: Seen) -> Result<(), String> {
        let all = offers(&mut self.m, &mut self.st, 0, &access);
        let pick = all.iter().position(|seen| *seen == want).ok_or(format!("no {want:x?} among {all:x?}"))?;
        self.m.translate(&mut self.st, 0, &access, &mut Chooser::new(pick as u32));
        Ok(())
    }

    fn finish(&mut self, cpu: u32, access: Access) -> Translate {
        loop {
            match self.m.translate(&mut self.st, cpu, &access, &mut Chooser::new(0)) {
                Translate::Walking | Translate::Restarted => {}
                answer => return answer,
            }
        }
    }

    fn step(&mut self, cpu: u32, access: Access) -> Translate {
        self.m.translate(&mut self.st, cpu, &access, &mut Chooser::new(0))
    }
}

fn at(frame: u64) -> Seen {
    Seen::At(frame << 12)
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, want: T) -> Result<(), String> {
    if got == want { Ok(()) } else { Err(format!("{what}: {got:x?}, should be {want:x?}")) }
}

fn present(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x21 << 12 | (RWD & !Entry::P));
    s.m.invlpg(&mut s.st, 0, VA);
    s.put(0x4000, 0x22 << 12 | RWD);
    s.expect(READ, &[at(0x22)])
}

fn unaccessed(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x21 << 12 | (RW & !Entry::A));
    s.m.invlpg(&mut s.st, 0, VA);
    s.put(0x4000, 0x22 << 12 | RWD);
    s.expect(READ, &[at(0x22)])
}

fn upgrade(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x20 << 12 | RO);
    s.m.invlpg(&mut s.st, 0, VA);
    s.put(0x4000, 0x20 << 12 | RWD);
    s.expect(WRITE, &[at(0x20), Seen::Fault(7)])?;
    s.take(WRITE, Seen::Fault(7))?;
    s.expect(WRITE, &[at(0x20)])
}

fn dirty_cleared(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x20 << 12 | RW);
    let all = offers(&mut s.m, &mut s.st, 0, &WRITE);
    same("a write with and without setting D", all, vec![at(0x20), at(0x20)])?;
    s.m.invlpg(&mut s.st, 0, VA);
    s.take(WRITE, at(0x20))?;
    same("D after INVLPG and a write", s.pte() & Entry::D, Entry::D)
}

fn accessed_cleared(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x20 << 12 | (RWD & !Entry::A));
    same("a read with and without setting A", offers(&mut s.m, &mut s.st, 0, &READ).len(), 2)?;
    s.m.invlpg(&mut s.st, 0, VA);
    s.take(READ, at(0x20))?;
    same("A after INVLPG and a read", s.pte() & Entry::A, Entry::A)
}

fn downgrade(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x20 << 12 | RO | Entry::D);
    s.expect(WRITE, &[at(0x20), Seen::Fault(7)])?;
    s.m.invlpg(&mut s.st, 0, VA);
    s.expect(WRITE, &[Seen::Fault(7)])
}

fn one_page(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x22 << 12 | RWD);
    s.put(0x4008, 0x23 << 12 | RWD);
    let other = Access::user(OTHER, AccessKind::Read);
    s.m.invlpg(&mut s.st, 0, VA);
    s.expect(READ, &[at(0x22)])?;
    s.expect(other, &[at(0x21), at(0x23)])
}

fn prefixes(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    // The PDE now leads to the other page table; what the old one says may still be walked to.
    s.put(0x3000, 0x5000 | RW);
    s.put(0x4000, 0x24 << 12 | RWD);
    s.expect(READ, &[at(0x20), at(0x24), at(0x30)])?;
    // INVLPG of any address ends that, but not the translation that may be in the TLB.
    s.m.invlpg(&mut s.st, 0, 0x7777_7000);
    s.put(0x4000, 0x25 << 12 | RWD);
    s.expect(READ, &[at(0x20), at(0x24), at(0x30)])?;
    s.m.invlpg(&mut s.st, 0, VA);
    s.expect(READ, &[at(0x30)])
}

fn cr3(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x22 << 12 | RWD);
    s.put(0x3000, 0x5000 | RW);
    s.m.mov_cr3(&mut s.st, 0, 0x6000);
    s.expect(READ, &[at(0x40)])?;
    s.m.mov_cr3(&mut s.st, 0, 0x1000);
    s.expect(READ, &[at(0x30)])
}

fn tagged(mutant: Mutant) -> Story {
    let mut s = may(mutant);
    s.m.set_control(&mut s.st, 0, Control::KERNEL.with(Control::PCIDE, true));
    s.m.mov_cr3(&mut s.st, 0, 0x1001);
    s
}

fn keep(mutant: Mutant) -> Result<(), String> {
    let mut s = tagged(mutant);
    s.m.mov_cr3(&mut s.st, 0, 1 << 63 | 0x6002);
    s.expect(READ, &[at(0x40)])?;
    s.put(0x4000, 0x22 << 12 | RWD);
    s.m.mov_cr3(&mut s.st, 0, 1 << 63 | 0x1001);
    s.expect(READ, &[at(0x20), at(0x22)])
}

fn unloaded(mutant: Mutant) -> Result<(), String> {
    let mut s = tagged(mutant);
    // While PCID 1 is not loaded its PDE and the table behind it change twice: the middle value is never seen.
    s.m.mov_cr3(&mut s.st, 0, 1 << 63 | 0x6002);
    s.put(0x3000, 0x5000 | RW);
    s.put(0x4000, 0x26 << 12 | RWD);
    s.put(0x4000, 0x27 << 12 | RWD);
    s.m.mov_cr3(&mut s.st, 0, 1 << 63 | 0x1001);
    s.expect(READ, &[at(0x20), at(0x27), at(0x30)])
}

fn globals(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x22 << 12 | RWD | Entry::G);
    s.m.set_control(&mut s.st, 0, Control::KERNEL.with(Control::PGE, true));
    s.put(0x4000, 0x23 << 12 | RWD | Entry::G);
    s.m.mov_cr3(&mut s.st, 0, 0x6000);
    s.expect(READ, &[at(0x22), at(0x23), at(0x40)])?;
    s.m.set_control(&mut s.st, 0, Control::KERNEL);
    s.expect(READ, &[at(0x40)])
}

fn smep(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x22 << 12 | RWD);
    s.m.set_control(&mut s.st, 0, Control::KERNEL.with(Control::SMEP, true));
    s.expect(READ, &[at(0x22)])?;
    s.put(0x4000, 0x23 << 12 | RWD);
    s.m.set_control(&mut s.st, 0, Control::KERNEL);
    s.expect(READ, &[at(0x22), at(0x23)])
}

fn refused(mutant: Mutant) -> Result<(), String> {
    for tagged in [false, true] {
        let mut s = may(mutant);
        s.m.set_control(&mut s.st, 0, Control::KERNEL.with(Control::PCIDE, tagged));
        s.put(0x4000, 0x22 << 12 | RWD);
        for (what, want) in [
            (Invpcid::Address { pcid: 0, va: 1 << 63 | VA }, false),
            (Invpcid::Address { pcid: 0, va: 1 << 47 | VA }, false),
            (Invpcid::Address { pcid: 1, va: VA }, tagged),
            (Invpcid::SingleContext { pcid: 1 }, tagged),
        ] {
            same(&format!("{what:x?} with PCIDE={tagged}"), s.m.invpcid(&mut s.st, 0, what), want)?;
        }
        s.expect(READ, &[at(0x20), at(0x22)])?;
        same("allowed", s.m.invpcid(&mut s.st, 0, Invpcid::SingleContext { pcid: 0 }), true)?;
        s.expect(READ, &[at(0x22)])?;
    }
    Ok(())
}

fn not_canonical(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x22 << 12 | RWD);
    s.put(0x3000, 0x5000 | RW);
    s.m.invlpg(&mut s.st, 0, 1 << 63 | VA);
    s.expect(READ, &[at(0x20), at(0x22), at(0x30)])
}

fn invpcid(mutant: Mutant) -> Result<(), String> {
    let stale = |what: Option<Invpcid>| {
        let mut s = tagged(mutant);
        s.m.set_control(&mut s.st, 0, Control::KERNEL.with(Control::PCIDE | Control::PGE, true));
        s.m.mov_cr3(&mut s.st, 0, 1 << 63 | 0x1001);
        s.put(0x4008, 0x21 << 12 | RWD | Entry::G);
        s.m.mov_cr3(&mut s.st, 0, 1 << 63 | 0x6002);
        s.put(0x4000, 0x22 << 12 | RWD);
        s.put(0x4008, 0x23 << 12 | RWD | Entry::G);
        if let Some(what) = what {
            s.m.invpcid(&mut s.st, 0, what);
        }
        s.m.mov_cr3(&mut s.st, 0, 1 << 63 | 0x1001);
        let other = Access::user(OTHER, AccessKind::Read);
        (s.offers(READ).contains(&at(0x20)), s.offers(other).contains(&at(0x21)))
    };
    let (page, global) = (true, true);
    same("no INVPCID", stale(None), (page, global))?;
    same("type 0", stale(Some(Invpcid::Address { pcid: 1, va: VA })), (false, global))?;
    same("type 0, other page", stale(Some(Invpcid::Address { pcid: 1, va: OTHER })), (page, global))?;
    same("type 0, other PCID", stale(Some(Invpcid::Address { pcid: 2, va: VA })), (page, global))?;
    same("type 1", stale(Some(Invpcid::SingleContext { pcid: 1 })), (false, global))?;
    same("type 1, other PCID", stale(Some(Invpcid::SingleContext { pcid: 2 })), (page, global))?;
    same("type 2", stale(Some(Invpcid::AllIncludingGlobals)), (false, false))?;
    same("type 3", stale(Some(Invpcid::AllExceptGlobals)), (false, global))
}

fn locked_update(mutant: Mutant) -> Result<(), String> {
    for access in [READ, WRITE] {
        let mut s = concrete(MemoryOrder::Sc, mutant);
        s.put(0x4000, 0x20 << 12 | (RW & !Entry::A));
        // Up to the read of the PTE; then another CPU clears it.
        for _ in 0..4 {
            s.step(0, access);
        }
        s.put(0x4000, 0);
        same("the update", s.step(0, access), Translate::Restarted)?;
        same("the PTE", s.pte(), 0)?;
        let answer = s.finish(0, access);
        same("the answer", matches!(answer, Translate::Fault(fault) if fault.error_code & 1 == 0), true)?;
    }
    Ok(())
}

fn aborted(mutant: Mutant) -> Result<(), String> {
    type Invalidation = fn(&mut Machine, &mut State);
    let invalidations: [(&str, Invalidation); 6] = [
        ("broadcast", |m, st| m.broadcast_invlpg(st, 0, VA)),
        ("INVLPG", |m, st| m.invlpg(st, 1, VA)),
        ("INVPCID type 0", |m, st| assert!(m.invpcid(st, 1, Invpcid::Address { pcid: 0, va: VA }))),
        ("INVPCID type 3", |m, st| assert!(m.invpcid(st, 1, Invpcid::AllExceptGlobals))),
        ("MOV CR3", |m, st| m.mov_cr3(st, 1, 0x1000)),
        ("CR4.PGE", |m, st| m.set_control(st, 1, Control::KERNEL.with(Control::PGE, true))),
    ];
    for (name, invalidate) in invalidations {
        let mut s = concrete(MemoryOrder::Sc, mutant);
        for _ in 0..3 {
            s.step(1, READ);
        }
        // CPU 1 holds the old PDE in its walk. It changes, and is dropped.
        s.put(0x3000, 0x5000 | RW);
        invalidate(&mut s.m, &mut s.st);
        same(name, seen(&s.finish(1, READ)), at(0x30))?;
        same(&format!("{name}, counted"), s.m.counters(1).aborts, 1)?;
    }
    Ok(())
}

fn broadcast(mutant: Mutant) -> Result<(), String> {
    for on in [true, false] {
        let mut s = concrete(MemoryOrder::Sc, mutant);
        s.finish(1, READ);
        s.m.set_if(&mut s.st, 1, on);
        s.put(0x4000, 0x22 << 12 | RWD);
        same("before", seen(&s.finish(1, READ)), at(0x20))?;
        s.m.broadcast_invlpg(&mut s.st, 0, VA);
        same("after", seen(&s.finish(1, READ)), at(0x22))?;
    }
    Ok(())
}

fn interrupts(mutant: Mutant) -> Result<(), String> {
    let mut s = concrete(MemoryOrder::Tso, mutant);
    let (m, st) = (&mut s.m, &mut s.st);
    m.set_if(st, 0, false);
    m.send_ipi(st, 1, 0, 33);
    m.send_ipi(st, 1, 0, 40);
    m.send_ipi(st, 1, 0, 40);
    same("while off", m.take(st, 0), None)?;
    m.set_if(st, 0, true);
    let access = Access::user(VA, AccessKind::Read);
    m.translate(st, 0, &access, &mut Chooser::new(0));
    same("a walk is in flight", m.walking(st, 0).is_some(), true)?;
    same("in a walk", m.take(st, 0), None)?;
    while !matches!(m.translate(st, 0, &access, &mut Chooser::new(0)), Translate::Done { .. }) {}
    let word = m.slot_of(0x4008).expect("memory");
    m.store(st, 0, word, 7);
    same("with a store in the buffer", m.take(st, 0), None)?;
    m.drain(st, 0);
    same("the higher first", m.take(st, 0), Some(40))?;
    same("off in the handler", m.take(st, 0), None)?;
    m.set_if(st, 0, true);
    same("then the other", m.take(st, 0), Some(33))?;
    m.set_if(st, 0, true);
    same("then nothing", m.take(st, 0), None)?;
    same("no such line", m.raise(st, 0, 64), false)
}

fn walker_sees_memory(mutant: Mutant) -> Result<(), String> {
    let mut s = concrete(MemoryOrder::Tso, mutant);
    let word = s.m.slot_of(0x4000).expect("memory");
    s.m.store(&mut s.st, 0, word, 0x22 << 12 | RWD);
    same("its own load", s.m.load(&s.st, 0, word), 0x22 << 12 | RWD)?;
    same("another's load", s.m.load(&s.st, 1, word), 0x20 << 12 | RWD)?;
    same("a device's read", s.m.dma_read(&s.st, 0x4000), Some(0x20 << 12 | RWD))?;
    same("its walk", seen(&s.finish(0, READ)), at(0x20))?;
    s.m.drain(&mut s.st, 0);
    same("another's walk after the drain", seen(&s.finish(1, READ)), at(0x22))
}

fn speculation(mutant: Mutant) -> Result<(), String> {
    let mut s = may(mutant);
    s.put(0x4000, 0x21 << 12 | (RW & !Entry::A));
    s.m.invlpg(&mut s.st, 0, VA);
    same("a clear A bit", s.m.speculate(&mut s.st, 0, VA), true)?;
    same("the PTE", s.pte(), 0x21 << 12 | RW)?;
    same("no clear A bit", s.m.speculate(&mut s.st, 0, VA), false)?;
    s.put(0x4000, 0x22 << 12 | RWD);
    s.expect(READ, &[at(0x21), at(0x22)])?;
    s.put(0x4000, 0);
    same("nothing to walk to", s.m.speculate(&mut s.st, 0, VA), false)
}
