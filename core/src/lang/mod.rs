//! Restricted C: from text to micro-ops that make one shared access a step.

pub mod ast;
pub mod diag;
pub mod highlight;
pub(crate) mod lexer;
mod literal;
pub mod parser;
pub mod preprocess;
pub mod render;
pub mod source;
mod token;
mod words;

pub mod builtins;
pub mod compile;
pub mod dis;
mod flow;
mod inline;
pub mod ir;
pub mod live;
pub mod lower;
mod optimise;
pub mod program;
pub mod sys;
pub mod types;
