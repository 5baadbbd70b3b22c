//! What the visitor set: kept in the browser, never in a link.

use crate::browser;

const KEY: &str = "cowscope.prefs";

/// Settings of this browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefs {
    pub theme: Theme,
    pub size: Size,
    /// Single-key shortcuts are on.
    pub keys: bool,
    /// The timeline runs over cycles instead of steps.
    pub cycles: bool,
    /// Steps per second of Play, times 2.
    pub speed: u8,
    /// Memory that a search may use, in MiB: one of [`MEMORY`].
    pub memory: u32,
}

/// What there is to choose from for [`Prefs::memory`].
pub const MEMORY: [u32; 5] = [64, 256, 1024, 2048, 3072];
const MEMORY_DEFAULT: u32 = 1024;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    Light,
    Dark,
}

/// How large everything is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    #[default]
    Normal,
    Projector,
}

impl Default for Prefs {
    fn default() -> Self {
        Prefs { theme: Theme::System, size: Size::Normal, keys: true, cycles: false, speed: 3, memory: MEMORY_DEFAULT }
    }
}

impl Prefs {
    /// What this browser remembers; the defaults where it remembers nothing or nonsense.
    pub fn load() -> Self {
        browser::recall(KEY).map_or_else(Self::default, |text| Self::decode(&text))
    }

    /// Remembers, and makes the page look like it.
    pub fn apply(&self) {
        browser::remember(KEY, &self.encode());
        browser::set_root_attribute("data-theme", self.theme.name());
        browser::set_root_attribute("data-size", self.size.name());
    }

    fn encode(&self) -> String {
        let Prefs { theme, size, keys, cycles, speed, memory } = self;
        format!("{} {} {keys} {cycles} {speed} {memory}", theme.name(), size.name())
    }

    fn decode(text: &str) -> Self {
        let mut prefs = Self::default();
        let mut words = text.split(' ');
        prefs.theme = match words.next() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::System,
        };
        prefs.size = if words.next() == Some("projector") { Size::Projector } else { Size::Normal };
        prefs.keys = words.next() != Some("false");
        prefs.cycles = words.next() == Some("true");
        prefs.speed = words.next().and_then(|word| word.parse().ok()).unwrap_or(3).clamp(1, 20);
        let memory = words.next().and_then(|word| word.parse().ok()).filter(|size| MEMORY.contains(size));
        prefs.memory = memory.unwrap_or(MEMORY_DEFAULT);
        prefs
    }
}

impl Theme {
    /// As in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

impl Size {
    /// As in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Size::Normal => "normal",
            Size::Projector => "projector",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_being_remembered() {
        let set = Prefs { theme: Theme::Dark, size: Size::Projector, keys: false, cycles: true, speed: 7, memory: 256 };
        assert_eq!(Prefs::decode(&set.encode()), set);
    }

    #[test]
    fn nonsense_is_the_default() {
        assert_eq!(Prefs::decode("what 7 is this"), Prefs::default());
        assert_eq!(Prefs::decode(""), Prefs::default());
    }
}
