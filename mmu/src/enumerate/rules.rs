//! What must come out, written from the SDM's tables and the rules that `access.c` states, without the walker's code.

/// One combination: bit flags, in no particular relation to any register or entry.
#[derive(Clone, Copy, Debug)]
pub struct Row(pub u32);

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $bit:expr;)*) => {
        impl Row { $( $(#[$doc])* pub const $name: u32 = 1 << $bit; )* }
    };
}

flags! {
    PTE_P = 0; PTE_RW = 1; PTE_US = 2; PTE_A = 3; PTE_D = 4; PTE_NX = 5; PTE_51 = 6; PTE_36 = 7;
    PDE_P = 8; PDE_RW = 9; PDE_US = 10; PDE_A = 11; PDE_D = 12; PDE_NX = 13; PDE_PS = 14; PDE_13 = 15; PDE_51 = 16;
    PDE_36 = 17;
    PDPTE_RO = 18; USER = 19; WRITE = 20; FETCH = 21; TWICE = 22; NXE = 23; WP = 24;
    KEY = 25; PKE = 26; AD = 27; WD = 28;
}

impl Row {
    /// Number of flags.
    pub const FLAGS: u32 = 29;

    /// The flag is set.
    pub fn is(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    /// The combination is one that the test goes through.
    pub fn legal(self, maxphyaddr: u32, pku: bool) -> bool {
        let never = match maxphyaddr {
            0..=36 => 0,
            37..=51 => Row::PTE_36 | Row::PDE_36,
            _ => Row::PTE_36 | Row::PDE_36 | Row::PTE_51 | Row::PDE_51,
        } | if pku { 0 } else { Row::KEY | Row::PKE | Row::AD | Row::WD };
        if self.0 & never != 0
            || (self.is(Row::FETCH) && self.is(Row::WRITE))
            || (self.is(Row::AD | Row::WD) && !self.is(Row::PKE))
            || (self.is(Row::PDE_13) && !self.is(Row::PDE_PS))
        {
            return false;
        }
        let mut reserved = Row::PTE_51 | Row::PTE_36 | Row::PDE_51 | Row::PDE_36 | Row::PDE_13;
        if !self.is(Row::NXE) {
            reserved |= Row::PTE_NX | Row::PDE_NX;
        }
        (self.0 & reserved).count_ones() <= 1
    }

    /// The supervisor read that comes first when `TWICE` is set.
    pub fn first_read(self) -> Row {
        Row(self.0 & !(Row::USER | Row::WRITE | Row::FETCH))
    }
}

/// What an access must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The #PF error code, or nothing.
    pub fault: Option<u32>,
    /// The accessed bits that are set afterwards for certain, as flags of a row.
    pub sets: u32,
    /// The accessed bits that a processor may or may not have set.
    pub may_set: u32,
}

/// The outcome of one access with the entries as the row has them.
pub fn expected(row: Row) -> Expected {
    let is = |flag| row.is(flag);
    let mut code = 0;
    if is(Row::WRITE) {
        code |= 2;
    }
    if is(Row::USER) {
        code |= 4;
    }
    if is(Row::FETCH) && is(Row::NXE) {
        code |= 16;
    }
    let fault = |code, may_set| Expected { fault: Some(code), sets: 0, may_set };
    if !is(Row::PDE_P) {
        return fault(code, 0);
    }
    if is(Row::PDE_51) || is(Row::PDE_36) || is(Row::PDE_13) || (is(Row::PDE_NX) && !is(Row::NXE)) {
        return fault(code | 9, 0);
    }
    let large = is(Row::PDE_PS);
    let on_the_way = if large { 0 } else { Row::PDE_A };
    if !large {
        if !is(Row::PTE_P) {
            return fault(code, on_the_way);
        }
        if is(Row::PTE_51) || is(Row::PTE_36) || (is(Row::PTE_NX) && !is(Row::NXE)) {
            return fault(code | 9, on_the_way);
        }
    }
    let writable = !is(Row::PDPTE_RO) && is(Row::PDE_RW) && (large || is(Row::PTE_RW));
    let user_page = is(Row::PDE_US) && (large || is(Row::PTE_US));
    let executable = !is(Row::PDE_NX) && (large || !is(Row::PTE_NX));
    let careful = is(Row::USER) || is(Row::WP);
    let mut bad = is(Row::USER) && !user_page;
    bad |= is(Row::WRITE) && !writable && careful;
    bad |= is(Row::FETCH) && !executable;
    let mut key_bad = false;
    if is(Row::PKE) && is(Row::KEY) && user_page && !is(Row::FETCH) {
        key_bad = is(Row::AD) || (is(Row::WD) && is(Row::WRITE) && careful);
    }
    if bad || key_bad {
        let leaf = if large { Row::PDE_A } else { Row::PTE_A };
        return fault(code | 1 | if key_bad { 32 } else { 0 }, on_the_way | leaf);
    }
    let mut sets = Row::PDE_A;
    if !large {
        sets |= Row::PTE_A;
    }
    if is(Row::WRITE) {
        sets |= if large { Row::PDE_D } else { Row::PTE_D };
    }
    Expected { fault: None, sets, may_set: 0 }
}
