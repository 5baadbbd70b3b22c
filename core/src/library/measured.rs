//! What real kernels answered, where it was measured.

use crate::view::Measured;

const TABLE: &str = include_str!("measured.txt");

/// Every answer of the table; cases that a kernel could not run are left out.
pub fn measured() -> Vec<Measured> {
    let words = |line: &'static str| line.split_whitespace().collect::<Vec<_>>();
    let mut rows = TABLE.lines().filter(|line| !line.starts_with('#')).map(words);
    let (Some(kernels), Some(designs)) = (rows.next(), rows.next()) else { return Vec::new() };
    let mut out = Vec::new();
    for row in rows {
        let [scenario, variant, answers @ ..] = row.as_slice() else { continue };
        for (at, answer) in answers.iter().enumerate().filter(|(_, answer)| **answer != "-") {
            let name = |list: &[&str]| list.get(at + 1).copied().unwrap_or_default().to_owned();
            out.push(Measured {
                design: name(&designs),
                scenario: (*scenario).to_owned(),
                variant: (*variant).to_owned(),
                kernel: name(&kernels),
                passes: *answer == "ok",
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::library;

    #[test]
    fn every_answer_belongs_to_a_cell_of_the_matrix() {
        let all = measured();
        assert!(all.len() > 100, "{}", all.len());
        let lib = library();
        for one in &all {
            assert!(lib.designs.iter().any(|design| design.id == one.design), "{one:?}");
            let scenario = lib.scenarios.iter().find(|scenario| scenario.id == one.scenario);
            let variants = scenario.map(|scenario| scenario.variants.as_slice()).unwrap_or_default();
            assert!(variants.iter().any(|variant| variant.id == one.variant), "{one:?}");
        }
        assert!(all.iter().any(|one| !one.passes));
    }

    #[test]
    fn the_table_says_what_was_measured() {
        const CASES: &str = include_str!("../../tests/data/kernels/selftests.txt");
        const RESULTS: &str = include_str!("../../tests/data/kernels/cow_selftest.jsonl");
        for one in measured() {
            let cell = format!("{} {} = ", one.scenario, one.variant);
            let test = CASES.lines().find_map(|line| line.strip_prefix(&cell)).unwrap_or_else(|| panic!("{one:?}"));
            let row = RESULTS.lines().find(|line| line.contains(&format!("\"test\": \"{test}\""))).expect("a row");
            let word = if one.passes { "ok" } else { "fail" };
            assert!(row.contains(&format!("\"{}\": \"{word}\"", one.kernel)), "{one:?}: {row}");
        }
    }
}
