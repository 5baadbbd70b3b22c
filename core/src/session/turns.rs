//! Between the explorer's choices and the letters of links.

use crate::explore::{Choice, Model, Outcome};
use crate::link::{Agent as Letter, AgentKind, Turn};
use crate::system::{Agent, System};

/// Several tasks of one CPU share its letter: which of those that can act is meant stands above the pick.
const RANK: u32 = 1 << 16;

/// The letter of an agent.
pub fn agent_of(sys: &System, agent: u8) -> Letter {
    let cpus = sys.machine.cpus();
    let (kind, n) = match sys.agents[agent as usize] {
        Agent::Task(t) => {
            let task = &sys.tasks[t as usize];
            if task.device { (AgentKind::Device, task.cpu - cpus) } else { (AgentKind::Cpu, task.cpu) }
        }
        Agent::Interrupt(c) => (AgentKind::Interrupt, c),
        Agent::Drain(c) => (AgentKind::Drain, c),
    };
    // at most eight of each kind are ever built
    Letter::new(kind, n.min(7) as u8).unwrap_or_else(|| unreachable!("below 8"))
}

fn enabled(sys: &mut System, agent: u8) -> bool {
    let mark = sys.state().mark();
    let outcome = sys.step(Choice { agent, pick: 0 });
    sys.state_mut().undo(mark);
    outcome != Outcome::Blocked
}

/// The agents with this letter that can act, in order.
fn same_letter(sys: &mut System, letter: Letter) -> Vec<u8> {
    let all: Vec<u8> = (0..sys.agents()).filter(|a| agent_of(sys, *a) == letter).collect();
    if all.len() == 1 {
        return all;
    }
    all.into_iter().filter(|a| enabled(sys, *a)).collect()
}

/// A choice as a link writes it. Asked before the step is taken.
pub fn turn_of(sys: &mut System, choice: Choice) -> Turn {
    let letter = agent_of(sys, choice.agent);
    let rank = same_letter(sys, letter).iter().position(|a| *a == choice.agent).unwrap_or(0) as u32;
    Turn { agent: letter, pick: choice.pick + rank * RANK }
}

/// The choice that a turn of a link means here; `None` where there is no such agent.
pub fn choice_of(sys: &mut System, turn: Turn) -> Option<Choice> {
    let (rank, pick) = (turn.pick / RANK, turn.pick % RANK);
    let agent = same_letter(sys, turn.agent).get(rank as usize).copied()?;
    Some(Choice { agent, pick })
}
