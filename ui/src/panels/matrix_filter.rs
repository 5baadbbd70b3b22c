//! Which rows and columns of the matrix are shown, and in which order.

use cowscope_core::view::{Design, End, Flow, Library, Scenario};

/// A value and its label.
type Labelled = (String, String);

/// How a cell ended, and the promises it breaks.
pub type Ended = (End, Vec<String>);

/// What is asked for; an empty text lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// `sequential`, `race` or `tlb`.
    pub kind: String,
    /// A promise that some design breaks there.
    pub promise: String,
    /// What kind of memory it is about.
    pub memory: String,
    /// The year of the design.
    pub year: String,
    pub sort: Sort,
}

/// The order of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As in the library.
    #[default]
    List,
    /// Those that most designs break on first.
    Breaks,
}

/// One row: a scenario and one of its variants.
#[derive(Clone, Debug, PartialEq)]
pub struct Row<'a> {
    pub scenario: &'a Scenario,
    pub variant: &'a str,
}

/// What each filter has to choose from.
pub struct Choice {
    pub kinds: Vec<Labelled>,
    pub promises: Vec<Labelled>,
    pub memories: Vec<Labelled>,
    pub years: Vec<Labelled>,
}

/// Memory kinds: the value, and the words of ids that tell it.
const MEMORIES: [(&str, &[&str]); 5] = [
    ("swap", &["swap", "reclaim"]),
    ("THP", &["thp"]),
    ("zero page", &["zero"]),
    ("file", &["file"]),
    ("hugetlb", &["hugetlb"]),
];
/// All other memory.
const ORDINARY: &str = "anonymous page";

/// The choices that a library gives.
pub fn filters(library: &Library) -> Choice {
    let plain = |text: &str| (text.to_owned(), text.to_owned());
    let all = || vec![(String::new(), "all".to_owned())];
    let mut memories: Vec<&str> = Vec::new();
    for scenario in &library.scenarios {
        for variant in variants(scenario) {
            let memory = memory(scenario, variant);
            if !memories.contains(&memory) {
                memories.push(memory);
            }
        }
    }
    let mut years: Vec<&str> = library.designs.iter().map(|design| design.era.as_str()).collect();
    years.sort_unstable();
    years.dedup();
    let mut promises: Vec<&str> = library.promises.iter().map(|promise| promise.id.as_str()).collect();
    promises.sort_unstable();
    promises.dedup();
    Choice {
        kinds: all().into_iter().chain(["sequential", "race", "tlb"].map(plain)).collect(),
        promises: all().into_iter().chain(promises.into_iter().map(plain)).collect(),
        memories: all().into_iter().chain(memories.into_iter().map(plain)).collect(),
        years: all().into_iter().chain(years.into_iter().filter(|year| !year.is_empty()).map(plain)).collect(),
    }
}

/// The rows that pass. `breaks` tells how a cell ended and which promises it breaks, where that is known.
pub fn rows<'a>(
    library: &'a Library,
    filter: &Filter,
    designs: &[&Design],
    breaks: &dyn Fn(&Design, &Row) -> Option<Ended>,
) -> Vec<Row<'a>> {
    let all = library
        .scenarios
        .iter()
        .flat_map(|scenario| variants(scenario).into_iter().map(move |variant| Row { scenario, variant }));
    let mut rows: Vec<Row> = all
        .filter(|row| filter.kind.is_empty() || filter.kind == kind(row.scenario.kind))
        .filter(|row| filter.memory.is_empty() || filter.memory == memory(row.scenario, row.variant))
        .filter(|row| {
            let broken = |design: &&Design| {
                breaks(design, row).is_some_and(|(_, ids)| ids.iter().any(|id| same(id, &filter.promise)))
            };
            filter.promise.is_empty() || designs.iter().any(broken)
        })
        .collect();
    if filter.sort == Sort::Breaks {
        let broken = |row: &Row| {
            designs.iter().filter(|design| breaks(design, row).is_some_and(|(end, _)| end == End::Breaks)).count()
        };
        rows.sort_by_cached_key(|row| std::cmp::Reverse(broken(row)));
    }
    rows
}

impl Filter {
    /// True for a column that is shown.
    pub fn design(&self, design: &Design) -> bool {
        self.year.is_empty() || self.year == design.era
    }
}

/// A break's id may have its design before it, and dashes for spaces.
fn same(id: &str, promise: &str) -> bool {
    let plain = |text: &str| text.replace(['-', '_'], " ");
    plain(id).ends_with(&plain(promise))
}

fn variants(scenario: &Scenario) -> Vec<&str> {
    if scenario.variants.is_empty() {
        return vec![""];
    }
    scenario.variants.iter().map(|variant| variant.id.as_str()).collect()
}

fn kind(kind: Flow) -> &'static str {
    match kind {
        Flow::Sequential => "sequential",
        Flow::Race => "race",
        Flow::Tlb => "tlb",
    }
}

fn memory(scenario: &Scenario, variant: &str) -> &'static str {
    let tells = |word: &str| scenario.id.contains(word) || variant.contains(word);
    MEMORIES.iter().find(|(_, words)| words.iter().any(|word| tells(word))).map_or(ORDINARY, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cowscope_core::view::Variant;

    fn library() -> Library {
        let variant = |id: &str| Variant { id: id.to_owned(), title: String::new() };
        let scenario = |id: &str, kind, variants| Scenario { id: id.to_owned(), kind, variants, ..Scenario::default() };
        let design = |id: &str, era: &str| Design { id: id.to_owned(), era: era.to_owned(), ..Design::default() };
        Library {
            scenarios: vec![
                scenario("cow-basic", Flow::Sequential, vec![variant("base"), variant("swapped")]),
                scenario("fork-vs-gup", Flow::Race, Vec::new()),
            ],
            designs: vec![design("old", "2018"), design("new", "2022")],
            ..Library::default()
        }
    }

    #[test]
    fn rows_pass_by_kind_and_memory_and_break() {
        let library = library();
        let designs: Vec<&Design> = library.designs.iter().collect();
        let breaks = |design: &Design, row: &Row| {
            let broken = design.id == "old" && row.scenario.id == "fork-vs-gup";
            Some(if broken { (End::Breaks, vec!["no-lost-write".to_owned()]) } else { (End::Holds, Vec::new()) })
        };
        let ids = |filter: Filter| -> Vec<String> {
            rows(&library, &filter, &designs, &breaks)
                .iter()
                .map(|row| format!("{} {}", row.scenario.id, row.variant))
                .collect()
        };
        assert_eq!(ids(Filter::default()).len(), 3);
        assert_eq!(ids(Filter { kind: "race".to_owned(), ..Filter::default() }), ["fork-vs-gup "]);
        assert_eq!(ids(Filter { memory: "swap".to_owned(), ..Filter::default() }), ["cow-basic swapped"]);
        assert_eq!(ids(Filter { promise: "no lost write".to_owned(), ..Filter::default() }), ["fork-vs-gup "]);
        assert_eq!(ids(Filter { sort: Sort::Breaks, ..Filter::default() })[0], "fork-vs-gup ");
    }

    #[test]
    fn columns_pass_by_year() {
        let library = library();
        let filter = Filter { year: "2022".to_owned(), ..Filter::default() };
        assert_eq!(library.designs.iter().filter(|design| filter.design(design)).count(), 1);
    }
}
