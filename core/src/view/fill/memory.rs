//! Fills memory: page tables, frames, kernel objects.

use std::collections::BTreeMap;

use cowscope_mmu::Entry;

use super::names::{self, Names, TableWord, entry_at, frame_of, process};
use super::tour::Touched;
use crate::explore::Model;
use crate::lang::types::{Ty, TyId};
use crate::system::System;
use crate::view::{Bit, FrameCard, FrameKind, Holder, Object, Process, Reach, TableEntry, Touch, Value, WordCell};

/// A pin counts for so many references (the kernel's GUP_PIN_COUNTING_BIAS).
const PIN: u64 = 1024;
/// Bits of an entry on display: mask, name, meaning.
const BITS: [(u64, &str, &str); 6] = [
    (Entry::P, "P", "present"),
    (Entry::RW, "W", "writable"),
    (Entry::US, "U", "for user programs"),
    (Entry::A, "A", "accessed"),
    (Entry::D, "D", "dirty"),
    (Entry::G, "G", "global"),
];

/// References that CPUs have taken and not yet put into a page table, by frame and CPU.
pub type Hands = BTreeMap<(u32, u8), i64>;

/// A word's value, with what the last step did to it.
pub fn value(names: &Names, slot: u32, touched: &[Touched]) -> Value {
    let text = names.value(slot, names.system.state().get(slot));
    with_touch(names, text, slot, touched)
}

/// What the last step did to a word.
fn touch_of<'t>(names: &Names, slot: u32, touched: &'t [Touched]) -> Option<&'t Touched> {
    if touched.is_empty() {
        return None;
    }
    let name = names.raw(slot)?;
    touched.iter().find(|word| word.raw == name)
}

fn with_touch(names: &Names, text: String, slot: u32, touched: &[Touched]) -> Value {
    let known = touch_of(names, slot, touched);
    let touch = known.map_or(Touch::None, |word| if word.written { Touch::Written } else { Touch::Read });
    let was = known.filter(|word| word.changed).map(|word| names.value(slot, word.old));
    Value { text, place: u64::from(slot), touch, was }
}

/// The page tables of every process that has any.
pub fn processes(names: &Names, touched: &[Touched]) -> Vec<Process> {
    let system = names.system;
    let one = |id: u32| {
        let root = system.root_of(id);
        let frame = (root != 0).then_some(root >> 12);
        let mut entries = Vec::new();
        if let Some(frame) = frame {
            collect(names, frame as u32, touched, &mut entries);
        }
        Process { id: id as u8, name: process(system, id), root: frame, entries }
    };
    let runs = |id: u8| system.tasks.iter().any(|task| task.process == u32::from(id));
    let all = (0..system.processes()).filter(|id| system.root_of(*id) != 0).map(one);
    let maps = |process: &Process| process.entries.iter().any(|entry| matches!(entry.reach, Reach::Page(_)));
    all.filter(|process| runs(process.id) || maps(process)).collect()
}

fn collect(names: &Names, frame: u32, touched: &[Touched], out: &mut Vec<TableEntry>) {
    let system = names.system;
    let Some(first) = system.slot_of_frame(u64::from(frame)) else { return };
    for index in 0..system.frame_words() {
        let (slot, entry) = (first + index, entry_at(system, frame, index));
        let just_touched = touch_of(names, slot, touched).is_some();
        let Some(at) = names.table_word(slot).filter(|_| entry.0 != 0 || just_touched) else { continue };
        out.push(table_entry(names, slot, entry, at, touched));
        if at.level > 1 && entry.present() && !(entry.page_size() && at.level < 4) {
            collect(names, frame_of(entry), touched, out);
        }
    }
}

fn table_entry(names: &Names, slot: u32, entry: Entry, at: TableWord, touched: &[Touched]) -> TableEntry {
    let before = touch_of(names, slot, touched).filter(|word| word.written).map(|word| word.old);
    let leaf = at.level == 1 || entry.page_size();
    let bits = BITS
        .iter()
        .filter(|(mask, ..)| leaf || *mask <= Entry::A)
        .filter(|(mask, ..)| *mask != Entry::G || entry.has(Entry::G));
    let reach = match (entry.present(), leaf) {
        (false, _) if entry.0 == 0 => Reach::Nothing,
        (false, _) => Reach::Software(format!("not present, {:#x}", entry.0)),
        (true, true) => Reach::Page(u64::from(frame_of(entry))),
        (true, false) => Reach::Table(u64::from(frame_of(entry))),
    };
    let permits = match (entry.present() && leaf, entry.user(), entry.writable()) {
        (false, ..) => "",
        (true, true, true) => "may be read and written",
        (true, true, false) => "may be read",
        (true, false, _) => "kernel only",
    };
    TableEntry {
        level: at.level,
        index: at.index,
        va: at.va,
        value: raw_value(entry, before, touch_of(names, slot, touched), slot),
        bits: if entry.0 == 0 { Vec::new() } else { bits.map(|bit| shown_bit(*bit, entry.0, before)).collect() },
        reach,
        permits: permits.to_owned(),
    }
}

/// An entry as a raw word.
fn raw_value(entry: Entry, before: Option<u64>, touched: Option<&Touched>, slot: u32) -> Value {
    let touch = touched.map_or(Touch::None, |word| if word.written { Touch::Written } else { Touch::Read });
    let was = before.filter(|before| *before != entry.0).map(|before| format!("{before:#x}"));
    Value { text: format!("{:#x}", entry.0), place: u64::from(slot), touch, was }
}

fn shown_bit((mask, name, meaning): (u64, &str, &str), value: u64, before: Option<u64>) -> Bit {
    let changed = before.is_some_and(|before| (before ^ value) & mask != 0);
    Bit { name: name.to_owned(), meaning: meaning.to_owned(), on: value & mask != 0, changed }
}

/// Frames that are used, or that the last step touched.
pub fn frames(names: &Names, touched: &[Touched], trouble: Option<u64>, hands: &Hands) -> Vec<FrameCard> {
    let system = names.system;
    system.frame_numbers().filter_map(|frame| card(names, frame, touched, trouble, hands)).collect()
}

fn card(names: &Names, frame: u32, touched: &[Touched], trouble: Option<u64>, hands: &Hands) -> Option<FrameCard> {
    let system = names.system;
    let field = |name: &str| page_field(system, frame, name);
    let shown = |name: &str| field(name).map_or_else(Value::default, |slot| value(names, slot, touched));
    let free = system.is_free(frame);
    let object = format!("mem_map[{}]", system.frame_index(u64::from(frame)).unwrap_or(frame));
    let memory = format!("frame {frame} word ");
    let touched_here = touched.iter().any(|word| word.raw.starts_with(&object) || word.raw.starts_with(&memory));
    if free && !touched_here {
        return None;
    }
    let flags = field("flags").map_or(0, |slot| system.state().get(slot));
    let anonymous = constant(system, "PG_anon").is_some_and(|bit| flags >> bit & 1 == 1);
    let zero =
        system.program.global("zero_pfn").is_some_and(|global| system.state().get(global.slot) == u64::from(frame));
    let table = names.tables.get(&frame);
    let kind = match (table.is_some(), free, zero, anonymous) {
        (true, ..) => FrameKind::PageTable,
        (_, true, ..) => FrameKind::Free,
        (_, _, true, _) => FrameKind::Zero,
        (_, _, _, true) => FrameKind::Anonymous,
        _ => FrameKind::Kernel,
    };
    let count = field("refcount").map_or(0, |slot| system.state().get(slot));
    let data = matches!(kind, FrameKind::Anonymous | FrameKind::Zero | FrameKind::Free);
    Some(FrameCard {
        frame: u64::from(frame),
        kind,
        role: table.map_or_else(String::new, |(owner, level, _)| {
            format!("{} table of {}", names::level_name(*level), process(system, *owner))
        }),
        flags: flag_bits(names, frame, touched),
        refcount: shown("refcount"),
        holders: if data { holders(names, frame, count, kind, hands) } else { Vec::new() },
        mapcount: shown("mapcount"),
        pins: Value::plain(pins_of(system, frame, count).to_string()),
        others: if free { Vec::new() } else { others(names, frame, touched) },
        words: if data { words(names, frame, touched) } else { Vec::new() },
        trouble: trouble == Some(u64::from(frame)),
    })
}

/// The pins of a frame: a huge page counts them, in its first frame.
fn pins_of(system: &System, frame: u32, refcount: u64) -> u64 {
    let field = |name: &str| page_field(system, frame, name).map_or(0, |slot| system.state().get(slot));
    if field("compound_head") == 0 { pins(refcount) } else { field("pincount") }
}

fn pins(refcount: u64) -> u64 {
    let count = refcount as u32;
    if (count as i32) < 0 { 0 } else { u64::from(count) / PIN }
}

fn constant(system: &System, name: &str) -> Option<u64> {
    system.program.constants.get(name).map(|value| *value as u64 & 63)
}

/// The fields of `mem_map[frame]` that the card does not show by themselves.
fn others(names: &Names, frame: u32, touched: &[Touched]) -> Vec<Object> {
    let program = &names.system.program;
    let Some(global) = program.global("mem_map") else { return Vec::new() };
    let Ty::Array(element, _) = *program.types.get(global.ty) else { return Vec::new() };
    let Ty::Struct(page) = *program.types.get(element) else { return Vec::new() };
    let own = |name: &str| matches!(name, "refcount" | "mapcount" | "flags");
    let fields = program.types.structs[page as usize].fields.iter().filter(|field| !own(&field.name));
    let shown = fields.filter_map(|field| {
        let slot = page_field(names.system, frame, &field.name)?;
        object(names, &field.name, &format!("mem_map.{}", field.name), field.ty, slot, touched, 1)
    });
    let zero = |object: &Object| object.parts.is_empty() && object.value.text == "0" && !object.touched();
    shown.filter(|object| !zero(object)).collect()
}

/// A field of `mem_map[frame]`.
fn page_field(system: &System, frame: u32, field: &str) -> Option<u32> {
    let global = system.program.global("mem_map")?;
    let types = &system.program.types;
    let Ty::Array(element, length) = types.get(global.ty) else { return None };
    let at = types.field(*element, field)?;
    let index = system.frame_index(u64::from(frame)).filter(|index| index < length)?;
    Some(global.slot + index * types.words(*element) + at.offset)
}

fn flag_bits(names: &Names, frame: u32, touched: &[Touched]) -> Vec<Bit> {
    let Some(slot) = page_field(names.system, frame, "flags") else { return Vec::new() };
    let now = names.system.state().get(slot);
    let before = touch_of(names, slot, touched).filter(|word| word.written).map(|word| word.old);
    let mut bits: Vec<(u64, &str)> = names.constants("PG_").map(|(name, bit)| (bit, name)).collect();
    bits.sort_unstable();
    let seen = |(bit, _): &(u64, &str)| (now | before.unwrap_or(0)) >> (bit & 63) & 1 == 1;
    let shown = |(bit, name): (u64, &str)| shown_bit((1 << (bit & 63), name, name), now, before);
    bits.into_iter().filter(seen).map(shown).collect()
}

/// Everyone known to hold a reference; what is left over are the kernel's temporaries.
fn holders(names: &Names, frame: u32, refcount: u64, kind: FrameKind, hands: &Hands) -> Vec<Holder> {
    let system = names.system;
    let mut out = Vec::new();
    for (table, (_, level, _)) in &names.tables {
        if *level > 2 {
            continue;
        }
        let Some(first) = system.slot_of_frame(u64::from(*table)) else { continue };
        for slot in first..first + system.frame_words() {
            let entry = Entry(system.state().get(slot));
            let leaf = entry.present() && (*level == 1 || entry.page_size());
            if let (true, Some(at)) = (leaf && frame_of(entry) == frame, names.table_word(slot)) {
                let kind = if *level == 1 { "PTE" } else { "PDE" };
                let name = format!("{}'s {kind} {:#x}", process(system, at.process), at.va);
                out.push(Holder { name, count: 1, cpu: None, place: u64::from(slot) });
            }
        }
    }
    let pin = system.program.constants.get("FOLL_PIN").map_or(0x4_0000, |flag| *flag as u64);
    for held in system.references().into_iter().filter(|held| held.pfn == u64::from(frame)) {
        let (what, count) = if held.flags & pin != 0 { ("pin", PIN as u32) } else { ("reference", 1) };
        out.push(Holder { name: format!("{}'s {what}", process(system, held.process)), count, cpu: None, place: 0 });
    }
    let known: i64 = out.iter().map(|holder| i64::from(holder.count)).sum();
    let rest = i64::from(refcount as i32) - known;
    if rest > 0 {
        out.extend(under_way(frame, rest, kind, hands));
    }
    out
}

/// Who holds what is left over: the CPUs that took it, where the sums agree.
fn under_way(frame: u32, rest: i64, kind: FrameKind, hands: &Hands) -> Vec<Holder> {
    let mine = hands.range((frame, 0)..=(frame, u8::MAX)).filter(|(_, count)| **count > 0);
    let mine: Vec<(u8, i64)> = mine.map(|((_, cpu), count)| (*cpu, *count)).collect();
    let holder = |name: String, count: i64, cpu| Holder { name, count: count as u32, cpu, place: 0 };
    if kind == FrameKind::Zero {
        vec![holder("the kernel itself".to_owned(), rest, None)]
    } else if mine.iter().map(|(_, count)| count).sum::<i64>() == rest {
        mine.into_iter().map(|(cpu, count)| holder(format!("CPU {cpu}'s call"), count, Some(cpu))).collect()
    } else {
        vec![holder("a call under way".to_owned(), rest, None)]
    }
}

fn words(names: &Names, frame: u32, touched: &[Touched]) -> Vec<WordCell> {
    let system = names.system;
    let Some(first) = system.slot_of_frame(u64::from(frame)) else { return Vec::new() };
    let cell = |index: u32| {
        let slot = first + index;
        let viewers = system.viewers(slot);
        let seen_by = if viewers == u64::MAX {
            vec!["everybody".to_owned()]
        } else {
            (0..system.processes()).filter(|id| viewers >> id & 1 == 1).map(|id| process(system, id)).collect()
        };
        WordCell { index: index as u16, value: value(names, slot, touched), ghost: None, seen_by }
    };
    let used = |index: &u32| *index < 2 || system.state().get(first + index) != 0;
    (0..system.frame_words().min(2)).chain((2..system.frame_words()).filter(used)).map(cell).collect()
}

/// Kernel variables as trees; those shown elsewhere (frames) and ghosts are left out.
pub fn objects(names: &Names, touched: &[Touched]) -> Vec<Object> {
    let program = &names.system.program;
    let hidden =
        |name: &str| name.starts_with("ghost_") || name.starts_with("note_") || name == "mem_map" || name == "zero_pfn";
    let mut out = Vec::new();
    for global in program.globals.iter().filter(|global| !hidden(&global.name)) {
        if let Ty::Array(element, length) = program.types.get(global.ty).clone() {
            let words = program.types.words(element);
            for index in 0..length {
                let name = if global.name == "mms" {
                    process(names.system, index)
                } else {
                    format!("{}[{index}]", global.name)
                };
                out.extend(object(names, &name, &global.name, element, global.slot + index * words, touched, 0));
            }
        } else {
            out.extend(object(names, &global.name, &global.name, global.ty, global.slot, touched, 0));
        }
    }
    out
}

/// One object; `None` for one whose words are all 0 and untouched, below or at the top of an array of structs.
fn object(
    names: &Names,
    name: &str,
    path: &str,
    ty: TyId,
    slot: u32,
    touched: &[Touched],
    depth: u8,
) -> Option<Object> {
    let program = &names.system.program;
    let words = program.types.words(ty);
    let idle =
        (slot..slot + words).all(|at| names.system.state().get(at) == 0 && touch_of(names, at, touched).is_none());
    // of a lone variable a 0 is news, of one among many it is not
    let one_of_many = depth == 0 && name.ends_with(']');
    if idle && (one_of_many || !program.types.is_scalar(ty)) || depth > 6 {
        return None;
    }
    let ctype = program.types.show(ty);
    let parts: Vec<Object> = match program.types.get(ty).clone() {
        Ty::Struct(index) => {
            let fields = program.types.structs[index as usize].fields.clone();
            fields
                .iter()
                .filter_map(|field| {
                    object(
                        names,
                        &field.name,
                        &format!("{path}.{}", field.name),
                        field.ty,
                        slot + field.offset,
                        touched,
                        depth + 1,
                    )
                })
                .collect()
        }
        Ty::Array(element, length) => {
            let each = program.types.words(element);
            (0..length)
                .filter_map(|at| object(names, &format!("[{at}]"), path, element, slot + at * each, touched, depth + 1))
                .collect()
        }
        _ => {
            return Some(Object {
                name: name.to_owned(),
                ctype,
                value: value(names, slot, touched),
                parts: Vec::new(),
            });
        }
    };
    Some(Object { name: name.to_owned(), ctype, value: Value::default(), parts })
}
