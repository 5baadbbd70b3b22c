//! The command line as scripts see it: what it prints where, and its exit status.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn cowscope(args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cowscope"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // A command that does not read its input closes it early.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("the command ends")
}

/// Standard output, standard error, exit status.
fn told(args: &[&str], input: &str) -> (String, String, i32) {
    let output = cowscope(args, input);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code().expect("an exit status"))
}

const TRACE: &str = r#"{"format": 1, "header": {"generator": "by hand", "semantics": 1, "design": {"id": "d", "title": "D"},
  "switches": {}, "scenario": {"id": "s", "title": "S"}, "variant": null, "sizes": {}, "scope": "1 CPU", "verdict": "unasked",
  "needs_race": null, "shortest": false, "counts": null, "digest": null, "link": null, "columns": ["CPU 0"]},
  "steps": [{"index": 1, "agent": "a", "column": 0, "pick": 0, "picks": 1, "kind": "kernel", "task": "t", "call": 1,
  "stack": ["fork"], "place": {"file": "f.c", "line": 3, "text": "x = 1;"}, "accesses": [], "broken": [], "notes": [], "cycles": null}]}"#;

#[test]
fn a_call_that_can_not_be_used_has_status_3() {
    for args in [&["frobnicate"][..], &[], &["report"], &["--no-such-option"], &["report", "-", "-f", "pdf"]] {
        let (out, err, status) = told(args, "");
        assert_eq!((out.as_str(), status), ("", 3), "{args:?}");
        assert!(!err.is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_have_status_0_and_go_to_standard_output() {
    for args in [&["--help"][..], &["--version"], &["help", "report"], &["report", "--help"]] {
        let (out, err, status) = told(args, "");
        assert_eq!((err.as_str(), status), ("", 0), "{args:?}");
        assert!(!out.is_empty(), "{args:?}");
    }
    for command in ["", "check", "replay", "report", "explain"] {
        let (out, ..) = told(&[command, "--help"].into_iter().filter(|a| !a.is_empty()).collect::<Vec<_>>(), "");
        assert!(out.contains("Example"), "{command}");
    }
}

#[test]
fn reports_come_in_every_form() {
    for (format, start) in [
        ("table", "CPU 0\n-----\n[t]\nfork()\n  x = 1;\n"),
        ("markdown", "# S: one run\n"),
        ("json", "{\n  \"format\": 1,"),
        ("svg", "<svg xmlns="),
        ("mermaid", "sequenceDiagram\n"),
        ("words", "Nothing broke in this run of 1 step.\n"),
    ] {
        let (out, err, status) = told(&["report", "-", "-f", format], TRACE);
        assert_eq!((err.as_str(), status), ("", 0), "{format}");
        assert!(out.starts_with(start), "{format}: {out}");
    }
    assert_eq!(
        told(&["explain", "-", "--json"], TRACE).0,
        "{\"format\":1,\"told\":[\"Nothing broke in this run of 1 step.\",\"CPU 0 ran fork (step 1).\"]}\n"
    );
}

#[test]
fn input_that_can_not_be_used_is_answered_in_words() {
    let (_, err, status) = told(&["report", "/no/such/file"], "");
    assert!(status == 3 && err.starts_with("error: /no/such/file: "), "{err}");
    let (_, err, status) = told(&["report", "-"], "{}");
    assert!(status == 3 && err.contains("- is no trace: missing field `format`") && err.contains("help: "), "{err}");
    let (_, err, status) = told(&["report", "-"], &TRACE.replacen("1", "2", 1));
    assert!(status == 3 && err.contains("format 2"), "{err}");
}

/// The link that `check` prints for this break.
fn link_of(break_id: &str, checked: &str) -> String {
    let link =
        checked.lines().map(str::trim).find(|l| l.starts_with("#/run?") && l.contains(&format!("&e={break_id}&")));
    link.unwrap_or_else(|| panic!("no link for {break_id} in {checked}")).to_owned()
}

#[test]
fn the_founding_race_is_found_and_its_link_shows_it_again() {
    let (out, err, status) = told(&["check", "-d", "2021-unshare-v1", "-s", "fork-vs-gup-fast", "-v", "get"], "");
    assert_eq!((err.as_str(), status), ("", 1), "{out}");
    assert!(out.contains("breaks during_fork: ") && out.contains("needs a race") && out.contains("CPU 0   "), "{out}");
    let link = link_of("during_fork", &out);
    assert!(link.len() <= 161, "{} {link}", link.len());
    let (table, err, status) = told(&["replay", &link], "");
    assert_eq!((err.as_str(), status), ("", 1));
    assert!(out.contains(table.trim_end()), "the table that `check` printed:\n{table}");
    let (told_again, _, _) = told(&["explain", &link], "");
    assert!(told_again.contains("CPU 1 came between.") && told_again.contains("mapcount"), "{told_again}");
    let (json, _, _) = told(&["replay", &link, "--json"], "");
    assert_eq!(told(&["report", "-"], &json).0, table);
}

#[test]
fn what_holds_has_status_0_and_what_is_not_decided_status_2() {
    let check = ["check", "-d", "6.1-anon-exclusive", "-s", "fork-vs-gup-fast"];
    let (out, _, status) = told(&check, "");
    assert!(status == 0 && out.contains("holds\n  all ") && out.contains("scope: 2 CPUs"), "{out}");
    let (out, _, status) = told(&[&check[..], &["-v", "pin", "--states", "100"]].concat(), "");
    assert!(status == 2 && out.contains("not decided\n  10"), "{out}");
    let (json, _, status) = told(&[&check[..], &["-v", "pin", "--json"]].concat(), "");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((status, &json["verdict"], &json["questions"][0]["complete"]), (0, &"holds".into(), &true.into()));
}

#[test]
fn names_that_are_not_there_are_answered_with_the_near_ones() {
    for (args, help) in [
        (["-d", "2021-unshare-v2", "-s", "vmsplice-leak"], "did you mean `2021-unshare-v1`?"),
        (["-d", "2021-unshare-v1", "-s", "vmsplice-leek"], "did you mean `vmsplice-leak`?"),
        (["-d", "mine.c", "-s", "vmsplice-leak"], "a design is an id or a path to C"),
    ] {
        let (out, err, status) = told(&[&["check"][..], &args].concat(), "");
        assert!(out.is_empty() && status == 3 && err.contains(help), "{err}");
    }
}

#[test]
fn shards_of_a_matrix_merge_to_the_whole() {
    let matrix = ["matrix", "-s", "gup-before-fork", "--json"];
    let (whole, _, status) = told(&matrix, "");
    assert_eq!(status, 0);
    let directory = std::env::temp_dir().join(format!("cowscope-merge-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory for the parts");
    let mut paths = Vec::new();
    for part in ["0/2", "1/2"] {
        let (text, _, _) = told(&[&matrix[..], &["--shard", part]].concat(), "");
        let path = directory.join(part.replace('/', "-"));
        std::fs::write(&path, text).expect("the part can be written");
        paths.push(path.to_string_lossy().into_owned());
    }
    let (merged, err, _) = told(&["merge", "--json", &paths[0], &paths[1]], "");
    assert_eq!((merged, err.as_str()), (whole, ""));
    let (_, err, status) = told(&["merge", &paths[1]], "");
    assert!(status == 3 && err.contains("parts are missing: 0/2"), "{err}");
    let (_, err, status) = told(&["merge", &paths[1], &paths[1]], "");
    assert!(status == 3 && err.contains("there already"), "{err}");
    std::fs::remove_dir_all(&directory).expect("the parts can be removed");
}

#[test]
fn random_runs_depend_on_their_seed_alone() {
    let run = ["run", "-d", "2021-unshare-v1", "-s", "fork-vs-gup-fast", "-v", "get", "--runs", "300", "--seed", "7"];
    let (first, err, status) = told(&run, "");
    assert_eq!((err.as_str(), status), ("", 1), "{first}");
    assert_eq!(told(&run, "").0, first);
    assert_eq!(told(&["replay", &link_of("during_fork", &first)], "").2, 1);
    let (out, _, status) =
        told(&["run", "-d", "6.1-anon-exclusive", "-s", "gup-before-fork", "--runs", "5", "--pct", "2"], "");
    assert!(status == 2 && out.contains("nothing broke"), "{out}");
}

#[test]
fn everything_there_is_is_listed() {
    let (all, _, status) = told(&["list"], "");
    assert!(status == 0 && all.contains("2021-unshare-v1") && all.contains("fork-vs-gup-fast"), "{all}");
    let (one, _, _) = told(&["list", "2021-unshare-v1"], "");
    assert!(one.contains("during_fork: ") && one.contains("SEQCOUNT=1"), "{one}");
    let (one, _, _) = told(&["list", "vmsplice-leak"], "");
    assert!(one.contains("Needs of a kernel: ") && one.contains("vmsplice"), "{one}");
    let (_, err, status) = told(&["list", "2021-unshare"], "");
    assert!(status == 3 && err.contains("did you mean `2021-unshare-v1`?"), "{err}");
    let (ops, _, status) = told(&["dis", "-d", "2021-unshare-v1", "-s", "vmsplice-leak", "do_wp_page"], "");
    assert!(status == 0 && ops.contains("-- step") && ops.contains("designs/2021-unshare-v1/design.c:"), "{ops}");
}

#[test]
fn a_design_and_a_scenario_of_ones_own_are_checked_and_travel_in_the_link() {
    let directory = std::env::temp_dir().join(format!("cowscope-own-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a directory for the files");
    let file = |name: &str, text: &str| {
        let path = directory.join(name);
        std::fs::write(&path, text).expect("the file can be written");
        path.to_string_lossy().into_owned()
    };
    let design = file("mine.c", "BASE(\"6.1-anon-exclusive\")\nTITLE(\"Mine\")\n");
    let scenario = file(
        "lost.c",
        "TITLE(\"A counter\")\nKIND(race)\nint count;\nPROCESS(0) CPU(0) void a(void) { count = count + 1; }\n\
         PROCESS(0) CPU(1) void b(void) { count = count + 1; }\nCHECK void end(void) { assert(count == 2); }\n",
    );
    let (out, err, status) = told(&["check", "-d", &design, "-s", &scenario], "");
    assert_eq!((err.as_str(), status), ("", 1), "{out}");
    let link = link_of("assertion", &out);
    let (table, err, status) = told(&["replay", &link], "");
    assert_eq!((err.as_str(), status), ("", 1), "{table}");
    assert!(table.contains("| count: 0 -> 1"), "{table}");
    let broken = file("broken.c", "TITLE(\"Broken\")\nint f(void) { return x; }\n");
    let (_, err, status) = told(&["check", "-d", &broken, "-s", "vmsplice-leak"], "");
    assert!(status == 3 && err.contains("broken.c:2:22") && err.contains('^'), "{err}");
    std::fs::remove_dir_all(&directory).expect("the files can be removed");
}

#[test]
fn a_link_that_is_broken_or_has_changed_is_answered_in_words() {
    let (out, err, status) = told(&["replay", "#/run?v=1&d=2021-unshare-v1&s=vmsplice-leak&x=a12z"], "");
    assert!(out.is_empty() && status == 3 && err.contains("(in `x=`): no agent's letter at `z`"), "{err}");
    let (_, err, status) = told(&["replay", "#/run?v=7&d=2021-unshare-v1&s=vmsplice-leak&x=a3&f=00000001"], "");
    assert!(status == 0 && err.contains("the end state differs; it was made with semantics 7"), "{err}");
    assert!(err.contains("as it runs here: #/run?v=1&d=2021-unshare-v1&s=vmsplice-leak&x=a3&"), "{err}");
    let gone = "#/run?v=1&d=2021-unshare-v1&s=fork-vs-gup-fast&x=a10b11a12&e=during_fork&f=be5070b9";
    let (_, err, status) = told(&["replay", gone], "");
    assert!(status < 2 && err.contains("the same breaks here by another schedule: #/run?v=1&"), "{err}");
    let new = err.split("schedule: ").nth(1).expect("a link").trim();
    let (_, err, status) = told(&["replay", new], "");
    assert_eq!((err.as_str(), status), ("", 1), "{new}");
    let (_, err, status) = told(&["replay", "#/run?v=1&d=2021-unshare-v1+D5B.x&s=vmsplice-leak"], "");
    assert!(status == 3 && err.contains("`D5B` can't be `x`: it is a number"), "{err}");
}

#[test]
fn no_colours_without_a_terminal_and_some_where_they_are_asked_for() {
    let (_, plain, _) = told(&["report", "/no/such/file"], "");
    let (_, colours, _) = told(&["--color", "always", "report", "/no/such/file"], "");
    assert!(!plain.contains('\x1b') && colours.contains("\x1b[1;31merror\x1b[0m"), "{colours}");
}

#[test]
fn completions_and_the_manual_know_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let (out, _, status) = told(&["completions", shell], "");
        assert!(status == 0 && out.contains("explain") && out.contains("mmu"), "{shell}");
    }
    let (page, _, status) = told(&["man"], "");
    assert!(status == 0 && page.contains(".TH cowscope 1") && page.contains("explain"), "{page}");
}

#[test]
fn sequences_are_answered_line_by_line() {
    let rows = concat!(
        r#"{"id":"a","seq":"P:map P:w=A P:drain P:fork=C P:pin=0l P:st C:r"}"#,
        "\n{\n\n",
        r#"{"id":"b","seq":"P:map P:juggle"}"#,
        "\n"
    );
    let (out, err, status) = told(&["seq", "--design", "5.11-seqcount"], rows);
    assert_eq!((err.as_str(), status), ("", 0));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3, "{out}");
    assert!(lines[0].contains(r#""obs":"P:pin:p0 P:{p0 map=2 ref=1026 ro maybepinned} C:r=A""#), "{out}");
    assert!(lines[1].contains(r#""error""#) && lines[1].contains(r#""id":null"#), "{out}");
    assert!(lines[2].contains(r#""id":"b","na""#), "{out}");
    let (_, err, status) = told(&["seq", "--design", "5.11-seqcont"], rows);
    assert_eq!(status, 3);
    assert!(err.contains("5.11-seqcount"), "{err}");
}

/// The answer of `cowscope search` or `cowscope merge` in JSON: verdict, runs, what broke.
fn answered(args: &[&str]) -> (String, u64, Vec<String>) {
    let (out, err, _) = told(args, "");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{args:?}: {e}: {out}{err}"));
    let search = &json["searches"][0];
    let mut found: Vec<String> =
        search["found"].as_array().expect("a list").iter().map(|f| format!("{} x {}", f["id"], f["times"])).collect();
    found.sort();
    (search["verdict"].to_string(), search["counts"]["runs"].as_u64().expect("a number"), found)
}

#[test]
fn parts_of_a_search_join_into_the_whole() {
    let question = ["--json", "search", "-d", "2021-unshare-v1", "-s", "fork-vs-gup-fast", "-v", "pin"];
    for how in [&["--how", "walks", "--runs", "400", "--seed", "3"][..], &["--how", "switches", "--bound", "1"]] {
        let whole = answered(&[&question[..], how].concat());
        let directory = std::env::temp_dir().join(format!("cowscope-{}-{}", std::process::id(), how[1]));
        std::fs::create_dir_all(&directory).expect("a directory");
        let mut parts = Vec::new();
        for part in ["0/3", "1/3", "2/3"] {
            let (out, err, _) = told(&[&question[..], how, &["--shard", part]].concat(), "");
            assert_eq!(err, "");
            let path = directory.join(part.replace('/', "-"));
            std::fs::write(&path, out).expect("room");
            parts.push(path.display().to_string());
        }
        let all: Vec<&str> = parts.iter().map(String::as_str).collect();
        let merged = answered(&[&["--json", "merge"][..], &all].concat());
        std::fs::remove_dir_all(&directory).expect("it is there");
        assert_eq!((&merged.0, merged.1), (&whole.0, whole.1), "{how:?}");
        if how[1] == "walks" {
            assert_eq!(merged.2, whole.2, "the same runs find the same");
        }
    }
}

#[test]
fn a_search_says_what_it_covered_and_refuses_what_does_not_belong_together() {
    let of = |more: &[&str]| {
        let start = ["search", "-d", "6.1-anon-exclusive", "-s", "fork-vs-gup-fast", "-v", "pin"];
        told(&[&start[..], more].concat(), "")
    };
    let (out, _, status) = of(&[]);
    assert!(status == 0 && out.contains("holds: all ") && out.contains("64-bit fingerprints"), "{out}");
    let (out, _, status) = of(&["--wide"]);
    assert!(status == 0 && !out.contains("64-bit"), "{out}");
    let (out, _, status) = of(&["--how", "switches", "--bound", "2"]);
    assert!(status == 2 && out.contains("nothing breaks within 2; beyond that nothing is known"), "{out}");
    let (out, _, status) = of(&["--how", "pct", "--runs", "50"]);
    assert!(
        status == 2 && out.contains("nothing broke in 50 runs") && out.contains("probability of at least"),
        "{out}"
    );
    let (out, _, status) = of(&["--states", "100"]);
    assert!(status == 2 && out.contains("not decided: the most states") && out.contains("an estimate"), "{out}");
    for wrong in [&["--bound", "2"][..], &["--shard", "0/2"], &["--wide", "--how", "walks"], &["--shard", "2/2"]] {
        assert_eq!(of(wrong).2, 3, "{wrong:?}");
    }
}
