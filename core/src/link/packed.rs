//! Schedules packed into bits, for those that read badly anyway: few long runs, many choices.
//!
//! Bits, highest of each byte first: the number of steps, the number of different turns, each of these turns in order of
//! first appearance (5 bits of agent, the choice), then every step as an index among them, all indexes of one width.
//! Numbers are Elias-gamma codes of the number plus 1. Unused bits at the end are 0. In base64url.

use super::{Agent, LinkError, Turn, limits};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::collections::BTreeMap;

/// Packs a schedule of at most [`limits::STEPS`] steps.
pub(super) fn pack(turns: &[Turn]) -> String {
    let mut table: Vec<Turn> = Vec::new();
    let mut index = BTreeMap::new();
    for turn in turns {
        index.entry(*turn).or_insert_with(|| {
            table.push(*turn);
            table.len() as u64 - 1
        });
    }
    let mut bits = Writer::default();
    bits.number(turns.len() as u64);
    bits.number(table.len() as u64);
    for turn in &table {
        bits.bits(u64::from(turn.agent.index()), 5);
        bits.number(u64::from(turn.pick));
    }
    let width = width_for(table.len() as u64);
    for turn in turns {
        bits.bits(index[turn], width);
    }
    URL_SAFE_NO_PAD.encode(&bits.bytes)
}

/// Unpacks what [`pack`] wrote.
///
/// # Errors
/// On anything else, and on more than [`limits::STEPS`] steps.
pub(super) fn unpack(text: &str) -> Result<Vec<Turn>, LinkError> {
    let broken = || LinkError::new("a packed schedule that is cut off or altered", "Copy the link again, whole");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
    let mut bits = Reader { bytes: &bytes, at: 0 };
    let steps = bits.number().ok_or_else(broken)?;
    if steps > u64::from(limits::STEPS) {
        let what = format!("a schedule of more than {} steps", limits::STEPS);
        return Err(LinkError::new(what, "Share a shorter run, or its seed"));
    }
    let kinds = bits.number().filter(|kinds| *kinds <= steps && (*kinds > 0) == (steps > 0)).ok_or_else(broken)?;
    let mut table = Vec::new();
    for _ in 0..kinds {
        let agent = bits.bits(5).and_then(|i| Agent::from_index(i as u8)).ok_or_else(broken)?;
        let pick = bits.number().and_then(|p| u32::try_from(p).ok()).ok_or_else(broken)?;
        table.push(Turn { agent, pick });
    }
    let width = width_for(kinds);
    let mut turns = Vec::new();
    for _ in 0..steps {
        let turn = bits.bits(width).and_then(|i| table.get(i as usize)).ok_or_else(broken)?;
        turns.push(*turn);
    }
    if bits.is_at_the_end() { Ok(turns) } else { Err(broken()) }
}

/// Bits of an index among `n`.
fn width_for(n: u64) -> u32 {
    u64::BITS - n.saturating_sub(1).leading_zeros()
}

#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    used: u32,
}

impl Writer {
    fn bits(&mut self, value: u64, width: u32) {
        for bit in (0..width).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            if let Some(last) = self.bytes.last_mut() {
                *last |= ((value >> bit & 1) as u8) << (7 - self.used % 8);
            }
            self.used += 1;
        }
    }

    /// The Elias-gamma code of `value + 1`; `value` below 2^63.
    fn number(&mut self, value: u64) {
        let width = u64::BITS - (value + 1).leading_zeros();
        self.bits(0, width - 1);
        self.bits(value + 1, width);
    }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl Reader<'_> {
    fn bits(&mut self, width: u32) -> Option<u64> {
        let mut value = 0;
        for _ in 0..width {
            let byte = self.bytes.get(self.at / 8)?;
            value = value << 1 | u64::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn number(&mut self) -> Option<u64> {
        let mut zeros = 0;
        while self.bits(1)? == 0 {
            zeros += 1;
            if zeros > 33 {
                return None;
            }
        }
        Some((1 << zeros | self.bits(zeros)?) - 1)
    }

    /// True when only zero bits of the last byte are left.
    fn is_at_the_end(&mut self) -> bool {
        let left = self.bytes.len() * 8 - self.at;
        left < 8 && self.bits(left as u32) == Some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turn(agent: u8, pick: u32) -> Turn {
        Turn { agent: Agent::from_index(agent % 32).expect("below 32"), pick }
    }

    #[test]
    fn an_index_is_as_wide_as_it_must_be() {
        for (n, width) in [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (256, 8), (257, 9)] {
            assert_eq!(width_for(n), width, "{n}");
        }
    }

    #[test]
    fn five_hundred_and_twelve_steps_of_any_sixteen_turns_are_short() {
        let turns: Vec<Turn> = (0..512u32).map(|i| turn((i * 7 % 4) as u8, i * i * 31 % 4)).collect();
        let text = pack(&turns);
        assert!(text.len() <= 380, "{}", text.len());
        assert_eq!(unpack(&text), Ok(turns));
    }

    #[test]
    fn a_flood_of_steps_is_refused() {
        let flood = pack(&vec![turn(0, 0); limits::STEPS as usize + 1]);
        assert!(flood.len() < 16);
        assert!(unpack(&flood).expect_err("too many").what.contains("more than 10000 steps"));
    }

    proptest! {
        #[test]
        fn any_schedule_survives(spec in proptest::collection::vec((0u8..32, any::<u32>()), 0..80)) {
            let turns: Vec<Turn> = spec.into_iter().map(|(agent, pick)| turn(agent, pick)).collect();
            prop_assert_eq!(unpack(&pack(&turns)), Ok(turns));
        }

        #[test]
        fn any_text_is_unpacked_or_refused(text in "[A-Za-z0-9_\\-]{0,40}") {
            if let Ok(turns) = unpack(&text) {
                // A table of turns in another order, or with a turn too many, is read but not written.
                prop_assert_eq!(unpack(&pack(&turns)), Ok(turns));
            }
        }
    }
}
