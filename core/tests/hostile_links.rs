//! Links that nobody should have made are opened, or refused in words: soon, in little memory, without a panic.
#![cfg(not(target_arch = "wasm32"))]

mod golden {
    /// The golden links: what hostile ones are made from.
    pub const LINKS: &str = include_str!("data/golden-links.txt");
}

use cowscope_core::link::{Link, OwnFile, Run, limits, schedule_from_text};
use cowscope_core::replay::open;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use std::time::{Duration, Instant};

/// What reading a link may take at most: 16 MiB.
const MOST_BYTES: u64 = 16 << 20;
/// Unoptimised tests on a busy machine get twenty times the promised 100 ms.
const LONGEST_MS: u128 = 2_000;

/// Opens what a text says, as the page and the command line do; how long that took.
fn try_text(text: &str) -> Duration {
    let begin = Instant::now();
    let said = match Link::parse(text) {
        Ok(link) => open(&link).map(|opened| opened.session.position()).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(why) = &said {
        assert!(!why.is_empty(), "{text}");
    }
    let shown: String = text.chars().take(200).collect();
    let took = begin.elapsed();
    assert!(took.as_millis() < LONGEST_MS, "{took:?}: {shown}");
    took
}

/// A link of these semantics with a piece of another in it, or with pieces taken out or changed.
fn changed(links: &[&str], rng: &mut ChaCha8Rng) -> String {
    let mut below = |n: usize| (rng.next_u64() % n.max(1) as u64) as usize;
    let mut bytes = links[below(links.len())].as_bytes().to_vec();
    for _ in 0..1 + below(3) {
        let at = below(bytes.len() + 1);
        let end = (at + below(6)).min(bytes.len());
        let other = links[below(links.len())].as_bytes();
        let from = below(other.len());
        let piece = &other[from..(from + below(6)).min(other.len())];
        bytes.splice(at..end, piece.iter().copied());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn near(count: u32, seed: u64) {
    let links: Vec<&str> =
        golden::LINKS.lines().filter(|l| l.starts_with("#/")).filter_map(|l| l.split("  ").next()).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut times: Vec<Duration> = (0..count).map(|_| try_text(&changed(&links, &mut rng))).collect();
    times.sort_unstable();
    let percent = |n: usize| times[(times.len() - 1) * n / 100];
    println!(
        "{count} links: half within {:?}, 99 % within {:?}, all within {:?}",
        percent(50),
        percent(99),
        percent(100)
    );
}

#[test]
fn links_near_good_ones_are_opened_or_refused() {
    near(100, 1);
}

/// `cargo test --release -p cowscope-core --test hostile_links -- --ignored --nocapture` prints how long they take.
#[test]
#[ignore = "minutes"]
fn a_hundred_thousand_links_near_good_ones() {
    near(100_000, 2);
}

fn own(design: &str, scenario: &str, x: &str) -> String {
    let file = OwnFile { path: "scenarios/mine.c".into(), text: scenario.into() };
    let run = Run::Schedule(schedule_from_text(x).expect("a schedule"));
    Link { run, own: vec![file], ..Link::new(design, "mine") }.to_string()
}

#[test]
fn the_longest_runs_and_texts_are_over_soon() {
    let spin = "#define A 0x1000\nSETUP PROCESS(0) CPU(0) void s(void) { mmap(A, 1); }\n\
                PROCESS(0) CPU(0) void p(void) { while (load(A) == 0) { } }\n";
    let idle = "PROCESS(0) CPU(0) void p(void) { int i = 0; while (1) i++; }\n";
    let long_setup =
        "SETUP PROCESS(0) CPU(0) void s(void) { while (1) smp_mb(); }\nPROCESS(0) CPU(0) void p(void) { }\n";
    let design = "6.1-anon-exclusive";
    let say = |what: &str, text: &str| println!("{what}: {:?}", try_text(text));
    say("10,000 loads", &own(design, spin, "a10000"));
    say("10,000 turns of a loop", &own(design, idle, "a10000"));
    say("a set-up without end", &own(design, long_setup, "a9"));
    say("5,000 functions with an error", &own(design, &"int f(void) { return x; }\n".repeat(5_000), "a"));
    let nested = format!("int x = {}1{};", "(".repeat(65_000), ")".repeat(65_000));
    say("130,000 parentheses", &own(design, &nested, "a"));
    for end in [
        "x=a10000",
        "x=-ab-5000",
        "r=uniform.1",
        "r=pct9.1",
        "r=timed.18446744073709551615",
        "n=+NR_FRAMES.99999999999",
    ] {
        say(end, &format!("#/run?v=1&d={design}&s=fork-vs-gup-fast&{end}"));
        say(end, &format!("#/run?v=1&d={design}&s=unmap-vs-cow&o=tso+may&{end}"));
    }
}

#[test]
fn reading_a_link_takes_little_memory() {
    let zeros = vec![OwnFile { path: "a".into(), text: "\0".repeat(100 << 20) }];
    let start = "#/run?v=1&d=a&s=b&";
    let long = |what: &str| format!("{start}{}", what.repeat((limits::LINK - start.len()) / what.len()));
    for text in [
        Link { own: zeros, ..Link::new("a", "b") }.to_string(),
        long("x=-a-9000"),
        long("+A.1"),
        long("%41"),
        long("&"),
        format!("{start}x={}", "ab".repeat(5_000)),
        format!("{start}b={}", "1,".repeat(60_000)),
        "é".repeat(limits::LINK),
    ] {
        let counted = allocation_counter::measure(|| drop(Link::parse(&text)));
        let shown: String = text.chars().take(60).collect();
        assert!(counted.bytes_max < MOST_BYTES, "{} bytes: {shown}", counted.bytes_max);
    }
}
