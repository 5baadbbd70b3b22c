//! What time it is and where lines go, natively and as WebAssembly: for whatever measures.

/// Seconds since some moment.
#[cfg(not(target_arch = "wasm32"))]
pub fn now() -> f64 {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}

/// Seconds since some moment.
#[cfg(target_arch = "wasm32")]
pub fn now() -> f64 {
    let performance = js_sys::Reflect::get(&js_sys::global(), &"performance".into()).expect("a clock");
    let now = js_sys::Reflect::get(&performance, &"now".into()).expect("a clock");
    let seconds = js_sys::Function::from(now).call0(&performance).ok().and_then(|v| v.as_f64());
    seconds.expect("a clock") / 1e3
}

/// Seconds that this thread has had a CPU, where the system tells (Linux): others may be at work on the same machine.
#[allow(dead_code, reason = "not everything that measures runs beside others")]
pub fn busy() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let on_cpu = stat.and_then(|s| s.split(' ').next().and_then(|ns| ns.parse::<f64>().ok()));
    on_cpu.map_or_else(now, |ns| ns / 1e9)
}

/// Writes a line where the runner shows it.
pub fn say(line: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    println!("{line}");
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::console_log!("{line}");
}
