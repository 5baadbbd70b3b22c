//! Short marks of the functions that a run went through, so that a link can tell later whose text has changed.

use super::digest::{ALPHABET, spread};
use serde::{Deserialize, Serialize};

/// One mark for each function in the order in which the run first came to it (or for every two, three ... of them, so that
/// there are at most [`TextMarks::MARKS`]): 6 bits of its text. A first character says how many functions share a mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TextMarks(pub(super) String);

impl TextMarks {
    /// The most marks that a link has.
    pub const MARKS: usize = 16;

    /// The marks of a run: `texts[i]` is any stable hash of the text of the `i`-th function; `None` without one.
    pub fn of(texts: &[u64]) -> Option<TextMarks> {
        let together = texts.len().div_ceil(Self::MARKS);
        let first = ALPHABET.get(together).filter(|_| together > 0)?;
        let marks = texts.chunks(together).map(mark);
        Some(TextMarks([char::from(*first)].into_iter().chain(marks).collect()))
    }

    /// Reads what a link says; `None` for anything that [`of`](Self::of) does not write.
    pub(super) fn from_text(text: &str) -> Option<TextMarks> {
        let fits = (2..=Self::MARKS + 1).contains(&text.len()) && !text.starts_with('A');
        (fits && text.bytes().all(|c| ALPHABET.contains(&c))).then(|| TextMarks(text.to_owned()))
    }

    /// Which of the functions `texts` (those of a later run of the same schedule, as far as the two runs are alike) are the
    /// first whose marks are others: indexes into it. A changed text escapes with a chance of one in 64.
    pub fn first_difference(&self, texts: &[u64]) -> Option<std::ops::Range<usize>> {
        let mut marks = self.0.bytes();
        let first = marks.next()?;
        let together = ALPHABET.iter().position(|a| *a == first).filter(|n| *n > 0)?;
        let mut ours = marks.map(char::from);
        let groups = texts.chunks(together).enumerate();
        // a last group that is not whole here may be whole there
        let mut whole = groups.filter(|(_, group)| group.len() == together);
        let (at, _) = whole.find(|(_, group)| ours.next().is_some_and(|m| m != mark(group)))?;
        Some(at * together..(at + 1) * together)
    }
}

fn mark(group: &[u64]) -> char {
    let sum = group.iter().fold(0u64, |sum, text| spread(sum ^ text));
    char::from(ALPHABET[(sum >> 58) as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(n: u64) -> Vec<u64> {
        (0..n).map(|i| (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect()
    }

    #[test]
    fn a_changed_text_is_found() {
        for n in [1, 5, 16, 17, 40, 300] {
            let old = texts(n);
            let marks = TextMarks::of(&old).expect("there are functions");
            assert!(marks.0.len() <= 17, "{marks:?}");
            assert_eq!(TextMarks::from_text(&marks.0), Some(marks.clone()));
            assert_eq!(marks.first_difference(&old), None);
            let together = old.len().div_ceil(16);
            let changed = (old.len() / together - 1) * together;
            let mut new = old.clone();
            new[changed] ^= 0xdead;
            let range = marks.first_difference(&new).expect("it differs");
            assert!(range.contains(&changed) && range.len() == together, "{n} {range:?}");
            assert_eq!(marks.first_difference(&new[..changed]), None, "the run ends before");
        }
        assert_eq!(TextMarks::of(&[]), None);
    }
}
