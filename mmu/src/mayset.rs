//! May-sets.
use crate::access::{Access, Translate};
use crate::chooser::Chooser;
use crate::machine::{Cpu, Machine};
use crate::state::State;

impl Machine {
    /// Every access walks (the stale members come next).
    pub(crate) fn may_translate(&mut self, st: &mut State, cpu: Cpu, access: &Access, _ch: &mut Chooser) -> Translate {
        self.begin_walk(st, cpu, access, 0)
    }
}
