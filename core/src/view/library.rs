//! What there is to choose from: designs, scenarios, their variants and switches.

use serde::{Deserialize, Serialize};

/// Everything that ships with the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The semantics number that links carry.
    pub semantics: u32,
    /// Version of the engine, as in its `Cargo.toml`.
    pub version: String,
    /// In order of their age.
    pub designs: Vec<Design>,
    /// In order of the reading list.
    pub scenarios: Vec<Scenario>,
    /// What must hold, common ones first.
    pub promises: Vec<Promise>,
    /// What real kernels answered.
    pub measured: Vec<Measured>,
}

/// The answer of a real kernel to what a cell of the matrix asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The design that stands for the kernel.
    pub design: String,
    pub scenario: String,
    pub variant: String,
    /// The kernel's version.
    pub kernel: String,
    /// The kernel's own test passed.
    pub passes: bool,
}

/// One generation of the kernel, or one patch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Design {
    /// As in links and on the command line, e.g. `2021-unshare-v1`.
    pub id: String,
    /// A few words, e.g. `2021 · unshare, first version`.
    pub title: String,
    /// One sentence.
    pub story: String,
    /// The kernel version or year it stands for.
    pub era: String,
    /// Where it is documented: a commit, a mail.
    pub source: String,
    /// Named constants that can be set.
    pub switches: Vec<Flag>,
}

/// A named constant with the values it may take.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// As in links and on the command line.
    pub name: String,
    /// What it does, in a few words.
    pub title: String,
    /// Allowed values, each with its label (which may be empty).
    pub values: Vec<(i64, String)>,
    /// The value without a word said.
    pub default: i64,
}

/// A few user programs that run at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// As in links and on the command line, e.g. `fork-vs-gup-fast`.
    pub id: String,
    /// A few words.
    pub title: String,
    /// One paragraph a student can read.
    pub story: String,
    /// What it is about.
    pub kind: Flow,
    /// Where it comes from: a commit, a mail, a test.
    pub source: String,
    /// What to watch.
    pub look: String,
    /// Its variants, the default one first; may be empty.
    pub variants: Vec<Variant>,
    /// The system calls that it makes: what a kernel must have to run it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Names of the shipped kernel's own that it uses besides: only a kernel that has them too can run it.
    #[serde(default)]
    pub uses: Vec<String>,
}

/// What a scenario is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// One schedule decides.
    Sequential,
    /// The order of accesses decides.
    #[default]
    Race,
    /// What the TLBs hold decides.
    Tlb,
}

/// One setting of a scenario's options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// As in links and on the command line.
    pub id: String,
    /// What it sets, e.g. `REF = FOLL_GET`.
    pub title: String,
}

/// Something that must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// A short stable name.
    pub id: String,
    /// One line a student can read.
    pub statement: String,
    /// The design whose own promise it is; empty: common to all.
    pub design: String,
}
