//! Types and their layout: every scalar is one 64-bit word.

use std::collections::BTreeMap;

/// A type, by its number in [`Types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TyId(pub u32);

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ty {
    Void,
    Bool,
    Int {
        signed: bool,
        bits: u8,
    },
    Ptr(TyId),
    /// Element type and number of elements.
    Array(TyId, u32),
    /// Index into [`Types::structs`].
    Struct(u32),
    /// Index into [`Types::enums`]; behaves as `int`.
    Enum(u32),
}

/// A struct with its layout.
#[derive(Clone, Debug, Default)]
pub struct Struct {
    pub tag: String,
    pub fields: Vec<Field>,
    pub words: u32,
    /// False for a struct that is only named so far.
    pub complete: bool,
    /// 1 more than the deepest field by value; 0 while it is incomplete.
    pub depth: u32,
}

/// A field: `offset` words from the struct's start.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub ty: TyId,
    pub offset: u32,
}

/// An enum type with its constants, for display.
#[derive(Clone, Debug, Default)]
pub struct Enum {
    pub tag: String,
    pub values: Vec<(String, i64)>,
}

/// How a 64-bit result is cut to a type: registers hold values sign- or zero-extended from their type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ext {
    None,
    Bool,
    U8,
    U16,
    U32,
    S8,
    S16,
    S32,
}

impl Ext {
    /// The value cut and extended.
    #[inline(always)]
    pub fn apply(self, v: u64) -> u64 {
        match self {
            Ext::None => v,
            Ext::Bool => (v != 0) as u64,
            Ext::U8 => v as u8 as u64,
            Ext::U16 => v as u16 as u64,
            Ext::U32 => v as u32 as u64,
            Ext::S8 => v as i8 as u64,
            Ext::S16 => v as i16 as u64,
            Ext::S32 => v as i32 as u64,
        }
    }
}

/// All types of a program.
#[derive(Clone, Debug)]
pub struct Types {
    tys: Vec<Ty>,
    index: BTreeMap<Ty, TyId>,
    pub structs: Vec<Struct>,
    pub enums: Vec<Enum>,
}

impl Default for Types {
    fn default() -> Self {
        let mut t = Types { tys: Vec::new(), index: BTreeMap::new(), structs: Vec::new(), enums: Vec::new() };
        for ty in [Ty::Void, Ty::Bool, Ty::Int { signed: true, bits: 32 }, Ty::Int { signed: false, bits: 64 }] {
            t.intern(ty);
        }
        t
    }
}

impl Types {
    pub const VOID: TyId = TyId(0);
    pub const BOOL: TyId = TyId(1);
    pub const INT: TyId = TyId(2);
    pub const U64: TyId = TyId(3);

    /// The number of a type.
    pub fn intern(&mut self, ty: Ty) -> TyId {
        if let Some(id) = self.index.get(&ty) {
            return *id;
        }
        let id = TyId(self.tys.len() as u32);
        self.index.insert(ty.clone(), id);
        self.tys.push(ty);
        id
    }

    /// What type number `id` is.
    pub fn get(&self, id: TyId) -> &Ty {
        &self.tys[id.0 as usize]
    }

    /// A pointer to `to`.
    pub fn ptr(&mut self, to: TyId) -> TyId {
        self.intern(Ty::Ptr(to))
    }

    /// An integer type.
    pub fn int(&mut self, signed: bool, bits: u8) -> TyId {
        self.intern(Ty::Int { signed, bits })
    }

    /// Size in words; `void` and incomplete structs have none.
    pub fn words(&self, id: TyId) -> u32 {
        match self.get(id) {
            Ty::Void => 0,
            Ty::Bool | Ty::Int { .. } | Ty::Ptr(_) | Ty::Enum(_) => 1,
            Ty::Array(e, n) => self.words(*e).saturating_mul(*n),
            Ty::Struct(s) => self.structs[*s as usize].words,
        }
    }

    /// How deep a type is built on others: 0 for scalars that are no pointers. A pointer to a struct does not look into it.
    pub fn depth(&self, id: TyId) -> u32 {
        match self.get(id) {
            Ty::Ptr(t) if matches!(self.get(*t), Ty::Struct(_)) => 1,
            Ty::Ptr(t) | Ty::Array(t, _) => 1 + self.depth(*t),
            Ty::Struct(s) => self.structs[*s as usize].depth,
            _ => 0,
        }
    }

    /// True for what fits a register.
    pub fn is_scalar(&self, id: TyId) -> bool {
        matches!(self.get(id), Ty::Bool | Ty::Int { .. } | Ty::Ptr(_) | Ty::Enum(_))
    }

    /// True for integers, enums and `bool`.
    pub fn is_integer(&self, id: TyId) -> bool {
        matches!(self.get(id), Ty::Bool | Ty::Int { .. } | Ty::Enum(_))
    }

    /// What a pointer points to.
    pub fn pointee(&self, id: TyId) -> Option<TyId> {
        match self.get(id) {
            Ty::Ptr(t) => Some(*t),
            _ => None,
        }
    }

    /// Signedness and width of an integer-like type (`bool` as unsigned 8, pointers as unsigned 64).
    pub fn int_shape(&self, id: TyId) -> (bool, u8) {
        match self.get(id) {
            Ty::Bool => (false, 8),
            Ty::Int { signed, bits } => (*signed, *bits),
            Ty::Enum(_) => (true, 32),
            _ => (false, 64),
        }
    }

    /// How a value is cut to this type.
    pub fn ext(&self, id: TyId) -> Ext {
        match self.get(id) {
            Ty::Bool => Ext::Bool,
            Ty::Enum(_) => Ext::S32,
            Ty::Int { signed, bits } => match (signed, bits) {
                (false, 8) => Ext::U8,
                (false, 16) => Ext::U16,
                (false, 32) => Ext::U32,
                (true, 8) => Ext::S8,
                (true, 16) => Ext::S16,
                (true, 32) => Ext::S32,
                _ => Ext::None,
            },
            _ => Ext::None,
        }
    }

    /// A field of a struct type.
    pub fn field(&self, id: TyId, name: &str) -> Option<&Field> {
        match self.get(id) {
            Ty::Struct(s) => self.structs[*s as usize].fields.iter().find(|f| f.name == name),
            _ => None,
        }
    }

    /// The type as C writes it.
    pub fn show(&self, id: TyId) -> String {
        match self.get(id) {
            Ty::Void => "void".into(),
            Ty::Bool => "bool".into(),
            Ty::Int { signed: true, bits: 8 } => "char".into(),
            Ty::Int { signed: true, bits: 32 } => "int".into(),
            Ty::Int { signed: true, bits } => format!("s{bits}"),
            Ty::Int { signed: false, bits } => format!("u{bits}"),
            Ty::Ptr(t) => format!("{} *", self.show(*t)),
            Ty::Array(t, n) => format!("{}[{n}]", self.show(*t)),
            Ty::Struct(s) => format!("struct {}", self.structs[*s as usize].tag),
            Ty::Enum(e) => format!("enum {}", self.enums[*e as usize].tag),
        }
    }
}
