//! Registers and locations, and how they are written.

/// Values that stand for the address of a location begin here.
pub(crate) const ADDRESSES: u64 = 0x1000_0000;

/// The value that stands for the address of location `index`.
pub fn address(index: u32) -> u64 {
    ADDRESSES + 0x1000 * u64::from(index)
}

/// The dialect: names of registers and order of operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    /// 32-bit names, destination first.
    X86,
    /// 64-bit names, AT&T order: source first.
    X86_64,
}

/// General registers by their number in instruction encodings: 0 rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, 5 rbp, 6 rsi, 7 rdi, 8 to 15.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register(pub u8);

impl Register {
    const NAMES: [&'static str; 8] = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"];

    /// The register of that name, in any width and case, and the width in bits.
    pub fn named(name: &str) -> Option<(Register, u32)> {
        let name = name.to_ascii_lowercase();
        if let Some(number) = name.strip_prefix('r')
            && number.starts_with(|c: char| c.is_ascii_digit())
        {
            let (digits, width) = match number.as_bytes().last()? {
                b'd' => (&number[..number.len() - 1], 32),
                b'w' => (&number[..number.len() - 1], 16),
                b'b' => (&number[..number.len() - 1], 8),
                _ => (number, 64),
            };
            let n: u8 = digits.parse().ok()?;
            return (8..16).contains(&n).then_some((Register(n), width));
        }
        for (n, two) in Self::NAMES.iter().enumerate() {
            let reg = Register(n as u8);
            let low = if n < 4 { format!("{}l", &two[..1]) } else { format!("{two}l") };
            let width = match name.strip_suffix(two) {
                Some("r") => 64,
                Some("e") => 32,
                Some("") => 16,
                _ if name == low => 8,
                _ => continue,
            };
            return Some((reg, width));
        }
        None
    }

    /// The name as herd7 prints it: `EAX` or `rax`.
    pub fn name(self, arch: Arch) -> String {
        match (arch, Self::NAMES.get(self.0 as usize)) {
            (Arch::X86, Some(two)) => format!("E{}", two.to_ascii_uppercase()),
            (Arch::X86_64, Some(two)) => format!("r{two}"),
            (_, None) => format!("r{}", self.0),
        }
    }
}

/// Type of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Type {
    /// Width in bits: 8, 16, 32 or 64.
    pub bits: u32,
    /// Values print with a sign.
    pub signed: bool,
}

impl Type {
    /// `value` cut to the width.
    pub fn cut(self, value: u64) -> u64 {
        value & (u64::MAX >> (64 - self.bits))
    }

    /// The number that the cut `value` stands for.
    pub fn number(self, value: u64) -> i128 {
        let unused = 64 - self.bits;
        if self.signed { ((value << unused) as i64 >> unused).into() } else { self.cut(value).into() }
    }
}

/// A shared location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Name in the test.
    pub name: String,
    /// Declared type, or the width of the accesses to it, signed.
    pub ty: Type,
    /// Initial value.
    pub init: u64,
}

/// Something that a condition can ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A register of a thread.
    Register(u32, Register),
    /// A location, by its index.
    Location(u32),
}
