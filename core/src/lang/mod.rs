//! Restricted C: from text to micro-ops that make one shared access a step.

pub mod ast;
pub mod diag;
