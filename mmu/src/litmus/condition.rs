//! Conditions on final states.

use super::place::Place;

/// What is claimed of the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// Some outcome has it.
    Exists,
    /// No outcome has it.
    NotExists,
    /// Every outcome has it.
    Forall,
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// `true` or `false`.
    Constant(bool),
    /// A place has a value.
    Equal(Place, i128),
    /// A place has the value of another.
    Same(Place, Place),
    /// A place has the address of a location.
    Address(Place, u32),
    /// Not.
    Not(Box<Condition>),
    /// Both.
    And(Box<Condition>, Box<Condition>),
    /// One of both.
    Or(Box<Condition>, Box<Condition>),
    /// The second where the first.
    Implies(Box<Condition>, Box<Condition>),
}

impl Condition {
    /// Whether the condition holds where `is` answers for single equations.
    pub fn holds(&self, is: &impl Fn(&Condition) -> bool) -> bool {
        match self {
            Condition::Constant(value) => *value,
            Condition::Not(a) => !a.holds(is),
            Condition::And(a, b) => a.holds(is) && b.holds(is),
            Condition::Or(a, b) => a.holds(is) || b.holds(is),
            Condition::Implies(a, b) => !a.holds(is) || b.holds(is),
            equation => is(equation),
        }
    }

    /// Every place that the condition names.
    pub fn places(&self, into: &mut Vec<Place>) {
        match self {
            Condition::Constant(_) => {}
            Condition::Equal(p, _) | Condition::Address(p, _) => into.push(*p),
            Condition::Same(p, q) => into.extend([*p, *q]),
            Condition::Not(a) => a.places(into),
            Condition::And(a, b) | Condition::Or(a, b) | Condition::Implies(a, b) => {
                a.places(into);
                b.places(into);
            }
        }
    }
}
