//! The protocol of `core/models/protocol.c` for stateright: one numbered item is one transition, the state is packed by hand.
//!
//! `protocol-in-stateright PAGES s|f|sf dfs|bfs [THREADS]`

use stateright::{Checker, HasDiscoveries, Model, Property};
use std::time::Instant;

/// The state in bytes; what lies where depends on the number of pages.
type State<const LEN: usize> = [u8; LEN];

const SEQ: usize = 0;
const IPI: usize = 1;
const MMAP_LOCK: usize = 2;
const PTLP: usize = 3;
const PTLC: usize = 4;
const STARTED: usize = 5;
const MASK: usize = 6;
const BROKE: usize = 7;
/// Program counter and locals of each thread: pc, i, f, g, d, then s and v of CPU 1.
const CPU0: usize = 8;
const CPU1: usize = 13;
const CPU2: usize = 20;
const ARRAYS: usize = 25;
const I: usize = 1;
const F: usize = 2;
const G: usize = 3;
const D: usize = 4;
const S: usize = 5;
const V: usize = 6;

/// The protocol with `N` pages; `LEN` is 25 + 3 N + 4 (2 N + 1).
#[derive(Clone)]
struct Protocol<const N: usize, const LEN: usize> {
    seqcount: bool,
    flush: bool,
}

fn pte(frame: u8, writable: bool) -> u8 {
    (frame + 1) << 1 | writable as u8
}
fn frame(pte: u8) -> usize {
    (pte >> 1) as usize - 1
}
fn writable(pte: u8) -> bool {
    pte & 1 == 1
}

// one step a line, as in the other models of the protocol
#[rustfmt::skip]
impl<const N: usize, const LEN: usize> Protocol<N, LEN> {
    const FRAMES: usize = 2 * N + 1;
    const PP: usize = ARRAYS;
    const CP: usize = ARRAYS + N;
    const TLB: usize = ARRAYS + 2 * N;
    const REF: usize = ARRAYS + 3 * N;
    const MAP: usize = Self::REF + Self::FRAMES;
    const PIN: usize = Self::MAP + Self::FRAMES;
    const DATA: usize = Self::PIN + Self::FRAMES;

    fn check(s: &mut State<LEN>, ok: bool) {
        s[BROKE] |= !ok as u8;
    }
    fn counts(s: &mut State<LEN>, f: usize) {
        let ok = s[Self::REF + f] >= s[Self::MAP + f] + s[Self::PIN + f];
        Self::check(s, ok);
    }
    fn lower(s: &mut State<LEN>, at: usize) {
        Self::check(s, s[at] > 0);
        s[at] = s[at].saturating_sub(1);
    }
    fn lock(s: &mut State<LEN>, lock: usize, next: u8) -> Option<u8> {
        (s[lock] == 0).then(|| {
            s[lock] = 1;
            next
        })
    }
    fn alloc(s: &mut State<LEN>, t: usize, next: u8) -> u8 {
        let free = (0..Self::FRAMES).find(|f| s[Self::REF + f] == 0);
        Self::check(s, free.is_some());
        let g = free.unwrap_or(0);
        (s[Self::REF + g], s[Self::MAP + g], s[t + G]) = (1, 1, g as u8);
        next
    }
    fn read(s: &mut State<LEN>, t: usize, next: u8) -> u8 {
        s[t + D] = s[Self::DATA + s[t + F] as usize];
        next
    }
    fn write(s: &mut State<LEN>, t: usize, next: u8) -> u8 {
        s[Self::DATA + s[t + G] as usize] = s[t + D];
        s[t + D] = 0;
        next
    }
    fn put_ref(s: &mut State<LEN>, t: usize) {
        let f = s[t + F] as usize;
        Self::lower(s, Self::REF + f);
        Self::counts(s, f);
        s[t + F] = 0;
    }
    fn unpin(s: &mut State<LEN>) {
        let f = s[CPU1 + F] as usize;
        Self::lower(s, Self::PIN + f);
        Self::put_ref(s, CPU1);
    }
    fn next_page(s: &mut State<LEN>, t: usize, again: u8, done: u8) -> u8 {
        let more = (s[t + I] as usize) < N - 1;
        s[t + I] = if more { s[t + I] + 1 } else { 0 };
        if more { again } else { done }
    }
    fn coherent(s: &mut State<LEN>, i: usize) {
        let d = s[Self::DATA + frame(s[Self::TLB + i])];
        Self::check(s, d == 2);
    }

    fn cpu0(&self, s: &mut State<LEN>) -> Option<u8> {
        let (i, f) = (s[CPU0 + I] as usize, s[CPU0 + F] as usize);
        let either = |on, a, b| if on { a } else { b };
        Some(match s[CPU0] {
            1 => return Self::lock(s, MMAP_LOCK, either(self.seqcount, 2, 3)),
            2 => { s[SEQ] += 1; 3 }
            3 => return Self::lock(s, PTLP, 4),
            4 => { s[CPU0 + F] = frame(s[Self::PP + i]) as u8; 5 }
            5 => either(s[Self::PIN + f] > 0, 6, 10),
            6 => Self::alloc(s, CPU0, 7),
            7 => { let next = Self::read(s, CPU0, 8); s[CPU0 + F] = 0; next }
            8 => Self::write(s, CPU0, 9),
            9 => { s[Self::CP + i] = pte(s[CPU0 + G], true); s[CPU0 + G] = 0; 14 }
            10 => { s[Self::PP + i] = pte(f as u8, false); 11 }
            11 => { s[Self::REF + f] += 1; 12 }
            12 => { s[Self::MAP + f] += 1; Self::counts(s, f); 13 }
            13 => { s[Self::CP + i] = pte(f as u8, false); s[CPU0 + F] = 0; 14 }
            14 => { s[PTLP] = 0; Self::next_page(s, CPU0, 3, either(self.flush, 15, either(self.seqcount, 17, 18))) }
            15 => { s[IPI] = 1; 16 }
            16 if s[IPI] == 0 => either(self.seqcount, 17, 18),
            17 => { s[SEQ] += 1; 18 }
            18 => { s[MMAP_LOCK] = 0; 19 }
            19 => { s[STARTED] = 1; 20 }
            20 if writable(s[Self::PP]) => { s[CPU0 + F] = frame(s[Self::PP]) as u8; 34 }
            20 => 21,
            21 => return Self::lock(s, PTLP, 22),
            22 if writable(s[Self::PP]) => 33,
            22 => { s[CPU0 + F] = frame(s[Self::PP]) as u8; 23 }
            23 => either(s[Self::REF + f] == 1, 24, 25),
            24 => { s[Self::PP] = pte(f as u8, true); s[CPU0 + F] = 0; 33 }
            25 => Self::alloc(s, CPU0, 26),
            26 => Self::read(s, CPU0, 27),
            27 => Self::write(s, CPU0, 28),
            28 => { s[Self::PP] = pte(s[CPU0 + G], true); s[CPU0 + G] = 0; 29 }
            29 => { Self::lower(s, Self::MAP + f); 30 }
            30 => { Self::put_ref(s, CPU0); 31 }
            31 => { s[IPI] = 2; 32 }
            32 if s[IPI] == 0 => 33,
            33 => { s[PTLP] = 0; 20 }
            34 => { Self::check(s, s[Self::DATA + f] != 3); s[CPU0 + F] = 0; 35 }
            _ => return None,
        })
    }

    fn cpu1(&self, s: &mut State<LEN>) -> Option<u8> {
        let (i, f) = (s[CPU1 + I] as usize, s[CPU1 + F] as usize);
        let either = |on, a, b| if on { a } else { b };
        let entry = s[Self::PP + i];
        Some(match s[CPU1] {
            1 => { s[MASK] = 1; either(self.seqcount, 2, 3) }
            2 if s[SEQ] & 1 == 1 => 9,
            2 => { s[CPU1 + S] = s[SEQ]; 3 }
            3 if writable(entry) => { s[CPU1 + F] = frame(entry) as u8; 4 }
            3 => { s[CPU1 + S] = 0; 9 }
            4 if s[Self::REF + f] == 0 => { (s[CPU1 + F], s[CPU1 + S]) = (0, 0); 9 }
            4 => { s[Self::PIN + f] += 1; s[Self::REF + f] += 1; 5 }
            5 if entry == pte(f as u8, true) => either(self.seqcount, 6, 8),
            5 => { s[CPU1 + S] = 0; 7 }
            6 => { let same = s[SEQ] == s[CPU1 + S]; s[CPU1 + S] = 0; either(same, 8, 7) }
            7 => { Self::unpin(s); 9 }
            8 => { s[MASK] = 0; 25 }
            9 => { s[MASK] = 0; 10 }
            10 => return Self::lock(s, MMAP_LOCK, 11),
            11 => return Self::lock(s, PTLP, 12),
            12 => { s[CPU1 + F] = frame(entry) as u8; either(writable(entry), 22, 13) }
            13 => either(s[Self::REF + f] == 1, 14, 15),
            14 => { s[Self::PP + i] = pte(f as u8, true); 22 }
            15 => Self::alloc(s, CPU1, 16),
            16 => Self::read(s, CPU1, 17),
            17 => Self::write(s, CPU1, 18),
            18 => { s[Self::PP + i] = pte(s[CPU1 + G], true); 19 }
            19 => { Self::lower(s, Self::MAP + f); 20 }
            20 => { Self::put_ref(s, CPU1); (s[CPU1 + F], s[CPU1 + G]) = (s[CPU1 + G], 0); 21 }
            21 => { s[Self::TLB + i] = 0; 22 }
            22 => { s[Self::PIN + f] += 1; s[Self::REF + f] += 1; 23 }
            23 => { s[PTLP] = 0; 24 }
            24 => { s[MMAP_LOCK] = 0; 25 }
            25 => { s[Self::DATA + f] = 2; 26 }
            26 if s[Self::TLB + i] != 0 => { Self::coherent(s, i); 29 }
            26 if entry != 0 => { (s[CPU1 + V], s[MASK]) = (entry, 1); 27 }
            27 => { (s[Self::TLB + i], s[CPU1 + V]) = (s[CPU1 + V], 0); 28 }
            28 => { Self::coherent(s, i); s[MASK] = 0; 29 }
            29 => { Self::unpin(s); Self::next_page(s, CPU1, 1, 30) }
            _ => return None,
        })
    }

    fn handler(s: &mut State<LEN>) -> Option<()> {
        (s[IPI] != 0 && s[MASK] == 0).then(|| {
            let entries = if s[IPI] == 1 { N } else { 1 };
            s[Self::TLB..Self::TLB + entries].fill(0);
            s[IPI] = 0;
        })
    }

    fn cpu2(&self, s: &mut State<LEN>) -> Option<u8> {
        let (i, f) = (s[CPU2 + I] as usize, s[CPU2 + F] as usize);
        let either = |on, a, b| if on { a } else { b };
        let entry = s[Self::CP + i];
        Some(match s[CPU2] {
            1 if s[STARTED] == 1 => 2,
            2 => { s[CPU2 + F] = frame(entry) as u8; 3 }
            3 => { let d = s[Self::DATA + f]; Self::check(s, d == 1 || d == 2); s[CPU2 + F] = 0; 4 }
            4 if writable(entry) => { s[CPU2 + F] = frame(entry) as u8; 16 }
            4 => 5,
            5 => return Self::lock(s, PTLC, 6),
            6 if writable(entry) => 15,
            6 => { s[CPU2 + F] = frame(entry) as u8; 7 }
            7 => either(s[Self::REF + f] == 1, 8, 9),
            8 => { s[Self::CP + i] = pte(f as u8, true); s[CPU2 + F] = 0; 15 }
            9 => Self::alloc(s, CPU2, 10),
            10 => Self::read(s, CPU2, 11),
            11 => Self::write(s, CPU2, 12),
            12 => { s[Self::CP + i] = pte(s[CPU2 + G], true); s[CPU2 + G] = 0; 13 }
            13 => { Self::lower(s, Self::MAP + f); 14 }
            14 => { Self::put_ref(s, CPU2); 15 }
            15 => { s[PTLC] = 0; 4 }
            16 => { s[Self::DATA + f] = 3; 17 }
            17 => { s[Self::CP + i] = 0; 18 }
            18 => { Self::lower(s, Self::MAP + f); 19 }
            19 => { Self::put_ref(s, CPU2); Self::next_page(s, CPU2, 2, 20) }
            _ => return None,
        })
    }
}

impl<const N: usize, const LEN: usize> Model for Protocol<N, LEN> {
    type State = State<LEN>;
    type Action = u8;

    fn init_states(&self) -> Vec<Self::State> {
        let mut s = [0; LEN];
        for t in [CPU0, CPU1, CPU2] {
            s[t] = 1;
        }
        for i in 0..N {
            (s[Self::PP + i], s[Self::TLB + i]) = (pte(i as u8, true), pte(i as u8, true));
            (s[Self::REF + i], s[Self::MAP + i], s[Self::DATA + i]) = (1, 1, 1);
        }
        vec![s]
    }

    fn actions(&self, _: &Self::State, actions: &mut Vec<u8>) {
        actions.extend(0..4);
    }

    fn next_state(&self, last: &Self::State, agent: u8) -> Option<Self::State> {
        let mut s = *last;
        match agent {
            0 => s[CPU0] = self.cpu0(&mut s)?,
            1 => s[CPU1] = self.cpu1(&mut s)?,
            2 => Self::handler(&mut s)?,
            _ => s[CPU2] = self.cpu2(&mut s)?,
        }
        Some(s)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("holds", |_, s: &Self::State| s[BROKE] == 0)]
    }
}

fn run<const N: usize, const LEN: usize>(variant: &str, order: &str, threads: usize) {
    let model = Protocol::<N, LEN> { seqcount: variant.contains('s'), flush: variant.contains('f') };
    let begin = Instant::now();
    let builder = model.checker().threads(threads).finish_when(HasDiscoveries::Any);
    let report = |states, unique, found: Option<usize>| {
        let seconds = begin.elapsed().as_secs_f64();
        let said = found.map_or("holds".to_owned(), |steps| format!("breaks after {steps} steps"));
        println!("{variant} N={N} {order}: {said}; {unique} states, {states} transitions, {seconds:.3} s");
    };
    if order == "bfs" {
        let done = builder.spawn_bfs().join();
        let found = done.discovery("holds").map(|path| path.into_actions().len());
        report(done.state_count(), done.unique_state_count(), found);
    } else {
        let done = builder.spawn_dfs().join();
        let found = done.discovery("holds").map(|path| path.into_actions().len());
        report(done.state_count(), done.unique_state_count(), found);
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [pages, variant, order, rest @ ..] = args.as_slice() else {
        eprintln!("protocol-in-stateright PAGES s|f|sf dfs|bfs [THREADS]");
        std::process::exit(2);
    };
    let threads = rest.first().and_then(|n| n.parse().ok()).unwrap_or(1);
    match pages.as_str() {
        "1" => run::<1, 40>(variant, order, threads),
        "2" => run::<2, 51>(variant, order, threads),
        "3" => run::<3, 62>(variant, order, threads),
        "4" => run::<4, 73>(variant, order, threads),
        _ => eprintln!("1 to 4 pages"),
    }
}
