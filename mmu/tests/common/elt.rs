//! Litmus tests with address translation, as `tests/data/elt.txt` describes them.

use std::collections::HashSet;

use cowscope_mmu::{
    Access, AccessKind, Chooser, Config, Entry, FrameSpec, Machine, MemoryOrder, Mutant, Slot, Source, State, TlbMode,
    Translate,
};

/// The tests.
pub const TESTS: &str = include_str!("../data/elt.txt");

/// What the list says of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Permitted,
    Forbidden,
    Refused,
}

/// An access or an operation on translations.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Access { page: u32, store: Option<u64>, value: Option<u64>, walk: bool, dirty: bool, at: Option<u32> },
    Map { page: u32, frame: u32 },
    Inv { page: u32 },
    Ipi { page: u32 },
}

/// A test.
#[derive(Clone, Debug)]
pub struct Elt {
    pub name: String,
    pub verdict: Verdict,
    pub cores: Vec<Vec<Step>>,
}

fn letter(word: &str, first: char) -> u32 {
    let c = word.chars().next().expect("a letter");
    u32::from(c) - u32::from(first)
}

fn parse_step(line: &str) -> Step {
    let words: Vec<&str> = line.split_whitespace().collect();
    let page = letter(words[1], 'x');
    match words[0] {
        "map" => return Step::Map { page, frame: letter(words[2], 'a') },
        "inv" => return Step::Inv { page },
        "ipi" => return Step::Ipi { page },
        "r" | "w" => {}
        other => panic!("unknown step {other}"),
    }
    let number = words[2].parse().ok();
    let at = words.iter().position(|w| *w == "at").map(|i| letter(words[i + 1], 'a'));
    let store = words[0] == "w";
    Step::Access {
        page,
        store: number.filter(|_| store),
        value: number.filter(|_| !store),
        walk: words.contains(&"walk"),
        dirty: words.contains(&"dirty"),
        at,
    }
}

/// Reads all tests.
pub fn parse(text: &str) -> Vec<Elt> {
    let mut all: Vec<Elt> = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(head) = line.strip_prefix("test ") {
            let (name, verdict) = head.split_once(' ').expect("name and verdict");
            let verdict = match verdict {
                "permitted" => Verdict::Permitted,
                "forbidden" => Verdict::Forbidden,
                "refused" => Verdict::Refused,
                other => panic!("unknown verdict {other}"),
            };
            all.push(Elt { name: name.into(), verdict, cores: vec![Vec::new()] });
            continue;
        }
        let test = all.last_mut().expect("a test before its steps");
        if line == "--" {
            test.cores.push(Vec::new());
        } else {
            test.cores.last_mut().expect("a core").push(parse_step(line));
        }
    }
    all
}

impl Elt {
    /// Every entry that is written is dropped on every core: on the writer's afterwards, elsewhere by interrupt.
    pub fn well_formed(&self) -> Result<(), String> {
        for (core, steps) in self.cores.iter().enumerate() {
            for (i, step) in steps.iter().enumerate() {
                let Step::Map { page, .. } = step else { continue };
                let name = ["x", "y", "z"][*page as usize];
                if !steps[i..].iter().any(|s| matches!(s, Step::Inv { page: p } if p == page)) {
                    return Err(format!(
                        "core {core} writes the entry of {name} and never drops what it may have cached"
                    ));
                }
                for (other, steps) in self.cores.iter().enumerate().filter(|(other, _)| *other != core) {
                    if !steps.iter().any(|s| matches!(s, Step::Ipi { page: p } if p == page)) {
                        return Err(format!("core {core} writes the entry of {name}, which core {other} never drops"));
                    }
                }
            }
        }
        Ok(())
    }
}

/// What a search found.
#[derive(Clone, Copy, Debug)]
pub struct Found {
    /// A run with the outcome asked for.
    pub witness: bool,
    /// States visited: all of them if there is no witness.
    pub states: usize,
}

const FRAMES: u64 = 0x20;

struct Search<'t> {
    test: &'t Elt,
    m: Machine,
    st: State,
    /// Per core: index of the next step.
    pcs: Slot,
    /// Per core: the access in progress has set a dirty bit.
    dirtied: Slot,
}

/// Runs every interleaving, until the outcome is found or all are done.
pub fn search(test: &Elt, tlb: TlbMode, order: MemoryOrder, mutant: Mutant) -> Found {
    let mut search = Search::new(test, tlb, order, mutant);
    let cores = test.cores.len() as u32;
    let mut seen = HashSet::from([search.st.fingerprint()]);
    let mut stack = vec![(search.st.mark(), 0, 0)];
    while let Some((mark, agent, pick)) = stack.last_mut() {
        let mark = *mark;
        search.st.undo(mark);
        if *agent == 2 * cores {
            stack.pop();
            continue;
        }
        if search.finished() {
            return Found { witness: true, states: seen.len() };
        }
        let mut ch = Chooser::new(*pick);
        let moved = if *agent < cores {
            search.step(*agent, &mut ch)
        } else {
            search.m.drain(&mut search.st, *agent - cores).is_some()
        };
        *pick += 1;
        if *pick >= ch.alternatives() {
            (*agent, *pick) = (*agent + 1, 0);
        }
        assert!(!search.m.may_overflowed(&search.st), "{}: room for stale translations", test.name);
        if moved && seen.insert(search.st.fingerprint()) {
            let here = search.st.mark();
            stack.push((here, 0, 0));
        }
    }
    Found { witness: false, states: seen.len() }
}

impl<'t> Search<'t> {
    fn new(test: &'t Elt, tlb: TlbMode, order: MemoryOrder, mutant: Mutant) -> Self {
        let cpus = test.cores.len() as u32;
        let config = Config { cpus, tlb, order, store_buffer: 3, mutant, ..Config::default() };
        let mut st = State::new();
        let tables = (1..=4).map(|pfn| FrameSpec::data(pfn, 8));
        let data = (0..4).map(|i| FrameSpec::data(FRAMES + i, 1));
        let frames: Vec<FrameSpec> = tables.chain(data).collect();
        let mut m = Machine::new(&config, &mut st, &frames).expect("a machine");
        let flags = Entry::P | Entry::RW | Entry::US | Entry::A;
        for table in 1..4 {
            m.dma_write(&mut st, table << 12, (table + 1) << 12 | flags);
        }
        for page in 0..3 {
            m.dma_write(&mut st, 0x4000 + 8 * page, (FRAMES + page) << 12 | flags);
        }
        for cpu in 0..cpus {
            m.mov_cr3(&mut st, cpu, 0x1000);
        }
        let pcs = st.alloc(cpus);
        let dirtied = st.alloc(cpus);
        Search { test, m, st, pcs, dirtied }
    }

    fn finished(&self) -> bool {
        (0..).zip(&self.test.cores).all(|(core, steps)| self.st.get(self.pcs + core) == steps.len() as u64)
    }

    /// One step of a core; false when it waits, has ended, or left the outcome asked for.
    fn step(&mut self, core: u32, ch: &mut Chooser) -> bool {
        let pc = self.st.get(self.pcs + core);
        let Some(step) = self.test.cores[core as usize].get(pc as usize).copied() else { return false };
        let st = &mut self.st;
        let done = match step {
            Step::Access { .. } => return self.access(core, step, ch),
            Step::Map { page, frame } => {
                let entry = (FRAMES + u64::from(frame)) << 12 | Entry::P | Entry::RW | Entry::US | Entry::A;
                let slot = self.m.slot_of(0x4000 + 8 * u64::from(page)).expect("the table");
                self.m.store(st, core, slot, entry)
            }
            Step::Inv { page } => {
                let empty = self.m.buffer_empty(st, core);
                if empty {
                    self.m.invlpg(st, core, u64::from(page) << 12);
                    for other in (0..self.m.cpus()).filter(|other| *other != core) {
                        self.m.send_ipi(st, core, other, 32 + page as u8);
                    }
                }
                empty
            }
            Step::Ipi { page } => {
                let taken = self.m.take(st, core);
                if let Some(vector) = taken {
                    assert_eq!(u32::from(vector), 32 + page, "one interrupt at a time");
                    self.m.invlpg(st, core, u64::from(page) << 12);
                    self.m.set_if(st, core, true);
                }
                taken.is_some()
            }
        };
        if done {
            self.st.set(self.pcs + core, pc + 1);
        }
        done
    }

    fn dirty_bits(&self) -> u64 {
        (0..3).filter(|page| self.m.peek(&self.st, 0x4000 + 8 * page) & Entry::D != 0).count() as u64
    }

    fn access(&mut self, core: u32, step: Step, ch: &mut Chooser) -> bool {
        let Step::Access { page, store, value, walk, dirty, at } = step else { return false };
        let kind = if store.is_some() { AccessKind::Write } else { AccessKind::Read };
        let access = Access::user(u64::from(page) << 12, kind);
        let before = self.dirty_bits();
        let answer = self.m.translate(&mut self.st, core, &access, ch);
        let dirtied = self.st.get(self.dirtied + core) != 0 || self.dirty_bits() > before;
        let (pa, source) = match answer {
            Translate::Walking | Translate::Restarted => {
                self.st.set(self.dirtied + core, dirtied.into());
                return true;
            }
            Translate::Done { pa, source, .. } => (pa, source),
            other => panic!("{}: {other:?}", self.test.name),
        };
        self.st.set(self.dirtied + core, 0);
        let slot = self.m.slot_of(pa).expect("a data frame");
        let happened = match store {
            Some(value) => self.m.store(&mut self.st, core, slot, value),
            None => value.is_none_or(|value| self.m.load(&self.st, core, slot) == value),
        };
        let asked = (!walk || source == Source::Walk)
            && (!dirty || dirtied)
            && at.is_none_or(|frame| pa >> 12 == FRAMES + u64::from(frame));
        let pc = self.st.get(self.pcs + core);
        self.st.set(self.pcs + core, pc + 1);
        happened && asked
    }
}
