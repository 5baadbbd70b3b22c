//! The words of the machine, carried out.

use cowscope_mmu::{Access, AccessKind, Chooser, Source, Translate};

use super::end::{Answer, End};
use super::frame::{BY_FAULT, BY_SYSTEM};
use super::{Note, Status, System, Trap, broken, word};
use crate::lang::program::Program;
use crate::lang::sys::Sys;

/// Entry bits that hold a frame's address.
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

impl System {
    #[allow(clippy::too_many_arguments)] // the registers of one op
    pub(crate) fn sys(
        &mut self,
        program: &Program,
        sys: Sys,
        task: u32,
        cpu: u32,
        a: [u64; 4],
        locked: bool,
        at: u32,
        ch: &mut Chooser,
    ) -> Answer {
        let device = self.tasks[task as usize].device;
        let process = self.tasks[task as usize].process;
        let base = self.tasks[task as usize].base;
        let st = &mut self.state;
        let m = &mut self.machine;
        if device && needs_cpu(sys) {
            return Answer::End(self.trap(Trap::BadReference, at));
        }
        Answer::Value(match sys {
            Sys::Mb | Sys::Mfence | Sys::YieldCpu => 0,
            Sys::IrqDisable | Sys::IrqEnable => {
                m.set_if(st, cpu, sys == Sys::IrqEnable);
                0
            }
            Sys::IrqSave => {
                let on = m.interrupts_on(st, cpu);
                m.set_if(st, cpu, false);
                on as u64
            }
            Sys::IrqRestore => {
                m.set_if(st, cpu, a[0] != 0);
                0
            }
            Sys::IrqsDisabled => !m.interrupts_on(st, cpu) as u64,
            Sys::CpuId => cpu as u64,
            Sys::NumCpus => m.cpus() as u64,
            Sys::CurrentProcess => process as u64,
            Sys::SendIpi => {
                if a[0] >= m.cpus() as u64 || !m.send_ipi(st, cpu, a[0] as u32, a[1].min(255) as u8) {
                    return Answer::End(self.trap(Trap::BadReference, at));
                }
                0
            }
            Sys::Invlpg => {
                m.invlpg(st, cpu, a[0]);
                self.translations_dropped(cpu, Some(a[0]));
                0
            }
            Sys::BroadcastInvlpg => {
                m.broadcast_invlpg(st, cpu, a[0]);
                (0..self.machine.cpus()).for_each(|cpu| self.translations_dropped(cpu, Some(a[0])));
                0
            }
            Sys::MovCr3 => {
                m.mov_cr3(st, cpu, a[0]);
                self.translations_dropped(cpu, None);
                0
            }
            Sys::ReadCr3 => m.cr3(st, cpu),
            Sys::FlushLocal => {
                let cr3 = m.cr3(st, cpu);
                m.mov_cr3(st, cpu, cr3 & !(1 << 63));
                self.translations_dropped(cpu, None);
                0
            }
            Sys::AllocFrame => self.alloc_frame(cpu),
            Sys::AllocHugeFrame => self.alloc_huge_frame(),
            Sys::FreeFrame => match self.free_frame(a[0]) {
                Ok(()) => 0,
                Err(t) => return Answer::End(self.trap(t, at)),
            },
            Sys::PhysToVirt => match self.machine.slot_of(a[0]) {
                Some(slot) => slot as u64 * 8,
                None => 0,
            },
            Sys::VirtToPhys => m.address_of((a[0] >> 3) as u32).unwrap_or(0),
            Sys::CopyWord | Sys::ClearWord => return self.copy_word(sys, a, at),
            Sys::Load | Sys::Store | Sys::UserXchg | Sys::UserCmpxchg => {
                return self.user_access(program, sys, task, cpu, a, locked, at, ch);
            }
            Sys::Faulted => (st.get(base + word::REFUSED) == 2) as u64,
            Sys::StartProcess => {
                self.start_process(program, a[0] as u32);
                0
            }
            Sys::Observe => {
                if self.watch {
                    self.notes.push(Note::Observe(a[0] as u32, a[1]));
                }
                0
            }
            Sys::Reached => {
                if self.watch {
                    self.notes.push(Note::Reached(a[0] as u32));
                }
                0
            }
            Sys::Warn => {
                if self.watch && a[0] != 0 {
                    self.notes.push(Note::Warn(at));
                }
                0
            }
            Sys::EnterCall => {
                st.set(base + word::IN_CALL, 1);
                0
            }
            Sys::ExitCall => {
                st.set(base + word::IN_CALL, 0);
                0
            }
            Sys::GhostMm => {
                if a[0] < self.layout.processes as u64 {
                    st.set(self.layout.roots + a[0] as u32, a[1] & ADDRESS);
                }
                0
            }
            Sys::DmaLoad => return self.dma(task, a, None, at),
            Sys::DmaStore => return self.dma(task, a, Some(a[2]), at),
            Sys::GhostPromise => {
                if a[1] == 0 && self.promises.contains(&(a[0] as u16)) {
                    self.broke(broken::PROMISE + a[0] as u16, at);
                }
                0
            }
            Sys::GhostForkBegin
            | Sys::GhostForkEnd
            | Sys::GhostRef
            | Sys::GhostUnref
            | Sys::GhostShared
            | Sys::GhostWindowBegin
            | Sys::GhostWindowEnd => {
                self.ghost_word(sys, process, a, at);
                0
            }
            Sys::GhostMarkFlush => {
                self.flush_begins(task, a[0].min(u32::MAX as u64) as u32, a[1], a[2]);
                0
            }
            Sys::GhostFlushDone => {
                self.flush_ends(task);
                0
            }
        })
    }

    /// The lowest free frame of the CPU's pool, else of any; 0 when there is none. Devices use CPU 0's.
    fn alloc_frame(&mut self, cpu: u32) -> u64 {
        let cpus = self.machine.cpus();
        let own = if cpu < cpus { cpu } else { 0 };
        let words = self.layout.pool_words;
        for i in 0..cpus {
            let pool = self.layout.free + (own + i) % cpus * words;
            for w in 0..words {
                let free = self.state.get(pool + w);
                if free != 0 {
                    self.state.set(pool + w, free & (free - 1));
                    return (w * 64 + free.trailing_zeros()) as u64;
                }
            }
        }
        0
    }

    /// The lowest huge frame of which every frame is free: the number of its first one; 0 when there is none.
    fn alloc_huge_frame(&mut self) -> u64 {
        let subpages = self.layout.subpages;
        let free = |n: u32| self.state.get(self.layout.huge_free + n / 64) >> (n % 64) & 1 == 1;
        let all_free = |h: &u32| (h * subpages..(h + 1) * subpages).all(free);
        let Some(huge) = (0..self.layout.huge).find(all_free) else { return 0 };
        for n in huge * subpages..(huge + 1) * subpages {
            let word = self.layout.huge_free + n / 64;
            self.state.set(word, self.state.get(word) & !(1 << (n % 64)));
        }
        self.layout.number_of(self.layout.frames + huge * subpages) as u64
    }

    /// Frames go back to the pool they came from.
    fn free_frame(&mut self, pfn: u64) -> Result<(), Trap> {
        let Some(index) = self.frame_index(pfn).filter(|_| !self.is_free(pfn as u32)) else {
            return Err(Trap::BadFrame);
        };
        let (word, bit) = match self.layout.in_huge(pfn as u32) {
            Some(n) => (self.layout.huge_free + n / 64, n % 64),
            None => (self.pool_word(pfn as u32), pfn as u32 % 64),
        };
        self.state.set(word, self.state.get(word) | 1 << bit);
        let g = self.layout.generation + index;
        self.state.set(g, self.state.get(g).wrapping_add(1));
        Ok(())
    }

    fn copy_word(&mut self, sys: Sys, a: [u64; 4], at: u32) -> Answer {
        let slot = |s: &Self, p: u64| {
            let slot = (p >> 3) as u32;
            (p & 7 == 0 && s.frame_at(slot).is_some()).then_some(slot)
        };
        let Some(to) = slot(self, a[0]) else { return Answer::End(self.trap(Trap::WildPointer, at)) };
        let (value, from) = match sys {
            Sys::CopyWord => {
                let Some(from) = slot(self, a[1]) else { return Answer::End(self.trap(Trap::WildPointer, at)) };
                if self.frame_at(from).is_some_and(|(pfn, _)| self.is_free(pfn)) {
                    self.broke(broken::USE_AFTER_FREE, at);
                }
                (self.state.get(from), Some(from))
            }
            _ => (0, None),
        };
        self.write_memory(to, value, at);
        self.ghost_word_copied(to, from);
        Answer::Value(0)
    }

    /// `load`, `store`, `user_xchg`, `user_cmpxchg`: a translation, then the access in the same step.
    #[allow(clippy::too_many_arguments)] // the registers of one op
    fn user_access(
        &mut self,
        program: &Program,
        sys: Sys,
        task: u32,
        cpu: u32,
        a: [u64; 4],
        locked: bool,
        at: u32,
        ch: &mut Chooser,
    ) -> Answer {
        let refused = self.tasks[task as usize].base + word::REFUSED;
        match self.state.get(refused) {
            1 => {
                self.state.set(refused, 2);
                return Answer::Value(0);
            }
            2 => self.state.set(refused, 0),
            _ => {}
        }
        let kind = if sys == Sys::Load { AccessKind::Read } else { AccessKind::Write };
        let access = Access { va: a[0] & !7, kind, cpl: 3 };
        match self.machine.translate(&mut self.state, cpu, &access, ch) {
            Translate::Walking | Translate::Restarted => Answer::End(End::Stopped),
            Translate::GeneralProtection => Answer::End(self.trap(Trap::GeneralProtection, at)),
            Translate::Fault(f) => {
                self.translations_dropped(cpu, Some(f.cr2));
                let Some(handler) = program.page_fault else {
                    return Answer::End(self.trap(Trap::NoFaultHandler, at));
                };
                match self.push(program, task, handler, BY_FAULT, &[f.cr2, f.error_code as u64]) {
                    Ok(()) => Answer::Handler(handler),
                    Err(t) => Answer::End(self.trap(t, at)),
                }
            }
            Translate::Done { pa, source, .. } => match self.machine.slot_of(pa) {
                Some(slot) => {
                    if source != Source::Walk {
                        self.cached_translation_used(cpu, a[0], pa >> 12, kind == AccessKind::Write, at);
                    }
                    self.user_word(sys, cpu, slot, a, locked, at)
                }
                None => Answer::End(self.trap(Trap::BadFrame, at)),
            },
        }
    }

    fn user_word(&mut self, sys: Sys, cpu: u32, slot: u32, a: [u64; 4], locked: bool, at: u32) -> Answer {
        let process = self.process_on(cpu);
        if self.frame_at(slot).is_some_and(|(pfn, _)| self.is_free(pfn)) {
            self.broke(broken::USE_AFTER_FREE, at);
        }
        let old = if self.tso { self.machine.load(&self.state, cpu, slot) } else { self.state.get(slot) };
        let store = match sys {
            Sys::Load => None,
            Sys::UserCmpxchg => (old == a[1]).then_some(a[2]),
            _ => Some(a[1]),
        };
        if sys != Sys::Store {
            self.ghost_load(process, a[0], slot, old, at);
            if let Some(p) = process
                && !(self.tso && self.machine.buffered(&self.state, cpu).iter().any(|(s, _)| *s == slot))
            {
                self.value_loaded(p, a[0], old, at);
            }
        }
        if let Some(v) = store {
            if self.tso && !locked {
                if !self.machine.store(&mut self.state, cpu, slot, v) {
                    return Answer::End(End::Blocked);
                }
            } else {
                self.write_memory(slot, v, at);
            }
            self.ghost_store(process, a[0], slot, v, at);
            if let Some(p) = process {
                if self.is_shared(slot) {
                    self.values_forgotten(p, a[0] & !0xfff, 1);
                } else {
                    self.value_stored(p, a[0], v);
                }
            }
        }
        Answer::Value(if sys == Sys::Store { 0 } else { old })
    }

    /// The tasks of a process may run; each first makes its address space the CPU's.
    pub(crate) fn start_process(&mut self, program: &Program, process: u32) {
        self.ghost_child_starts(process);
        for t in 0..self.tasks.len() as u32 {
            let task = &self.tasks[t as usize];
            if task.process == process && self.status(t) == Status::Waiting {
                let status = task.base + word::STATUS;
                self.state.set(status, Status::Running as u64);
                // on a CPU of several tasks that happens when the CPU goes on with it
                if self.layout.current.get(self.tasks[t as usize].cpu as usize).is_none_or(|c| c.is_none()) {
                    self.switch_mm(program, t);
                }
            }
        }
    }

    /// Pushes the kernel's `switch_mm(process)` on a task, standing before its first step; without one, loads CR3 at once.
    pub(crate) fn switch_mm(&mut self, program: &Program, task: u32) {
        let (cpu, process, device) = {
            let t = &self.tasks[task as usize];
            (t.cpu, t.process, t.device)
        };
        if device {
            return;
        }
        let Some(f) = program.switch_mm else {
            let root = self.root_of(process);
            if root != 0 {
                self.machine.mov_cr3(&mut self.state, cpu, root);
            }
            return;
        };
        std::mem::swap(&mut self.regs, &mut self.saved_regs);
        if self.push(program, task, f, BY_SYSTEM, &[process as u64]).is_ok() {
            let _ = self.enter(program, task, f, &mut Chooser::new(0));
        }
        std::mem::swap(&mut self.regs, &mut self.saved_regs);
    }
}

fn needs_cpu(sys: Sys) -> bool {
    matches!(
        sys,
        Sys::IrqDisable
            | Sys::IrqEnable
            | Sys::IrqSave
            | Sys::IrqRestore
            | Sys::IrqsDisabled
            | Sys::SendIpi
            | Sys::Invlpg
            | Sys::BroadcastInvlpg
            | Sys::MovCr3
            | Sys::ReadCr3
            | Sys::FlushLocal
            | Sys::Load
            | Sys::Store
            | Sys::UserXchg
            | Sys::UserCmpxchg
    )
}
