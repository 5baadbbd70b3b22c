//! Links that were published end where they always did, natively and as WebAssembly; e2e/links.spec.mjs opens them in the page.
//!
//! `cargo test -p cowscope-core --test golden_links -- --ignored write_the_golden_links` writes the list anew
//! (docs/links.md, "When a link meets another version").

mod common {
    pub mod golden;
    #[cfg(not(target_arch = "wasm32"))]
    pub mod golden_set;
}

use common::golden::{answer, listed};
use cowscope_core::check::check;
use cowscope_core::explore::{Budget, Progress};
use cowscope_core::library::{library, load};
use cowscope_core::link::{Link, Mode, Run, SEMANTICS};
use cowscope_core::replay::trace_of_break;
use cowscope_core::view::Question;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn every_link_is_answered_as_listed() {
    let mut wrong = Vec::new();
    for (link, listed) in listed() {
        let now = answer(link);
        if now != listed {
            wrong.push(format!("{link}\n  listed: {listed}\n  now:    {now}"));
        }
        let current = Link::parse(link).is_ok_and(|link| link.semantics == SEMANTICS);
        assert!(!current || listed == "same", "a link of these semantics shows what it was made to show: {link}");
    }
    let help = "a change that moves golden links bumps link::SEMANTICS; then write the list anew (docs/links.md)";
    assert!(wrong.is_empty(), "{} links differ; {help}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_set_covers_every_design_and_every_mode() {
    let links: Vec<Link> = listed().iter().filter_map(|(text, _)| Link::parse(text).ok()).collect();
    assert!(links.len() >= 60, "{}", links.len());
    for design in &library().designs {
        let of_design = links.iter().filter(|link| link.design == design.id).count();
        assert!(of_design >= 3, "{} has {of_design}", design.id);
    }
    let any = |what: &str, fits: &dyn Fn(&Link) -> bool| assert!(links.iter().any(fits), "no link with {what}");
    let seed = |wanted: fn(Mode) -> bool| move |link: &Link| matches!(link.run, Run::Seed { mode, .. } if wanted(mode));
    any("a uniform seed", &seed(|mode| mode == Mode::Uniform));
    any("a PCT seed", &seed(|mode| matches!(mode, Mode::Pct(_))));
    any("a timed seed", &seed(|mode| mode == Mode::Timed));
    any("a free run", &|link| matches!(&link.run, Run::Schedule(turns) if turns.len() > 20) && link.breaks.is_none());
    any("a break", &|link| link.breaks.is_some());
    any("a switch", &|link| !link.switches.is_empty());
    any("a size", &|link| !link.sizes.is_empty());
    any("a variant", &|link| link.variant.is_some());
    any("own C", &|link| !link.own.is_empty());
    any("bookmarks", &|link| !link.bookmarks.is_empty());
    any("TSO", &|link| link.options.memory.is_some());
    any("any TLB", &|link| link.options.tlb.is_some());
    any("broadcast flushes", &|link| link.options.flush.is_some());
    any("a cost table", &|link| link.options.costs.is_some());
    assert!(links.iter().all(|link| link.digest.is_some()), "each says in which state it ends");
}

#[test]
fn the_shortest_breaks_fit_into_a_line_of_a_mail() {
    let breaks = || listed().into_iter().filter(|(text, _)| text.contains("&e=") && !text.contains("&c="));
    assert!(breaks().count() >= 10);
    for (text, _) in breaks() {
        assert!(text.len() - 1 <= 160, "{} {text}", text.len() - 1);
    }
}

/// The canonical breaks of one in so many cells of the matrix fit, too.
fn canonical_breaks_fit(one_in: usize) {
    let lib = library();
    let mut breaks = 0;
    let cells = lib.designs.iter().flat_map(|d| lib.scenarios.iter().map(move |s| (d, s)));
    for (design, scenario) in cells.step_by(one_in) {
        let variants: Vec<String> = scenario.variants.iter().map(|v| v.id.clone()).collect();
        for variant in if variants.is_empty() { vec![String::new()] } else { variants } {
            let (design, scenario) = (design.id.clone(), scenario.id.clone());
            let question = Question { design, scenario, variant, ..Question::default() };
            let loaded = load(&question).unwrap_or_else(|e| panic!("{question:?}: {e}"));
            let answer = check(&loaded, Budget::NONE, &mut |_| Progress::Continue);
            for found in &answer.found {
                let trace = trace_of_break(&loaded, &answer, found);
                let text = trace.header.link.expect("a link");
                assert!(text.len() - 1 <= 160, "{} {text}", text.len() - 1);
                breaks += 1;
            }
        }
    }
    assert!(breaks >= 10, "{breaks}");
}

#[test]
fn the_canonical_breaks_of_some_cells_fit_into_a_line_of_a_mail() {
    canonical_breaks_fit(41);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "minutes: cargo test -p cowscope-core --test golden_links -- --ignored canonical"]
fn the_canonical_breaks_of_all_cells_fit_into_a_line_of_a_mail() {
    canonical_breaks_fit(1);
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
#[ignore = "writes tests/data/golden-links.txt"]
fn write_the_golden_links() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/golden-links.txt");
    std::fs::write(path, common::golden_set::anew(&listed())).expect("the list can be written");
}
