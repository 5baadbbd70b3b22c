//! "Did you mean": the known name nearest to one that nobody knows.

/// Names longer than this are not compared: nobody mistypes them, they are pasted.
const LONGEST: usize = 64;
/// No more than so many names are compared for one suggestion.
const MOST_NAMES: usize = 4096;

/// The name of `names` that `wanted` was probably meant to be, if there is one.
///
/// In this order: the same but for case; the same words in another order (`fork_sys`); within a third of its length in
/// insertions, deletions, substitutions and swaps of neighbours; the only one that contains `wanted` (three characters or more).
/// Of several equally near ones, the first.
pub fn near<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wanted.is_empty() || wanted.len() > LONGEST {
        return None;
    }
    let words = sorted_words(wanted);
    let letters: Vec<char> = wanted.chars().collect();
    let limit = (letters.len() / 3).max(1);
    let mut best: Option<(usize, &'a str)> = None;
    let mut containing: Option<&'a str> = None;
    let mut contained_in = 0;
    for name in names.into_iter().take(MOST_NAMES).filter(|name| !name.is_empty() && name.len() <= LONGEST) {
        let distance = if name.eq_ignore_ascii_case(wanted) {
            0
        } else if words.len() > 1 && sorted_words(name) == words {
            1
        } else {
            edit_distance(&letters, name, limit).map_or(usize::MAX, |d| d + 1)
        };
        if distance < best.map_or(usize::MAX, |(least, _)| least) {
            best = Some((distance, name));
        }
        if letters.len() >= 3 && name.contains(wanted) {
            contained_in += 1;
            containing = Some(name);
        }
    }
    best.map(|(_, name)| name).or(if contained_in == 1 { containing } else { None })
}

/// The nearest name as a help line: "did you mean `x`?".
pub fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    near(wanted, names).map(|name| format!("did you mean `{name}`?"))
}

/// The parts between `_`, `-`, `.` and `/`, sorted.
fn sorted_words(name: &str) -> Vec<&str> {
    let mut words: Vec<&str> = name.split(['_', '-', '.', '/']).filter(|w| !w.is_empty()).collect();
    words.sort_unstable();
    words
}

/// Insertions, deletions, substitutions and swaps of neighbours from `a` to `b` (each place used once); `None` above `limit`
/// and when nothing of `a` is left in `b`.
fn edit_distance(a: &[char], b: &str, limit: usize) -> Option<usize> {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > limit {
        return None;
    }
    let mut before = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (above[j] + 1).min(row[j - 1] + 1).min(above[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut above, row);
    }
    let distance = above[b.len()];
    (distance <= limit && distance < a.len()).then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn suggestions() {
        let names =
            ["u8", "u64", "s64", "sys_fork", "sys_munmap", "fork-vs-gup-fast", "5.11-seqcount", "return", "page_count"];
        for (wanted, expected) in [
            ("u65", Some("u64")),
            ("retrun", Some("return")),
            ("fork_sys", Some("sys_fork")),
            ("SYS_FORK", Some("sys_fork")),
            ("sys_unmap", Some("sys_munmap")),
            ("fork-vs-gupfast", Some("fork-vs-gup-fast")),
            ("seqcount", Some("5.11-seqcount")),
            ("sys", None),
            ("zebra", None),
            ("x", None),
            ("", None),
            ("pge_cuont", Some("page_count")),
        ] {
            assert_eq!(near(wanted, names), expected, "{wanted}");
        }
    }

    #[test]
    fn exact_case_fold_beats_a_smaller_edit() {
        assert_eq!(near("ab", ["ac", "AB"]), Some("AB"));
    }
}
