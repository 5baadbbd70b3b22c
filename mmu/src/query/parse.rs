//! The reader of query lines.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::access::{Access, AccessKind};
use crate::invalidate::Invpcid;

/// Why a line is no query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryError(pub String);

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for QueryError {}

/// The name that a query gave itself: a string or a whole number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Id<'a> {
    /// A string.
    #[serde(borrow)]
    Text(Cow<'a, str>),
    /// A number.
    Number(i64),
}

/// Mode bits that can change in a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Control {
    /// CR0.WP.
    pub cr0_wp: bool,
    /// CR4.SMEP.
    pub cr4_smep: bool,
    /// CR4.SMAP.
    pub cr4_smap: bool,
    /// CR4.PGE.
    #[serde(default)]
    pub cr4_pge: bool,
    /// CR4.PCIDE.
    #[serde(default)]
    pub cr4_pcide: bool,
    /// EFER.NXE.
    pub efer_nxe: bool,
}

/// State at the start: mode, CR3, memory. TLBs and paging-structure caches are empty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Init {
    /// The mode bits.
    #[serde(flatten)]
    pub control: Control,
    /// CR3.
    #[serde(deserialize_with = "word")]
    pub cr3: u64,
    /// Physical address and value of each 8-byte word.
    #[serde(deserialize_with = "words")]
    pub mem: Vec<(u64, u64)>,
}

/// One access in a cold machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Single<'a> {
    /// Name of the query.
    pub id: Id<'a>,
    /// MAXPHYADDR.
    pub maxphyaddr: u32,
    /// Paging levels.
    pub levels: u32,
    /// State at the start.
    pub init: Init,
    /// EFLAGS.AC.
    pub ac: bool,
    /// The access.
    pub access: Access,
}

/// One step of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An 8-byte write to memory, which invalidates nothing.
    Store {
        /// Physical address.
        addr: u64,
        /// Value.
        val: u64,
    },
    /// INVLPG.
    Invlpg {
        /// Linear address.
        va: u64,
    },
    /// MOV to CR3.
    MovCr3 {
        /// Operand with bit 63.
        val: u64,
    },
    /// INVPCID.
    Invpcid(Invpcid),
    /// New mode bits.
    SetControl(Control),
    /// An access.
    Access {
        /// The access.
        access: Access,
        /// EFLAGS.AC at it.
        ac: bool,
    },
}

/// Steps on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence<'a> {
    /// Name of the query.
    pub id: Id<'a>,
    /// MAXPHYADDR.
    pub maxphyaddr: u32,
    /// Paging levels.
    pub levels: u32,
    /// State at the start.
    pub init: Init,
    /// The steps.
    pub steps: Vec<Step>,
}

/// A query line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query<'a> {
    /// One access.
    Single(Single<'a>),
    /// A sequence.
    Sequence(Sequence<'a>),
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Read,
    Write,
    Fetch,
}

#[derive(Deserialize)]
struct RawAccess {
    #[serde(deserialize_with = "word")]
    va: u64,
    kind: Kind,
    cpl: u8,
}

/// Both kinds of line in one: which one it is decides the field `steps`.
#[derive(Deserialize)]
struct RawQuery<'a> {
    #[serde(borrow)]
    id: Id<'a>,
    maxphyaddr: u32,
    #[serde(default = "four")]
    levels: u32,
    cr0_wp: Option<bool>,
    cr4_smep: Option<bool>,
    cr4_smap: Option<bool>,
    eflags_ac: Option<bool>,
    efer_nxe: Option<bool>,
    #[serde(default, deserialize_with = "some_word")]
    cr3: Option<u64>,
    #[serde(default, deserialize_with = "some_words")]
    mem: Option<Vec<(u64, u64)>>,
    access: Option<RawAccess>,
    init: Option<Init>,
    steps: Option<Vec<RawStep>>,
}

fn four() -> u32 {
    4
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Op {
    Store,
    Invlpg,
    MovCr3,
    Invpcid,
    SetCtrl,
    Access,
}

#[derive(Deserialize)]
struct RawStep {
    op: Op,
    #[serde(default, deserialize_with = "some_word")]
    addr: Option<u64>,
    #[serde(default, deserialize_with = "some_word")]
    val: Option<u64>,
    #[serde(default, deserialize_with = "some_word")]
    va: Option<u64>,
    #[serde(rename = "type")]
    kind_of_invpcid: Option<u8>,
    #[serde(default, deserialize_with = "some_word")]
    pcid: Option<u64>,
    kind: Option<Kind>,
    cpl: Option<u8>,
    eflags_ac: Option<bool>,
    cr0_wp: Option<bool>,
    cr4_smep: Option<bool>,
    cr4_smap: Option<bool>,
    cr4_pge: Option<bool>,
    cr4_pcide: Option<bool>,
    efer_nxe: Option<bool>,
}

fn need<T>(value: Option<T>, field: &str) -> Result<T, QueryError> {
    value.ok_or_else(|| QueryError(format!("missing field `{field}`")))
}

impl RawAccess {
    fn checked(self) -> Result<Access, QueryError> {
        if self.cpl > 3 {
            return Err(QueryError(format!("cpl = {}: must be 0 to 3", self.cpl)));
        }
        let kind = match self.kind {
            Kind::Read => AccessKind::Read,
            Kind::Write => AccessKind::Write,
            Kind::Fetch => AccessKind::Fetch,
        };
        Ok(Access { va: self.va, kind, cpl: self.cpl })
    }
}

fn aligned(addr: u64) -> Result<u64, QueryError> {
    if !addr.is_multiple_of(8) || addr >> 52 != 0 {
        return Err(QueryError(format!("address {addr:#x}: must be a multiple of 8 below 2^52")));
    }
    Ok(addr)
}

impl RawStep {
    fn checked(self) -> Result<Step, QueryError> {
        Ok(match self.op {
            Op::Store => Step::Store { addr: aligned(need(self.addr, "addr")?)?, val: need(self.val, "val")? },
            Op::Invlpg => Step::Invlpg { va: need(self.va, "va")? },
            Op::MovCr3 => Step::MovCr3 { val: need(self.val, "val")? },
            Op::Invpcid => Step::Invpcid(self.invpcid()?),
            Op::SetCtrl => Step::SetControl(Control {
                cr0_wp: need(self.cr0_wp, "cr0_wp")?,
                cr4_smep: need(self.cr4_smep, "cr4_smep")?,
                cr4_smap: need(self.cr4_smap, "cr4_smap")?,
                cr4_pge: need(self.cr4_pge, "cr4_pge")?,
                cr4_pcide: need(self.cr4_pcide, "cr4_pcide")?,
                efer_nxe: need(self.efer_nxe, "efer_nxe")?,
            }),
            Op::Access => {
                let (va, kind, cpl) = (need(self.va, "va")?, need(self.kind, "kind")?, need(self.cpl, "cpl")?);
                let access = RawAccess { va, kind, cpl }.checked()?;
                Step::Access { access, ac: need(self.eflags_ac, "eflags_ac")? }
            }
        })
    }

    fn invpcid(&self) -> Result<Invpcid, QueryError> {
        let pcid = || match need(self.pcid, "pcid")? {
            pcid @ 0..=4095 => Ok(pcid as u16),
            pcid => Err(QueryError(format!("pcid = {pcid}: must be 0 to 4095"))),
        };
        Ok(match need(self.kind_of_invpcid, "type")? {
            0 => Invpcid::Address { pcid: pcid()?, va: need(self.va, "va")? },
            1 => Invpcid::SingleContext { pcid: pcid()? },
            2 => Invpcid::AllIncludingGlobals,
            3 => Invpcid::AllExceptGlobals,
            other => return Err(QueryError(format!("type = {other}: must be 0 to 3"))),
        })
    }
}

/// The reader's own line count is always 1 here and would confuse: only the column stays.
fn json_error(error: &serde_json::Error) -> QueryError {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or(&text);
    QueryError(format!("{what} (column {})", error.column()))
}

impl<'a> Query<'a> {
    /// Reads one line.
    ///
    /// # Errors
    /// What is wrong with the line, in words.
    pub fn parse(line: &'a str) -> Result<Query<'a>, QueryError> {
        let raw: RawQuery<'a> = serde_json::from_str(line).map_err(|e| json_error(&e))?;
        let query = match raw.steps {
            Some(steps) => Query::Sequence(Sequence {
                id: raw.id,
                maxphyaddr: raw.maxphyaddr,
                levels: raw.levels,
                init: need(raw.init, "init")?,
                steps: steps.into_iter().map(RawStep::checked).collect::<Result<_, _>>()?,
            }),
            None => Query::Single(Single {
                id: raw.id,
                maxphyaddr: raw.maxphyaddr,
                levels: raw.levels,
                access: need(raw.access, "access` or `steps")?.checked()?,
                ac: need(raw.eflags_ac, "eflags_ac")?,
                init: Init {
                    control: Control {
                        cr0_wp: need(raw.cr0_wp, "cr0_wp")?,
                        cr4_smep: need(raw.cr4_smep, "cr4_smep")?,
                        cr4_smap: need(raw.cr4_smap, "cr4_smap")?,
                        cr4_pge: false,
                        cr4_pcide: false,
                        efer_nxe: need(raw.efer_nxe, "efer_nxe")?,
                    },
                    cr3: need(raw.cr3, "cr3")?,
                    mem: need(raw.mem, "mem")?,
                },
            }),
        };
        let (Query::Single(Single { init, .. }) | Query::Sequence(Sequence { init, .. })) = &query;
        for (addr, _) in &init.mem {
            aligned(*addr)?;
        }
        Ok(query)
    }

    /// The name of the query.
    pub fn id(&self) -> &Id<'a> {
        let (Query::Single(Single { id, .. }) | Query::Sequence(Sequence { id, .. })) = self;
        id
    }
}

/// A 64-bit word: `"0x.."`, a decimal string, or a JSON number.
fn parse_word(text: &str) -> Option<u64> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) if !digits.starts_with('+') => u64::from_str_radix(digits, 16).ok(),
        Some(_) => None,
        None => text.parse().ok(),
    }
}

struct WordVisitor;

impl Visitor<'_> for WordVisitor {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a 64-bit word such as \"0x1f\"")
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<u64, E> {
        Ok(v)
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<u64, E> {
        parse_word(v).ok_or_else(|| E::invalid_value(de::Unexpected::Str(v), &self))
    }
}

struct Word(u64);

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(WordVisitor).map(Word)
    }
}

fn word<'de, D: Deserializer<'de>>(d: D) -> Result<u64, D::Error> {
    d.deserialize_any(WordVisitor)
}

fn some_word<'de, D: Deserializer<'de>>(d: D) -> Result<Option<u64>, D::Error> {
    word(d).map(Some)
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Vec<(u64, u64)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of addresses and words")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some((Word(addr), Word(value))) = map.next_entry()? {
            all.push((addr, value));
        }
        Ok(all)
    }
}

fn words<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<(u64, u64)>, D::Error> {
    d.deserialize_map(WordsVisitor)
}

fn some_words<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Vec<(u64, u64)>>, D::Error> {
    words(d).map(Some)
}
