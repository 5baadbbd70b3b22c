//! Values of shared words with which steps are taken or refused, and the conditions made of them.

use cowscope_mmu::Slot;

/// Values of one word in some situations; `None` when there were too many to tell.
pub(super) type Values = Option<Vec<u64>>;

const TOO_MANY: usize = 4;

/// Adds a value.
pub(super) fn note(values: &mut Values, v: u64) {
    if let Some(list) = values
        && !list.contains(&v)
    {
        list.push(v);
        if list.len() > TOO_MANY {
            *values = None;
        }
    }
}

/// A condition on one shared word, as far as an agent has been seen to wait for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub slot: Slot,
    value: u64,
    equal: bool,
}

impl Condition {
    #[inline(always)]
    pub fn holds(&self, v: u64) -> bool {
        (v == self.value) == self.equal
    }
}

/// The condition that tells the values with which a step was taken from those with which it was refused.
pub(super) fn condition(slot: Slot, taken: &[u64], refused: &Values) -> Option<Condition> {
    match (taken, refused.as_deref()) {
        ([value], refused) if refused.is_none_or(|r| r.iter().any(|v| v != value)) => {
            Some(Condition { slot, value: *value, equal: true })
        }
        (_, Some([value])) if !taken.contains(value) => Some(Condition { slot, value: *value, equal: false }),
        _ => None,
    }
}
