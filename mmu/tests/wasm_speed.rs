//! The benchmarks as WebAssembly.
#![cfg(target_arch = "wasm32")]

#[path = "../benches/speed.rs"]
mod speed;

#[wasm_bindgen_test::wasm_bindgen_test]
fn report() {
    speed::main();
}
