//! Who can act, and the letter that stands for it in a schedule.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What sort of agent acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgentKind {
    /// A CPU takes its next step: letters `a` to `h`.
    Cpu,
    /// A CPU takes a pending interrupt: letters `A` to `H`.
    Interrupt,
    /// A CPU's store buffer writes its oldest store to memory: letters `i` to `p`.
    Drain,
    /// A device takes its next step: letters `q` to `x`.
    Device,
}

/// One agent: its kind and its number among those of its kind (0 to 7).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "char", into = "char")]
pub struct Agent(u8);

impl Agent {
    /// How many agents of one kind there can be.
    pub const PER_KIND: u8 = 8;
    /// How many agents there can be.
    pub const COUNT: u8 = 4 * Self::PER_KIND;

    /// Number `number` of its kind; `None` when it is not below [`PER_KIND`](Self::PER_KIND).
    pub fn new(kind: AgentKind, number: u8) -> Option<Agent> {
        let base = match kind {
            AgentKind::Cpu => 0,
            AgentKind::Interrupt => 8,
            AgentKind::Drain => 16,
            AgentKind::Device => 24,
        };
        (number < Self::PER_KIND).then_some(Agent(base + number))
    }

    /// CPU `number`; `None` above 7.
    pub fn cpu(number: u8) -> Option<Agent> {
        Self::new(AgentKind::Cpu, number)
    }

    /// The agent with this index, as [`index`](Self::index) gives it.
    pub fn from_index(index: u8) -> Option<Agent> {
        (index < Self::COUNT).then_some(Agent(index))
    }

    /// A number below [`COUNT`](Self::COUNT), different for every agent.
    pub fn index(self) -> u8 {
        self.0
    }

    /// Its kind.
    pub fn kind(self) -> AgentKind {
        match self.0 / Self::PER_KIND {
            0 => AgentKind::Cpu,
            1 => AgentKind::Interrupt,
            2 => AgentKind::Drain,
            _ => AgentKind::Device,
        }
    }

    /// Its number among those of its kind: the CPU's number for all but devices.
    pub fn number(self) -> u8 {
        self.0 % Self::PER_KIND
    }

    /// The letter that stands for it in a schedule.
    pub fn letter(self) -> char {
        let (first, offset) = match self.0 {
            n @ 0..8 => (b'a', n),
            n @ 8..16 => (b'A', n - 8),
            n => (b'i', n - 16),
        };
        char::from(first + offset)
    }

    /// The agent that a letter stands for.
    pub fn from_letter(letter: char) -> Option<Agent> {
        match letter {
            'a'..='h' => Some(Agent(letter as u8 - b'a')),
            'A'..='H' => Some(Agent(letter as u8 - b'A' + 8)),
            'i'..='x' => Some(Agent(letter as u8 - b'i' + 16)),
            _ => None,
        }
    }
}

impl From<Agent> for char {
    fn from(agent: Agent) -> char {
        agent.letter()
    }
}

impl TryFrom<char> for Agent {
    type Error = String;
    fn try_from(letter: char) -> Result<Agent, String> {
        Agent::from_letter(letter).ok_or_else(|| format!("`{}` stands for no agent", letter.escape_default()))
    }
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number();
        match self.kind() {
            AgentKind::Cpu => write!(f, "CPU {number}"),
            AgentKind::Interrupt => write!(f, "CPU {number}'s interrupt"),
            AgentKind::Drain => write!(f, "CPU {number}'s store buffer"),
            AgentKind::Device => write!(f, "device {number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_agents_are_one_to_one() {
        let mut seen = std::collections::BTreeSet::new();
        for index in 0..Agent::COUNT {
            let agent = Agent::from_index(index).expect("below COUNT");
            assert_eq!(Agent::from_letter(agent.letter()), Some(agent));
            assert_eq!(Agent::new(agent.kind(), agent.number()), Some(agent));
            assert!(seen.insert(agent.letter()));
        }
        assert_eq!(seen.into_iter().collect::<String>(), "ABCDEFGHabcdefghijklmnopqrstuvwx");
        assert_eq!(Agent::from_index(Agent::COUNT), None);
        assert_eq!(Agent::cpu(8), None);
    }

    #[test]
    fn the_kinds_have_the_letters_of_the_grammar() {
        for (kind, letters) in [
            (AgentKind::Cpu, "abcdefgh"),
            (AgentKind::Interrupt, "ABCDEFGH"),
            (AgentKind::Drain, "ijklmnop"),
            (AgentKind::Device, "qrstuvwx"),
        ] {
            let got: String = (0..8).filter_map(|n| Agent::new(kind, n)).map(Agent::letter).collect();
            assert_eq!(got, letters);
        }
        assert_eq!(Agent::from_letter('y'), None);
        assert_eq!(Agent::from_letter('I'), None);
    }
}
