//! What happened to the page that a break is about, call by call.

use super::relevant::frames_of;
use super::text::list;
use crate::trace::{Access, AccessKind, Step, StepKind, Trace};

/// One word that a call had to do with: its value when the call first met it, and when it left it.
struct Word<'t> {
    name: &'t str,
    first: &'t Access,
    last: &'t Access,
    changed: bool,
    read: bool,
    /// C of the kernel touched it.
    kernel: bool,
    /// Index of the last step that changed it.
    at: usize,
}

/// A call, or what a program did outside of calls.
struct Deed<'t> {
    column: u8,
    call: u32,
    steps: Vec<(usize, &'t Step)>,
}

/// What happened to the page that the break is about, and to the one that it took the place of: a paragraph for each. None where
/// it is about none, or too much happened.
pub(super) fn story(trace: &Trace) -> Vec<String> {
    let Some(end) = trace.steps.iter().position(|step| !step.broken.is_empty()) else { return Vec::new() };
    let Some(frame) = frame_of_interest(trace, end) else { return Vec::new() };
    let before = replaced_by(&trace.steps[..=end], frame);
    before.into_iter().chain([frame]).filter_map(|frame| story_of(trace, end, frame)).collect()
}

/// A story of more sentences than this explains nothing.
const MANY: usize = 12;

fn story_of(trace: &Trace, end: usize, frame: u64) -> Option<String> {
    let mut sentences = Vec::new();
    for deed in deeds(&trace.steps[..=end]) {
        let told = tell(trace, &deed, frame);
        if !told.is_empty() {
            sentences.push(format!("{} {}.", who(trace, &deed), list(&told)));
        }
    }
    let some = (1..=MANY).contains(&sentences.len());
    some.then(|| format!("Frame {frame}: {}", sentences.join(" ")))
}

/// The page that an entry mapped before it mapped `frame`.
fn replaced_by(steps: &[Step], frame: u64) -> Option<u64> {
    let accesses = || steps.iter().flat_map(|step| &step.accesses);
    let maps = format!("frame {frame} ");
    let entry =
        accesses().find(|a| a.old != a.new && a.new_text.starts_with(&maps) && !a.old_text.starts_with(&maps))?;
    let earlier = accesses().filter(|a| a.word == entry.word).flat_map(about);
    earlier.into_iter().find(|other| *other != frame)
}

/// The page that the breaking step is about; where it touches none, the one that its column touched last.
fn frame_of_interest(trace: &Trace, end: usize) -> Option<u64> {
    let column = trace.steps[end].column;
    let steps = trace.steps[..=end].iter().rev().filter(|step| step.column == column);
    steps.flat_map(|step| step.accesses.iter().rev()).find_map(|access| about(access).first().copied())
}

/// Frames of data that an access is about: tables are not what breaks are about.
fn about(access: &Access) -> Vec<u64> {
    let table = ["pgd[", "pud[", "pmd["].iter().any(|level| access.word.starts_with(level));
    let huge = access.old_text.contains(" PS") || access.new_text.contains(" PS");
    if table && !huge { Vec::new() } else { frames_of(access) }
}

fn deeds(steps: &[Step]) -> Vec<Deed<'_>> {
    let mut deeds: Vec<Deed> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let same = |deed: &&mut Deed| {
            deed.call == step.call && deed.column == step.column && (step.call != 0 || last_of(deed) + 1 == index)
        };
        match deeds.iter_mut().rev().find(same) {
            Some(deed) => deed.steps.push((index, step)),
            None => deeds.push(Deed { column: step.column, call: step.call, steps: vec![(index, step)] }),
        }
    }
    deeds
}

fn last_of(deed: &Deed) -> usize {
    deed.steps.last().map_or(0, |(index, _)| *index)
}

/// `CPU 0's fork (steps 1 to 18)`.
fn who(trace: &Trace, deed: &Deed) -> String {
    let mut steps = deed.steps.iter().map(|(_, step)| *step);
    let (Some(first), Some(last)) = (steps.clone().next(), steps.clone().next_back()) else { return String::new() };
    let kernel = steps.find(|step| step.kind == StepKind::Kernel && !step.stack.is_empty());
    let name = kernel.and_then(|step| step.stack.first()).map_or_else(|| first.function(), String::as_str);
    let open = deed.call != 0
        && !last.returns
        && trace.steps.iter().rev().find(|s| s.column == last.column).is_some_and(|s| s.index == last.index);
    let range = if open {
        format!("from step {} on", first.index)
    } else if first.index == last.index {
        format!("step {}", first.index)
    } else {
        format!("steps {} to {}", first.index, last.index)
    };
    format!("{}'s {name} ({range})", trace.column_name(deed.column))
}

fn tell(trace: &Trace, deed: &Deed, frame: u64) -> Vec<String> {
    let mut words: Vec<Word> = Vec::new();
    for (index, step) in &deed.steps {
        for access in step.accesses.iter().filter(|a| !a.lock && about(a).contains(&frame)) {
            let changed = access.old != access.new;
            match words.iter_mut().find(|word| word.name == access.word) {
                Some(word) => {
                    (word.last, word.changed, word.read) = (access, word.changed | changed, word.read | access.reads());
                    if changed || !word.changed {
                        word.at = *index;
                    }
                }
                None => {
                    let read = access.reads();
                    let kernel = step.kind == StepKind::Kernel;
                    words.push(Word {
                        name: &access.word,
                        first: access,
                        last: access,
                        changed,
                        read,
                        kernel,
                        at: *index,
                    });
                }
            }
        }
    }
    words.sort_by_key(|word| word.at);
    let mut told: Vec<String> = Vec::new();
    for phrase in words.iter().filter_map(|word| phrase(word, frame)) {
        // one verb for several objects
        let verb = phrase.split(' ').next().unwrap_or_default();
        let again =
            told.last().is_some_and(|last| last.starts_with(verb)) && ["raised", "lowered", "read"].contains(&verb);
        match phrase.strip_prefix(verb).filter(|_| again) {
            Some(rest) => {
                if let Some(last) = told.last_mut() {
                    *last = format!("{last} and{rest}");
                }
            }
            None if told.contains(&phrase) => {}
            None => told.push(phrase),
        }
    }
    if let Some(last) = told.last_mut().filter(|_| by_tlb(deed, frame)) {
        last.push_str(" by a translation that its TLB had");
    }
    if let Some(word) = words.iter().find(|word| made_writable(word)) {
        told.extend(unseen(trace, &words, word.at, frame));
    }
    told
}

/// A program used the page without a walk.
fn by_tlb(deed: &Deed, frame: u64) -> bool {
    let data = format!("frame {frame} ");
    let of_user = |step: &&Step| step.kind == StepKind::User && step.accesses.iter().any(|a| a.word.starts_with(&data));
    let walked = |step: &&Step| step.accesses.iter().any(|a| a.word.starts_with("pte[") || a.word.starts_with("pmd["));
    let mut steps = deed.steps.iter().map(|(_, step)| step);
    steps.clone().any(of_user) && !steps.any(walked)
}

fn phrase(word: &Word, frame: u64) -> Option<String> {
    let (old, new) = (word.first.old_shown(), word.last.new_shown());
    let page = format!("mem_map[{frame}].");
    if let Some(field) = word.name.strip_prefix(page.as_str()) {
        return match field {
            "flags" => flags(&word.first.old_text, &word.last.new_text),
            _ if word.first.old == word.last.new && word.changed => None,
            _ if word.changed && is_count(field) && word.last.new > word.first.old => {
                Some(format!("raised its {field} from {old} to {new}"))
            }
            _ if word.changed && is_count(field) => Some(format!("lowered its {field} from {old} to {new}")),
            _ if is_count(field) && word.read => Some(format!("read its {field} ({new})")),
            _ => None,
        };
    }
    if word.name.starts_with("frame ") {
        let buffered = if word.last.kind == AccessKind::Buffered { ", into its store buffer" } else { "" };
        return Some(match (word.kernel, word.changed) {
            (true, true) => "filled it".to_owned(),
            (true, false) if word.read => "copied from it".to_owned(),
            (false, true) => format!("wrote {new} over the {old} in it{buffered}"),
            (false, false) if word.read => format!("read {new} from it"),
            _ => format!("wrote {new} to it again{buffered}"),
        });
    }
    entry(word, frame)
}

fn is_count(field: &str) -> bool {
    field.ends_with("count") || field.ends_with("pins")
}

/// What became of a page-table entry that maps the page.
fn entry(word: &Word, frame: u64) -> Option<String> {
    let (old, new) = (&word.first.old_text, &word.last.new_text);
    let name = word.name.split_once(" of ").map_or(word.name, |(_, process)| process);
    let maps = |text: &str| text == format!("frame {frame}") || text.starts_with(&format!("frame {frame} "));
    let rights = if writable(new) { "writable" } else { "read-only" };
    match (maps(old), maps(new)) {
        (false, true) => Some(format!("mapped it in {name}, {rights}")),
        (true, false) if new.starts_with("frame ") => Some(format!("mapped {} in {name} in its place", first_two(new))),
        (true, false) => Some(format!("took it out of {name}")),
        (true, true) if writable(old) && !writable(new) => Some(format!("write-protected it in {name}")),
        (true, true) if !writable(old) && writable(new) => Some(format!("made it writable in {name}")),
        _ => None,
    }
}

fn first_two(text: &str) -> String {
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

fn writable(entry: &str) -> bool {
    entry.split(' ').any(|bit| bit == "W")
}

fn made_writable(word: &Word) -> bool {
    word.changed && !writable(&word.first.old_text) && writable(&word.last.new_text) && word.first.old != 0
}

/// Flags that were set and cleared.
fn flags(old: &str, new: &str) -> Option<String> {
    let set = |text: &str| {
        text.split(' ')
            .filter(|f| !matches!(*f, "no" | "flags" | "locked" | "lru" | "anon"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (before, after) = (set(old), set(new));
    let missing =
        |from: &[String], in_: &[String]| from.iter().filter(|f| !in_.contains(f)).cloned().collect::<Vec<_>>();
    let (gone, come) = (missing(&before, &after), missing(&after, &before));
    let said =
        |verb: &str, flags: Vec<String>| (!flags.is_empty()).then(|| format!("{verb} its flag {}", list(&flags)));
    let told: Vec<String> = [said("set", come), said("cleared", gone)].into_iter().flatten().collect();
    (!told.is_empty()).then(|| list(&told))
}

/// Counts of the page that say that it has another owner, and that a call did not look at before it made the page writable.
fn unseen(trace: &Trace, words: &[Word], at: usize, frame: u64) -> Option<String> {
    let mut missed = Vec::new();
    for field in ["refcount", "mapcount"] {
        let name = format!("mem_map[{frame}].{field}");
        let seen = words.iter().any(|word| word.name == name && word.read);
        let accesses = trace.steps[..=at].iter().rev().flat_map(|step| step.accesses.iter().rev());
        let value = accesses.into_iter().find(|access| access.word == name).map(|access| access.new);
        missed.extend(value.filter(|value| *value > 1 && !seen).map(|value| format!("its {field}, which was {value}")));
    }
    (!missed.is_empty()).then(|| format!("did so without a look at {}", list(&missed)))
}
