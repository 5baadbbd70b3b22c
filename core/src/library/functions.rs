//! The functions of a design as they stand in the texts: what somebody copies who wants to change one.

use super::meta::{library, part_of};
use super::needs::EVERY_KERNEL;
use super::texts::FILES;

/// The texts of a design, the one that decides first: its own, those of what it is based on, the common ones.
fn texts(design: &str) -> Vec<&'static str> {
    let lib = library();
    let chain = lib.chain(design);
    let own_kernel = lib.own_kernels.contains(design);
    let mut out = Vec::new();
    for id in chain.iter().rev() {
        out.extend(FILES.iter().filter(|(name, _)| part_of(name) == Some(id)).map(|(_, text)| *text));
    }
    let common = FILES.iter().filter(|(name, _)| name.starts_with("common/"));
    out.extend(common.filter(|(name, _)| !own_kernel || EVERY_KERNEL.contains(name)).map(|(_, text)| *text));
    out
}

/// The name of the function that begins with this line: it stands at the margin, and a brace at the next margin.
fn begun(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '/', '#', '*']) || line.ends_with(';') {
        return None;
    }
    let words = ["SETUP", "PROCESS", "CPU", "DAEMON", "CHECK", "SWITCH", "TITLE", "STORY", "ORIGIN", "PROMISE", "BASE"];
    let (head, _) = line.split_once('(')?;
    let (kind, name) = head.rsplit_once([' ', '*'])?;
    (!name.is_empty() && !kind.trim().is_empty() && !words.iter().any(|w| line.starts_with(w))).then_some(name)
}

/// Every function of a design, by name.
pub fn functions_of(design: &str) -> Vec<String> {
    let mut names: Vec<String> =
        texts(design).iter().flat_map(|text| text.lines().filter_map(begun)).map(str::to_string).collect();
    names.sort();
    names.dedup();
    names
}

/// The text of a function as the design has it, with the comment above it.
pub fn function_of(design: &str, name: &str) -> Option<String> {
    texts(design).iter().find_map(|text| {
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| begun(line) == Some(name))?;
        let end = (at..lines.len()).find(|n| lines[*n].ends_with('}') && !lines[*n].starts_with([' ', '\t']))?;
        // the comment ends right above, and begins at the margin
        let commented = at > 0 && lines[at - 1].trim_end().ends_with("*/");
        let from = (0..at).rev().find(|n| lines[*n].starts_with("/*")).filter(|_| commented).unwrap_or(at);
        Some(lines[from..=end].join("\n") + "\n")
    })
}
