//! Texts that have been parsed before. The texts of one question are mostly those of the question before, and mean the same.
//!
//! A syntax tree depends on the text and on what the names in it stand for: macros, those that macros stand for, and types. Where
//! all of that is as it was, the tree is taken over, and what the text defines is defined again.

use super::super::ast::Unit;
use super::super::diag::Diagnostic;
use super::super::lexer::{RawKind, lex};
use super::super::preprocess::{Defined, Macros};
use super::{TypeNames, parse};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::collections::hash_map::{DefaultHasher, HashMap};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

/// Texts that are kept; the one that was not asked for the longest time goes first.
const MOST_TEXTS: usize = 256;
/// Ways to understand one text that are kept.
const MOST_MEANINGS: usize = 4;

/// What names of a text stood for before it was read.
#[derive(PartialEq, Eq)]
struct Meaning {
    macros: Defined,
    types: Vec<Rc<str>>,
    tags: Vec<Rc<str>>,
}

/// One way to understand a text.
struct Reading {
    meaning: Meaning,
    unit: Rc<Unit>,
    /// What it defines: macros (`None`: undefined), names and tags of types.
    macros: Vec<(Rc<str>, Option<Rc<super::super::preprocess::Macro>>)>,
    types: Vec<Rc<str>>,
    tags: Vec<Rc<str>>,
}

struct Text {
    text: Box<str>,
    /// Every word in it, sorted.
    words: Vec<Rc<str>>,
    readings: Vec<Rc<Reading>>,
    /// When it was asked for last.
    asked: u64,
}

impl Text {
    fn new(text: &str) -> Self {
        let words = lex(text).filter(|raw| raw.kind == RawKind::Word);
        let words: BTreeSet<&str> = words.map(|raw| &text[raw.lo as usize..raw.hi as usize]).collect();
        Text { text: text.into(), words: words.into_iter().map(Rc::from).collect(), readings: Vec::new(), asked: 0 }
    }
}

#[derive(Default)]
struct Known {
    /// By a hash of number and text.
    texts: HashMap<u64, Text>,
    asked: u64,
}

thread_local! {
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// The same as [`parse`], without the work where it has been done before on this thread.
pub(crate) fn parse_known(
    file: u16,
    text: &str,
    macros: &mut Macros,
    types: &mut TypeNames,
) -> (Rc<Unit>, Vec<Diagnostic>) {
    let mut hasher = DefaultHasher::new();
    (file, text).hash(&mut hasher);
    let key = hasher.finish();
    let found = KNOWN.with_borrow_mut(|known| known.text(key, text, |words| Meaning::of(words, macros, types)));
    let meaning = match found {
        Ok(reading) => {
            reading.define(macros, types);
            return (reading.unit.clone(), Vec::new());
        }
        Err(meaning) => meaning,
    };
    macros.begin_log();
    let (names, tags) = (types.names.clone(), types.tags.clone());
    let (unit, diags) = parse(file, text, macros, types);
    let unit = Rc::new(unit);
    // a diagnostic may name what no word of the text does
    if diags.is_empty() {
        let new = |now: &BTreeSet<Rc<str>>, before| now.difference(before).cloned().collect();
        let (types, tags) = (new(&types.names, &names), new(&types.tags, &tags));
        let reading = Reading { meaning, unit: unit.clone(), macros: macros.logged(), types, tags };
        KNOWN.with_borrow_mut(|known| known.keep(key, reading));
    }
    (unit, diags)
}

impl Meaning {
    fn of(words: &[Rc<str>], macros: &Macros, types: &TypeNames) -> Meaning {
        let (macros, more) = macros.meaning_of(words);
        let of = |known: &BTreeSet<Rc<str>>| {
            words.iter().chain(&more).filter(|word| known.contains(*word)).cloned().collect()
        };
        Meaning { macros, types: of(&types.names), tags: of(&types.tags) }
    }
}

impl Reading {
    fn define(&self, macros: &mut Macros, types: &mut TypeNames) {
        macros.define_again(&self.macros);
        types.names.extend(self.types.iter().cloned());
        types.tags.extend(self.tags.iter().cloned());
    }
}

impl Known {
    /// The reading of a text for what its words mean now, or, where there is none, that meaning.
    fn text(&mut self, key: u64, text: &str, meaning: impl Fn(&[Rc<str>]) -> Meaning) -> Result<Rc<Reading>, Meaning> {
        self.asked += 1;
        if !self.texts.contains_key(&key) {
            self.make_room();
        }
        let known = self.texts.entry(key).or_insert_with(|| Text::new(text));
        if *known.text != *text {
            *known = Text::new(text);
        }
        known.asked = self.asked;
        let meaning = meaning(&known.words);
        match known.readings.iter().find(|reading| reading.meaning == meaning) {
            Some(reading) => Ok(reading.clone()),
            None => Err(meaning),
        }
    }

    fn keep(&mut self, key: u64, reading: Reading) {
        if let Some(text) = self.texts.get_mut(&key) {
            if text.readings.len() == MOST_MEANINGS {
                text.readings.remove(0);
            }
            text.readings.push(Rc::new(reading));
        }
    }

    fn make_room(&mut self) {
        if self.texts.len() >= MOST_TEXTS
            && let Some(oldest) = self.texts.iter().min_by_key(|(_, text)| text.asked).map(|(key, _)| *key)
        {
            self.texts.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reader = fn(u16, &str, &mut Macros, &mut TypeNames) -> (Rc<Unit>, Vec<Diagnostic>);

    /// The tree of a text behind another one, and what is defined in the end.
    fn read(reader: Reader, before: &str, options: &[(&str, i64)], text: &str) -> String {
        let mut macros = Macros::with_options(options.iter().copied());
        let mut types = TypeNames::new();
        let (first, _) = reader(0, before, &mut macros, &mut types);
        let (unit, diags) = reader(1, text, &mut macros, &mut types);
        let values: Vec<_> = macros.names().map(|name| (name, macros.value(name))).collect();
        format!("{first:?} {unit:?} {diags:?} {values:?} {types:?}")
    }

    #[test]
    fn a_text_read_again_is_read_as_if_it_was_new() {
        let anew: Reader = |file, text, macros, types| {
            let (unit, diags) = parse(file, text, macros, types);
            (Rc::new(unit), diags)
        };
        let texts = [
            "#define B A\n#ifdef A\ntypedef int t;\n#else\ntypedef long t;\n#endif\nt x = B;\n",
            "#undef C\n#ifndef D\n#define D (C + A)\n#endif\nstruct s { int a; };\nint y = D;\nint z = (t)(1);\n",
            "void f(void) { t * a; }\n",
            "int broken = ;\n",
        ];
        let befores = ["", "#define C 3\n", "#define C 4\n#define A C\n", "typedef int t;\n", "struct s { int b; };\n"];
        let options: [&[(&str, i64)]; 4] = [&[], &[("A", 1)], &[("A", 2)], &[("C", 1), ("D", -2)]];
        let mut ways = BTreeSet::new();
        for _ in 0..3 {
            for (text, before) in texts.iter().flat_map(|text| befores.iter().map(move |before| (text, before))) {
                for options in options {
                    let shown = read(parse_known, before, options, text);
                    assert_eq!(shown, read(anew, before, options, text), "{before:?} {options:?} {text:?}");
                    ways.insert(shown);
                }
            }
        }
        assert!(ways.len() > 40, "{} ways to understand them only", ways.len());
    }
}
