//! Free choices inside one step, as digits of one number.

/// The choices a step takes, as a mixed-radix number: the first choice is the lowest digit.
///
/// A step that meets `choose(n)` takes digit `k < n` of `pick`. When the step has run, [`alternatives`](Self::alternatives)
/// is the number of different picks that this step distinguishes along the path it took.
#[derive(Clone, Copy, Debug)]
pub struct Chooser {
    rest: u32,
    alternatives: u32,
}

impl Chooser {
    /// A chooser that will answer with the digits of `pick`.
    #[inline]
    pub fn new(pick: u32) -> Self {
        Chooser { rest: pick, alternatives: 1 }
    }

    /// One of `0..n`; `n` of 0 counts as 1.
    #[inline]
    pub fn choose(&mut self, n: u32) -> u32 {
        let n = n.max(1);
        let digit = self.rest % n;
        self.rest /= n;
        self.alternatives = self.alternatives.saturating_mul(n);
        digit
    }

    /// How many picks this step could have been given so far (at least 1).
    #[inline]
    pub fn alternatives(&self) -> u32 {
        self.alternatives
    }

    /// What is left of the pick: not 0 when the pick was larger than the step has choices for.
    pub fn rest(&self) -> u32 {
        self.rest
    }
}
