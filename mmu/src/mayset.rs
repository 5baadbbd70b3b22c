//! May-sets: "any TLB" without a step for a fill or an eviction (SDM vol. 3A, 4.10.2.3, 4.10.3.1: a processor may cache
//! any translation it could walk to, at any time; 4.10.4.1: it may drop any entry at any time).
//!
//! What a CPU may hold is what it can walk to now, and what it could walk to before and has not been made to forget.
//! The first part is read off the tables when needed; only the second, the *stale* part, is state: a sorted list of
//! translations and one of paging-structure-cache entries per CPU, each entry a tag and a value. An entry that becomes
//! walkable again leaves the list, so that equal sets are equal words.
//!
//! An access chooses: a walk from the root, a walk from a stale prefix, or a stale translation. Choices with the same
//! outcome are one. A walk is one step here: what would come of other steps in the middle of it is a walk from a stale
//! prefix. Only an entry above the leaf whose A bit is clear takes a step of its own, since it may be cached from then on.
//!
//! A large page is one unit: fragments of it (4.10.2.3) are not dropped one by one, on which Linux relies too when it
//! flushes a huge page with one INVLPG.

use crate::access::{Access, AccessKind, Source, Translate};
use crate::chooser::Chooser;
use crate::control::Control;
use crate::cpu::Cpu;
use crate::entry::Entry;
use crate::machine::Machine;
use crate::mutant::Mutant;
use crate::stale::{Holding, Item, Outcome, Scratch};
use crate::state::{Slot, State};
use crate::tlb::Tag;
use crate::walk::{Look, entry_address};

fn read_list(st: &State, first: Slot, room: u32, into: &mut Vec<Item>) {
    for i in 0..room {
        let tag = Tag(st.get(first + 2 * i));
        if !tag.valid() {
            break;
        }
        into.push((tag, Entry(st.get(first + 2 * i + 1))));
    }
}

/// Writes the list, sorted; false when it had no room for all.
fn write_list(st: &mut State, first: Slot, room: u32, list: &mut Vec<Item>) -> bool {
    list.sort_unstable();
    list.dedup();
    let fits = list.len() <= room as usize;
    list.truncate(room as usize);
    for i in 0..room {
        let (tag, value) = list.get(i as usize).map_or((0, 0), |(tag, value)| (tag.0, value.0));
        st.set(first + 2 * i, tag);
        st.set(first + 2 * i + 1, value);
    }
    fits
}

/// `strong` makes `weak` superfluous: the same translation, and dirty if `weak` is. A clean translation serves reads as
/// the dirty one does, and a write through it walks, which is always possible.
fn covers(strong: &Item, weak: &Item) -> bool {
    strong.0 == weak.0 && (strong.1.0 | Entry::D == weak.1.0 | Entry::D) && (strong.1.dirty() || !weak.1.dirty())
}

impl Machine {
    /// A list of stale values had no room at some time in this run: nothing may be called proven from here on.
    #[inline]
    pub fn may_overflowed(&self, st: &State) -> bool {
        let Some(place) = self.may else { return false };
        (0..self.config.cpus).any(|cpu| st.get(self.base(cpu) + place.overflow) != 0)
    }

    /// The stale translations and prefixes of `cpu`.
    pub(crate) fn may_stale(&self, st: &State, cpu: Cpu, into: &mut Holding) {
        let Some(place) = self.may else { return };
        let base = self.base(cpu);
        read_list(st, base + place.translations, place.translations_room, &mut into.translations);
        read_list(st, base + place.prefixes, place.prefixes_room, &mut into.prefixes);
    }

    /// True when `cpu` holds nothing stale.
    fn may_fresh(&self, st: &State, cpu: Cpu) -> bool {
        self.may.is_none_or(|place| {
            let base = self.base(cpu);
            st.get(base + place.translations) == 0 && st.get(base + place.prefixes) == 0
        })
    }

    /// All that `cpu` can walk to now from its root, appended to `into`.
    pub(crate) fn may_walkable(&self, st: &State, cpu: Cpu, into: &mut Holding) {
        let top = Entry(self.root(st, cpu) | Entry::RW | Entry::US);
        self.may_below(st, cpu, 0, top, self.config.levels, into);
    }

    /// All that `cpu` can walk to in the table that `above` refers to, which is one of `level`.
    fn may_below(&self, st: &State, cpu: Cpu, va: u64, above: Entry, level: u32, into: &mut Holding) {
        let control = self.control(st, cpu);
        let pcid = self.pcid(st, cpu);
        let probe = Access::supervisor(0, AccessKind::Read);
        self.memory.occupied(st, above.address(), |index, word| {
            let entry = Entry(word);
            let cacheable = entry.has(Entry::P | Entry::A)
                || (entry.has(Entry::P) && self.mutant(Mutant::MayHoldsUnaccessed))
                || (entry.has(Entry::A) && self.mutant(Mutant::MayHoldsNotPresent));
            if !cacheable {
                return;
            }
            let mut va = va | index << (12 + 9 * (level - 1));
            if level == self.config.levels && index >= 256 {
                // Canonical: the bits above repeat the highest one.
                va |= u64::MAX << (12 + 9 * level);
            }
            match self.look(control, &probe, Entry(word | Entry::P), level, above) {
                Look::Fault(_) => {}
                Look::Leaf(value, size) => {
                    let tag = Tag::page(va, size, pcid).with_global(value.has(Entry::G));
                    into.translations.push((tag, value));
                }
                Look::Table(below) => {
                    into.prefixes.push((Tag::prefix(va, level, pcid), Entry(below)));
                    self.may_below(st, cpu, va, Entry(below), level - 1, into);
                }
            }
        });
    }

    /// Before something changes for `cpu`: notes all that it may hold. Does nothing with concrete TLBs.
    pub(crate) fn may_collect(&mut self, st: &State, cpu: Cpu) {
        if self.may.is_none() {
            return;
        }
        let mut kept = std::mem::take(&mut self.scratch.kept[cpu as usize]);
        kept.clear();
        self.may_stale(st, cpu, &mut kept);
        let pcid = self.pcid(st, cpu);
        for i in 0..kept.prefixes.len() {
            let (tag, value) = kept.prefixes[i];
            if tag.pcid() == pcid || self.mutant(Mutant::MayWalksUnloaded) {
                self.may_below(st, cpu, tag.va(self.config.levels), value, tag.level() - 1, &mut kept);
            }
        }
        self.may_walkable(st, cpu, &mut kept);
        self.scratch.kept[cpu as usize] = kept;
    }

    /// After the change: what was noted and is not `gone` and cannot be walked to is the stale part from now on.
    pub(crate) fn may_settle(
        &mut self,
        st: &mut State,
        cpu: Cpu,
        gone: impl Fn(Tag) -> bool,
        prefix_gone: impl Fn(Tag) -> bool,
    ) {
        let Some(place) = self.may else { return };
        let mut scratch = std::mem::take(&mut self.scratch);
        let Scratch { kept, now, stale, .. } = &mut scratch;
        let kept = &mut kept[cpu as usize];
        now.clear();
        stale.clear();
        let pcid = self.pcid(st, cpu);
        self.may_walkable(st, cpu, now);
        // From the root down: what a stale prefix leads to need not be kept itself.
        kept.prefixes.sort_unstable_by_key(|(tag, _)| std::cmp::Reverse(tag.level()));
        for &(tag, value) in &kept.prefixes {
            if prefix_gone(tag) || now.prefixes.contains(&(tag, value)) || stale.prefixes.contains(&(tag, value)) {
                continue;
            }
            stale.prefixes.push((tag, value));
            if tag.pcid() == pcid || self.mutant(Mutant::MayWalksUnloaded) {
                self.may_below(st, cpu, tag.va(self.config.levels), value, tag.level() - 1, now);
            }
        }
        for item in &kept.translations {
            let known = now.translations.iter().chain(&stale.translations).any(|other| covers(other, item));
            if !gone(item.0) && !known {
                stale.translations.retain(|other| !covers(item, other));
                stale.translations.push(*item);
            }
        }
        let base = self.base(cpu);
        let fits = write_list(st, base + place.translations, place.translations_room, &mut stale.translations)
            & write_list(st, base + place.prefixes, place.prefixes_room, &mut stale.prefixes);
        if !fits {
            st.set(base + place.overflow, 1);
        }
        self.scratch = scratch;
    }

    /// A word of memory changes: what could be walked to before may be cached after.
    #[cold]
    pub(crate) fn may_write(&mut self, st: &mut State, to: Slot, value: u64) {
        let old = st.get(to);
        if old == value {
            st.set(to, value);
            return;
        }
        let cached = |word: u64| Entry(word).has(Entry::P | Entry::A);
        let all = self.mutant(Mutant::MayHoldsUnaccessed) || self.mutant(Mutant::MayHoldsNotPresent);
        // Only an entry that could be cached can become stale, and only one that can be cached now can take
        // something out of a stale list.
        let grows = (cached(old) || all) && !self.mutant(Mutant::MayForgetsAtWrite);
        let concerned = grows || ((cached(value) || all) && (0..self.config.cpus).any(|cpu| !self.may_fresh(st, cpu)));
        if concerned {
            for cpu in 0..self.config.cpus {
                if self.mutant(Mutant::MayForgetsAtWrite) {
                    self.scratch.kept[cpu as usize].clear();
                } else {
                    self.may_collect(st, cpu);
                }
            }
        }
        self.memory.note_write(st, to, value);
        st.set(to, value);
        if concerned {
            for cpu in 0..self.config.cpus {
                self.may_settle(st, cpu, |_| false, |_| false);
            }
        }
    }

    /// One translation: a choice among all that this CPU may hold for the address and a walk.
    pub(crate) fn may_translate(&mut self, st: &mut State, cpu: Cpu, access: &Access, ch: &mut Chooser) -> Translate {
        let mut outcomes = std::mem::take(&mut self.scratch.outcomes);
        outcomes.clear();
        self.may_outcomes(st, cpu, access, &mut outcomes);
        let pick = ch.choose(outcomes.len() as u32) as usize;
        let outcome = outcomes[pick];
        self.scratch.outcomes = outcomes;
        match outcome {
            Outcome::Fault(code) => self.fault(st, cpu, access, code),
            Outcome::SetAccessed { word, value } => {
                self.count(cpu).ad_updates += 1;
                self.charge(cpu, self.config.costs.locked);
                self.write_memory(st, word, value);
                Translate::Walking
            }
            Outcome::Done { pa, rights, size, stale, write } => {
                if let Some((word, value)) = write {
                    self.count(cpu).ad_updates += 1;
                    self.charge(cpu, self.config.costs.locked);
                    self.write_memory(st, word, value);
                }
                let counters = self.count(cpu);
                counters.translations += 1;
                if stale {
                    counters.may_hits += 1;
                } else {
                    counters.walks += 1;
                    counters.walks_done += 1;
                }
                let source = if stale { Source::May } else { Source::Walk };
                Translate::Done { pa, rights, size, source }
            }
        }
    }

    /// Every different outcome of an access; the walk from the root comes first.
    fn may_outcomes(&self, st: &State, cpu: Cpu, access: &Access, outcomes: &mut Vec<Outcome>) {
        let mut add = |outcome: Outcome| {
            if !outcomes.iter().any(|other| other.same(&outcome)) {
                outcomes.push(outcome);
            }
        };
        let pcid = self.pcid(st, cpu);
        let top = Entry(self.root(st, cpu) | Entry::RW | Entry::US);
        add(self.may_walk(st, cpu, access, top, self.config.levels));
        let Some(place) = self.may else { return };
        let base = self.base(cpu);
        for i in 0..place.prefixes_room {
            let tag = Tag(st.get(base + place.prefixes + 2 * i));
            if !tag.valid() {
                break;
            }
            let pcid = if self.mutant(Mutant::MayWalksUnloaded) { tag.pcid() } else { pcid };
            if tag.answers(Tag::prefix(access.va, tag.level(), pcid)) {
                let value = Entry(st.get(base + place.prefixes + 2 * i + 1));
                add(self.may_walk(st, cpu, access, value, tag.level() - 1));
            }
        }
        for i in 0..place.translations_room {
            let tag = Tag(st.get(base + place.translations + 2 * i));
            if !tag.valid() {
                break;
            }
            let pcid = if self.mutant(Mutant::MayAnyPcid) { tag.pcid() } else { pcid };
            if tag.answers(Tag::page(access.va, tag.size(), pcid)) {
                let rights = Entry(st.get(base + place.translations + 2 * i + 1));
                let size = tag.size();
                match self.permission(self.control(st, cpu), self.pkru(st, cpu), access, rights) {
                    Err(code) => add(Outcome::Fault(code)),
                    Ok(()) if access.kind == AccessKind::Write && !rights.dirty() => {}
                    Ok(()) => {
                        let pa = rights.address() | access.va & size.offset_mask();
                        add(Outcome::Done { pa, rights, size, stale: true, write: None });
                    }
                }
            }
        }
    }

    /// The outcome of a walk that begins in the table of `level` that `above` refers to.
    fn may_walk(&self, st: &State, cpu: Cpu, access: &Access, above: Entry, level: u32) -> Outcome {
        let control: Control = self.control(st, cpu);
        let mut above = above;
        for level in (1..=level).rev() {
            let pa = entry_address(above.address(), access.va, level);
            let word = self.memory.slot_of(pa);
            let entry = Entry(word.map_or(0, |word| st.get(word)));
            match self.look(control, access, entry, level, above) {
                Look::Fault(code) => return Outcome::Fault(code),
                Look::Table(below) => {
                    if let (false, Some(word)) = (entry.accessed(), word) {
                        return Outcome::SetAccessed { word, value: entry.0 | Entry::A };
                    }
                    above = Entry(below);
                }
                Look::Leaf(mut rights, size) => {
                    if let Err(code) = self.permission(control, self.pkru(st, cpu), access, rights) {
                        return Outcome::Fault(code);
                    }
                    let mut need = Entry::A;
                    if access.kind == AccessKind::Write {
                        need |= Entry::D;
                        rights.0 |= Entry::D;
                    }
                    let write = word.filter(|_| !entry.has(need)).map(|word| (word, entry.0 | need));
                    let pa = rights.address() | access.va & size.offset_mask();
                    return Outcome::Done { pa, rights, size, stale: false, write };
                }
            }
        }
        Outcome::Fault(access.error_base(control))
    }
}
