//! What a link says, as plain data.

use super::{Digest, TextMarks, Trail, Turn};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Named values beside a design (switches) or a scenario (sizes): name to value.
pub type Settings = BTreeMap<String, String>;

/// Positions that somebody marked, with an optional label (empty: none).
pub type Bookmarks = BTreeMap<u32, String>;

/// Everything that decides a run, and what it is expected to end in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The [`SEMANTICS`](super::SEMANTICS) of the engine that wrote it.
    pub semantics: u32,
    /// The design's id.
    pub design: String,
    /// Switches of the design that differ from its defaults.
    pub switches: Settings,
    /// The scenario's id.
    pub scenario: String,
    /// The variant; `None` is the scenario's first.
    pub variant: Option<String>,
    /// Sizes of the scenario that differ from its defaults.
    pub sizes: Settings,
    /// Options of the machine that differ from the scenario's defaults.
    pub options: LinkOptions,
    /// Who acted, step by step.
    pub run: Run,
    /// Steps taken when the link opens; `None` is the end of the run.
    pub at: Option<u32>,
    /// Marked positions.
    pub bookmarks: Bookmarks,
    /// The id of what the run's last step breaks; `None` when nothing.
    pub breaks: Option<String>,
    /// Digest of the end state's canonical view.
    pub digest: Option<Digest>,
    /// Short marks along the way, to find where a run first differs.
    pub trail: Option<Trail>,
    /// Short marks of the functions it went through, to find whose text has changed.
    pub texts: Option<TextMarks>,
    /// The user's own C, sorted by path: files that the library has not, or not so.
    pub own: Vec<OwnFile>,
}

impl Link {
    /// The start of a run of this design in this scenario, with nothing else said.
    pub fn new(design: impl Into<String>, scenario: impl Into<String>) -> Self {
        Link {
            semantics: super::SEMANTICS,
            design: design.into(),
            switches: Settings::new(),
            scenario: scenario.into(),
            variant: None,
            sizes: Settings::new(),
            options: LinkOptions::default(),
            run: Run::Schedule(Vec::new()),
            at: None,
            bookmarks: Bookmarks::new(),
            breaks: None,
            digest: None,
            trail: None,
            texts: None,
            own: Vec::new(),
        }
    }
}

/// Options of the machine; `None` is what the scenario says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkOptions {
    /// How stores become visible.
    pub memory: Option<MemoryModel>,
    /// How TLBs are modelled.
    pub tlb: Option<TlbMode>,
    /// How remote TLB entries are flushed.
    pub flush: Option<FlushKind>,
    /// The cost table of timed runs.
    pub costs: Option<String>,
}

/// How stores become visible to other CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemoryModel {
    /// At once, to all: `sc`.
    Sc,
    /// Through a store buffer per CPU: `tso`.
    Tso,
}

/// How TLBs are modelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlbMode {
    /// Sets and ways with a replacement policy: `tlb`.
    Concrete,
    /// Anything the architecture lets a CPU hold: `may`.
    May,
}

/// How entries in other CPUs' TLBs are flushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlushKind {
    /// By an interrupt to each: `ipi`.
    Ipi,
    /// By hardware, which waits for nobody: `broadcast`.
    Broadcast,
}

/// Who acts, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Run {
    /// These turns, in this order.
    Schedule(Vec<Turn>),
    /// What a random search or a timed run does from this seed.
    Seed {
        /// Which one.
        mode: Mode,
        /// The seed of its random numbers.
        seed: u64,
    },
}

/// How a seed turns into a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Any enabled agent, each as likely: `uniform`.
    Uniform,
    /// Probabilistic concurrency testing with this bug depth (1 to 9): `pct3`.
    Pct(u8),
    /// The CPU whose clock is lowest, by the cost table with jitter: `timed`.
    Timed,
}

/// One file of the user's own C.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OwnFile {
    /// Its path in the library, e.g. `designs/mine/gup.c`: letters, digits, `.`, `_`, `-`, `/`; at most 64.
    pub path: String,
    /// Its text.
    pub text: String,
}
