//! Designs and kernels of one's own: a folder begun by `new`, a kernel in one file, known breaks kept apart.

use std::process::Command;

/// Runs in a directory of its own; standard output and error together, exit status.
fn told(dir: &std::path::Path, args: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_cowscope")).args(args).current_dir(dir).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.code().expect("an exit status"))
}

fn fresh(name: &str) -> std::path::PathBuf {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&dir);
    std::fs::create_dir_all(&dir).expect("a directory");
    dir
}

#[test]
fn a_design_of_ones_own_has_only_what_it_changes() {
    let dir = fresh("new");
    let (text, status) = told(&dir, &["new", "mine", "--from", "6.1-anon-exclusive", "page_try_dup_anon_rmap"]);
    assert_eq!(status, 0, "{text}");
    let file = dir.join("mine/design.c");
    let c = std::fs::read_to_string(&file).expect("the file");
    assert!(c.contains("BASE(\"6.1-anon-exclusive\")") && c.contains("bool page_try_dup_anon_rmap("), "{c}");
    assert!(!c.contains("do_wp_page"), "{c}");
    let check = ["check", "-q", "--design", "mine", "--scenario", "vmsplice-leak"];
    let (text, status) = told(&dir, &check);
    assert_eq!(status, 0, "{text}");
    let broken = c.replace("if (FORK_CLEARS_EXCLUSIVE)", "if (0)");
    assert_ne!(broken, c);
    std::fs::write(&file, broken).expect("written");
    let (text, status) = told(&dir, &["check", "-q", "--design", "mine", "--scenario", "cow-basic", "-v", "base"]);
    assert_eq!(status, 1, "{text}");
    let (text, status) = told(&dir, &["new", "mine", "--from", "6.1-anon-exclusive", "do_wp_page"]);
    assert!(status == 3 && text.contains("is there already"), "{text}");
    let (text, status) = told(&dir, &["new", "other", "--from", "6.1-anon-exclusive", "do_wp_pag"]);
    assert!(status == 3 && text.contains("do_wp_page"), "{text}");
}

#[test]
fn known_breaks_are_kept_apart() {
    let dir = fresh("baseline");
    let check = |more: &[&str]| {
        let mut args = vec!["check", "-q", "--scenario", "vmsplice-leak"];
        args.extend(more);
        told(&dir, &args)
    };
    assert_eq!(check(&["--design", "4.19-mapcount", "--write-baseline", "known.json"]).1, 1);
    let (text, status) = check(&["--design", "4.19-mapcount", "--baseline", "known.json"]);
    assert!(status == 0 && text.contains("known"), "{text}");
    // the same break elsewhere is new
    let (text, status) = check(&["--design", "5.11-seqcount", "--set", "WP_RECHECK=1", "--baseline", "known.json"]);
    assert_eq!(status, 0, "{text}");
    let (text, status) = check(&["--design", "4.19-mapcount", "--set", "SEQCOUNT=1", "--baseline", "known.json"]);
    assert_eq!(status, 1, "{text}");
    std::fs::write(dir.join("bad.json"), "{}").expect("written");
    assert_eq!(check(&["--design", "4.19-mapcount", "--baseline", "bad.json"]).1, 3);
}

#[test]
fn a_kernel_of_ones_own_is_told_what_it_lacks() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let kernel = "docs/examples/libos-cow.c";
    let (text, status) = told(&root, &["check", "-q", "--design", kernel, "--scenario", "unmap-vs-cow"]);
    assert_eq!(status, 0, "{text}");
    let broken = ["check", "-q", "--design", kernel, "--scenario", "unmap-vs-cow", "--set", "LEAVE_LAST=0"];
    assert_eq!(told(&root, &broken).1, 1);
    let (text, status) = told(&root, &["check", "-q", "--design", kernel, "--scenario", "vmsplice-leak"]);
    assert!(status == 3 && text.contains("nothing was checked"), "{text}");
    assert!(text.contains("not applicable: no system call close_pipe, read_pipe, vmsplice"), "{text}");
}

#[test]
fn a_kernel_of_ones_own_is_put_to_every_scenario_that_it_can_run() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let all = |more: &[&str]| {
        let mut args =
            vec!["check", "-q", "--no-repairs", "--design", "docs/examples/libos-cow.c", "--scenario", "all"];
        args.extend(more);
        told(&root, &args)
    };
    let (text, status) = all(&[]);
    assert_eq!(status, 0, "{text}");
    assert!(text.contains("unmap-vs-cow: holds") && text.contains("scenarios not applicable"), "{text}");
    assert!(
        text.contains("needless-copy: not applicable: no system call madvise, mprotect; none of Linux' own mms"),
        "{text}"
    );
    let (text, status) = all(&["--set", "LEAVE_LAST=0", "--json"]);
    assert_eq!(status, 1, "{text}");
    let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let skipped = answer["not_applicable"].as_array().expect("a list");
    let leak = skipped.iter().find(|s| s["scenario"] == "vmsplice-leak").expect("it has no pipes");
    assert_eq!(leak["calls"], serde_json::json!(["close_pipe", "read_pipe", "vmsplice"]));
    assert_eq!(leak["names"], serde_json::json!([]));
    assert_eq!(answer["verdict"], "breaks");
}

#[test]
fn a_mistake_in_a_kernel_of_ones_own_is_an_error_and_no_reason_to_pass_over() {
    let dir = fresh("mistake");
    let kernel = include_str!("../../docs/examples/teaching-kernel.c");
    std::fs::write(dir.join("my.c"), kernel.replace("drop(frame_of(old));", "dorp(frame_of(old));")).expect("written");
    let (text, status) = told(&dir, &["check", "-q", "--design", "my.c", "--scenario", "all"]);
    assert!(status == 3 && text.contains("dorp"), "{text}");
    std::fs::write(dir.join("my.c"), "OWN_KERNEL(\"nothing\")\n").expect("written");
    let (text, status) = told(&dir, &["check", "-q", "--design", "my.c", "--scenario", "all"]);
    assert!(status == 3 && text.contains("none of these scenarios is applicable"), "{text}");
}
