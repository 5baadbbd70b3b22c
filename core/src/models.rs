//! Models in our C whose numbers of states others have published: what the engine is checked and measured with.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::lang::compile::{SCENARIO, compile};
use crate::lang::source::Sources;
use crate::system::{Options, System};

/// A model: its file's name, its text, and its options with what they are if nothing is said.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The file's name.
    pub name: &'static str,
    /// The C.
    pub text: &'static str,
    /// Options by name, with their usual values.
    pub options: &'static [(&'static str, i64)],
}

/// Fork against fast GUP against copy-on-write, in steps that a SPIN model and a stateright model have too.
pub const PROTOCOL: Text = Text {
    name: "protocol.c",
    text: include_str!("../models/protocol.c"),
    options: &[("N", 1), ("S", 1), ("F", 1), ("CHECK", 1), ("KERNCOW", 0)],
};

/// Two-phase commit (Gray and Lamport).
pub const TWO_PHASE_COMMIT: Text =
    Text { name: "two_phase_commit.c", text: include_str!("../models/two_phase_commit.c"), options: &[("N", 3)] };

/// The ASID allocator of arm64 (after C. Marinas' TLA+ model), with its symmetry.
pub const ASIDALLOC: Text = Text {
    name: "asidalloc.c",
    text: include_str!("../models/asidalloc.c"),
    options: &[("TASKS", 2), ("TLBI", 1), ("LOCK", 1), ("MARK", 1), ("FLUSH_TLB", 1)],
};

/// All of them.
pub const ALL: [Text; 3] = [PROTOCOL, TWO_PHASE_COMMIT, ASIDALLOC];

impl Text {
    /// The model with some options changed, at its first state.
    ///
    /// # Errors
    /// What is wrong with these options, in words.
    pub fn system(&self, changed: &[(&str, i64)]) -> Result<System, String> {
        if let Some((name, _)) = changed.iter().find(|(name, _)| !self.options.iter().any(|(known, _)| known == name)) {
            let known: Vec<&str> = self.options.iter().map(|(name, _)| *name).collect();
            return Err(format!("{} has no option `{name}`; it has {}", self.name, known.join(", ")));
        }
        let given = self.options.iter().chain(changed);
        let options: BTreeMap<String, i64> = given.map(|(name, value)| (name.to_string(), *value)).collect();
        let mut sources = Sources::new();
        sources.add(self.name, self.text).map_err(|e| e.message.clone())?;
        let compiled = compile(&sources, &[SCENARIO], &options).map_err(|errors| {
            errors.first().map_or_else(String::new, |first| format!("{}: {}", self.name, first.message))
        })?;
        System::new(Arc::new(compiled.program), &Options::default()).map_err(|e| e.to_string())
    }
}
