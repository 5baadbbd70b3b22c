//! What the native and the wasm tests share.

pub mod oracle;
