//! The instructions of a litmus test.

use super::lex::{Cursor, LitmusError, Token};
use super::place::{self, Arch, Register};

/// Where a memory operand points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Address {
    /// A location, by index.
    Location(u32),
    /// The location whose address a register holds.
    Register(Register),
}

/// An operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A register.
    Register(Register),
    /// A constant.
    Constant(u64),
    /// Memory.
    Memory(Address),
}

/// Fences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fence {
    /// Waits until the store buffer is empty.
    Mfence,
    /// Orders stores, which are in order anyway.
    Sfence,
    /// Orders loads, which are in order anyway.
    Lfence,
}

/// What a read-modify-write does with the destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rmw {
    /// Swaps with the source.
    Xchg,
    /// Adds the source and leaves the old value there.
    Xadd,
    /// Compares with rax; equal: stores the source, else loads rax.
    Cmpxchg,
    /// Adds.
    Add,
    /// Subtracts.
    Sub,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// Adds 1.
    Inc,
    /// Subtracts 1.
    Dec,
    /// Negates.
    Neg,
    /// Inverts.
    Not,
}

/// An instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// Nothing.
    Nop,
    /// A fence.
    Fence(Fence),
    /// MOV.
    Move {
        /// From.
        source: Operand,
        /// To.
        destination: Operand,
        /// Width in bits.
        bits: u32,
    },
    /// A read-modify-write of the destination.
    Modify {
        /// What.
        op: Rmw,
        /// Second operand; a constant 0 where there is none.
        source: Operand,
        /// First operand.
        destination: Operand,
        /// Width in bits.
        bits: u32,
        /// One step, and the buffer is empty: a LOCK prefix, or XCHG with memory.
        locked: bool,
    },
}

impl Instruction {
    /// The memory operand, if there is one.
    pub fn memory(&self) -> Option<(Address, u32)> {
        let (Instruction::Move { source, destination, bits } | Instruction::Modify { source, destination, bits, .. }) =
            *self
        else {
            return None;
        };
        [source, destination].into_iter().find_map(|operand| match operand {
            Operand::Memory(address) => Some((address, bits)),
            _ => None,
        })
    }
}

enum Shape {
    Move,
    Binary(Rmw),
    Unary(Rmw),
}

fn mnemonic(word: &str) -> Option<(Shape, Option<u32>)> {
    const NAMES: [(&str, Shape); 13] = [
        ("mov", Shape::Move),
        ("xchg", Shape::Binary(Rmw::Xchg)),
        ("xadd", Shape::Binary(Rmw::Xadd)),
        ("cmpxchg", Shape::Binary(Rmw::Cmpxchg)),
        ("add", Shape::Binary(Rmw::Add)),
        ("sub", Shape::Binary(Rmw::Sub)),
        ("and", Shape::Binary(Rmw::And)),
        ("or", Shape::Binary(Rmw::Or)),
        ("xor", Shape::Binary(Rmw::Xor)),
        ("inc", Shape::Unary(Rmw::Inc)),
        ("dec", Shape::Unary(Rmw::Dec)),
        ("neg", Shape::Unary(Rmw::Neg)),
        ("not", Shape::Unary(Rmw::Not)),
    ];
    NAMES.into_iter().find_map(|(name, shape)| {
        let bits = match word.strip_prefix(name)? {
            "" => None,
            "b" => Some(8),
            "w" => Some(16),
            "l" => Some(32),
            "q" => Some(64),
            _ => return None,
        };
        Some((shape, bits))
    })
}

/// Reads one instruction; `location` gives the index of a location by name.
///
/// # Errors
/// An unknown or impossible instruction.
pub fn instruction(
    cursor: &mut Cursor<'_, '_>,
    arch: Arch,
    location: &mut impl FnMut(&str) -> u32,
) -> Result<Instruction, LitmusError> {
    let line = cursor.line();
    let fail = |what: String| Err(LitmusError::new(line, what));
    let mut word = cursor.word()?.to_ascii_lowercase();
    let lock = word == "lock";
    if lock {
        cursor.take(";");
        word = cursor.word()?.to_ascii_lowercase();
    }
    let fence = match word.as_str() {
        "mfence" => Some(Instruction::Fence(Fence::Mfence)),
        "sfence" => Some(Instruction::Fence(Fence::Sfence)),
        "lfence" => Some(Instruction::Fence(Fence::Lfence)),
        "nop" | "endbr64" | "pause" => Some(Instruction::Nop),
        _ => None,
    };
    if let Some(fence) = fence {
        return if lock { fail(format!("LOCK before {word}")) } else { Ok(fence) };
    }
    let Some((shape, mut bits)) = mnemonic(&word) else {
        return fail(format!("instruction `{word}` is not supported"));
    };
    let first = operand(cursor, arch, location, &mut bits)?;
    let (source, destination, op) = match shape {
        Shape::Unary(op) => (Operand::Constant(0), first, Some(op)),
        Shape::Move | Shape::Binary(_) => {
            cursor.expect(",")?;
            let second = operand(cursor, arch, location, &mut bits)?;
            let op = if let Shape::Binary(op) = shape { Some(op) } else { None };
            match arch {
                Arch::X86 => (second, first, op),
                Arch::X86_64 => (first, second, op),
            }
        }
    };
    let bits = bits.unwrap_or(32);
    let in_memory = |operand| matches!(operand, Operand::Memory(_));
    if matches!(destination, Operand::Constant(_)) {
        return fail("a constant is no destination".into());
    }
    if in_memory(source) && in_memory(destination) {
        return fail("two memory operands".into());
    }
    let Some(op) = op else {
        return if lock { fail("LOCK before MOV".into()) } else { Ok(Instruction::Move { source, destination, bits }) };
    };
    if lock && !in_memory(destination) && !(op == Rmw::Xchg && in_memory(source)) {
        return fail("LOCK needs a destination in memory".into());
    }
    if matches!(op, Rmw::Xchg | Rmw::Xadd | Rmw::Cmpxchg) && matches!(source, Operand::Constant(_)) {
        return fail(format!("{word} takes no constant"));
    }
    // The processor swaps with memory either way round; here memory is the destination.
    let (source, destination) =
        if op == Rmw::Xchg && in_memory(source) { (destination, source) } else { (source, destination) };
    if in_memory(source) && matches!(op, Rmw::Xadd | Rmw::Cmpxchg) {
        return fail(format!("{word} takes its source in a register"));
    }
    let locked = in_memory(destination) && (lock || op == Rmw::Xchg);
    Ok(Instruction::Modify { op, source, destination, bits, locked })
}

fn register(cursor: &mut Cursor<'_, '_>) -> Result<(Register, u32), LitmusError> {
    let line = cursor.line();
    let name = cursor.word()?;
    Register::named(name).ok_or_else(|| LitmusError::new(line, format!("`{name}` is no register")))
}

fn operand(
    cursor: &mut Cursor<'_, '_>,
    arch: Arch,
    location: &mut impl FnMut(&str) -> u32,
    bits: &mut Option<u32>,
) -> Result<Operand, LitmusError> {
    if cursor.take("$") {
        if let Some(Token::Word(name)) = cursor.peek() {
            cursor.next();
            return Ok(Operand::Constant(place::address(location(name))));
        }
        return Ok(Operand::Constant(cursor.number()? as u64));
    }
    if cursor.take("%") {
        let (register, width) = register(cursor)?;
        bits.get_or_insert(width);
        return Ok(Operand::Register(register));
    }
    if matches!(cursor.peek(), Some(Token::Number(_))) || cursor.peek() == Some(&Token::Sign("-")) {
        let n = cursor.number()?;
        // AT&T's `0(%rax)`.
        if arch == Arch::X86_64 && cursor.peek() == Some(&Token::Sign("(")) {
            if n != 0 {
                return Err(LitmusError::new(cursor.line(), "offsets other than 0 are not supported"));
            }
        } else if arch == Arch::X86_64 {
            return Err(cursor.wrong("`$` before a constant, or an address"));
        } else {
            return Ok(Operand::Constant(n as u64));
        }
    }
    for (open, close) in [("(", ")"), ("[", "]")] {
        if cursor.take(open) {
            let percent = cursor.take("%");
            let line = cursor.line();
            let name = cursor.word()?;
            let address = match Register::named(name) {
                Some((register, _)) if percent || arch == Arch::X86 => Address::Register(register),
                None if percent => return Err(LitmusError::new(line, format!("`{name}` is no register"))),
                _ => Address::Location(location(name)),
            };
            cursor.expect(close)?;
            return Ok(Operand::Memory(address));
        }
    }
    let line = cursor.line();
    let name = cursor.word()?;
    match Register::named(name) {
        Some((register, width)) if arch == Arch::X86 => {
            bits.get_or_insert(width);
            Ok(Operand::Register(register))
        }
        _ => Err(LitmusError::new(line, format!("operand `{name}`: a register, a constant or `[location]` expected"))),
    }
}
