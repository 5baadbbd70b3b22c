//! Designs, scenarios, the language that runs them, and the proof. Knows nothing of browsers or terminals.

pub mod check;
pub mod explore;
pub mod invariants;
pub mod lang;
pub mod library;
pub mod link;
pub mod models;
pub mod mutate;
pub mod near;
pub mod repair;
pub mod replay;
pub mod report;
pub mod seq;
pub mod session;
pub mod system;
pub mod trace;
pub mod view;
pub mod ways;
