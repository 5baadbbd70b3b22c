//! Reading links.

use super::error::excerpt;
use super::escape::{label_from_text, percent_decode};
use super::{
    Bookmarks, Digest, FlushKind, Link, LinkError, LinkOptions, MemoryModel, Mode, Run, Settings, TextMarks, TlbMode,
    Trail, limits, own, packed, schedule_from_text,
};
use std::collections::BTreeMap;
use std::str::FromStr;

/// The parts of a link, in the order in which they are written.
const PARTS: [&str; 15] = ["v", "d", "s", "n", "o", "x", "z", "r", "at", "b", "e", "f", "t", "w", "c"];

const COPY_AGAIN: &str = "Copy the link again, whole";

impl Link {
    /// Reads a link: a whole address, or what stands in it from `#` or `/run?` on. Parts may come in any order; parts
    /// whose name starts with `ui-` belong to the page and are passed over.
    ///
    /// # Errors
    /// On any text that is not a link. Whether the design, scenario and so on exist is for whoever replays it.
    pub fn parse(text: &str) -> Result<Link, LinkError> {
        let (start, parts) = split(text)?;
        let from_start = |e: LinkError| e.moved(start);
        let mut parts = collect(parts).map_err(from_start)?;
        let link = assemble(&mut parts).map_err(from_start)?;
        check_positions(&link).map_err(from_start)?;
        Ok(link.normalized())
    }
}

impl FromStr for Link {
    type Err = LinkError;
    fn from_str(text: &str) -> Result<Link, LinkError> {
        Link::parse(text)
    }
}

/// The parts of a link as one text, and at which character of the given text they start.
fn split(text: &str) -> Result<(usize, &str), LinkError> {
    if text.len() > limits::LINK {
        let what = format!("a link of more than {} KiB", limits::LINK / 1024);
        return Err(LinkError::new(what, "Share the C as a file instead"));
    }
    let trimmed = text.trim();
    let spaces = text.len() - text.trim_start().len();
    let hash = trimmed.find('#').map_or(0, |at| at + 1);
    let fragment = &trimmed[hash..];
    let route = fragment.strip_prefix("/run?").or_else(|| fragment.strip_prefix("run?"));
    let Some(parts) = route else {
        let what = format!("`{}` where `/run?` should stand", excerpt(fragment));
        let start = text[..spaces + hash].chars().count();
        return Err(LinkError::new(what, "A link to a run goes on with `#/run?v=` after the address").moved(start));
    };
    let before = text.len() - text.trim_end().len() + parts.len();
    Ok((text[..text.len() - before].chars().count(), parts))
}

/// A part's value, and at which character it starts.
struct Value {
    at: usize,
    text: String,
}

fn collect(text: &str) -> Result<BTreeMap<&'static str, Value>, LinkError> {
    let mut parts = BTreeMap::new();
    let mut at = 0;
    for piece in text.split('&') {
        let start = at;
        at += piece.chars().count() + 1;
        if piece.is_empty() {
            continue;
        }
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        // Some programs write `&amp;` for `&`.
        let name = name.strip_prefix("amp;").unwrap_or(name);
        if name.starts_with("ui-") {
            continue;
        }
        let Some(part) = PARTS.into_iter().find(|part| *part == name) else {
            let what = format!("`{}` is no part of a link", excerpt(name));
            let mend =
                "If the link was made by a newer version of this page, reload the page; otherwise copy the link again";
            return Err(LinkError::new(what, mend).moved(start));
        };
        let at = start + piece.chars().count() - value.chars().count();
        let text = percent_decode(value).map_err(|e| e.moved(at).inside(part))?;
        if parts.insert(part, Value { at, text }).is_some() {
            return Err(LinkError::new("this part stands there twice", "Take one away").moved(start).inside(part));
        }
    }
    Ok(parts)
}

/// Reads the part `name`, if it is there, with `read`.
fn part<T>(
    parts: &mut BTreeMap<&'static str, Value>,
    name: &'static str,
    read: impl FnOnce(&str) -> Result<T, LinkError>,
) -> Result<Option<T>, LinkError> {
    let Some(value) = parts.remove(name) else { return Ok(None) };
    read(&value.text).map(Some).map_err(|e| e.moved(value.at).inside(name))
}

fn needed<T>(found: Option<T>, name: &'static str, what: &str) -> Result<T, LinkError> {
    found.ok_or_else(|| LinkError::new(format!("no {what} (`{name}=`)"), COPY_AGAIN))
}

fn assemble(parts: &mut BTreeMap<&'static str, Value>) -> Result<Link, LinkError> {
    let semantics = needed(part(parts, "v", |t| number(t, 1, 999_999))?, "v", "semantics number")?;
    let (design, switches) = needed(part(parts, "d", with_settings)?, "d", "design")?;
    let design = Some(design).filter(|d| !d.is_empty());
    let scenario = needed(part(parts, "s", |t| identifier(t).map(str::to_owned))?, "s", "scenario")?;
    let (variant, sizes) = part(parts, "n", with_settings)?.unwrap_or_default();
    Ok(Link {
        semantics,
        design: needed(design, "d", "design")?,
        switches,
        scenario,
        variant: Some(variant).filter(|v| !v.is_empty()),
        sizes,
        options: part(parts, "o", options)?.unwrap_or_default(),
        run: run(parts)?,
        at: part(parts, "at", |t| number(t, 0, limits::STEPS))?,
        bookmarks: part(parts, "b", bookmarks)?.unwrap_or_default(),
        breaks: part(parts, "e", |t| identifier(t).map(str::to_owned))?,
        digest: part(parts, "f", digest)?,
        trail: part(parts, "t", trail)?,
        texts: part(parts, "w", texts)?,
        own: part(parts, "c", own::unpack)?.unwrap_or_default(),
    })
}

/// `id+NAME.VALUE+NAME.VALUE`; the id may be empty.
fn with_settings(text: &str) -> Result<(String, Settings), LinkError> {
    let mut settings = Settings::new();
    let mut pieces = text.split('+');
    let id = pieces.next().unwrap_or_default();
    let id = if id.is_empty() { id } else { identifier(id)? };
    let mut at = id.len() + 1;
    for piece in pieces {
        let there = |e: LinkError| e.moved(at);
        let Some((name, value)) = piece.split_once('.') else {
            let what = format!("`{}` where NAME.VALUE should stand", excerpt(piece));
            return Err(there(LinkError::new(what, "Write the setting's name, a dot and its value")));
        };
        let (name, value) = (identifier(name).map_err(there)?, identifier(value).map_err(there)?);
        if settings.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(there(LinkError::new(format!("`{name}` is set twice"), "Take one away")));
        }
        if settings.len() > limits::SETTINGS {
            return Err(there(LinkError::new(format!("more than {} settings", limits::SETTINGS), "Take some away")));
        }
        at += piece.len() + 1;
    }
    Ok((id.to_owned(), settings))
}

/// Letters, digits, dots, dashes and underscores.
fn identifier(text: &str) -> Result<&str, LinkError> {
    if text.is_empty() {
        return Err(LinkError::new("nothing where a name should stand", COPY_AGAIN));
    }
    if text.len() > limits::IDENTIFIER {
        return Err(LinkError::new(format!("a name of more than {} characters", limits::IDENTIFIER), COPY_AGAIN));
    }
    match text.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !"._-".contains(*c)) {
        None => Ok(text),
        Some((at, c)) => {
            let what = format!("`{}` can't stand in a name", c.escape_default());
            Err(LinkError::new(what, "Names have letters, digits, dots, dashes and underscores").moved(at))
        }
    }
}

fn number<T: FromStr + PartialOrd + std::fmt::Display>(text: &str, least: T, most: T) -> Result<T, LinkError> {
    let value = if text.bytes().all(|c| c.is_ascii_digit()) { text.parse::<T>().ok() } else { None };
    value
        .filter(|v| (&least..=&most).contains(&v))
        .ok_or_else(|| LinkError::new(format!("`{}` is no number from {least} to {most}", excerpt(text)), COPY_AGAIN))
}

fn options(text: &str) -> Result<LinkOptions, LinkError> {
    let mut options = LinkOptions::default();
    let mut at = 0;
    for word in text.split('+') {
        let there = |e: LinkError| e.moved(at);
        let twice = match word {
            "sc" => options.memory.replace(MemoryModel::Sc).is_some(),
            "tso" => options.memory.replace(MemoryModel::Tso).is_some(),
            "tlb" => options.tlb.replace(TlbMode::Concrete).is_some(),
            "may" => options.tlb.replace(TlbMode::May).is_some(),
            "ipi" => options.flush.replace(FlushKind::Ipi).is_some(),
            "broadcast" => options.flush.replace(FlushKind::Broadcast).is_some(),
            _ => match word.strip_prefix("cost.") {
                Some(table) => options.costs.replace(identifier(table).map_err(there)?.to_owned()).is_some(),
                None => {
                    let mend = "Options are sc or tso, tlb or may, ipi or broadcast, and cost.NAME";
                    return Err(there(LinkError::new(format!("`{}` is no option", excerpt(word)), mend)));
                }
            },
        };
        if twice {
            let what = format!("`{}` says again what an earlier option says", excerpt(word));
            return Err(there(LinkError::new(what, "Take one away")));
        }
        at += word.len() + 1;
    }
    Ok(options)
}

fn run(parts: &mut BTreeMap<&'static str, Value>) -> Result<Run, LinkError> {
    let readable = part(parts, "x", schedule_from_text)?.map(Run::Schedule);
    let packed = part(parts, "z", packed::unpack)?.map(Run::Schedule);
    let seeded = part(parts, "r", seed)?;
    let mut runs = [readable, packed, seeded].into_iter().flatten();
    match (runs.next(), runs.next()) {
        (None, _) => Ok(Run::Schedule(Vec::new())),
        (Some(run), None) => Ok(run),
        (Some(_), Some(_)) => {
            let what = "more than one of a schedule (`x=`), a packed schedule (`z=`) and a seed (`r=`)";
            Err(LinkError::new(what, "Keep one of them"))
        }
    }
}

fn seed(text: &str) -> Result<Run, LinkError> {
    let (word, seed) = text.split_once('.').unwrap_or((text, ""));
    let mode = match (word, word.strip_prefix("pct")) {
        ("uniform", _) => Mode::Uniform,
        ("timed", _) => Mode::Timed,
        (_, Some(depth)) => Mode::Pct(number(depth, 1, 9).map_err(|e| e.moved(3))?),
        _ => {
            let what = format!("`{}` is no way to run from a seed", excerpt(word));
            return Err(LinkError::new(what, "There are uniform, pct1 to pct9 and timed"));
        }
    };
    let seed = number(seed, 0, u64::MAX).map_err(|e| e.moved(word.len() + 1))?;
    Ok(Run::Seed { mode, seed })
}

fn bookmarks(text: &str) -> Result<Bookmarks, LinkError> {
    let mut bookmarks = Bookmarks::new();
    let mut start = 0;
    for piece in text.split(',') {
        let there = |e: LinkError| e.moved(start);
        let (at, label) = piece.split_once('~').unwrap_or((piece, ""));
        let at = number(at, 0, limits::STEPS).map_err(there)?;
        let label = label_from_text(label).map_err(there)?;
        if label.chars().count() > limits::LABEL {
            let what = format!("a label of more than {} characters", limits::LABEL);
            return Err(there(LinkError::new(what, "Shorten it")));
        }
        if bookmarks.insert(at, label).is_some() {
            return Err(there(LinkError::new(format!("two bookmarks at step {at}"), "Take one away")));
        }
        if bookmarks.len() > limits::BOOKMARKS {
            return Err(there(LinkError::new(format!("more than {} bookmarks", limits::BOOKMARKS), "Take some away")));
        }
        start += piece.chars().count() + 1;
    }
    Ok(bookmarks)
}

fn digest(text: &str) -> Result<Digest, LinkError> {
    let value = if text.len() == 8 && text.bytes().all(|c| c.is_ascii_hexdigit()) {
        u32::from_str_radix(text, 16).ok()
    } else {
        None
    };
    value
        .map(Digest)
        .ok_or_else(|| LinkError::new(format!("`{}` is no 8 hexadecimal digits", excerpt(text)), COPY_AGAIN))
}

fn trail(text: &str) -> Result<Trail, LinkError> {
    Trail::from_text(text)
        .ok_or_else(|| LinkError::new(format!("`{}` are no marks of a run", excerpt(text)), COPY_AGAIN))
}

/// Refuses positions behind the end of a schedule.
fn check_positions(link: &Link) -> Result<(), LinkError> {
    let Run::Schedule(turns) = &link.run else { return Ok(()) };
    let end = turns.len() as u32;
    let positions = link.at.into_iter().chain(link.bookmarks.keys().copied());
    match positions.into_iter().find(|at| *at > end) {
        None => Ok(()),
        Some(at) => {
            let what = format!("position {at} in a schedule of {end} steps");
            Err(LinkError::new(what, "The schedule was cut off: copy the link again, whole"))
        }
    }
}

fn texts(text: &str) -> Result<TextMarks, LinkError> {
    TextMarks::from_text(text)
        .ok_or_else(|| LinkError::new(format!("`{}` are no marks of functions", excerpt(text)), COPY_AGAIN))
}
