//! The two accesses whose order made the difference.
//!
//! Candidates are pairs of accesses of two CPUs to one word, the later of which changes it. A candidate is put to the test: the
//! same run once more, but with the later access before the earlier one. If that ends without a break, the order of these two
//! made it, and the other run is kept, to be shown. Only where no candidate passes is the likeliest one shown untested.

use super::tour::{Stop, Touched, Tour};
use crate::explore::{Choice, Model};
use crate::replay::link_of;
use crate::session::Session;
use crate::view::{Collision, Phrase};

/// So many candidates are tested; shortest breaks have few.
const MOST_TESTS: usize = 16;
/// A run made in the other order is followed for so many steps.
const MOST_STEPS: usize = 4_000;

/// Steps `first` and `second`, by two CPUs, touch one word.
struct Pair<'t> {
    first: usize,
    second: usize,
    seen: &'t Touched,
    word: &'t Touched,
}

/// The pair that made the difference in a run that breaks; `None` where nothing breaks or no two CPUs met.
pub fn collision(tour: &Tour, session: &Session) -> Option<Collision> {
    let end = tour.broken_at()?;
    let stops = tour.stops();
    let mut pairs: Vec<Pair> = (1..=end).flat_map(|second| ending_at(stops, second)).collect();
    // likeliest first: an access that only looked, then the latest
    pairs.sort_by_key(|pair| std::cmp::Reverse((!pair.seen.written, pair.second, pair.first)));
    let mut other = session.clone();
    let tested = pairs.iter().take(MOST_TESTS).find_map(|pair| Some((pair, other_way(&mut other, stops, pair)?)));
    match tested {
        Some((pair, link)) => Some(told(stops, pair, link)),
        None => pairs.first().map(|pair| told(stops, pair, String::new())),
    }
}

/// The pairs whose later access is this step's.
fn ending_at(stops: &[Stop], second: usize) -> Vec<Pair<'_>> {
    let changed = stops[second].touched.iter().filter(|word| word.changed && !word.lock);
    changed
        .filter_map(|word| {
            let access = |stop: usize| stops[stop].touched.iter().find(|other| other.raw == word.raw);
            let (first, seen) = (0..second).rev().find_map(|stop| Some((stop, access(stop)?)))?;
            (stops[first].cpu != stops[second].cpu).then_some(Pair { first, second, seen, word })
        })
        .collect()
}

/// The link to the run in which the second access comes before the first, if that run ends and breaks nothing.
fn other_way(session: &mut Session, stops: &[Stop], pair: &Pair) -> Option<String> {
    session.set_schedule(&[]);
    let cpu = stops[pair.second].cpu;
    let choices = |stops: &[Stop], wanted: &dyn Fn(&Stop) -> bool| -> Vec<Choice> {
        stops.iter().filter(|stop| wanted(stop)).map(|stop| stop.choice).collect()
    };
    let before = choices(&stops[..pair.first], &|_| true);
    let moved = choices(&stops[pair.first..=pair.second], &|stop| stop.cpu == cpu);
    let rest = choices(&stops[pair.first..=pair.second], &|stop| stop.cpu != cpu);
    if !before.iter().chain(&moved).all(|choice| session.step(*choice)) {
        return None;
    }
    let here = session.position();
    // What was to come between goes on as far as it can; then everybody to the end, in turn.
    for choice in rest.iter().chain(choices(&stops[pair.second + 1..], &|_| true).iter()) {
        if session.last().is_some_and(|last| !last.broken.is_empty()) {
            return None;
        }
        session.step(*choice);
    }
    run_out(session).then(|| {
        let mut link = link_of(session);
        link.at = Some(here.saturating_sub(1));
        link.to_string().trim_start_matches('#').to_owned()
    })
}

/// Lets everybody go on until nobody can; false when something breaks on the way or it takes too long.
fn run_out(session: &mut Session) -> bool {
    for _ in 0..MOST_STEPS {
        if session.last().is_some_and(|last| !last.broken.is_empty()) {
            return false;
        }
        let agents = session.system().agents();
        if !(0..agents).any(|agent| session.step(Choice { agent, pick: 0 })) {
            return session.at_end().is_some_and(|broken| broken.is_empty());
        }
    }
    false
}

fn told(stops: &[Stop], pair: &Pair, other_way: String) -> Collision {
    let (a, b) = (stops[pair.first].cpu, stops[pair.second].cpu);
    let told = vec![
        Phrase::cpu(a),
        Phrase::plain(if pair.seen.written { " left " } else { " read " }),
        Phrase::code(pair.word.name.clone()),
        Phrase::plain(format!(" = {}; then ", pair.word.before)),
        Phrase::cpu(b),
        Phrase::plain(format!(" makes it {}.", pair.word.after)),
    ];
    Collision {
        first: pair.first as u32,
        second: pair.second as u32,
        name: pair.word.name.clone(),
        place: pair.word.place,
        told,
        other_way,
    }
}
