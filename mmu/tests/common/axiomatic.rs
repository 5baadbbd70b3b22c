//! x86-TSO and SC once more, as axioms on candidate executions (Alglave, Maranget, Tautschnig, "Herding Cats", 2014;
//! section 4.2 for TSO). Shares no code with the store buffers: every way to say who read from whom and in which order
//! writes reached memory is tried, and those without a cycle are kept.
//!
//! For straight-line tests whose stores are constants: MOV, XCHG with memory, fences.

use std::collections::BTreeSet;

use cowscope_mmu::litmus::{Address, Fence, Instruction, Operand, Place, Register, Rmw, Test};

#[derive(Clone, Copy, Debug)]
struct Event {
    thread: usize,
    /// Position in the thread; both halves of an XCHG share it.
    po: usize,
    location: u32,
    write: Option<u64>,
    register: Option<Register>,
    locked: bool,
}

/// Final values of the shown places, and the number of executions.
pub type Finals = (BTreeSet<Vec<u64>>, u64);

/// Every final state that the axioms allow, as values of the places that the test shows.
pub fn finals(test: &Test, tso: bool) -> Finals {
    let (events, fences) = events(test);
    let reads: Vec<usize> = (0..events.len()).filter(|e| events[*e].write.is_none()).collect();
    let locations = test.locations.len() as u32;
    let orders: Vec<Vec<Vec<usize>>> = (0..locations)
        .map(|l| {
            let writes: Vec<usize> =
                (0..events.len()).filter(|e| events[*e].write.is_some() && events[*e].location == l).collect();
            permutations(&writes)
        })
        .collect();
    let mut result = (BTreeSet::new(), 0);
    let mut executions = BTreeSet::new();
    for order in product(&orders) {
        let sources: Vec<Vec<Option<usize>>> = reads
            .iter()
            .map(|r| {
                let writes = &order[events[*r].location as usize];
                std::iter::once(None).chain(writes.iter().copied().map(Some)).collect()
            })
            .collect();
        for source in product(&sources) {
            let from: Vec<(usize, Option<usize>)> = reads.iter().copied().zip(source).collect();
            if consistent(&events, &fences, &order, &from, tso) {
                executions.insert((order.clone(), from.clone()));
                result.0.insert(values(test, &events, &order, &from));
            }
        }
    }
    result.1 = executions.len() as u64;
    result
}

fn events(test: &Test) -> (Vec<Event>, Vec<(usize, usize)>) {
    let mut events = Vec::new();
    let mut fences = Vec::new();
    for (thread, program) in test.threads.iter().enumerate() {
        for (po, instruction) in program.iter().enumerate() {
            let event = |location, write, register, locked| Event { thread, po, location, write, register, locked };
            match *instruction {
                Instruction::Fence(Fence::Mfence) => fences.push((thread, po)),
                Instruction::Move {
                    source: Operand::Constant(v),
                    destination: Operand::Memory(Address::Location(l)),
                    ..
                } => events.push(event(l, Some(v), None, false)),
                Instruction::Move {
                    source: Operand::Memory(Address::Location(l)),
                    destination: Operand::Register(r),
                    ..
                } => events.push(event(l, None, Some(r), false)),
                Instruction::Modify {
                    op: Rmw::Xchg,
                    source: Operand::Register(r),
                    destination: Operand::Memory(Address::Location(l)),
                    ..
                } => {
                    let init = test.registers.iter().find(|(t, q, _)| (*t as usize, *q) == (thread, r));
                    events.push(event(l, None, Some(r), true));
                    events.push(event(l, Some(init.map_or(0, |(_, _, v)| *v)), None, true));
                }
                ref other => panic!("not for these axioms: {other:?}"),
            }
        }
    }
    (events, fences)
}

fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (i, first) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(i);
        for mut tail in permutations(&rest) {
            tail.insert(0, *first);
            all.push(tail);
        }
    }
    all
}

fn product<T: Clone>(choices: &[Vec<T>]) -> Vec<Vec<T>> {
    choices.iter().fold(vec![Vec::new()], |all, choice| {
        all.iter().flat_map(|head| choice.iter().map(|c| [head.clone(), vec![c.clone()]].concat())).collect()
    })
}

fn consistent(
    events: &[Event],
    fences: &[(usize, usize)],
    order: &[Vec<usize>],
    from: &[(usize, Option<usize>)],
    tso: bool,
) -> bool {
    let n = events.len();
    let mut per_location = vec![vec![false; n]; n];
    let mut global = vec![vec![false; n]; n];
    let before = |a: usize, b: usize| {
        events[a].thread == events[b].thread && (events[a].po < events[b].po || (events[a].po == events[b].po && a < b))
    };
    for a in 0..n {
        for b in 0..n {
            if !before(a, b) {
                continue;
            }
            per_location[a][b] |= events[a].location == events[b].location;
            let (write, read) = (events[a].write.is_some(), events[b].write.is_none());
            let fenced =
                fences.iter().any(|(t, po)| *t == events[a].thread && events[a].po < *po && *po < events[b].po);
            let strong = fenced || events[a].locked || events[b].locked;
            global[a][b] |= !(tso && write && read) || strong;
        }
    }
    let position = |w: usize| order[events[w].location as usize].iter().position(|o| *o == w).expect("ordered");
    for writes in order {
        for i in 0..writes.len() {
            for j in i + 1..writes.len() {
                per_location[writes[i]][writes[j]] = true;
                global[writes[i]][writes[j]] = true;
            }
        }
    }
    for (read, source) in from {
        if let Some(write) = source {
            per_location[*write][*read] = true;
            global[*write][*read] |= !tso || events[*write].thread != events[*read].thread;
        }
        // From-read: before every write that comes after the one it read.
        for later in &order[events[*read].location as usize] {
            if source.is_none_or(|write| position(write) < position(*later)) && !(same_xchg(events, *read, *later)) {
                per_location[*read][*later] = true;
                global[*read][*later] = true;
            }
        }
        // Atomicity: nothing comes between the halves of an XCHG.
        if events[*read].locked {
            let own = (0..n).find(|w| same_xchg(events, *read, *w)).expect("the other half");
            let expected = source.map_or(0, |write| position(write) + 1);
            if position(own) != expected {
                return false;
            }
        }
    }
    acyclic(&per_location) && acyclic(&global)
}

fn same_xchg(events: &[Event], read: usize, write: usize) -> bool {
    let (r, w) = (&events[read], &events[write]);
    r.locked && w.write.is_some() && r.write.is_none() && (r.thread, r.po) == (w.thread, w.po)
}

fn acyclic(edges: &[Vec<bool>]) -> bool {
    let n = edges.len();
    let mut reach = edges.to_vec();
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                reach[i][j] |= reach[i][k] && reach[k][j];
            }
        }
    }
    (0..n).all(|i| !reach[i][i])
}

fn values(test: &Test, events: &[Event], order: &[Vec<usize>], from: &[(usize, Option<usize>)]) -> Vec<u64> {
    let init = |l: u32| test.locations[l as usize].init;
    let value = |w: usize| events[w].write.expect("a write");
    test.shown
        .iter()
        .map(|place| match place {
            Place::Location(l) => order[*l as usize].last().map_or(init(*l), |w| value(*w)),
            Place::Register(thread, register) => from
                .iter()
                .rev()
                .find(|(r, _)| events[*r].thread == *thread as usize && events[*r].register == Some(*register))
                .map(|(r, source)| source.map_or(init(events[*r].location), value))
                .or_else(|| test.registers.iter().find(|(t, q, _)| (t, q) == (thread, register)).map(|(_, _, v)| *v))
                .unwrap_or(0),
        })
        .collect()
}
