//! What people call a word, and how they read its value, in the words of the page.

use std::collections::BTreeMap;

use cowscope_mmu::Entry;

use crate::explore::Model;
use crate::lang::types::{Ty, TyId};
use crate::system::System;

/// A word of a paging structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableWord {
    pub process: u32,
    /// 4 (PML4) to 1 (page table).
    pub level: u8,
    pub index: u16,
    /// First address it translates.
    pub va: u64,
}

/// Names and readings at one moment.
pub struct Names<'a> {
    pub system: &'a System,
    /// The frames that are page tables: to process, level and first address.
    pub tables: BTreeMap<u32, (u32, u8, u64)>,
}

impl<'a> Names<'a> {
    /// Looks for page tables by following every process's root.
    pub fn new(system: &'a System) -> Self {
        let mut tables = BTreeMap::new();
        for process in 0..system.processes() {
            let root = system.root_of(process);
            if root != 0 {
                follow(system, process, (root >> 12) as u32, 4, 0, &mut tables);
            }
        }
        Names { system, tables }
    }

    /// The place of a word among the page tables, if its frame is one.
    pub fn table_word(&self, slot: u32) -> Option<TableWord> {
        let (frame, index) = self.system.frame_at(slot)?;
        let (process, level, va) = *self.tables.get(&frame)?;
        let va = va | u64::from(index) << (12 + 9 * (u32::from(level) - 1));
        Some(TableWord { process, level, index: index as u16, va })
    }

    /// The name of a word as a trace has it; `None` for words that are nobody's business.
    pub fn raw(&self, slot: u32) -> Option<String> {
        self.system.word_name(slot).filter(|name| !name.starts_with("ghost_") && !name.starts_with("note_"))
    }

    /// The value of a word as people read it.
    pub fn value(&self, slot: u32, value: u64) -> String {
        if self.system.frame_at(slot).is_some() {
            return if self.table_word(slot).is_some() { entry(Entry(value)) } else { number(value) };
        }
        match self.system.program.name_of(slot) {
            Some((name, ty)) => self.typed(&name, ty, value),
            None => number(value),
        }
    }

    /// A value of a C type, in a variable or field of this name.
    pub fn typed(&self, name: &str, ty: TyId, value: u64) -> String {
        if let Ty::Ptr(_) = self.system.program.types.get(ty)
            && value != 0
        {
            return self.pointer(value);
        }
        let text = self.system.value_text(ty, value);
        if text.is_empty() { self.by_name(name, value) } else { text }
    }

    /// What a pointer points to: `frame 3` for `&mem_map[3]`, the word's name otherwise.
    fn pointer(&self, value: u64) -> String {
        let name = self.system.word_name((value >> 3) as u32);
        let Some(name) = name else { return format!("{value:#x}") };
        let spoken = spoken(self.system, &name);
        let whole = name.rsplit_once('.').is_some_and(|(object, _)| !object.contains('.'));
        if whole { spoken.split(" · ").next().unwrap_or(&spoken).to_owned() } else { spoken }
    }

    /// Integers whose names say what they are: the conventions of the kernel texts.
    fn by_name(&self, name: &str, value: u64) -> String {
        match name.rsplit('.').next().unwrap_or(name) {
            "pte" | "pmd" | "entry" | "old" | "orig_pte" if value > 4095 => entry(Entry(value)),
            "va" | "start" | "end" | "address" | "pgd" => format!("{value:#x}"),
            "gup_flags" => self.mask("FOLL_", value),
            "flags" if name.starts_with("mem_map") => self.page_flags(value),
            "flags" if name.contains("vma") => self.mask("VM_", value),
            _ => number(value),
        }
    }

    fn page_flags(&self, value: u64) -> String {
        let names = self.constants("PG_").filter(|(_, bit)| value >> (bit & 63) & 1 == 1);
        join(names.map(|(name, _)| name.to_owned()).collect(), value)
    }

    fn mask(&self, prefix: &str, value: u64) -> String {
        let names = self.constants(prefix).filter(|(_, mask)| *mask != 0 && value & *mask == *mask);
        join(names.map(|(name, _)| format!("{prefix}{name}")).collect(), value)
    }

    /// Constants of the texts with this prefix, without it.
    pub fn constants(&self, prefix: &str) -> impl Iterator<Item = (&'a str, u64)> {
        let prefix = prefix.to_owned();
        let all = self.system.program.constants.iter();
        all.filter_map(move |(name, value)| Some((name.strip_prefix(&prefix)?, *value as u64)))
    }
}

fn follow(system: &System, process: u32, frame: u32, level: u8, va: u64, tables: &mut BTreeMap<u32, (u32, u8, u64)>) {
    if tables.contains_key(&frame) || system.slot_of_frame(u64::from(frame)).is_none() {
        return;
    }
    tables.insert(frame, (process, level, va));
    for index in (0..system.frame_words()).filter(|_| level > 1) {
        let entry = entry_at(system, frame, index);
        if entry.present() && !(entry.page_size() && level < 4) {
            let below = va | u64::from(index) << (12 + 9 * (u32::from(level) - 1));
            follow(system, process, frame_of(entry), level - 1, below, tables);
        }
    }
}

/// Word `index` of a frame, as an entry.
pub fn entry_at(system: &System, frame: u32, index: u32) -> Entry {
    Entry(system.slot_of_frame(u64::from(frame)).map_or(0, |slot| system.state().get(slot + index)))
}

/// The frame that an entry names.
pub fn frame_of(entry: Entry) -> u32 {
    ((entry.0 & Entry::ADDRESS) >> 12) as u32
}

/// What a process is called: the word that its programs' names begin with.
pub fn process(system: &System, process: u32) -> String {
    let programs =
        |task: &&crate::system::Task| task.process == process && !task.device && !task.title.starts_with("idle");
    let mut titles = system.tasks.iter().filter(programs).map(|task| task.title.as_str());
    let first = titles.next().map_or("", |title| title.split(['_', ' ', ',']).next().unwrap_or(""));
    match first {
        "" => format!("process {process}"),
        word if titles.all(|title| title.starts_with(word)) => word.to_owned(),
        _ if process == 0 => "parent".to_owned(),
        _ => format!("process {process}"),
    }
}

/// The name of a word as people say it: `mem_map[3].mapcount` is `frame 3 · mapcount`, `mms[0].mmap_lock` is
/// `parent · mmap_lock`, `pte[0x1000] of process 0` is `parent · PTE 0x1000`.
pub fn spoken(system: &System, name: &str) -> String {
    let indexed = |prefix: &str| {
        let (index, field) = name.strip_prefix(prefix)?.split_once(']')?;
        Some((index.parse::<u32>().ok()?, field.trim_start_matches('.').to_owned()))
    };
    if let Some((frame, field)) = indexed("mem_map[") {
        return format!("frame {} · {field}", system.frame_number(frame));
    }
    if let Some((mm, field)) = indexed("mms[") {
        return format!("{} · {field}", process(system, mm));
    }
    if let Some((entry, owner)) = name.split_once(" of process ")
        && let Some((kind, va)) = entry.trim_end_matches(']').split_once('[')
    {
        let level = match kind {
            "pgd" => "PML4E",
            "pud" => "PDPTE",
            "pmd" => "PDE",
            _ => "PTE",
        };
        return format!("{} · {level} {va}", process(system, owner.parse().unwrap_or(0)));
    }
    match name.split_once(" word ") {
        Some((frame, word)) => format!("{frame} · word {word}"),
        None => name.to_owned(),
    }
}

fn join(names: Vec<String>, value: u64) -> String {
    if names.is_empty() { number(value) } else { names.join(" ") }
}

/// A small number in decimal (also one just below zero), a large one in hexadecimal.
pub fn number(value: u64) -> String {
    match value {
        0..65_536 => value.to_string(),
        _ if value > u64::MAX - 65_536 => (value as i64).to_string(),
        _ => format!("{value:#x}"),
    }
}

/// An entry as people read it: `frame 3, P W U A D`.
pub fn entry(entry: Entry) -> String {
    if entry.0 == 0 {
        return "none".to_owned();
    }
    if !entry.present() {
        return format!("not present, {:#x}", entry.0);
    }
    let bits = [(Entry::RW, "W"), (Entry::US, "U"), (Entry::A, "A"), (Entry::D, "D")];
    let set: Vec<&str> = bits.iter().filter(|(bit, _)| entry.has(*bit)).map(|(_, name)| *name).collect();
    format!("frame {}, P {}", frame_of(entry), set.join(" ")).trim_end().to_owned()
}

/// The SDM's names of the levels.
pub fn level_name(level: u8) -> &'static str {
    match level {
        4 => "PML4E",
        3 => "PDPTE",
        2 => "PDE",
        _ => "PTE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_read_as_people_say_them() {
        assert_eq!(entry(Entry(0)), "none");
        assert_eq!(entry(Entry(0x3067)), "frame 3, P W U A D");
        assert_eq!(entry(Entry(0x3001)), "frame 3, P");
        assert!(entry(Entry(0x3000)).starts_with("not present"));
    }

    #[test]
    fn counts_below_zero_show() {
        assert_eq!(number(u64::MAX), "-1");
        assert_eq!(number(1024), "1024");
        assert_eq!(number(0x10_0000), "0x100000");
    }
}
