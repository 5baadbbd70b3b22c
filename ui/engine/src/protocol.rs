//! What the page and the engine say to each other: one JSON text per message, both ways.
//!
//! Both modules come from one build, so the texts carry no version number.

use serde::{Deserialize, Serialize};

/// A question of the page. Every question is answered by at least one [`Reply`] with the same `id`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Chosen by the page, counted up from 1, so that it knows stale answers from fresh ones.
    pub id: u32,
    /// What is asked.
    pub ask: Ask,
}

/// What the page can ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ask {
    /// Who are you?
    Hello,
}

/// A message of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The question this answers; 0 for what nobody asked ([`Answer::Ready`], [`Answer::Panicked`]).
    pub id: u32,
    /// What is said.
    pub answer: Answer,
}

/// What the engine can say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// The first message of a new engine: it listens from now on.
    Ready,
    /// Answers [`Ask::Hello`].
    Hello {
        /// Version of the engine, as in its `Cargo.toml`.
        version: String,
    },
    /// The question could not be read.
    Refused {
        /// What is wrong with it, in words.
        why: String,
    },
    /// The engine met a bug of its own and is gone; the page starts a new one.
    Panicked {
        /// The panic's message and place.
        message: String,
    },
}
