//! Links as text, canonically.

use super::escape::label_to_text;
use super::{FlushKind, Link, LinkOptions, MemoryModel, Mode, Run, Settings, TlbMode, own, packed, schedule_to_text};
use std::fmt;

/// Schedules up to this many characters are written to be read, longer ones packed where that is shorter.
const READABLE: usize = 600;

impl Link {
    /// The same link without what says nothing: a position at the end, bookmarks behind the end, files out of order.
    pub fn normalized(mut self) -> Link {
        if let Run::Schedule(turns) = &self.run {
            let end = turns.len() as u32;
            self.at = self.at.filter(|at| *at < end);
            self.bookmarks.retain(|at, _| *at <= end);
        }
        self.own.sort();
        self
    }
}

impl fmt::Display for Link {
    /// The link from its `#` on.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = self.clone().normalized();
        write!(f, "#/run?v={}&d={}", link.semantics, link.design)?;
        write_settings(f, &link.switches)?;
        write!(f, "&s={}", link.scenario)?;
        if link.variant.is_some() || !link.sizes.is_empty() {
            write!(f, "&n={}", link.variant.as_deref().unwrap_or_default())?;
            write_settings(f, &link.sizes)?;
        }
        let options = option_words(&link.options);
        if !options.is_empty() {
            write!(f, "&o={}", options.join("+"))?;
        }
        write_run(f, &link.run)?;
        if let Some(at) = link.at {
            write!(f, "&at={at}")?;
        }
        for (i, (at, label)) in link.bookmarks.iter().enumerate() {
            f.write_str(if i == 0 { "&b=" } else { "," })?;
            write!(f, "{at}")?;
            if !label.is_empty() {
                write!(f, "~{}", label_to_text(label))?;
            }
        }
        if let Some(breaks) = &link.breaks {
            write!(f, "&e={breaks}")?;
        }
        if let Some(digest) = link.digest {
            write!(f, "&f={digest}")?;
        }
        if let Some(trail) = &link.trail {
            write!(f, "&t={}", trail.0)?;
        }
        if let Some(texts) = &link.texts {
            write!(f, "&w={}", texts.0)?;
        }
        if !link.own.is_empty() {
            write!(f, "&c={}", own::pack(&link.own))?;
        }
        Ok(())
    }
}

fn write_settings(f: &mut fmt::Formatter<'_>, settings: &Settings) -> fmt::Result {
    settings.iter().try_for_each(|(name, value)| write!(f, "+{name}.{value}"))
}

fn write_run(f: &mut fmt::Formatter<'_>, run: &Run) -> fmt::Result {
    match run {
        Run::Schedule(turns) if turns.is_empty() => Ok(()),
        Run::Schedule(turns) => {
            let text = schedule_to_text(turns);
            if text.len() > READABLE {
                let packed = packed::pack(turns);
                if packed.len() < text.len() {
                    return write!(f, "&z={packed}");
                }
            }
            write!(f, "&x={text}")
        }
        Run::Seed { mode, seed } => write!(f, "&r={}.{seed}", mode_word(*mode)),
    }
}

fn mode_word(mode: Mode) -> String {
    match mode {
        Mode::Uniform => "uniform".to_owned(),
        Mode::Pct(depth) => format!("pct{depth}"),
        Mode::Timed => "timed".to_owned(),
    }
}

/// The words of the options that are not the scenario's own, in the order of the grammar.
fn option_words(options: &LinkOptions) -> Vec<String> {
    let memory = options.memory.map(|memory| match memory {
        MemoryModel::Sc => "sc".to_owned(),
        MemoryModel::Tso => "tso".to_owned(),
    });
    let tlb = options.tlb.map(|tlb| match tlb {
        TlbMode::Concrete => "tlb".to_owned(),
        TlbMode::May => "may".to_owned(),
    });
    let flush = options.flush.map(|flush| match flush {
        FlushKind::Ipi => "ipi".to_owned(),
        FlushKind::Broadcast => "broadcast".to_owned(),
    });
    let costs = options.costs.as_ref().map(|costs| format!("cost.{costs}"));
    [memory, tlb, flush, costs].into_iter().flatten().collect()
}
