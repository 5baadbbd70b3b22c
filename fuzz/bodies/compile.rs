//! Any text ends in a program or in diagnostics; a program that can be set up can be stepped, and its steps undone.

use cowscope_core::explore::{Choice, Model, Outcome};
use cowscope_core::lang::compile::compile;
use cowscope_core::lang::dis::listing;
use cowscope_core::lang::render::render;
use cowscope_core::lang::source::Sources;
use cowscope_core::system::{Options, System};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tries one text.
pub fn try_text(text: &str) {
    let mut sources = Sources::new();
    if sources.add("text.c", text).is_err() {
        return;
    }
    let options = BTreeMap::from([("N".to_string(), 1), ("S".to_string(), 1)]);
    let compiled = match compile(&sources, &[2], &options) {
        Ok(c) => c,
        Err(d) => {
            assert!(!d.is_empty());
            render(&sources, &d, false);
            return;
        }
    };
    for f in &compiled.program.funcs {
        listing(&compiled.program, &sources, f);
    }
    let Ok(mut sys) = System::new(Arc::new(compiled.program), &Options::default()) else { return };
    for round in 0..100u8 {
        let mark = sys.state().mark();
        let hash = sys.state().fingerprint();
        let agent = round % sys.agents().max(1);
        if sys.agents() == 0 || !matches!(sys.step(Choice { agent, pick: 0 }), Outcome::Stepped { .. }) {
            sys.state_mut().undo(mark);
            assert_eq!(sys.state().fingerprint(), hash);
        }
    }
}
