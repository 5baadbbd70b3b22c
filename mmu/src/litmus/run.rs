//! Every interleaving of a litmus test.
//!
//! An execution, which herd7 counts as a witness, is a final state together with who read from whom and in which order
//! the writes to each location reached memory; both are kept in the state beside registers and memory.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::condition::{Condition, Quantifier};
use super::instruction::{Address, Fence, Instruction, Operand, Rmw};
use super::lex::LitmusError;
use super::place::{self, Arch, Place, Register, Type};
use super::test::Test;
use crate::config::{Config, MemoryOrder};
use crate::machine::Machine;
use crate::mutant::Mutant;
use crate::state::{Slot, State};

/// Most states that a run may visit.
const STATES: usize = 20_000_000;

/// One final state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outcome {
    /// Values of the places that the test shows, in its order.
    pub values: Vec<u64>,
    /// Executions that end so.
    pub executions: u64,
    /// The condition holds here.
    pub holds: bool,
}

/// All final states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'t> {
    /// The test.
    pub test: &'t Test,
    /// Final states in order of their values.
    pub outcomes: Vec<Outcome>,
    /// Executions in which the condition holds.
    pub with: u64,
    /// Executions in which it does not.
    pub without: u64,
    /// States visited.
    pub states: u64,
}

impl Verdict<'_> {
    /// What the test claims is so.
    pub fn ok(&self) -> bool {
        match self.test.quantifier {
            Quantifier::Exists => self.with > 0,
            Quantifier::NotExists => self.with == 0,
            Quantifier::Forall => self.without == 0,
        }
    }
}

/// Runs every interleaving of `test` under a memory model.
///
/// # Errors
/// A register is used as an address and holds none; mixed sizes through one; too many states.
pub fn run(test: &Test, order: MemoryOrder) -> Result<Verdict<'_>, LitmusError> {
    run_on(test, order, Mutant::None)
}

/// [`run`] on a machine with a seeded defect.
///
/// # Errors
/// As [`run`], and a defect that this build does not have.
pub fn run_on(test: &Test, order: MemoryOrder, mutant: Mutant) -> Result<Verdict<'_>, LitmusError> {
    let mut runner = Runner::new(test, order, mutant)?;
    let mut finals: BTreeMap<Vec<u64>, (BTreeSet<Vec<u64>>, bool)> = BTreeMap::new();
    let mut seen = HashSet::from([runner.st.fingerprint()]);
    let mut stack = vec![(runner.st.mark(), 0)];
    while let Some((mark, next)) = stack.last_mut() {
        runner.st.undo(*mark);
        let (mark, agent) = (*mark, *next);
        *next += 1;
        let threads = test.threads.len() as u32;
        if agent == 2 * threads {
            stack.pop();
            continue;
        }
        if agent == 0 && runner.finished() {
            let (values, execution, holds) = runner.outcome();
            finals.entry(values).or_insert_with(|| (BTreeSet::new(), holds)).0.insert(execution);
            stack.pop();
            continue;
        }
        let moved = if agent < threads { runner.step(agent)? } else { runner.drain(agent - threads) };
        if moved && seen.insert(runner.st.fingerprint()) {
            if seen.len() > STATES {
                return Err(LitmusError::new(1, format!("more than {STATES} states")));
            }
            let here = runner.st.mark();
            stack.push((here, 0));
        } else {
            runner.st.undo(mark);
        }
    }
    let outcomes: Vec<Outcome> = finals
        .into_iter()
        .map(|(values, (executions, holds))| Outcome { values, executions: executions.len() as u64, holds })
        .collect();
    let sum = |holds: bool| outcomes.iter().filter(|o| o.holds == holds).map(|o| o.executions).sum();
    Ok(Verdict { test, with: sum(true), without: sum(false), states: seen.len() as u64, outcomes })
}

struct Runner<'t> {
    test: &'t Test,
    m: Machine,
    st: State,
    /// One word per location: the number of the write whose value it holds.
    memory: Slot,
    /// Twice the index of the next instruction, plus 1 between the halves of one that is not locked.
    pcs: Slot,
    /// What the first half read.
    halves: Slot,
    registers: Slot,
    /// For each thread and instruction the write it read from, plus 1.
    reads: Slot,
    /// For each location how many writes reached it, then which, in order.
    orders: Vec<Slot>,
    width: u32,
    /// Writes by number: who made it, and the value. Number 0 to n-1 are the initial values.
    writes: Vec<(u32, u64)>,
    numbers: HashMap<(u32, u64), u64>,
}

impl<'t> Runner<'t> {
    fn new(test: &'t Test, order: MemoryOrder, mutant: Mutant) -> Result<Self, LitmusError> {
        let width = test.threads.iter().map(Vec::len).max().unwrap_or(0).max(1) as u32;
        let cpus = test.threads.len().max(1) as u32;
        let config = Config { cpus, order, store_buffer: width, mutant, ..Config::default() };
        let mut st = State::new();
        let m = Machine::new(&config, &mut st, &[]).map_err(|e| LitmusError::new(1, e.to_string()))?;
        let count = test.locations.len() as u32;
        let memory = st.alloc(count);
        let pcs = st.alloc(cpus);
        let halves = st.alloc(cpus);
        let registers = st.alloc(16 * cpus);
        let reads = st.alloc(width * cpus);
        let orders = (0..count).map(|_| st.alloc(1 + width * cpus)).collect();
        let mut runner = Runner {
            test,
            m,
            st,
            memory,
            pcs,
            halves,
            registers,
            reads,
            orders,
            width,
            writes: Vec::new(),
            numbers: HashMap::new(),
        };
        for (i, location) in (0..).zip(&test.locations) {
            let number = runner.number(u32::MAX - i, location.init);
            runner.st.set(memory + i, number);
        }
        for (thread, register, value) in &test.registers {
            if *thread < cpus {
                runner.st.set(registers + 16 * thread + u32::from(register.0), *value);
            }
        }
        Ok(runner)
    }

    fn number(&mut self, writer: u32, value: u64) -> u64 {
        let writes = &mut self.writes;
        *self.numbers.entry((writer, value)).or_insert_with(|| {
            writes.push((writer, value));
            writes.len() as u64 - 1
        })
    }

    fn finished(&self) -> bool {
        (0..).zip(&self.test.threads).all(|(thread, program)| {
            self.st.get(self.pcs + thread) == 2 * program.len() as u64 && self.m.buffered(&self.st, thread).is_empty()
        })
    }

    fn register(&self, thread: u32, register: Register) -> u64 {
        self.st.get(self.registers + 16 * thread + u32::from(register.0))
    }

    /// Writes a register as the processor does: 32 bits clear the upper half, fewer leave the rest alone.
    fn set_register(&mut self, thread: u32, register: Register, bits: u32, value: u64) {
        let slot = self.registers + 16 * thread + u32::from(register.0);
        let low = Type { bits, signed: false }.cut(value);
        let value = if bits < 32 { self.st.get(slot) & !(u64::MAX >> (64 - bits)) | low } else { low };
        self.st.set(slot, value);
    }

    fn locate(&self, thread: u32, address: Address, bits: u32) -> Result<u32, LitmusError> {
        let index = match address {
            Address::Location(index) => index,
            Address::Register(register) => self.test.at(self.register(thread, register)).ok_or_else(|| {
                let name = register.name(self.test.arch);
                LitmusError::new(1, format!("{thread}:{name} is used as an address and holds none"))
            })?,
        };
        let ty = self.test.locations[index as usize].ty;
        if ty.bits != bits {
            return Err(LitmusError::new(1, "mixed sizes are not supported"));
        }
        Ok(index)
    }

    /// A load by the instruction at `pc`: its value, and note of whose write it is.
    fn load(&mut self, thread: u32, pc: u32, location: u32) -> u64 {
        let number = self.m.load(&self.st, thread, self.memory + location);
        self.st.set(self.reads + thread * self.width + pc, number + 1);
        self.writes[number as usize].1
    }

    fn store(&mut self, thread: u32, pc: u32, location: u32, value: u64, locked: bool) {
        let value = self.test.locations[location as usize].ty.cut(value);
        let number = self.number(thread * self.width + pc, value);
        let slot = self.memory + location;
        if locked || self.m.config().order == MemoryOrder::Sc {
            self.m.store_locked(&mut self.st, thread, slot, number);
            self.arrived(slot, number);
        } else {
            // The buffer has room for every store of the thread.
            self.m.store(&mut self.st, thread, slot, number);
        }
    }

    fn arrived(&mut self, slot: Slot, number: u64) {
        let order = self.orders[(slot - self.memory) as usize];
        let n = self.st.get(order);
        self.st.set(order, n + 1);
        self.st.set(order + 1 + n as Slot, number);
    }

    fn drain(&mut self, thread: u32) -> bool {
        match self.m.drain(&mut self.st, thread) {
            Some((slot, number)) => {
                self.arrived(slot, number);
                true
            }
            None => false,
        }
    }

    fn value(&self, thread: u32, operand: Operand) -> u64 {
        match operand {
            Operand::Register(register) => self.register(thread, register),
            Operand::Constant(value) => value,
            Operand::Memory(_) => 0,
        }
    }

    /// The next step of a thread; false when it has ended or must wait.
    fn step(&mut self, thread: u32) -> Result<bool, LitmusError> {
        let at = self.st.get(self.pcs + thread);
        let pc = (at / 2) as u32;
        let Some(instruction) = self.test.threads[thread as usize].get(pc as usize) else { return Ok(false) };
        let mut next = 2 * u64::from(pc) + 2;
        match *instruction {
            Instruction::Nop => {}
            Instruction::Fence(Fence::Mfence) => {
                if !self.m.buffer_empty(&self.st, thread) {
                    return Ok(false);
                }
            }
            // Under x86-TSO loads and stores of ordinary memory are in order among themselves without these.
            Instruction::Fence(Fence::Sfence | Fence::Lfence) => {}
            Instruction::Move { source, destination, bits } => {
                let value = match source {
                    Operand::Memory(address) => {
                        let location = self.locate(thread, address, bits)?;
                        self.load(thread, pc, location)
                    }
                    other => self.value(thread, other),
                };
                self.put(thread, pc, destination, bits, value, false)?;
            }
            Instruction::Modify { op, source, destination, bits, locked } => {
                if locked && !self.m.buffer_empty(&self.st, thread) {
                    return Ok(false);
                }
                // Not locked, memory is read in one step and written in the next.
                let halves = !locked && matches!(destination, Operand::Memory(_));
                if halves && at.is_multiple_of(2) {
                    let old = self.get(thread, pc, destination, bits)?;
                    self.st.set(self.halves + thread, old);
                    next = at + 1;
                } else {
                    let old = if halves {
                        self.st.get(self.halves + thread)
                    } else {
                        self.get(thread, pc, destination, bits)?
                    };
                    let with = match source {
                        Operand::Memory(_) => self.get(thread, pc, source, bits)?,
                        other => self.value(thread, other),
                    };
                    self.st.set(self.halves + thread, 0);
                    self.modify(thread, pc, op, (source, destination), (old, with), (bits, locked))?;
                }
            }
        }
        self.st.set(self.pcs + thread, next);
        Ok(true)
    }

    fn get(&mut self, thread: u32, pc: u32, operand: Operand, bits: u32) -> Result<u64, LitmusError> {
        match operand {
            Operand::Memory(address) => {
                let location = self.locate(thread, address, bits)?;
                Ok(self.load(thread, pc, location))
            }
            other => Ok(self.value(thread, other)),
        }
    }

    fn put(
        &mut self,
        thread: u32,
        pc: u32,
        operand: Operand,
        bits: u32,
        value: u64,
        locked: bool,
    ) -> Result<(), LitmusError> {
        match operand {
            Operand::Memory(address) => {
                let location = self.locate(thread, address, bits)?;
                self.store(thread, pc, location, value, locked);
            }
            Operand::Register(register) => self.set_register(thread, register, bits, value),
            Operand::Constant(_) => {}
        }
        Ok(())
    }

    fn modify(
        &mut self,
        thread: u32,
        pc: u32,
        op: Rmw,
        (source, destination): (Operand, Operand),
        (old, with): (u64, u64),
        (bits, locked): (u32, bool),
    ) -> Result<(), LitmusError> {
        let cut = |value: u64| Type { bits, signed: false }.cut(value);
        let rax = Register(0);
        let new = match op {
            Rmw::Xchg => with,
            Rmw::Xadd | Rmw::Add => old.wrapping_add(with),
            Rmw::Sub => old.wrapping_sub(with),
            Rmw::And => old & with,
            Rmw::Or => old | with,
            Rmw::Xor => old ^ with,
            Rmw::Inc => old.wrapping_add(1),
            Rmw::Dec => old.wrapping_sub(1),
            Rmw::Neg => old.wrapping_neg(),
            Rmw::Not => !old,
            Rmw::Cmpxchg => {
                if cut(old) != cut(self.register(thread, rax)) {
                    // The processor writes the old value back, which no other thread can tell from no write.
                    self.set_register(thread, rax, bits, old);
                    return Ok(());
                }
                with
            }
        };
        self.put(thread, pc, destination, bits, new, locked)?;
        if matches!(op, Rmw::Xchg | Rmw::Xadd) {
            self.put(thread, pc, source, bits, old, locked)?;
        }
        Ok(())
    }

    fn at(&self, place: Place) -> u64 {
        match place {
            Place::Register(thread, register) => self.register(thread, register),
            Place::Location(index) => self.writes[self.st.get(self.memory + index) as usize].1,
        }
    }

    /// Shown values, the execution, and whether the condition holds.
    fn outcome(&self) -> (Vec<u64>, Vec<u64>, bool) {
        let values = self.test.shown.iter().map(|place| self.at(*place)).collect();
        let execution = (self.registers..self.st.len()).map(|slot| self.st.get(slot)).collect();
        (values, execution, self.test.condition.holds(&|equation| self.equation(equation)))
    }

    fn equation(&self, equation: &Condition) -> bool {
        match equation {
            Condition::Equal(place, value) => {
                let value = *value as u64;
                match place {
                    Place::Location(index) => {
                        let ty = self.test.locations[*index as usize].ty;
                        ty.cut(self.at(*place)) == ty.cut(value)
                    }
                    Place::Register(..) if self.test.arch == Arch::X86 => self.at(*place) as u32 == value as u32,
                    // A 32-bit load of a negative number leaves the upper half clear.
                    Place::Register(..) => {
                        let here = self.at(*place);
                        here == value || (here >> 32 == 0 && (value as i64) < 0 && here == u64::from(value as u32))
                    }
                }
            }
            Condition::Same(a, b) => self.at(*a) == self.at(*b),
            Condition::Address(place, index) => self.at(*place) == place::address(*index),
            _ => false,
        }
    }
}
