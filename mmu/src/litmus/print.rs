//! The outcome in herd7's layout.

use std::fmt;

use super::condition::{Condition, Quantifier};
use super::place::{Arch, Place};
use super::run::Verdict;
use super::test::Test;

impl Test {
    /// A place as herd7 names it.
    pub fn place_name(&self, place: Place) -> String {
        match place {
            Place::Register(thread, register) => format!("{thread}:{}", register.name(self.arch)),
            Place::Location(index) => format!("[{}]", self.locations[index as usize].name),
        }
    }

    /// A value as it is printed at a place.
    pub fn show(&self, place: Place, value: u64) -> String {
        if let Some(index) = self.at(value) {
            return self.locations[index as usize].name.clone();
        }
        match (place, self.arch) {
            (Place::Location(index), _) => self.locations[index as usize].ty.number(value).to_string(),
            (_, Arch::X86) => (value as u32 as i32).to_string(),
            (_, Arch::X86_64) => (value as i64).to_string(),
        }
    }

    /// The condition, with the places as herd7 names them.
    pub fn condition_text(&self, condition: &Condition) -> String {
        let inner = |c: &Condition| match c {
            Condition::And(..) | Condition::Or(..) | Condition::Implies(..) => format!("({})", self.condition_text(c)),
            _ => self.condition_text(c),
        };
        match condition {
            Condition::Constant(value) => value.to_string(),
            Condition::Equal(place, value) => format!("{}={value}", self.place_name(*place)),
            Condition::Same(a, b) => format!("{}={}", self.place_name(*a), self.place_name(*b)),
            Condition::Address(place, index) => {
                format!("{}={}", self.place_name(*place), self.locations[*index as usize].name)
            }
            Condition::Not(a) => format!("not ({})", self.condition_text(a)),
            Condition::And(a, b) => {
                let side =
                    |c: &Condition| if matches!(c, Condition::And(..)) { self.condition_text(c) } else { inner(c) };
                format!("{} /\\ {}", side(a), side(b))
            }
            Condition::Or(a, b) => {
                let side =
                    |c: &Condition| if matches!(c, Condition::Or(..)) { self.condition_text(c) } else { inner(c) };
                format!("{} \\/ {}", side(a), side(b))
            }
            Condition::Implies(a, b) => format!("{} => {}", inner(a), inner(b)),
        }
    }
}

impl fmt::Display for Verdict<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let test = self.test;
        let (kind, sign) = match test.quantifier {
            Quantifier::Exists => ("Allowed", "exists"),
            Quantifier::NotExists => ("Forbidden", "~exists"),
            Quantifier::Forall => ("Required", "forall"),
        };
        writeln!(f, "Test {} {kind}", test.name)?;
        writeln!(f, "States {}", self.outcomes.len())?;
        for outcome in &self.outcomes {
            let parts: Vec<String> = (test.shown.iter().zip(&outcome.values))
                .map(|(place, value)| format!("{}={};", test.place_name(*place), test.show(*place, *value)))
                .collect();
            writeln!(f, "{}", parts.join(" "))?;
        }
        let (with, without) = (self.with, self.without);
        let (positive, negative) =
            if test.quantifier == Quantifier::NotExists { (without, with) } else { (with, without) };
        writeln!(f, "{}", if self.ok() { "Ok" } else { "No" })?;
        writeln!(f, "Witnesses")?;
        writeln!(f, "Positive: {positive} Negative: {negative}")?;
        writeln!(f, "Condition {sign} ({})", test.condition_text(&test.condition))?;
        let often = match (with, without) {
            (0, _) => "Never",
            (_, 0) => "Always",
            _ => "Sometimes",
        };
        writeln!(f, "Observation {} {often} {with} {without}", test.name)
    }
}
