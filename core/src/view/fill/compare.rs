//! Fills the comparison of two designs under one schedule.

use super::place;
use super::tour::{Stop, Tour};
use crate::explore::{Choice, Model};
use crate::library::Loaded;
use crate::replay::link_of;
use crate::session::Session;
use crate::view::{Change, ComparedRun, ComparedStep, Comparison, DiffKind, DiffLine, Phrase};

/// A run made by another design's schedule is followed to its end, but for no more steps than this.
const MOST_STEPS: usize = 4_000;
/// Functions of user programs are the same on both sides.
const SCENARIO: u8 = 2;

/// What `other` makes of the whole schedule of `session`, beside what the session's own design makes of it. Choices that are not
/// possible there are left out, and in the end everybody goes on in turn until nobody can.
pub fn compare(session: &Session, other: Loaded) -> Comparison {
    let mut own = session.clone();
    let schedule = own.schedule();
    own.go_to(u32::MAX);
    let mut replayed = Session::new(other);
    for choice in &schedule {
        if !ended(&replayed) {
            replayed.step(*choice);
        }
    }
    run_out(&mut replayed);
    let tours = [&mut own, &mut replayed].map(|session| {
        let mut tour = Tour::default();
        tour.follow(session);
        tour
    });
    let (a, b) = (tours[0].stops(), tours[1].stops());
    let same = a.iter().zip(b).take_while(|(a, b)| deed(a) == deed(b)).count();
    let parts_at = (same < a.len().max(b.len())).then_some(same as u32);
    let changes = changes(&own, &replayed);
    let sides = [side(&mut own, &tours[0], parts_at), side(&mut replayed, &tours[1], parts_at)];
    Comparison { sides, parts_at, changes }
}

/// What a step did, as far as it can differ: who, and which words became what.
fn deed(stop: &Stop) -> (Choice, Vec<(&str, u64, bool)>) {
    (stop.choice, stop.touched.iter().map(|word| (word.raw.as_str(), word.new, word.written)).collect())
}

fn ended(session: &Session) -> bool {
    session.last().is_some_and(|last| !last.broken.is_empty())
}

fn run_out(session: &mut Session) {
    for _ in 0..MOST_STEPS {
        let agents = session.system().agents();
        if ended(session) || !(0..agents).any(|agent| session.step(Choice { agent, pick: 0 })) {
            return;
        }
    }
}

fn side(session: &mut Session, tour: &Tour, parts_at: Option<u32>) -> ComparedRun {
    let functions = &session.system().program.funcs;
    let step = |stop: &Stop| ComparedStep {
        cpu: stop.cpu,
        function: stop.stack.last().map_or_else(String::new, |(func, _)| functions[*func as usize].name.clone()),
        label: stop.label.clone(),
    };
    let steps = tour.stops().iter().map(step).collect();
    let design = session.loaded.question.design.clone();
    let known = crate::library::library().designs.iter().find(|known| known.id == design);
    let at_end = session.broken_at_end();
    let broken = at_end.into_iter().chain(session.last().into_iter().flat_map(|last| last.broken.clone()));
    let broken = broken.take(1).map(|broken| Phrase::plain(broken.statement)).collect();
    let mut link = link_of(session);
    link.at = parts_at;
    ComparedRun {
        question: session.loaded.question.clone(),
        title: known.map_or_else(|| design.clone(), |known| known.title.clone()),
        steps,
        broken,
        link: link.to_string().trim_start_matches('#').to_owned(),
    }
}

/// The functions of the kernel, by name: the file, and the text from the declaration to the closing brace.
fn functions(session: &Session) -> Vec<(String, String, Vec<String>)> {
    let sources = &session.loaded.sources;
    let kernel = session.system().program.funcs.iter().filter(|func| func.layer != SCENARIO);
    let one = |func: &crate::lang::program::Func| {
        let source = sources.get(func.span.file)?;
        let body = place::body(sources, func.span);
        let (from, to) = (body.line.max(1) as usize - 1, body.end_line as usize);
        let lines = source.text().lines().skip(from).take(to.saturating_sub(from)).map(str::to_owned).collect();
        Some((func.name.clone(), source.name().to_owned(), lines))
    };
    kernel.filter_map(one).collect()
}

fn changes(a: &Session, b: &Session) -> Vec<Change> {
    let (a, b) = (functions(a), functions(b));
    let find = |list: &[(String, String, Vec<String>)], name: &str| list.iter().find(|one| one.0 == name).cloned();
    let mut out = Vec::new();
    for (name, path, lines) in &a {
        let (other, theirs) = find(&b, name).map_or_else(Default::default, |(_, path, lines)| (path, lines));
        if *lines != theirs {
            out.push(Change { function: name.clone(), paths: [path.clone(), other], lines: diff(lines, &theirs) });
        }
    }
    for (name, path, lines) in b.iter().filter(|one| find(&a, &one.0).is_none()) {
        out.push(Change { function: name.clone(), paths: [String::new(), path.clone()], lines: diff(&[], lines) });
    }
    out
}

/// The longest common subsequence of lines, with what stands on one side only between. Functions are short enough for the table.
fn diff(a: &[String], b: &[String]) -> Vec<DiffLine> {
    let width = b.len() + 1;
    let mut common = vec![0u32; (a.len() + 1) * width];
    for (i, j) in (0..a.len()).rev().flat_map(|i| (0..b.len()).rev().map(move |j| (i, j))) {
        common[i * width + j] = if a[i] == b[j] {
            common[(i + 1) * width + j + 1] + 1
        } else {
            common[(i + 1) * width + j].max(common[i * width + j + 1])
        };
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    let line = |kind, text: &String| DiffLine { kind, text: text.clone() };
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            out.push(line(DiffKind::Both, &a[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == b.len() || (i < a.len() && common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            out.push(line(DiffKind::First, &a[i]));
            i += 1;
        } else {
            out.push(line(DiffKind::Second, &b[j]));
            j += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_keeps_every_line_of_both() {
        let text = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (a, b) = (text("one two three four"), text("one 2 three five four"));
        let lines = diff(&a, &b);
        let of = |kind| lines.iter().filter(move |line| line.kind == DiffKind::Both || line.kind == kind);
        assert_eq!(of(DiffKind::First).map(|line| line.text.clone()).collect::<Vec<_>>(), a);
        assert_eq!(of(DiffKind::Second).map(|line| line.text.clone()).collect::<Vec<_>>(), b);
        assert_eq!(lines.iter().filter(|line| line.kind == DiffKind::Both).count(), 3);
    }
}
