//! `cowscope search` as it is left before its end, and as it goes on from somewhere.

use std::path::PathBuf;
use std::process::{Command, Output};

fn cowscope(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cowscope")).args(args).output().expect("it runs")
}

/// Standard output, exit status.
fn told(args: &[&str]) -> (String, i32) {
    let output = cowscope(args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.stderr.is_empty(), "{args:?}: {}", text(&output.stderr));
    (text(&output.stdout), output.status.code().expect("an exit status"))
}

fn json(args: &[&str]) -> serde_json::Value {
    let text = told(&[args, &["--json"]].concat()).0;
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{args:?}: {e}: {text}"))
}

/// A scenario of 90^4 states and more: nobody waits for its end.
fn endless(name: &str) -> String {
    let mut c = String::from(
        "SCENARIO(\"endless\", \"Four programs that count\")\nSIZE(NR_CPUS, 4)\n#define A 0x1000\n\
         SETUP PROCESS(0) CPU(0) void s(void) { mmap(A, 1); store(A, 1); }\n",
    );
    for cpu in 0..4 {
        c +=
            &format!("PROCESS(0) CPU({cpu}) void count{cpu}(void) {{ for (int i = 0; i < 90; i++) (void)load(A); }}\n");
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.c"));
    std::fs::write(&path, c).expect("the scenario is written");
    path.to_str().expect("a plain path").to_owned()
}

const FOUNDING: [&str; 6] = ["-d", "2021-unshare-v1", "-s", "fork-vs-gup-fast", "-v", "get"];

#[test]
#[cfg(unix)]
fn ctrl_c_ends_a_search_with_what_it_knows() {
    let file = endless("ctrl-c");
    for threads in ["1", "2"] {
        let args = ["search", "-d", "6.1-anon-exclusive", "-s", &file, "--threads", threads];
        let child = Command::new(env!("CARGO_BIN_EXE_cowscope"))
            .args(args)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it starts");
        std::thread::sleep(std::time::Duration::from_millis(1500));
        let begin = std::time::Instant::now();
        let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill runs");
        assert!(kill.success());
        let output = child.wait_with_output().expect("it ends");
        println!("{threads} threads: ended {:?} after Ctrl-C", begin.elapsed());
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{text}");
        for part in ["not decided: it was stopped", "waiting", "more states were to come: an estimate"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn a_budget_that_is_reached_is_no_proof() {
    let file = endless("budget");
    let ask = |more: &[&str]| told(&[&["search", "-d", "6.1-anon-exclusive", "-s", file.as_str()], more].concat());
    for (budget, why) in [
        (["--states", "20000"], "the most states that --states allows were reached"),
        (["--memory-limit", "1"], "the memory that --memory-limit allows was used up"),
    ] {
        for how in [&["--how", "all"][..], &["--how", "all", "--wide"], &["--how", "reduced"], &["--how", "steps"]] {
            let (text, status) = ask(&[how, &budget].concat());
            assert!(status == 2 && text.contains(why), "{how:?} {budget:?}: {text}");
            let estimated = text.contains("an estimate");
            assert!(estimated || how[1] != "all", "{how:?}: {text}");
        }
    }
}

#[test]
fn a_machine_with_too_few_cpus_says_how_to_get_more() {
    let c = "SCENARIO(\"far\", \"Far\")\nPROCESS(0) CPU(5) void p(void) { smp_mb(); }\n";
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("far.c");
    std::fs::write(&path, c).expect("the scenario is written");
    let output = cowscope(&["search", "-d", "6.1-anon-exclusive", "-s", path.to_str().expect("a plain path")]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(3) && error.contains("SIZE(NR_CPUS, 6)"), "{error}");
}

#[test]
fn a_search_goes_on_from_where_a_link_stands() {
    let found = json(&[&["search"][..], &FOUNDING, &["--how", "switches", "--first"]].concat());
    let link = found["searches"][0]["found"][0]["link"].as_str().expect("a link").to_owned();
    let steps = link.split("&at=").nth(1).and_then(|at| at.split('&').next()).expect("a position");
    let at = |n: u32| link.replace(&format!("&at={steps}"), &format!("&at={n}"));
    let whole = json(&[&["search"][..], &FOUNDING].concat());
    let states = |answer: &serde_json::Value| answer["searches"][0]["counts"]["states"].as_u64().expect("a number");
    let mut before = states(&whole);
    assert_eq!(states(&json(&["search", "--from", &at(0)])), before, "the beginning");
    for position in [8, 16, steps.parse().expect("a number")] {
        let from = json(&["search", "--from", &at(position)]);
        assert!(states(&from) < before, "{position}: {} of {before}", states(&from));
        assert_eq!(from["searches"][0]["verdict"], "breaks", "{position}: {from}");
        before = states(&from);
        // what it finds is a run from the beginning
        let link = from["searches"][0]["found"][0]["link"].as_str().expect("a link");
        let (text, status) = told(&["replay", link]);
        assert!(status == 1 && text.contains("breaks"), "{link}: {text}");
    }
    for how in ["walks", "pct", "steps", "reduced", "sequential", "livelock"] {
        let (text, _) = told(&["search", "--from", &at(8), "--how", how, "--runs", "50"]);
        assert!(text.contains("states"), "{how}: {text}");
    }
}
