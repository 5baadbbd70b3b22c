//! Designs, scenarios, the language that runs them, and the proof.
