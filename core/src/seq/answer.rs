//! What was seen, in the notation of the measured rows.

use std::collections::BTreeMap;

use super::row::Step;

/// What a row's operations print.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub obs: String,
    /// The same without the reference of the LRU batch, which comes and goes.
    pub obs_norm: String,
}

/// What one operation let be seen, by name.
pub(super) type Seen = BTreeMap<String, u64>;

/// Frames by their order of appearance.
#[derive(Default)]
pub(super) struct Names(Vec<u64>);

impl Names {
    pub(super) fn of(&mut self, frame: u64) -> String {
        let at = self.0.iter().position(|f| *f == frame).unwrap_or_else(|| {
            self.0.push(frame);
            self.0.len() - 1
        });
        format!("p{at}")
    }
}

/// Names of error numbers.
const ERRORS: &[(u64, &str)] = &[
    (5, "EIO"),
    (11, "EAGAIN"),
    (12, "ENOMEM"),
    (14, "EFAULT"),
    (16, "EBUSY"),
    (22, "EINVAL"),
    (38, "ENOSYS"),
    (95, "EOPNOTSUPP"),
];

impl Answer {
    /// Adds what an operation prints, if it does.
    pub(super) fn add(&mut self, step: &Step, seen: &Seen, names: &mut Names) {
        let has = |name: &str| seen.get(name).copied();
        let name = &step.name;
        let printed = if let Some(errno) = has("errno") {
            let error =
                ERRORS.iter().find(|(n, _)| *n == errno).map_or_else(|| errno.to_string(), |(_, e)| e.to_string());
            format!("{name}={error}")
        } else if has("segv").is_some() {
            format!("{name}=SEGV")
        } else if has("nomod").is_some() {
            format!("{name}=NOMOD")
        } else if has("noring").is_some() {
            format!("{name}=NORING")
        } else if let Some(frame) = has("page") {
            format!("{name}:{}", names.of(frame))
        } else if let Some(value) = has("value") {
            let as_letter = u8::try_from(value).ok().filter(u8::is_ascii_graphic);
            let value = as_letter.map_or_else(|| value.to_string(), |b| char::from(b).to_string());
            match name.as_str() {
                "vmp" => format!("pipe={value}"),
                "fileread" => format!("file={value}"),
                _ => format!("{name}={value}"),
            }
        } else if let Some(swapped) = has("swapped") {
            format!("{name}:{}", if swapped != 0 { "swapped" } else { "stayed" })
        } else if let Some(merged) = has("merged") {
            format!("{name}:{}", if merged != 0 { "merged" } else { "notmerged" })
        } else if name == "st" {
            let frame = has("frame").map(|f| names.of(f)).unwrap_or_default();
            self.push(step.actor, &state(seen, &frame, false), &state(seen, &frame, true));
            return;
        } else {
            String::new()
        };
        if !printed.is_empty() {
            self.push(step.actor, &printed, &printed);
        }
        if let Some(frame) = has("frame") {
            names.of(frame);
        }
    }

    fn push(&mut self, actor: char, obs: &str, norm: &str) {
        for (text, what) in [(&mut self.obs, obs), (&mut self.obs_norm, norm)] {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&format!("{actor}:{what}"));
        }
    }
}

/// `{p0 map=1 ref=2 rw lrubatch}`; `norm`: without the batch. What only a module can read is left out where there was none.
fn state(seen: &Seen, frame: &str, norm: bool) -> String {
    let get = |name: &str| seen.get(name).copied().unwrap_or(0);
    let module = get("module") != 0;
    if get("none") != 0 {
        return "{none}".into();
    }
    if let Some(exclusive) = seen.get("swpexcl") {
        return if module { format!("{{swapped swpexcl={exclusive}}}") } else { "{swapped}".into() };
    }
    let mut words = vec![frame.to_string()];
    if get("zeropage") != 0 {
        words.push("zeropage".into());
    } else {
        words.push(format!("map={}", get("map")));
        if module {
            let batch = norm && get("lrubatch") != 0;
            words.push(format!("ref={}", get("ref").wrapping_sub(batch as u64)));
            words.extend(seen.get("ae").map(|ae| format!("ae={ae}")));
        }
    }
    let flag = |name: &str| (get(name) != 0).then(|| name.to_string());
    if module {
        words.push(if get("rw") != 0 { "rw".into() } else { "ro".into() });
        words.extend(flag("pmd"));
    }
    if get("zeropage") == 0 {
        words.extend(flag("maybepinned").filter(|_| module));
        words.extend(flag("swapcache"));
        words.extend(flag("lrubatch").filter(|_| module && !norm));
    }
    words.extend(flag("thp"));
    format!("{{{}}}", words.join(" "))
}
