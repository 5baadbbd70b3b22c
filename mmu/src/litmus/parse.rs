//! The sections of a litmus test: header, initial state, program, condition.

use super::condition::{Condition, Quantifier};
use super::instruction::{Address, Instruction, instruction};
use super::lex::{Cursor, LitmusError, Token, Tokens, tokens};
use super::place::{self, Arch, Location, Place, Register, Type};
use super::test::Test;

/// Most threads, which is most CPUs.
const THREADS: usize = 8;
/// Most instructions of a thread: each can be a store that waits in the buffer.
const INSTRUCTIONS: usize = 64;
/// Deepest nesting of a condition.
const DEPTH: u32 = 100;

struct Draft {
    arch: Arch,
    /// Name, declared type, initial value.
    locations: Vec<(String, Option<Type>, u64)>,
    registers: Vec<(u32, Register, u64)>,
}

impl Draft {
    fn location(&mut self, name: &str) -> u32 {
        let found = self.locations.iter().position(|(other, _, _)| other == name);
        found.unwrap_or_else(|| {
            self.locations.push((name.to_owned(), None, 0));
            self.locations.len() - 1
        }) as u32
    }
}

impl Test {
    /// Reads a test.
    ///
    /// # Errors
    /// The first thing that is wrong or not supported, with its line.
    pub fn parse(text: &str) -> Result<Test, LitmusError> {
        let open = text.find('{').ok_or_else(|| LitmusError::new(1, "no `{`: the initial state is missing"))?;
        let header = &text[..open];
        let (arch, name) = parse_header(header)?;
        let line = 1 + header.matches('\n').count() as u32;
        let all = tokens(&text[open..], line)?;
        let last_line = line + text[open..].matches('\n').count() as u32;
        let close = position(&all, |t| *t == Token::Sign("}"))
            .ok_or_else(|| LitmusError::new(line, "the initial state has no `}`"))?;
        let mut draft = Draft { arch, locations: Vec::new(), registers: Vec::new() };
        for part in all[1..close].split(|(_, t)| *t == Token::Sign(";")) {
            parse_initial(&mut draft, part, last_line)?;
        }
        let rest = &all[close + 1..];
        let end = (0..rest.len())
            .find(|i| is_tail(rest, *i))
            .ok_or_else(|| LitmusError::new(last_line, "no `exists`, `~exists` or `forall`"))?;
        let threads = parse_program(&mut draft, &rest[..end])?;
        let mut cursor = Cursor::new(&rest[end..], last_line);
        let mut shown = Vec::new();
        if cursor.peek() == Some(&Token::Word("locations")) {
            cursor.next();
            parse_locations(&mut draft, &mut cursor, &mut shown, threads.len())?;
        }
        let quantifier = parse_quantifier(&mut cursor)?;
        let condition = parse_implies(&mut draft, &mut cursor, threads.len(), 0)?;
        if cursor.peek().is_some() {
            return Err(cursor.wrong("the end"));
        }
        condition.places(&mut shown);
        shown.sort_unstable();
        shown.dedup();
        let locations = typed(&draft, &threads)?;
        Ok(Test { arch, name, locations, registers: draft.registers, threads, shown, quantifier, condition })
    }
}

fn position<'a>(tokens: &Tokens<'a>, is: impl Fn(&Token<'a>) -> bool) -> Option<usize> {
    tokens.iter().position(|(_, token)| is(token))
}

fn parse_header(header: &str) -> Result<(Arch, String), LitmusError> {
    // Lines before the first may be empty; lines after it are a quoted description and `Key=value` pairs.
    let (number, first) = (1..)
        .zip(header.lines())
        .find(|(_, line)| !line.trim().is_empty())
        .ok_or_else(|| LitmusError::new(1, "no header: `X86_64 NAME` expected"))?;
    let mut words = first.split_whitespace();
    let arch = match words.next() {
        Some("X86") => Arch::X86,
        Some("X86_64") => Arch::X86_64,
        other => {
            let other = other.unwrap_or_default();
            return Err(LitmusError::new(number, format!("architecture `{other}`: X86 or X86_64 expected")));
        }
    };
    let name = words.next().ok_or_else(|| LitmusError::new(number, "the test has no name"))?;
    Ok((arch, name.to_owned()))
}

fn parse_type(word: &str) -> Option<Type> {
    let ty = |bits, signed| Some(Type { bits, signed });
    match word {
        "int8_t" | "char" => ty(8, true),
        "uint8_t" => ty(8, false),
        "int16_t" | "short" => ty(16, true),
        "uint16_t" => ty(16, false),
        "int32_t" | "int" => ty(32, true),
        "uint32_t" => ty(32, false),
        "int64_t" | "long" => ty(64, true),
        "uint64_t" => ty(64, false),
        _ => None,
    }
}

fn thread_number(n: i128, line: u32) -> Result<u32, LitmusError> {
    u32::try_from(n).ok().filter(|n| *n < THREADS as u32).ok_or_else(|| LitmusError::new(line, format!("thread {n}")))
}

/// One of `x=1`, `[x]=1`, `int x`, `uint64_t x=1`, `0:rax=1`, `0:rdi=x`, `int64_t 0:rcx`.
fn parse_initial(draft: &mut Draft, part: &[(u32, Token<'_>)], last_line: u32) -> Result<(), LitmusError> {
    let mut cursor = Cursor::new(part, part.last().map_or(last_line, |(line, _)| *line));
    if cursor.peek().is_none() {
        return Ok(());
    }
    let mut ty = None;
    if let Some(Token::Word(word)) = cursor.peek()
        && let Some(found) = parse_type(word)
    {
        ty = Some(found);
        cursor.next();
    }
    if cursor.peek() == Some(&Token::Sign("*")) {
        return Err(LitmusError::new(
            cursor.line(),
            "pointer types are not supported; an untyped location can hold one",
        ));
    }
    if let Some(Token::Number(_)) = cursor.peek() {
        let line = cursor.line();
        let thread = thread_number(cursor.number()?, line)?;
        cursor.expect(":")?;
        cursor.take("%");
        let name = cursor.word()?;
        let (register, _) =
            Register::named(name).ok_or_else(|| LitmusError::new(line, format!("`{name}` is no register")))?;
        let value = if cursor.take("=") { parse_value(draft, &mut cursor)? } else { 0 };
        draft.registers.retain(|(t, r, _)| (*t, *r) != (thread, register));
        draft.registers.push((thread, register, value));
    } else {
        let bracket = cursor.take("[");
        let name = cursor.word()?;
        if bracket {
            cursor.expect("]")?;
        } else if cursor.peek() == Some(&Token::Sign("[")) {
            return Err(LitmusError::new(cursor.line(), "arrays are not supported"));
        }
        let index = draft.location(name) as usize;
        if ty.is_some() {
            draft.locations[index].1 = ty;
        }
        if cursor.take("=") {
            draft.locations[index].2 = parse_value(draft, &mut cursor)?;
        }
    }
    if cursor.peek().is_some() { Err(cursor.wrong("`;`")) } else { Ok(()) }
}

fn parse_value(draft: &mut Draft, cursor: &mut Cursor<'_, '_>) -> Result<u64, LitmusError> {
    match cursor.peek() {
        Some(Token::Word(name)) => {
            cursor.next();
            Ok(place::address(draft.location(name)))
        }
        _ => Ok(cursor.number()? as u64),
    }
}

/// Tokens from `i` on are no longer the program.
fn is_tail(rest: &[(u32, Token<'_>)], i: usize) -> bool {
    match rest[i].1 {
        Token::Word("exists" | "forall" | "locations" | "filter") => true,
        Token::Sign("~") => matches!(rest.get(i + 1), Some((_, Token::Word("exists")))),
        _ => false,
    }
}

/// Columns of instructions, separated by `|`, each row ended by `;`; the first row names the threads.
fn parse_program(draft: &mut Draft, all: &[(u32, Token<'_>)]) -> Result<Vec<Vec<Instruction>>, LitmusError> {
    let first_line = all.first().map_or(1, |(line, _)| *line);
    let mut rows = all.split(|(_, t)| *t == Token::Sign(";"));
    let heads: Vec<_> = rows.next().unwrap_or(&[]).split(|(_, t)| *t == Token::Sign("|")).collect();
    if heads.len() > THREADS {
        return Err(LitmusError::new(first_line, format!("{} threads: at most {THREADS}", heads.len())));
    }
    for (i, head) in heads.iter().enumerate() {
        let name = format!("P{i}");
        if !matches!(head, [(_, Token::Word(word))] if *word == name) {
            return Err(LitmusError::new(first_line, format!("`{name}` expected at the head of column {}", i + 1)));
        }
    }
    let mut threads = vec![Vec::new(); heads.len()];
    for row in rows {
        let line = row.first().map_or(first_line, |(line, _)| *line);
        let cells: Vec<_> = row.split(|(_, t)| *t == Token::Sign("|")).collect();
        if row.is_empty() {
            continue;
        }
        if cells.len() > threads.len() {
            return Err(LitmusError::new(line, "more columns than threads"));
        }
        for (cell, thread) in cells.into_iter().zip(&mut threads) {
            if cell.is_empty() {
                continue;
            }
            let arch = draft.arch;
            let mut cursor = Cursor::new(cell, line);
            thread.push(instruction(&mut cursor, arch, &mut |name| draft.location(name))?);
            if cursor.peek().is_some() {
                return Err(cursor.wrong("`|` or `;`"));
            }
            if thread.len() > INSTRUCTIONS {
                return Err(LitmusError::new(line, format!("more than {INSTRUCTIONS} instructions in a thread")));
            }
        }
    }
    Ok(threads)
}

fn parse_locations(
    draft: &mut Draft,
    cursor: &mut Cursor<'_, '_>,
    shown: &mut Vec<Place>,
    threads: usize,
) -> Result<(), LitmusError> {
    cursor.expect("[")?;
    while !cursor.take("]") {
        shown.push(parse_place(draft, cursor, threads)?);
        if !cursor.take(";") && cursor.peek() != Some(&Token::Sign("]")) {
            return Err(cursor.wrong("`;` or `]`"));
        }
    }
    Ok(())
}

fn parse_quantifier(cursor: &mut Cursor<'_, '_>) -> Result<Quantifier, LitmusError> {
    let not = cursor.take("~");
    match (not, cursor.peek()) {
        (false, Some(Token::Word("exists"))) => {
            cursor.next();
            Ok(Quantifier::Exists)
        }
        (true, Some(Token::Word("exists"))) => {
            cursor.next();
            Ok(Quantifier::NotExists)
        }
        (false, Some(Token::Word("forall"))) => {
            cursor.next();
            Ok(Quantifier::Forall)
        }
        (_, Some(Token::Word("filter"))) => Err(LitmusError::new(cursor.line(), "`filter` is not supported")),
        _ => Err(cursor.wrong("`exists`, `~exists` or `forall`")),
    }
}

fn parse_place(draft: &mut Draft, cursor: &mut Cursor<'_, '_>, threads: usize) -> Result<Place, LitmusError> {
    let line = cursor.line();
    if let Some(Token::Number(_)) = cursor.peek() {
        let thread = thread_number(cursor.number()?, line)?;
        if thread as usize >= threads {
            return Err(LitmusError::new(line, format!("there is no thread {thread}")));
        }
        cursor.expect(":")?;
        cursor.take("%");
        let name = cursor.word()?;
        let (register, _) =
            Register::named(name).ok_or_else(|| LitmusError::new(line, format!("`{name}` is no register")))?;
        return Ok(Place::Register(thread, register));
    }
    let bracket = cursor.take("[");
    let name = cursor.word()?;
    if bracket {
        cursor.expect("]")?;
    }
    Ok(Place::Location(draft.location(name)))
}

fn parse_implies(d: &mut Draft, c: &mut Cursor<'_, '_>, threads: usize, depth: u32) -> Result<Condition, LitmusError> {
    let left = parse_or(d, c, threads, depth)?;
    if c.take("=>") {
        check_depth(c, depth)?;
        let right = parse_implies(d, c, threads, depth + 1)?;
        return Ok(Condition::Implies(left.into(), right.into()));
    }
    Ok(left)
}

fn parse_or(d: &mut Draft, c: &mut Cursor<'_, '_>, threads: usize, depth: u32) -> Result<Condition, LitmusError> {
    let mut left = parse_and(d, c, threads, depth)?;
    let mut count = depth;
    while c.take("\\/") {
        count += 1;
        check_depth(c, count)?;
        left = Condition::Or(left.into(), parse_and(d, c, threads, depth)?.into());
    }
    Ok(left)
}

fn parse_and(d: &mut Draft, c: &mut Cursor<'_, '_>, threads: usize, depth: u32) -> Result<Condition, LitmusError> {
    let mut left = parse_atom(d, c, threads, depth)?;
    let mut count = depth;
    while c.take("/\\") {
        count += 1;
        check_depth(c, count)?;
        left = Condition::And(left.into(), parse_atom(d, c, threads, depth)?.into());
    }
    Ok(left)
}

fn check_depth(c: &Cursor<'_, '_>, depth: u32) -> Result<(), LitmusError> {
    if depth < DEPTH { Ok(()) } else { Err(LitmusError::new(c.line(), "the condition is too long or too deep")) }
}

fn parse_atom(d: &mut Draft, c: &mut Cursor<'_, '_>, threads: usize, depth: u32) -> Result<Condition, LitmusError> {
    check_depth(c, depth)?;
    if c.take("~") || c.peek() == Some(&Token::Word("not")) {
        if c.peek() == Some(&Token::Word("not")) {
            c.next();
        }
        return Ok(Condition::Not(parse_atom(d, c, threads, depth + 1)?.into()));
    }
    if c.take("(") {
        let inner = parse_implies(d, c, threads, depth + 1)?;
        c.expect(")")?;
        return Ok(inner);
    }
    if let Some(Token::Word(word @ ("true" | "false"))) = c.peek() {
        c.next();
        return Ok(Condition::Constant(*word == "true"));
    }
    let place = parse_place(d, c, threads)?;
    c.expect("=")?;
    match c.peek() {
        Some(Token::Word(name)) => {
            c.next();
            Ok(Condition::Address(place, d.location(name)))
        }
        Some(Token::Sign("[")) => Ok(Condition::Same(place, parse_place(d, c, threads)?)),
        _ => {
            let n = c.number()?;
            if c.peek() == Some(&Token::Sign(":")) {
                return Err(LitmusError::new(c.line(), "registers can be compared with constants and locations only"));
            }
            Ok(Condition::Equal(place, n))
        }
    }
}

/// Gives each location the width of its accesses, where it has no type of its own.
fn typed(draft: &Draft, threads: &[Vec<Instruction>]) -> Result<Vec<Location>, LitmusError> {
    let mut types: Vec<Option<Type>> = draft.locations.iter().map(|(_, ty, _)| *ty).collect();
    for (address, bits) in threads.iter().flatten().filter_map(Instruction::memory) {
        let Address::Location(index) = address else { continue };
        let ty = types[index as usize].get_or_insert(Type { bits, signed: true });
        if ty.bits != bits {
            let name = &draft.locations[index as usize].0;
            let what = format!(
                "location `{name}` has {} bits and an access of {bits}: mixed sizes are not supported",
                ty.bits
            );
            return Err(LitmusError::new(1, what));
        }
    }
    let locations = draft.locations.iter().zip(types);
    Ok(locations
        .map(|((name, _, init), ty)| {
            let ty = ty.unwrap_or(Type { bits: 64, signed: true });
            Location { name: name.clone(), ty, init: ty.cut(*init) }
        })
        .collect())
}
