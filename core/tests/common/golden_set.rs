//! Which links the golden set is made of.

use super::golden::answer;
use cowscope_core::check::check;
use cowscope_core::explore::{Budget, Progress};
use cowscope_core::library::{Loaded, library, load};
use cowscope_core::link::{Link, Mode, Run, SEMANTICS};
use cowscope_core::replay::{link_of, link_to, seeded};
use cowscope_core::session::Session;
use cowscope_core::view::Question;

/// True from the first tagged release on: from then, no line of the list is ever taken out.
const RELEASED: bool = false;

/// Scenarios that every design runs in, the ones in which most break first.
const SCENARIOS: [&str; 8] = [
    "fork-vs-gup-fast",
    "vmsplice-leak",
    "gup-before-fork",
    "fork-vs-write-pin",
    "unmap-vs-cow",
    "pin-vs-reclaim",
    "cow-basic",
    "swapped-fork",
];

/// Of own C: a design of one function, and a scenario.
const OWN_DESIGN: &str = "\
BASE(\"6.1-anon-exclusive\")
TITLE(\"A copy too few\")

bool page_has_no_other_owner(struct page *page)
{
	return page_mapcount(page) == 1;
}
";
const OWN_SCENARIO: &str = "\
TITLE(\"Two stores\")

#define A 0x1000

SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(A, 1); store(A, 1); }

PROCESS(0) CPU(0) void one(void)
{
	store(A, 2);
	fork(1);
}

PROCESS(0) CPU(1) void other(void)
{
	store(A, 3);
	u64 value = load(A);
	assert(value == 3);
}
";

/// The list as text: links of older semantics are kept with the answer that they get now, those of these semantics made anew
/// until they are released.
pub fn anew(listed: &[(&str, &str)]) -> String {
    let kept = |text: &str| RELEASED || Link::parse(text).is_ok_and(|link| link.semantics < SEMANTICS);
    let mut links: Vec<String> = listed.iter().map(|(text, _)| text.to_string()).filter(|text| kept(text)).collect();
    for link in set() {
        if !links.contains(&link) {
            links.push(link);
        }
    }
    let mut out = String::from(
        "# A link, two spaces, what it is answered with. core/tests/golden_links.rs says how to write this anew.\n",
    );
    for link in links {
        out += &format!("{link}  {}\n", answer(&link));
    }
    out
}

fn set() -> Vec<String> {
    let mut links = Vec::new();
    for (i, design) in library().designs.iter().enumerate() {
        let scenario = |n: usize| SCENARIOS[(i + n) % SCENARIOS.len()];
        let seed = i as u64 * 7 + 1;
        links.extend(free(&question(&design.id, scenario(0)), Mode::Uniform, seed));
        let mode = [Mode::Uniform, Mode::Pct(3), Mode::Timed][i % 3];
        links.extend(from_seed(&question(&design.id, scenario(1)), mode, seed));
        let mut other = question(&design.id, scenario(2));
        let options = [("memory", "tso"), ("tlb", "any"), ("flush", "broadcast"), ("cost", "desktop")];
        let (name, value) = options[i % options.len()];
        other.machine.push((name.to_owned(), value.to_owned()));
        let timed = if name == "cost" { Mode::Timed } else { Mode::Uniform };
        links.extend(free(&other, timed, seed + 1));
        let mut all = question(&design.id, scenario(3));
        all.machine = [("memory", "tso"), ("tlb", "any"), ("flush", "broadcast")].map(pair).to_vec();
        links.extend(free(&all, Mode::Uniform, seed + 2));
        links.extend((0..SCENARIOS.len()).find_map(|n| first_break(&question(&design.id, SCENARIOS[n]))));
    }
    links.extend(special());
    links
}

fn pair((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Switches, sizes, variants, bookmarks, own C.
fn special() -> Vec<String> {
    let founding = || question("2021-unshare-v1", "fork-vs-gup-fast");
    let switched = |list: &[(&str, i64)]| Question {
        switches: list.iter().map(|(name, value)| (name.to_string(), *value)).collect(),
        ..founding()
    };
    let variant = |variant: &str, q: Question| Question { variant: variant.to_owned(), ..q };
    let sized = Question { sizes: vec![("NR_FRAMES".to_owned(), 40)], ..founding() };
    let own_design = Question {
        edits: vec![("designs/mine/design.c".to_owned(), OWN_DESIGN.to_owned())],
        ..question("mine", "fork-vs-gup-fast")
    };
    let own_scenario = Question {
        edits: vec![("scenarios/two-stores.c".to_owned(), OWN_SCENARIO.to_owned())],
        ..question("6.1-anon-exclusive", "two-stores")
    };
    let mut links: Vec<Option<String>> = vec![
        first_break(&variant("get", switched(&[("D5B", 1)]))),
        first_break(&variant("pin", switched(&[("SEQCOUNT", 0)]))),
        first_break(&Question { scenario: "gup-before-fork".to_owned(), ..switched(&[("D5B", 1), ("SEQ_GET", 1)]) }),
        free(&variant("pin_writable", question("6.1-anon-exclusive", "fork-vs-gup-fast")), Mode::Uniform, 5),
        free(&sized, Mode::Uniform, 9),
        from_seed(&sized, Mode::Pct(2), 10),
        free(&own_design, Mode::Uniform, 3),
        free(&own_scenario, Mode::Uniform, 4),
        from_seed(&own_scenario, Mode::Timed, 4),
    ];
    let mut marked = Link::parse(&free(&founding(), Mode::Timed, 2).expect("it runs")).expect("a link");
    marked.bookmarks = [(3, "the test".to_owned()), (9, String::new())].into();
    marked.at = Some(9);
    links.push(Some(marked.to_string()));
    links.into_iter().flatten().collect()
}

fn question(design: &str, scenario: &str) -> Question {
    Question { design: design.to_owned(), scenario: scenario.to_owned(), ..Question::default() }
}

/// What a design can't run in a scenario has no link.
fn loaded(question: &Question) -> Option<Loaded> {
    match load(question) {
        Ok(loaded) => Some(loaded),
        Err(error) => {
            println!("{} in {}: {error}", question.design, question.scenario);
            None
        }
    }
}

/// The run of a seed, as a schedule.
fn free(question: &Question, mode: Mode, seed: u64) -> Option<String> {
    let mut session = Session::new(loaded(question)?);
    session.set_schedule(&seeded(&session.loaded.system, mode, seed));
    session.go_to(u32::MAX);
    let mut link = link_of(&session);
    link.breaks = session.broken_here().into_iter().next();
    Some(link.to_string())
}

/// The run of a seed, as the seed, with the end that it comes to.
fn from_seed(question: &Question, mode: Mode, seed: u64) -> Option<String> {
    let run = Link::parse(&free(question, mode, seed)?).expect("a link");
    let link = Link { run: Run::Seed { mode, seed }, ..link_to(&loaded(question)?) };
    Some(Link { breaks: run.breaks, digest: run.digest, trail: run.trail, texts: run.texts, ..link }.to_string())
}

/// The shortest schedule of the first break.
fn first_break(question: &Question) -> Option<String> {
    let loaded = loaded(question)?;
    let budget = Budget { states: 500_000, ..Budget::NONE };
    let answer = check(&loaded, budget, &mut |_| Progress::Continue);
    let found = answer.found.first()?;
    let mut session = Session::new(loaded.clone());
    session.set_schedule(&found.schedule);
    session.go_to(u32::MAX);
    let mut link = link_of(&session);
    link.breaks = Some(found.id.clone());
    link.at = session.position().checked_sub(1);
    Some(link.to_string())
}
