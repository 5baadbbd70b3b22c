//! The two accesses whose order made the difference.

use super::tour::{Touched, Tour};
use crate::session::Session;
use crate::view::{Collision, Phrase};

impl Tour {
    /// Of a run that breaks: a word that one CPU read or wrote, and that another then changed before the break, with no other
    /// write between; locks are left out. Of several: those where the first access only read, then the latest change.
    pub fn collision(&self, _session: &Session) -> Option<Collision> {
        let end = self.broken_at()?;
        let mut best: Option<((bool, usize, usize), Collision)> = None;
        for second in 1..=end {
            for word in self.stops()[second].touched.iter().filter(|word| word.changed && !word.lock) {
                let Some((first, seen)) = self.before(second, word) else { continue };
                let key = (!seen.written, second, first);
                if best.as_ref().is_none_or(|(known, _)| key > *known) {
                    best = Some((key, self.collide(first, seen, second, word)));
                }
            }
        }
        best.map(|(_, collision)| collision)
    }

    /// The last access to a word before step `at`, if another CPU made it.
    fn before(&self, at: usize, word: &Touched) -> Option<(usize, &Touched)> {
        let access = |stop: usize| self.stops()[stop].touched.iter().find(|other| other.raw == word.raw);
        let (first, seen) = (0..at).rev().find_map(|stop| Some((stop, access(stop)?)))?;
        (self.stops()[first].cpu != self.stops()[at].cpu).then_some((first, seen))
    }

    fn collide(&self, first: usize, seen: &Touched, second: usize, word: &Touched) -> Collision {
        let (a, b) = (self.stops()[first].cpu, self.stops()[second].cpu);
        let told = vec![
            Phrase::cpu(a),
            Phrase::plain(if seen.written { " left " } else { " read " }),
            Phrase::code(word.name.clone()),
            Phrase::plain(format!(" = {}; then ", word.before)),
            Phrase::cpu(b),
            Phrase::plain(format!(" makes it {}.", word.after)),
        ];
        Collision { first: first as u32, second: second as u32, name: word.name.clone(), place: 0, told }
    }
}
