//! Symmetry that a program declares: `canon(n)` makes the state the n-th of its images.

use cowscope_mmu::Chooser;

use super::System;
use super::end::End;
use super::frame::BY_SYSTEM;
use crate::explore::Model;

/// Images that a state may have: enough for all orders of six tasks.
const MOST_IMAGES: u64 = 720;

/// A bijection whose high bits depend on all bits of `z`.
fn mixed(z: u64) -> u64 {
    let z = (z ^ (z >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (z ^ (z >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

impl System {
    /// The least fingerprint among the images of the state, mixed; the state stays as it is.
    pub(super) fn least_image(&mut self, canon: u32) -> u64 {
        let mut least = u64::MAX;
        for n in 0..MOST_IMAGES {
            let mark = self.state.mark();
            let more = self.image(canon, n);
            least = least.min(self.state.fingerprint());
            self.state.undo(mark);
            if more != Some(true) {
                break;
            }
        }
        // The least of several numbers is a small one: mixed again, they spread over the whole table.
        mixed(least)
    }

    /// Makes the state its n-th image; answers whether there are more, or `None` if `canon` does not end in one step.
    fn image(&mut self, canon: u32, n: u64) -> Option<bool> {
        let p = self.program.lend();
        let task = self.current_task(0);
        let (depth, ch) = (self.frame_of(task), &mut Chooser::new(0));
        let mut end = End::Blocked;
        if self.push(&p, task, canon, BY_SYSTEM, &[n]).is_ok() {
            end = self.enter(&p, task, canon, ch);
            if end == End::Stopped && self.frame_of(task) != depth {
                end = self.resume(&p, task, ch);
            }
        }
        self.program.give_back(p);
        (end == End::Stopped && self.frame_of(task) == depth && self.violations.is_empty()).then_some(self.answer != 0)
    }

    /// Runs `canon`, if there is one, on the first state.
    ///
    /// # Errors
    /// Why it can't be used.
    pub(super) fn try_canon(&mut self) -> Result<(), String> {
        let Some(canon) = self.program.canon else { return Ok(()) };
        let (mark, before) = (self.state.mark(), self.canonical_fingerprint());
        for n in 0..MOST_IMAGES {
            let more = self.image(canon, n);
            let broke = !std::mem::take(&mut self.violations).is_empty();
            let same = !broke && more.is_some() && self.canonical_fingerprint() == before;
            self.state.undo(mark);
            match more {
                _ if broke => return Err("it breaks something".into()),
                None => {
                    return Err(
                        "it must be one step: write `bool canon(int n) { atomic { ... } }`, without `await`".into()
                    );
                }
                Some(_) if !same => {
                    return Err(format!("image {n} of the first state has other images than that state"));
                }
                Some(true) => {}
                Some(false) => return Ok(()),
            }
        }
        Err(format!("it has more than {MOST_IMAGES} images: it must answer false for the last one"))
    }
}
