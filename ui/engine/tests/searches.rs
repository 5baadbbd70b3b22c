//! Searches that start from an open run: on from here, the same made simpler, the switch that repairs it, a budget.

use cowscope_core::view::{End, Question, Verdict};
use cowscope_engine::protocol::{Aim, Answer, Ask, Limits, Mended, Opened, Reply, Request};
use cowscope_engine::session::Session;
use cowscope_engine::wire::{decode, encode};

const LIMITS: Limits = Limits { states: 1_000_000, mebibytes: 512 };

fn ask(session: &mut Session, ask: Ask) -> Answer {
    let mut last = None;
    session.hear(&encode(&Request { id: 1, ask }), &|| 0.0, &mut |told| {
        last = Some(decode::<Reply>(&told).expect("a reply").answer);
    });
    last.expect("every question is answered")
}

fn open(session: &mut Session, link: &str) -> Opened {
    match ask(session, Ask::Open { link: link.to_owned() }) {
        Answer::Opened(opened) => *opened,
        other => panic!("not opened: {other:?}"),
    }
}

fn search(session: &mut Session, question: Question, limits: Limits) -> Verdict {
    match ask(session, Ask::Search { question, aim: Aim::Find, limits }) {
        Answer::Verdict { verdict, .. } => *verdict,
        other => panic!("no verdict: {other:?}"),
    }
}

fn renewed(answer: Answer) -> (Option<String>, String) {
    match answer {
        Answer::Renewed { link, told } => (link, told),
        other => panic!("not renewed: {other:?}"),
    }
}

/// The founding race, open one step before its collision.
fn race(session: &mut Session) -> (Opened, Verdict) {
    let start = open(session, "");
    let verdict = search(session, start.program.question, LIMITS);
    let link = verdict.breaks[0].link.clone();
    (open(session, &link), verdict)
}

#[test]
fn a_search_goes_on_from_the_middle_of_a_run() {
    let mut session = Session::default();
    let (run, _) = race(&mut session);
    let (link, told) = renewed(ask(&mut session, Ask::SearchFrom { link: run.moment.link.clone(), limits: LIMITS }));
    let on = open(&mut session, &link.expect("it still breaks from here"));
    assert!(on.trace.broken_at.is_some(), "{told}");
    assert_eq!(on.moment.step, run.moment.step);
    let here = run.moment.step as usize;
    assert_eq!(on.trace.steps[..here], run.trace.steps[..here]);
    // the run in which the pair comes the other way round is over the danger at its end
    let safe = open(&mut session, &run.trace.collision.expect("two accesses collide").other_way);
    let end = safe.trace.steps.len() as u32;
    let Answer::Moved { moment, .. } = ask(&mut session, Ask::Goto { step: end }) else { panic!("no move") };
    let (link, told) = renewed(ask(&mut session, Ask::SearchFrom { link: moment.link.clone(), limits: LIMITS }));
    assert!(link.is_none() && told.contains("nothing breaks any more"), "{told}");
    let Answer::Moved { moment, .. } = ask(&mut session, Ask::Goto { step: 0 }) else { panic!("no move") };
    let few = Limits { states: 10, ..LIMITS };
    let (link, told) = renewed(ask(&mut session, Ask::SearchFrom { link: moment.link.clone(), limits: few }));
    assert!(link.is_none() && told.contains("Not decided") && told.contains("budget of states"), "{told}");
}

#[test]
fn a_run_with_needless_switches_is_made_simpler() {
    let mut session = Session::default();
    let (run, _) = race(&mut session);
    let steps = run.trace.steps.len();
    let (link, told) = renewed(ask(&mut session, Ask::Minimise { link: run.moment.link.clone() }));
    assert!(link.is_none() && told.contains("no simpler"), "the shortest has nothing to leave out: {told}");
    // a random run that breaks the same has more switches
    let worse = (1..400).find_map(|seed| {
        let link = format!("/run?v=1&d=2021-unshare-v1&s=fork-vs-gup-fast&r=uniform.{seed}");
        let run = open(&mut session, &link);
        (run.trace.broken_at.is_some() && run.trace.steps.len() > steps).then_some(run)
    });
    let worse = worse.expect("some random run breaks");
    let (link, told) = renewed(ask(&mut session, Ask::Minimise { link: worse.moment.link.clone() }));
    let better = open(&mut session, &link.expect("it can be made simpler"));
    assert!(better.trace.broken_at.is_some(), "{told}");
    assert!(switches(&better) < switches(&worse), "{told}");
    let start = open(&mut session, "");
    assert!(matches!(ask(&mut session, Ask::Minimise { link: start.moment.link }), Answer::Refused { .. }));
}

fn switches(run: &Opened) -> usize {
    let cpus: Vec<u8> = run.trace.steps.iter().map(|step| run.trace.actors[usize::from(step.agent)].cpu).collect();
    cpus.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

#[test]
fn the_switch_that_repairs_is_named() {
    let mut session = Session::default();
    let start = open(&mut session, "");
    let question = start.program.question;
    let verdict = search(&mut session, question.clone(), LIMITS);
    let breaks: Vec<String> = verdict.breaks.iter().map(|one| one.promise.clone()).collect();
    let answer = ask(&mut session, Ask::Repair { question, breaks: breaks.clone(), limits: LIMITS });
    let Answer::Repaired { mended, .. } = answer else { panic!("no repairs: {answer:?}") };
    let repairs = |one: &&Mended| one.question.switches.iter().any(|(name, _)| name == "SEQ_GET");
    let seq = mended.iter().find(repairs).expect("the sequence counter repairs it");
    assert!(seq.mends.contains(&breaks[0]), "{mended:?}");
    assert!(verdict.repairs.iter().any(|one| one.question == seq.question), "the page finds its words by the question");
}

#[test]
fn a_budget_that_is_reached_is_said_to_be() {
    let mut session = Session::default();
    let question = Question {
        design: "6.1-anon-exclusive".to_owned(),
        scenario: "fork-vs-gup-fast".to_owned(),
        ..Question::default()
    };
    let few = search(&mut session, question.clone(), Limits { states: 100, mebibytes: 512 });
    assert_eq!(few.end, End::NotDecided);
    assert!(few.notes.iter().any(|note| note.contains("budget of states")), "{:?}", few.notes);
    let no_room = search(&mut session, question, Limits { states: u64::MAX, mebibytes: 0 });
    assert_eq!(no_room.end, End::NotDecided);
    assert!(no_room.notes.iter().any(|note| note.contains("budget of memory")), "{:?}", no_room.notes);
}
