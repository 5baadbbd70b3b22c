//! Memory: page tables, frames, kernel objects.

use super::{Touch, Value};
use serde::{Deserialize, Serialize};

/// One process and its page tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    pub id: u8,
    /// E.g. `parent`.
    pub name: String,
    /// The frame of the root table, where there is one.
    pub root: Option<u64>,
    /// The entries in use, in depth-first order.
    pub entries: Vec<TableEntry>,
}

/// One paging-structure entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    /// 4 (PML4) to 1 (page table).
    pub level: u8,
    pub index: u16,
    /// First address it translates.
    pub va: u64,
    /// The raw word.
    pub value: Value,
    /// Its bits, the ones that matter at this level.
    pub bits: Vec<Bit>,
    pub reach: Reach,
    /// What it permits, in words (`user read, write`), or why it translates nothing.
    pub permits: String,
}

/// What an entry leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Not present.
    #[default]
    Nothing,
    /// The next table, in this frame.
    Table(u64),
    /// A page, in this frame.
    Page(u64),
    /// Not present, but it says something: a swap slot, a migration entry.
    Software(String),
}

/// One bit (or field) of an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bit {
    /// E.g. `W`.
    pub name: String,
    /// E.g. `writable`.
    pub meaning: String,
    pub on: bool,
    /// The last step changed it.
    pub changed: bool,
}

/// One physical frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameCard {
    /// The frame number.
    pub frame: u64,
    pub kind: FrameKind,
    /// What it is to a reader, e.g. `anonymous page of parent`.
    pub role: String,
    /// Page flags that are set, and those that the last step cleared.
    pub flags: Vec<Bit>,
    pub refcount: Value,
    /// Who holds the references; their counts add up to the reference count where the books are right.
    pub holders: Vec<Holder>,
    pub mapcount: Value,
    pub pins: Value,
    /// The other fields of its `struct page`, whatever the C gives it, that are not 0 or were touched.
    #[serde(default)]
    pub others: Vec<Object>,
    pub words: Vec<WordCell>,
    /// At the centre of what is broken.
    pub trouble: bool,
}

/// What a frame is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrameKind {
    #[default]
    Free,
    Anonymous,
    File,
    Zero,
    PageTable,
    Kernel,
}

/// One holder of references.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// E.g. `parent's PTE 0x7000`, `vmsplice (FOLL_GET)`.
    pub name: String,
    pub count: u32,
    /// The CPU it belongs to, for its colour.
    pub cpu: Option<u8>,
    /// The entry, pin or slot that holds it (see [`Value::place`]); 0: none.
    pub place: u64,
}

/// One data word of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordCell {
    pub index: u16,
    pub value: Value,
    /// The ghost value, where it differs from what memory holds.
    pub ghost: Option<String>,
    /// The processes that may see it.
    pub seen_by: Vec<String>,
}

/// A kernel object or a shared variable, as a tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    pub name: String,
    /// As C writes it.
    pub ctype: String,
    /// Empty text where it only has parts.
    pub value: Value,
    pub parts: Vec<Object>,
}

impl Object {
    /// True when the last step touched it or a part of it.
    pub fn touched(&self) -> bool {
        self.value.touch != Touch::None || self.parts.iter().any(Object::touched)
    }
}
