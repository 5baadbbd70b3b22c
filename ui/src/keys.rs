//! What a key means. No browser shortcut is taken: keys with Ctrl, Alt or Meta are left alone.

use web_sys::{Element, KeyboardEvent};

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    Forward,
    Back,
    First,
    Last,
    NextSwitch,
    PreviousSwitch,
    /// Step this CPU.
    Step(u8),
    Play,
    Find,
    /// Mark the step, or take the mark away.
    Bookmark,
    Matrix,
    Search,
    Help,
}

/// Every key, for the help page.
pub const KEYS: [(&str, &str); 12] = [
    ("← →", "one step back, one step forward"),
    ("1 … 8", "let CPU 0 … 7 take a step"),
    ("Space", "play and pause"),
    ("Home End", "to the first step, to the last"),
    ("[ ]", "to the previous, to the next switch of CPUs"),
    ("f", "find a break"),
    ("b", "bookmark this step"),
    ("m", "the matrix of designs and scenarios"),
    ("/", "search: designs, scenarios, commands"),
    ("?", "this help"),
    ("Esc", "close what is open"),
    ("Tab", "from one control to the next"),
];

/// The command of a key press, unless it belongs to whatever has the focus.
pub fn command(event: &KeyboardEvent, focused: Option<&Element>) -> Option<Command> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() || event.default_prevented() {
        return None;
    }
    let command = meaning(&event.key())?;
    let owner = focused.map(|element| {
        let role = element.get_attribute("role").unwrap_or_default();
        (element.tag_name().to_ascii_lowercase(), role, element.has_attribute("contenteditable"))
    });
    if let Some((tag, role, editable)) = owner {
        let writes = editable || matches!(tag.as_str(), "input" | "textarea" | "select" | "c-editor");
        let presses = matches!(tag.as_str(), "button" | "a" | "summary") && command == Command::Play;
        let arrows = matches!(command, Command::Forward | Command::Back);
        let moves = matches!(role.as_str(), "listbox" | "option" | "radio" | "tab" | "slider") && arrows;
        if writes || presses || moves {
            return None;
        }
    }
    Some(command)
}

fn meaning(key: &str) -> Option<Command> {
    Some(match key {
        "ArrowRight" => Command::Forward,
        "ArrowLeft" => Command::Back,
        "Home" => Command::First,
        "End" => Command::Last,
        "]" => Command::NextSwitch,
        "[" => Command::PreviousSwitch,
        " " => Command::Play,
        "f" => Command::Find,
        "b" => Command::Bookmark,
        "m" => Command::Matrix,
        "/" => Command::Search,
        "?" => Command::Help,
        _ => {
            let digit = key.chars().next().filter(|_| key.len() == 1)?.to_digit(10)?;
            Command::Step(u8::try_from(digit.checked_sub(1)?).ok().filter(|cpu| *cpu < 8)?)
        }
    })
}

/// True for single characters, which a visitor may switch off.
pub fn is_single(command: Command) -> bool {
    !matches!(command, Command::Forward | Command::Back | Command::First | Command::Last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_cpus() {
        assert_eq!(meaning("1"), Some(Command::Step(0)));
        assert_eq!(meaning("8"), Some(Command::Step(7)));
        assert_eq!(meaning("9"), None);
        assert_eq!(meaning("0"), None);
    }

    #[test]
    fn long_names_are_no_digits() {
        assert_eq!(meaning("1F"), None);
        assert_eq!(meaning("Enter"), None);
    }
}
