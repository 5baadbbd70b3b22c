//! By which calls a task came to where it stands.

use super::System;
use crate::lang::ir::LocId;

/// Names of a path that are told: of a longer one, its beginning and its end.
const TOLD: usize = 12;

impl System {
    /// The functions around a place of the text, outermost first: more than one where calls were put in place.
    pub fn names_around(&self, place: LocId) -> Vec<&str> {
        let around = self.program.stack_of(place).into_iter();
        around.filter_map(|l| self.program.funcs.get(l.func as usize)).map(|f| f.name.as_str()).collect()
    }

    /// The calls that led a task to where it stands: `main > grow > walk (12 times)`. `place` is where its innermost function
    /// is, if that is known better than by its last step.
    pub fn call_path(&self, task: u32, place: Option<LocId>) -> String {
        let frames: Vec<_> = self.frames_of(task).collect();
        let mut names: Vec<&str> = Vec::new();
        for (i, frame) in frames.iter().enumerate().rev() {
            let at = match (i, place) {
                (0, Some(place)) => Some(place),
                _ => self.program.records.get(self.record_of(*frame) as usize).map(|r| r.loc),
            };
            names.extend(at.into_iter().flat_map(|at| self.names_around(at)));
        }
        shown(&names)
    }
}

fn shown(names: &[&str]) -> String {
    let mut runs: Vec<(&str, u32)> = Vec::new();
    for n in names {
        match runs.last_mut() {
            Some((last, times)) if last == n => *times += 1,
            _ => runs.push((n, 1)),
        }
    }
    let told = |(name, times): &(&str, u32)| match times {
        1 => name.to_string(),
        n => format!("{name} ({n} times)"),
    };
    let mut parts: Vec<String> = runs.iter().map(told).collect();
    if parts.len() > TOLD {
        let left_out = parts.len() - TOLD;
        parts.splice(TOLD / 2..TOLD / 2 + left_out, [format!("... {left_out} more ...")]);
    }
    parts.join(" > ")
}
