//! The engine's side of the conversation, without a browser: bytes in, bytes out.

use cowscope_core::explore::{Choice, Model};
use cowscope_core::library::{LoadError, load};
use cowscope_core::link::{Bookmarks, Link, limits};
use cowscope_core::replay::{OpenError, changed_since, link_of, mark, open, trace_of};
use cowscope_core::report;
use cowscope_core::session::Session as Replay;
use cowscope_core::view::fill::{self, Tour, next_place};
use cowscope_core::view::{Program, Question};

use crate::protocol::{Answer, Ask, Form, Opened, Reply, Request, Until};
use crate::search::{Listener, minimise, renew, repair, search, search_from};
use crate::wire::{self, encode};

/// Steps that one "run until" may take.
const MOST_STEPS: u32 = 5_000;

/// One engine, from its start to its end.
#[derive(Default)]
pub struct Session {
    open: Option<OpenRun>,
}

/// The run that is open.
struct OpenRun {
    replay: Replay,
    tour: Tour,
    /// The link to the whole run; only the position differs from moment to moment.
    link: Link,
}

/// The run that the bare address opens.
fn founding_race() -> Question {
    Question { design: "2021-unshare-v1".to_owned(), scenario: "fork-vs-gup-fast".to_owned(), ..Question::default() }
}

impl Session {
    /// Answers one message of the page. `say` sends a message to the page, and may be called any number of times; `now` is a
    /// clock in milliseconds.
    pub fn hear(&mut self, message: &[u8], now: &dyn Fn() -> f64, say: &mut dyn FnMut(Vec<u8>)) {
        let request = match wire::decode::<Request>(message) {
            Ok(request) => request,
            Err(error) => {
                return say(encode(&Reply { id: 0, answer: Answer::Refused { why: error } }));
            }
        };
        let id = request.id;
        let answer = match request.ask {
            Ask::Search { question, aim, limits } => search(&question, aim, limits, &mut listen(now, id, say)),
            Ask::Repair { question, breaks, limits } => repair(&question, &breaks, limits, &mut listen(now, id, say)),
            Ask::Renew { link, limits } => {
                read_link(&link).and_then(|link| renew(&link, limits, &mut listen(now, id, say)))
            }
            Ask::SearchFrom { link, limits } => {
                read_link(&link).and_then(|link| search_from(&link, limits, &mut listen(now, id, say)))
            }
            Ask::Minimise { link } => read_link(&link).and_then(|link| minimise(&link)),
            ask => self.answer(ask),
        };
        let answer = answer.unwrap_or_else(|why| Answer::Refused { why });
        say(encode(&Reply { id, answer }));
    }

    fn answer(&mut self, ask: Ask) -> Result<Answer, String> {
        match ask {
            Ask::Hello => Ok(Answer::Hello { version: env!("CARGO_PKG_VERSION").to_owned() }),
            Ask::Library => Ok(Answer::Library(Box::new(fill::library_view(env!("CARGO_PKG_VERSION"))))),
            Ask::Open { link } => self.open(&link),
            Ask::Begin { question } => self.begin(&question),
            Ask::Compile { question } => Ok(Answer::Program(Box::new(compile(&question)?))),
            Ask::Goto { step } => {
                let open = self.run()?;
                open.replay.go_to(step);
                Ok(open.moved(false))
            }
            Ask::Seek { word, forward } => {
                let open = self.run()?;
                let to = open.seek(word, forward).ok_or("Nobody touches that word again in this run.")?;
                open.replay.go_to(to);
                Ok(open.moved(false))
            }
            Ask::Compare { design } => {
                let open = self.run()?;
                let own = &open.replay.loaded.question;
                let question = Question { design, switches: Vec::new(), edits: Vec::new(), ..own.clone() };
                let other = load(&question).map_err(|error| explain(&error))?;
                Ok(Answer::Compared(Box::new(fill::compare(&open.replay, other))))
            }
            Ask::Step { agent, pick, at } => {
                if let Some(at) = at {
                    self.run()?.replay.go_to(at);
                }
                self.step(Choice { agent, pick })
            }
            Ask::Run { agent, until } => self.run_until(agent, until),
            Ask::Mark { step, label } => self.mark(step, label),
            Ask::Report { form } => {
                let open = self.run()?;
                Ok(Answer::Report { text: open.report(form) })
            }
            Ask::Search { .. }
            | Ask::Renew { .. }
            | Ask::SearchFrom { .. }
            | Ask::Minimise { .. }
            | Ask::Repair { .. } => Err("a search is answered elsewhere".to_owned()),
        }
    }

    fn run(&mut self) -> Result<&mut OpenRun, String> {
        self.open.as_mut().ok_or_else(|| "no run is open".to_owned())
    }

    fn begin(&mut self, question: &Question) -> Result<Answer, String> {
        let loaded = load(question).map_err(|error| explain(&error))?;
        Ok(self.opened(Replay::new(loaded), String::new(), Bookmarks::new()))
    }

    fn open(&mut self, text: &str) -> Result<Answer, String> {
        if text.is_empty() || text == "/" {
            return self.begin(&founding_race());
        }
        let link = read_link(text)?;
        let opened = open(&link).map_err(|error| match error {
            OpenError::Value(what) => what,
            OpenError::Load(error) => explain(&error),
        })?;
        let mut replay = opened.session;
        let remark = opened.difference.map_or_else(String::new, |difference| {
            let changed = changed_since(&replay, &link, &difference);
            format!("This link does not show what it was made to show: {difference}; {changed}.")
        });
        let end = replay.length();
        replay.go_to(link.at.unwrap_or(end));
        let outdated = !remark.is_empty() && link.breaks.is_some();
        let mut answer = self.opened(replay, remark, link.bookmarks);
        if let Answer::Opened(opened) = &mut answer {
            opened.outdated = outdated;
        }
        Ok(answer)
    }

    fn opened(&mut self, replay: Replay, remark: String, bookmarks: Bookmarks) -> Answer {
        let link = Link { bookmarks, ..link_of(&replay) };
        let mut open = OpenRun { replay, tour: Tour::default(), link };
        open.follow();
        let opened = Opened {
            program: fill::program(&open.replay.loaded),
            trace: open.tour.trace(&open.replay),
            moment: open.moment(),
            outdated: false,
            remark,
            bookmarks: open.link.bookmarks.clone().into_iter().collect(),
        };
        self.open = Some(open);
        Answer::Opened(Box::new(opened))
    }

    fn step(&mut self, choice: Choice) -> Result<Answer, String> {
        let open = self.run()?;
        let follows = open.replay.next_choice() == Some(choice);
        if open.replay.last().is_some_and(|last| !last.broken.is_empty()) {
            return Err("Something has broken: the run ends here.".to_owned());
        }
        if !open.replay.step(choice) {
            return Err("It can't act now.".to_owned());
        }
        Ok(open.moved(!follows))
    }

    fn mark(&mut self, step: u32, label: Option<String>) -> Result<Answer, String> {
        let open = self.run()?;
        let bookmarks = &mut open.link.bookmarks;
        match label {
            None => drop(bookmarks.remove(&step)),
            Some(_) if step > open.replay.length() => return Err("The run has no such step.".to_owned()),
            Some(_) if bookmarks.len() >= limits::BOOKMARKS && !bookmarks.contains_key(&step) => {
                return Err(format!("A link holds at most {} bookmarks.", limits::BOOKMARKS));
            }
            Some(label) => drop(bookmarks.insert(step, label.chars().take(limits::LABEL).collect())),
        }
        Ok(open.moved(false))
    }

    fn run_until(&mut self, agent: u8, until: Until) -> Result<Answer, String> {
        let open = self.run()?;
        let from = next_place(&open.replay, agent);
        let choice = Choice { agent, pick: 0 };
        if !open.replay.step(choice) {
            return Err("It can't act now.".to_owned());
        }
        for _ in 0..MOST_STEPS {
            let broken = open.replay.last().is_some_and(|last| !last.broken.is_empty());
            if broken || open.stops(agent, until, from) || !open.replay.step(choice) {
                break;
            }
        }
        Ok(open.moved(true))
    }
}

impl OpenRun {
    /// Walks the tour and the link up to the run as it is now.
    fn follow(&mut self) {
        self.tour.follow(&mut self.replay);
        let here = self.replay.position();
        self.replay.go_to(u32::MAX);
        let mut bookmarks = std::mem::take(&mut self.link.bookmarks);
        bookmarks.retain(|at, _| *at <= self.replay.length());
        self.link = Link { bookmarks, ..link_of(&self.replay) };
        self.replay.go_to(here);
    }

    /// The whole run, whatever the moment.
    fn report(&mut self, form: Form) -> String {
        let here = self.replay.position();
        self.replay.go_to(u32::MAX);
        let mut trace = trace_of(&mut self.replay, None);
        self.replay.go_to(here);
        mark(&mut trace, &self.link.bookmarks);
        match form {
            Form::Table => report::table(&trace, &report::TableOptions::default()),
            Form::Words => report::words(&trace, 72),
            Form::Markdown => report::markdown(&trace),
            Form::Json => report::json(&trace),
            Form::Svg => report::svg(&trace),
            Form::Mermaid => report::mermaid(&trace),
        }
    }

    fn moved(&mut self, changed: bool) -> Answer {
        let mut from = 0;
        if changed {
            from = self.tour.known(&self.replay);
            self.follow();
        }
        let tail = || {
            let mut trace = self.tour.trace(&self.replay);
            trace.steps.drain(..from.min(trace.steps.len()));
            Box::new(trace)
        };
        let trace = changed.then(tail);
        Answer::Moved { moment: Box::new(self.moment()), trace, from: from as u32 }
    }

    fn moment(&mut self) -> cowscope_core::view::Moment {
        let mut link = self.link.clone();
        link.at = Some(self.replay.position());
        let link = link.to_string().trim_start_matches('#').to_owned();
        self.tour.moment(&mut self.replay, link)
    }

    /// The moment before the next step that touches a word; looking back, the moment before the last one that did.
    fn seek(&self, word: u64, forward: bool) -> Option<u32> {
        let here = self.replay.position() as usize;
        let touches = |at: &usize| self.tour.stops()[*at].touched.iter().any(|touched| touched.place == word);
        let all = self.tour.stops().len();
        let at = if forward { (here + 1..all).find(touches) } else { (0..here.min(all)).rev().find(touches) };
        at.map(|at| at as u32)
    }

    fn touched(&mut self, word: u64) -> bool {
        let traced = self.replay.loaded.system.state_mut().traced();
        traced.reads.iter().chain(&traced.writes).any(|slot| u64::from(*slot) == word)
    }

    fn stops(&mut self, agent: u8, until: Until, from: Option<(cowscope_core::view::Span, usize)>) -> bool {
        let here = next_place(&self.replay, agent);
        match (until, from, here) {
            (Until::Blocked, ..) => false,
            (Until::Word(word), ..) => self.touched(word),
            (_, _, None) => true,
            (Until::Out, Some((_, was)), Some((_, depth))) => depth < was,
            (Until::Over, Some((start, was)), Some((place, depth))) => {
                depth < was || (depth == was && place.line != start.line)
            }
            (Until::Line { file, line }, _, Some((place, _))) => (place.file, place.line) == (file, line),
            (_, None, _) => true,
        }
    }
}

/// Tells the page how far a search has got.
fn listen<'a>(now: &'a dyn Fn() -> f64, id: u32, say: &'a mut dyn FnMut(Vec<u8>)) -> Listener<'a> {
    Listener::new(now, move |effort| say(encode(&Reply { id, answer: Answer::Progress { effort } })))
}

/// The link that stands behind the `#` of the address.
fn read_link(text: &str) -> Result<Link, String> {
    Link::parse(&format!("#{text}")).map_err(|error| format!("This link can't be read: {error}"))
}

/// What is wrong with a question, in words; of C errors the first, with its place.
fn explain(error: &LoadError) -> String {
    if let LoadError::Texts { diagnostics, sources } = error
        && let Some(note) = fill::notes(diagnostics, sources).first()
    {
        return format!("{}:{}:{}: {}", note.path, note.at.line, note.at.column, note.message);
    }
    error.to_string()
}

/// What a question compiles to; errors are notes of the program.
fn compile(question: &Question) -> Result<Program, String> {
    match load(question) {
        Ok(loaded) => Ok(fill::program(&loaded)),
        Err(LoadError::Texts { diagnostics, sources }) => {
            Ok(Program { question: question.clone(), notes: fill::notes(&diagnostics, &sources), ..Program::default() })
        }
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Aim;
    use crate::protocol::Limits;
    use cowscope_core::view::End;

    const EVERYTHING: Limits = Limits { states: u64::MAX, mebibytes: 1024 };

    fn ask(session: &mut Session, ask: Ask) -> Vec<Answer> {
        let mut said = Vec::new();
        let question = encode(&Request { id: 7, ask });
        session.hear(&question, &|| 0.0, &mut |told| said.push(wire::decode::<Reply>(&told).expect("a reply")));
        said.iter().for_each(|reply| assert_eq!(reply.id, 7));
        said.into_iter().map(|reply| reply.answer).collect()
    }

    fn last(mut answers: Vec<Answer>) -> Answer {
        answers.pop().expect("every question is answered")
    }

    fn opened(answer: Answer) -> Opened {
        match answer {
            Answer::Opened(opened) => *opened,
            other => panic!("not opened: {other:?}"),
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_words() {
        let mut said = Vec::new();
        Session::default().hear(b"{", &|| 0.0, &mut |told| said.push(wire::decode::<Reply>(&told).expect("a reply")));
        assert!(
            matches!(&said[0].answer, Answer::Refused { why } if why.contains("do not both understand")),
            "{said:?}"
        );
        let answer = last(ask(&mut Session::default(), Ask::Open { link: "/run?v=1&d=nowhere".to_owned() }));
        assert!(matches!(answer, Answer::Refused { .. }), "{answer:?}");
    }

    #[test]
    fn the_founding_race_is_found_and_its_link_opens_one_step_before_the_collision() {
        let mut session = Session::default();
        let start = opened(last(ask(&mut session, Ask::Open { link: String::new() })));
        assert_eq!(start.moment.step, 0);
        assert!(start.moment.lanes.len() >= 2 && !start.moment.lanes[0].stack.is_empty());
        let question = start.program.question;
        let found = last(ask(&mut session, Ask::Search { question, aim: Aim::Find, limits: EVERYTHING }));
        let Answer::Verdict { verdict, .. } = found else { panic!("no verdict: {found:?}") };
        assert_eq!(verdict.end, End::Breaks);
        let run = opened(last(ask(&mut session, Ask::Open { link: verdict.breaks[0].link.clone() })));
        assert_eq!(run.remark, "");
        let pair = run.trace.collision.expect("two accesses collide");
        assert_eq!(run.moment.step, pair.second);
        assert_eq!(run.trace.broken_at, Some(run.trace.steps.len() as u32 - 1));
        // the same link opens the same moment in another engine
        let again = opened(last(ask(&mut Session::default(), Ask::Open { link: run.moment.link.clone() })));
        assert_eq!(again.moment.digest, run.moment.digest);
        assert_eq!(again.moment, run.moment);
    }

    #[test]
    fn a_step_elsewhere_ends_the_old_run_and_a_step_along_it_does_not() {
        let mut session = Session::default();
        ask(&mut session, Ask::Open { link: String::new() });
        let Answer::Moved { trace: Some(first), .. } =
            last(ask(&mut session, Ask::Step { agent: 0, pick: 0, at: None }))
        else {
            panic!("the first step makes a trace")
        };
        assert_eq!(first.steps.len(), 1);
        ask(&mut session, Ask::Goto { step: 0 });
        let along = last(ask(&mut session, Ask::Step { agent: 0, pick: 0, at: None }));
        assert!(matches!(along, Answer::Moved { trace: None, .. }), "{along:?}");
        ask(&mut session, Ask::Goto { step: 0 });
        let Answer::Moved { trace: Some(other), .. } =
            last(ask(&mut session, Ask::Step { agent: 1, pick: 0, at: None }))
        else {
            panic!("another step makes another trace")
        };
        assert_eq!(other.steps[0].agent, 1);
    }

    #[test]
    fn a_seed_stands_for_a_schedule_and_bookmarks_stay() {
        let mut session = Session::default();
        let link = "/run?v=1&d=2021-unshare-v1&s=fork-vs-gup-fast&r=uniform.7&at=3&b=2~here";
        let run = opened(last(ask(&mut session, Ask::Open { link: link.to_owned() })));
        assert!(run.remark.is_empty() && !run.outdated && run.moment.step == 3, "{}", run.remark);
        assert!(run.trace.steps.len() > 10 && run.bookmarks == [(2, "here".to_owned())]);
        assert!(run.moment.link.contains("&x=") && run.moment.link.contains("&b=2~here&"), "{}", run.moment.link);
        let mark = Ask::Mark { step: 5, label: Some("there".to_owned()) };
        let Answer::Moved { moment, .. } = last(ask(&mut session, mark)) else { panic!("not marked") };
        assert!(moment.link.contains("&b=2~here,5~there&"), "{}", moment.link);
        ask(&mut session, Ask::Mark { step: 2, label: None });
        let Answer::Report { text } = last(ask(&mut session, Ask::Report { form: Form::Json })) else {
            panic!("no report")
        };
        assert!(text.contains("bookmark: there") && !text.contains("bookmark: here"), "{text}");
        let far = last(ask(&mut session, Ask::Mark { step: 70_000, label: Some(String::new()) }));
        assert!(matches!(far, Answer::Refused { .. }), "{far:?}");
    }

    #[test]
    fn an_outdated_link_says_what_has_changed_and_leads_to_a_new_one() {
        let mut session = Session::default();
        let start = opened(last(ask(&mut session, Ask::Open { link: String::new() })));
        let ask_all = Ask::Search { question: start.program.question, aim: Aim::Find, limits: EVERYTHING };
        let Answer::Verdict { verdict, .. } = last(ask(&mut session, ask_all)) else { panic!("no verdict") };
        let link = verdict.breaks[0].link.clone();
        // another text of the function that comes third, and so another end
        let (before, marks) = link.split_once("&w=").expect("marks of functions");
        let mark = if &marks[3..4] == "Q" { "R" } else { "Q" };
        let old = format!("{before}&w={}{mark}{}", &marks[..3], &marks[4..]);
        let same = opened(last(ask(&mut session, Ask::Open { link: old })));
        assert!(same.remark.is_empty(), "the end is the same whatever the marks: {}", same.remark);
        let digest = &before[before.find("&f=").expect("a digest")..][..11];
        let old = format!("{}&w={}{mark}{}", before.replace(digest, "&f=01234567"), &marks[..3], &marks[4..]);
        let run = opened(last(ask(&mut session, Ask::Open { link: old.clone() })));
        assert!(run.outdated && run.remark.contains("the end state differs; the text of "), "{}", run.remark);
        let answer = last(ask(&mut session, Ask::Renew { link: old, limits: EVERYTHING }));
        let Answer::Renewed { link: Some(new), told } = answer else { panic!("not renewed: {answer:?}") };
        assert!(told.contains("The same breaks here"), "{told}");
        let again = opened(last(ask(&mut session, Ask::Open { link: new })));
        assert!(!again.outdated, "{}", again.remark);
    }

    /// The founding race, found, and open one step before its collision.
    fn founding(session: &mut Session, aim: Aim) -> (Opened, cowscope_core::view::Verdict) {
        let start = opened(last(ask(session, Ask::Open { link: String::new() })));
        let found = last(ask(session, Ask::Search { question: start.program.question, aim, limits: EVERYTHING }));
        let Answer::Verdict { verdict, .. } = found else { panic!("no verdict: {found:?}") };
        let link = verdict.breaks[0].link.clone();
        (opened(last(ask(session, Ask::Open { link }))), *verdict)
    }

    #[test]
    fn finding_and_proving_agree_on_the_shortest() {
        let (_, found) = founding(&mut Session::default(), Aim::Find);
        let (_, proven) = founding(&mut Session::default(), Aim::Prove);
        let cost = |verdict: &cowscope_core::view::Verdict| {
            verdict.breaks.iter().map(|one| (one.switches, one.steps, one.promise.clone(), one.shortest)).min()
        };
        assert_eq!(cost(&found), cost(&proven));
        assert!(found.breaks.iter().all(|one| one.shortest), "{found:?}");
        assert!(found.breaks.len() <= proven.breaks.len());
    }

    #[test]
    fn the_colliding_pair_the_other_way_round_breaks_nothing() {
        let mut session = Session::default();
        let (run, _) = founding(&mut session, Aim::Find);
        let pair = run.trace.collision.expect("two accesses collide");
        assert!(!pair.other_way.is_empty(), "{pair:?}");
        let other = opened(last(ask(&mut session, Ask::Open { link: pair.other_way })));
        assert_eq!(other.trace.broken_at, None);
        let Answer::Moved { moment, .. } = last(ask(&mut session, Ask::Goto { step: u32::MAX })) else {
            panic!("no move")
        };
        assert!(moment.finished && moment.broken.is_none(), "{moment:?}");
    }

    #[test]
    fn two_designs_part_under_one_schedule() {
        let mut session = Session::default();
        founding(&mut session, Aim::Find);
        let compare = |session: &mut Session, design: &str| match last(ask(
            session,
            Ask::Compare { design: design.to_owned() },
        )) {
            Answer::Compared(comparison) => *comparison,
            other => panic!("not compared: {other:?}"),
        };
        let other = compare(&mut session, "6.1-anon-exclusive");
        let at = other.parts_at.expect("they part") as usize;
        let [a, b] = &other.sides;
        assert_eq!(a.steps[..at], b.steps[..at]);
        assert!(!a.broken.is_empty() && b.broken.is_empty(), "{:?} {:?}", a.broken, b.broken);
        assert!(other.changes.iter().any(|change| change.function == "gup_must_unshare"));
        let same = compare(&mut session, "2021-unshare-v1");
        assert!(same.changes.is_empty());
        assert!(matches!(last(ask(&mut session, Ask::Compare { design: "none".to_owned() })), Answer::Refused { .. }));
    }

    #[test]
    fn a_word_is_sought_and_run_to() {
        let mut session = Session::default();
        let (run, _) = founding(&mut session, Aim::Find);
        let pair = run.trace.collision.expect("two accesses collide");
        let to = |answer: Answer| match answer {
            Answer::Moved { moment, .. } => moment.step,
            other => panic!("no move: {other:?}"),
        };
        assert_eq!(to(last(ask(&mut session, Ask::Seek { word: pair.place, forward: false }))), pair.first);
        assert_eq!(to(last(ask(&mut session, Ask::Seek { word: pair.place, forward: true }))), pair.second);
        ask(&mut session, Ask::Goto { step: 0 });
        let until = Until::Word(pair.place);
        let agent = run.trace.steps[pair.first as usize].agent;
        let Answer::Moved { moment, .. } = last(ask(&mut session, Ask::Run { agent, until })) else {
            panic!("no move")
        };
        assert!(moment.accesses.iter().any(|access| access.place == pair.place), "{:?}", moment.accesses);
    }

    #[test]
    fn the_tail_of_a_changed_trace_is_told() {
        let mut session = Session::default();
        let (run, _) = founding(&mut session, Aim::Find);
        let at = run.trace.steps.iter().position(|step| step.others != 0).expect("somebody else could act") as u32;
        let agent = run.trace.steps[at as usize].others.trailing_zeros() as u8;
        let Answer::Moved { trace: Some(trace), from, .. } =
            last(ask(&mut session, Ask::Step { agent, pick: 0, at: Some(at) }))
        else {
            panic!("another future has another trace")
        };
        assert_eq!((from, trace.steps.len(), trace.steps[0].agent), (at, 1, agent));
    }
}
