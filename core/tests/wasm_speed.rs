//! The benchmark of steps and compilation as WebAssembly.
#![cfg(target_arch = "wasm32")]

#[path = "../benches/steps.rs"]
mod steps;

#[wasm_bindgen_test::wasm_bindgen_test]
fn report() {
    steps::main();
}
