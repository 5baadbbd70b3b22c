//! One break, as it is told: what, who came between, the link.

use crate::output::{Output, Style};
use cowscope_core::explore::{Break, Choice, Lasso, switches};
use cowscope_core::library::Loaded;
use cowscope_core::replay::trace_of;
use cowscope_core::report::crossing;
use cowscope_core::session::{Session, broken_of};
use cowscope_core::trace::Trace;
use serde::{Deserialize, Serialize};

/// One break with one schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// A name as links have it.
    pub id: String,
    /// One line a student can read.
    pub statement: String,
    /// The two steps that conflict: who came between, and who acted all the same.
    pub pair: Option<[String; 2]>,
    pub switches: u32,
    pub steps: u32,
    /// How often the search met it.
    pub times: u64,
    /// Of a run without end: how many steps lead to its cycle.
    pub cycle_from: Option<u32>,
    pub link: String,
}

impl Found {
    /// What `schedule` breaks, begun behind `before`.
    pub fn of(loaded: &Loaded, before: &[Choice], what: Break, schedule: &[Choice], times: u64) -> Found {
        let (id, statement) = match what {
            Break::Violation(v) => {
                let broken = broken_of(&loaded.system, &v, &loaded.question.design);
                (broken.id, broken.statement)
            }
            Break::Deadlock => ("deadlock".to_owned(), "everybody gets to the end".to_owned()),
        };
        let whole: Vec<Choice> = before.iter().chain(schedule).copied().collect();
        let trace = played(loaded, &whole, Some(&id));
        let place = |step: usize| {
            let place = trace.steps.get(step)?.place.as_ref()?;
            Some(format!("{}:{} {}", place.file, place.line, place.text.trim()))
        };
        let pair = crossing(&trace).and_then(|c| Some([place(c.between)?, place(c.last)?]));
        Found {
            id,
            statement,
            pair,
            switches: switches(&loaded.system, &whole),
            steps: whole.len() as u32,
            times,
            cycle_from: None,
            link: trace.header.link.unwrap_or_default(),
        }
    }

    /// A run without end.
    pub fn cycle(loaded: &Loaded, before: &[Choice], lasso: &Lasso) -> Found {
        let whole: Vec<Choice> = before.iter().chain(&lasso.stem).chain(&lasso.cycle).copied().collect();
        Found {
            id: "livelock".into(),
            statement: "a fair schedule brings everybody to the end".into(),
            pair: None,
            switches: switches(&loaded.system, &whole),
            steps: whole.len() as u32,
            times: 1,
            cycle_from: Some((before.len() + lasso.stem.len()) as u32),
            link: played(loaded, &whole, None).header.link.unwrap_or_default(),
        }
    }

    /// In words.
    pub fn told(&self, out: &Output) -> String {
        let (s, times) = (if self.switches == 1 { "" } else { "es" }, self.times);
        let mut text = format!(
            "  {} {}: {}\n    {} context switch{s}, {} steps; met {times} time{}\n",
            out.styled(Style::Bad, "breaks"),
            out.styled(Style::Strong, &self.id),
            self.statement,
            self.switches,
            self.steps,
            if times == 1 { "" } else { "s" }
        );
        if let Some([between, last]) = &self.pair {
            text.push_str(&format!("    between: {between}\n    and yet: {last}\n"));
        }
        if let Some(from) = self.cycle_from {
            text.push_str(&format!("    from step {from} on it goes round and round\n"));
        }
        text + &format!("    {}\n", out.styled(Style::Faint, &self.link))
    }
}

fn played(loaded: &Loaded, schedule: &[Choice], of_interest: Option<&str>) -> Trace {
    let mut session = Session::new(loaded.clone());
    session.set_schedule(schedule);
    session.go_to(u32::MAX);
    trace_of(&mut session, of_interest)
}
