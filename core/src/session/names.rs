//! What words are called and how their values read.

use crate::explore::Model;
use crate::lang::types::Ty;
use crate::system::System;

const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// A page-table entry as people read it.
pub fn entry_text(e: u64) -> String {
    if e == 0 {
        return "none".into();
    }
    if e & 1 == 0 {
        return format!("not present, {e:#x}");
    }
    let mut out = format!("frame {}", (e & ADDRESS) >> 12);
    for (bit, name) in [(1, "W"), (2, "U"), (5, "A"), (6, "D"), (7, "PS"), (8, "G"), (63, "NX")] {
        if e >> bit & 1 == 1 {
            out.push(' ');
            out.push_str(name);
        }
    }
    if e & 2 == 0 {
        out.push_str(" (read-only)");
    }
    out
}

/// The entry that a word of memory is in some process's page tables: its name.
fn table_word(sys: &System, slot: u32) -> Option<String> {
    let (pfn, word) = sys.frame_at(slot)?;
    for p in 0..sys.processes() {
        let root = sys.root_of(p);
        if root == 0 {
            continue;
        }
        if let Some(n) = find(sys, root, 4, 0, pfn, word) {
            return Some(format!("{n} of process {p}"));
        }
    }
    None
}

fn find(sys: &System, table: u64, level: u32, va: u64, pfn: u32, word: u32) -> Option<String> {
    let shift = 12 + 9 * (level - 1);
    if table >> 12 == pfn as u64 {
        let at = va | (word as u64) << shift;
        return Some(format!("{}[{at:#x}]", ["pte", "pmd", "pud", "pgd"][level as usize - 1]));
    }
    if level == 1 {
        return None;
    }
    for i in 0..sys.frame_words().min(512) as u64 {
        let e = sys.machine.peek(sys.state(), table + i * 8);
        if e & 1 == 1
            && e & 0x80 == 0
            && let Some(n) = find(sys, e & ADDRESS, level - 1, va | i << shift, pfn, word)
        {
            return Some(n);
        }
    }
    None
}

impl System {
    /// What a word of searched state is called; `None` for words of the machine and of stacks.
    pub fn word_name(&self, slot: u32) -> Option<String> {
        if let Some((name, _)) = self.program.name_of(slot) {
            return Some(name);
        }
        let (pfn, word) = self.frame_at(slot)?;
        Some(table_word(self, slot).unwrap_or_else(|| format!("frame {pfn} word {word}")))
    }

    /// A value of a word as people read it; empty where the number says it all.
    pub fn word_text(&self, slot: u32, v: u64) -> String {
        if let Some((name, ty)) = self.program.name_of(slot) {
            let of_page = name.starts_with("mem_map[") && name.ends_with(".flags");
            return if of_page { self.page_flags(v) } else { self.value_text(ty, v) };
        }
        match table_word(self, slot) {
            Some(_) => entry_text(v),
            None => String::new(),
        }
    }

    /// The names of page flags that are set: the constants `PG_...` of the texts are their numbers.
    fn page_flags(&self, v: u64) -> String {
        let set = |bit: i64| u32::try_from(bit).is_ok_and(|bit| v.checked_shr(bit).is_some_and(|v| v & 1 == 1));
        let named = self.program.constants.iter().filter_map(|(name, bit)| Some((*bit, name.strip_prefix("PG_")?)));
        let mut flags: Vec<(i64, &str)> = named.filter(|(bit, _)| set(*bit)).collect();
        flags.sort_unstable();
        let names: Vec<&str> = flags.into_iter().map(|(_, name)| name).collect();
        if names.is_empty() { "no flags".into() } else { names.join(" ") }
    }

    /// A value of a C type as people read it; empty where the number says it all.
    pub fn value_text(&self, ty: crate::lang::types::TyId, v: u64) -> String {
        let types = &self.program.types;
        match types.get(ty) {
            Ty::Bool => if v != 0 { "true" } else { "false" }.into(),
            Ty::Ptr(_) if v == 0 => "NULL".into(),
            Ty::Ptr(_) => match self.word_name((v >> 3) as u32) {
                Some(n) => {
                    // a pointer to a struct points to its first field: name the whole
                    let whole = n.rsplit_once('.').map_or(n.as_str(), |(o, _)| o);
                    format!("&{whole}")
                }
                None => format!("{v:#x}"),
            },
            Ty::Enum(e) => {
                let named = types.enums[*e as usize].values.iter().find(|(_, k)| *k as u64 == v);
                named.map(|(n, _)| n.clone()).unwrap_or_default()
            }
            _ => String::new(),
        }
    }
}
