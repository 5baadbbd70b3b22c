//! The question that is asked, and the C text that answers it.

use serde::{Deserialize, Serialize};

/// What is run: everything a link says except the schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Question {
    /// A [`super::Design::id`].
    pub design: String,
    /// Switches of the design that differ from their defaults, by name.
    pub switches: Vec<(String, i64)>,
    /// A [`super::Scenario::id`].
    pub scenario: String,
    /// A [`super::Variant::id`]; empty: the first.
    pub variant: String,
    /// Sizes that differ from the scenario's, by name, e.g. `("NR_FRAMES", 40)`.
    #[serde(default)]
    pub sizes: Vec<(String, i64)>,
    /// Options of the machine that differ from the scenario's, e.g. `("memory", "tso")`, `("tlb", "any")`.
    pub machine: Vec<(String, String)>,
    /// The user's own C: path and text of every file that differs from the library's.
    pub edits: Vec<(String, String)>,
}

/// The text that runs, as far as it can be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The question, with every option spelled out.
    pub question: Question,
    /// Title of the design, of the scenario, and of the variant.
    pub titles: [String; 3],
    /// The scope in words, e.g. `2 CPUs, 1 page, SC, concrete TLB`.
    pub scope: String,
    /// The machine's options, each with the value it has here.
    pub machine: Vec<MachineOption>,
    /// Every source file; [`Span::file`] counts in this list.
    pub files: Vec<SourceFile>,
    /// Warnings, and the errors if it does not run.
    pub notes: Vec<Note>,
}

/// An option of the machine: what the memory model is, what the TLBs hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineOption {
    /// As in [`Question::machine`].
    pub name: String,
    /// A few words.
    pub title: String,
    /// One of `values`.
    pub value: String,
    /// Every value and its label.
    pub values: Vec<(String, String)>,
}

/// One C file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// E.g. `designs/2021-unshare-v1/gup.c`.
    pub path: String,
    /// Where it stands among the layers.
    pub layer: Layer,
    /// The whole text.
    pub text: String,
}

/// A later layer replaces functions of an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Shared by all designs.
    #[default]
    Common,
    /// The design's own.
    Design,
    /// The user programs.
    Scenario,
}

/// A stretch of source text. Lines and columns count from 1; columns are characters, the end is behind the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// Index into [`Program::files`].
    pub file: u16,
    pub line: u32,
    pub column: u32,
    pub end_line: u32,
    pub end_column: u32,
}

/// An error or a warning about the C text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub severity: NoteSeverity,
    /// Stable code, e.g. `E0101`.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// Path of the file, which may be one that has no place in a [`Program`].
    pub path: String,
    /// Where; the file number is meaningless when there is no program.
    pub at: Span,
    /// What stands under the caret; may be empty.
    pub label: String,
    /// The likely mend; may be empty.
    pub help: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteSeverity {
    #[default]
    Error,
    Warning,
}
