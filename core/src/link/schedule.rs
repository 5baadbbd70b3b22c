//! Schedules as text: `a12b3.2-ab-4` is twelve steps of CPU 0, three of CPU 1 with choice 2, then four times CPU 0, CPU 1.

use super::error::excerpt;
use super::{Agent, LinkError, limits};
use serde::{Deserialize, Serialize};

/// One step: who acts, and what is chosen where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Turn {
    /// Who acts.
    pub agent: Agent,
    /// Its choice; 0 where there is none.
    pub pick: u32,
}

/// The most groups in one repeated part; keeps writing fast.
const LONGEST_PART: usize = 12;

/// The schedule in its canonical text. Any schedule can be written; one of more than [`limits::STEPS`] can't be read back.
pub fn schedule_to_text(turns: &[Turn]) -> String {
    let groups: Vec<String> = turns.chunk_by(|a, b| a == b).map(group_to_text).collect();
    let mut out = String::new();
    let mut i = 0;
    while i < groups.len() {
        match best_repeat(&groups[i..]) {
            Some((length, times)) => {
                out.push('-');
                groups[i..i + length].iter().for_each(|g| out.push_str(g));
                out.push_str(&format!("-{times}"));
                i += length * times;
            }
            None => {
                out.push_str(&groups[i]);
                i += 1;
            }
        }
    }
    out
}

fn group_to_text(group: &[Turn]) -> String {
    let Turn { agent, pick } = group[0];
    let mut text = agent.letter().to_string();
    if group.len() > 1 {
        text.push_str(&group.len().to_string());
    }
    if pick > 0 {
        text.push_str(&format!(".{pick}"));
    }
    text
}

/// How many groups at the start repeat, and how often, where writing that is shorter than writing them out.
fn best_repeat(groups: &[String]) -> Option<(usize, usize)> {
    let mut best = None;
    let mut best_saving = 0;
    for length in 1..=LONGEST_PART.min(groups.len() / 2) {
        let part = &groups[..length];
        let times = groups.chunks_exact(length).take_while(|c| *c == part).count();
        let size: usize = part.iter().map(String::len).sum();
        let cost = size + 2 + times.to_string().len();
        if times > 1 && (size * times).saturating_sub(cost) > best_saving {
            best_saving = size * times - cost;
            best = Some((length, times));
        }
    }
    best
}

/// Reads a schedule, in any spelling of it.
///
/// # Errors
/// On a letter that stands for no agent, a count of 0, an unclosed repeat, or more than [`limits::STEPS`] steps.
pub fn schedule_from_text(text: &str) -> Result<Vec<Turn>, LinkError> {
    let mut reader = Reader { text: text.as_bytes(), at: 0, turns: Vec::new(), open: None };
    while let Some(&c) = reader.text.get(reader.at) {
        let start = reader.at;
        reader.item(c).map_err(|e| e.moved(start))?;
    }
    match reader.open {
        Some((at, _)) => {
            Err(LinkError::new("a repeated part that is not closed", "Close it with `-` and how often").moved(at))
        }
        None => Ok(reader.turns),
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    turns: Vec<Turn>,
    /// Where the repeated part being read was opened: in the text, and in `turns`.
    open: Option<(usize, usize)>,
}

impl Reader<'_> {
    fn item(&mut self, c: u8) -> Result<(), LinkError> {
        let start = self.at;
        self.at += 1;
        if c == b'-' {
            return self.dash(start);
        }
        let Some(agent) = Agent::from_letter(char::from(c)) else {
            let rest = excerpt(&String::from_utf8_lossy(&self.text[start..]));
            let mend = "a to h are CPUs, A to H their interrupts, i to p their store buffers, q to x devices";
            return Err(LinkError::new(format!("no agent's letter at `{rest}`"), mend));
        };
        let count = self.number()?.unwrap_or(1);
        if count == 0 {
            return Err(LinkError::new("a step that is taken 0 times", "Take it away"));
        }
        let mut pick = 0;
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            pick = match self.number()? {
                Some(pick) => pick,
                None => {
                    return Err(LinkError::new("a dot without a choice", "Write the number of the choice after it"));
                }
            };
        }
        self.room_for(count)?;
        self.turns.extend(std::iter::repeat_n(Turn { agent, pick }, count as usize));
        Ok(())
    }

    fn dash(&mut self, start: usize) -> Result<(), LinkError> {
        let Some((_, first)) = self.open.take() else {
            self.open = Some((start, self.turns.len()));
            return Ok(());
        };
        let times = self.number()?;
        let Some(times) = times.filter(|t| *t > 0) else {
            let mend = "Write how often after the closing `-`";
            return Err(LinkError::new("a repeated part without how often", mend));
        };
        let length = self.turns.len() - first;
        if length == 0 {
            return Err(LinkError::new("a repeated part with nothing in it", "Take it away"));
        }
        self.room_for((length as u32).saturating_mul(times - 1))?;
        for _ in 1..times {
            self.turns.extend_from_within(first..first + length);
        }
        Ok(())
    }

    /// Refuses `more` steps where they would be too many.
    fn room_for(&self, more: u32) -> Result<(), LinkError> {
        if self.turns.len() as u64 + u64::from(more) > u64::from(limits::STEPS) {
            let what = format!("a schedule of more than {} steps", limits::STEPS);
            return Err(LinkError::new(what, "Share a shorter run, or its seed"));
        }
        Ok(())
    }

    /// The number here, if there is one.
    fn number(&mut self) -> Result<Option<u32>, LinkError> {
        let digits = self.text[self.at..].iter().take_while(|c| c.is_ascii_digit()).count();
        if digits == 0 {
            return Ok(None);
        }
        let text = &self.text[self.at..self.at + digits];
        self.at += digits;
        let value = std::str::from_utf8(text).ok().and_then(|t| t.parse().ok());
        value.map(Some).ok_or_else(|| LinkError::new("a number that is too large", "Write one below 4294967296"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turns(spec: &[(char, u32, u32)]) -> Vec<Turn> {
        let turn = |&(c, count, pick): &(char, u32, u32)| {
            let agent = Agent::from_letter(c).expect("an agent's letter");
            std::iter::repeat_n(Turn { agent, pick }, count as usize)
        };
        spec.iter().flat_map(turn).collect()
    }

    #[test]
    fn schedules_read_as_they_are_written() {
        for (text, spec) in [
            ("", &[][..]),
            ("a", &[('a', 1, 0)]),
            ("a12b3a4", &[('a', 12, 0), ('b', 3, 0), ('a', 4, 0)]),
            ("b.2", &[('b', 1, 2)]),
            ("b3.2a", &[('b', 3, 2), ('a', 1, 0)]),
            ("A.1ix", &[('A', 1, 1), ('i', 1, 0), ('x', 1, 0)]),
        ] {
            assert_eq!(schedule_from_text(text).as_deref(), Ok(&turns(spec)[..]), "{text}");
            assert_eq!(schedule_to_text(&turns(spec)), text);
        }
    }

    #[test]
    fn repeats_are_folded_where_that_is_shorter() {
        let four = turns(&[('a', 2, 0), ('b', 1, 1)]).repeat(4);
        assert_eq!(schedule_to_text(&four), "-a2b.1-4");
        assert_eq!(schedule_from_text("-a2b.1-4"), Ok(four));
        assert_eq!(schedule_to_text(&turns(&[('a', 1, 0), ('b', 1, 0)]).repeat(2)), "abab");
    }

    #[test]
    fn other_spellings_mean_the_same() {
        assert_eq!(schedule_from_text("aa1a01"), schedule_from_text("a3"));
        assert_eq!(schedule_from_text("-a-2b.0"), schedule_from_text("a2b"));
    }

    #[test]
    fn broken_schedules_say_where_and_why() {
        for (text, at, what) in [
            ("a12z3", 3, "no agent's letter at `z3`"),
            ("a0", 0, "a step that is taken 0 times"),
            ("ab.", 1, "a dot without a choice"),
            ("a-b2", 1, "a repeated part that is not closed"),
            ("a-b-", 3, "a repeated part without how often"),
            ("--2", 1, "a repeated part with nothing in it"),
            ("a99999999999", 0, "a number that is too large"),
            ("a10000b", 6, "a schedule of more than 10000 steps"),
            ("-a9000-60000", 6, "a schedule of more than 10000 steps"),
        ] {
            let error = schedule_from_text(text).expect_err(text);
            assert_eq!((error.at, error.what.as_str()), (at, what), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_schedule_survives_the_round_trip(spec in proptest::collection::vec((0u8..32, 1u32..5, 0u32..3), 0..40), times in 1usize..6) {
            let once: Vec<Turn> = spec.iter().flat_map(|&(agent, count, pick)| {
                std::iter::repeat_n(Turn { agent: Agent::from_index(agent).expect("below 32"), pick }, count as usize)
            }).collect();
            let schedule = once.repeat(times);
            prop_assert_eq!(schedule_from_text(&schedule_to_text(&schedule)), Ok(schedule));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a-xA-H0-9.\\-]{0,60}") {
            if let Ok(schedule) = schedule_from_text(&text) {
                let canonical = schedule_to_text(&schedule);
                prop_assert_eq!(schedule_from_text(&canonical), Ok(schedule));
            }
        }
    }
}
