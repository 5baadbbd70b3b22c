//! What seven real kernels answered, and what their designs answer. `cargo test -p cowscope-core --test kernels -- --nocapture` prints
//! how far they agree.

use std::collections::{BTreeMap, BTreeSet};

use cowscope_core::explore::Model;
use cowscope_core::invariants::broken;
use cowscope_core::library::library;
use cowscope_core::seq::{Answer, Row, Runner, Trouble, answer_line};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde_json::Value;

const ROWS: &str = include_str!("data/kernels/sequences.jsonl");
const DIFFERENCES: &str = include_str!("data/kernels/differences.txt");

/// A kernel that was measured, the design of its time, and switches that distinguish the two.
type Kernel = (&'static str, &'static str, &'static [(&'static str, i64)]);
const KERNELS: &[Kernel] = &[
    ("4.19", "4.19-mapcount", &[]),
    ("5.8", "5.8-force-cow", &[]),
    // the early copy of hugetlb pages came with 5.12
    ("5.10", "5.11-seqcount", &[("HUGETLB_EARLY_COPY", 0)]),
    ("6.1", "6.1-anon-exclusive", &[]),
    ("6.12", "6.12-folio", &[]),
    ("6.16", "6.16-folio", &[]),
    ("7.3", "7.3-folio", &[]),
];

/// What is compared apart, beside whole rows.
const ASPECTS: [&str; 9] =
    ["frames", "contents", "leaks", "pin coherence", "rights", "exclusivity", "map count", "references", "the rest"];

fn runner(design: &str, switches: &[(&str, i64)]) -> Runner {
    let switches: Vec<_> = switches.iter().map(|(name, v)| (name.to_string(), *v)).collect();
    Runner::new(design, &switches, &[]).unwrap_or_else(|e| panic!("{design}: {e}"))
}

/// The words of one answer: `P:r=A`, `P:{p0 map=1 rw}`.
fn words(obs: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for part in obs.split(' ').filter(|p| !p.is_empty()) {
        match out.last_mut().filter(|_| open) {
            Some(last) => {
                last.push(' ');
                last.push_str(part);
            }
            None => out.push(part.to_string()),
        }
        open = if part.contains('{') { !part.ends_with('}') } else { open && !part.ends_with('}') };
    }
    out
}

/// An answer without the LRU batch's references.
fn normal(obs: &str) -> String {
    let less = |word: String| {
        if !word.contains(" lrubatch") {
            return word;
        }
        let parts = word.replace(" lrubatch", "");
        let count = |p: &str| p.strip_prefix("ref=").and_then(|n| n.parse::<u64>().ok());
        let parts = parts.split(' ').map(|p| count(p).map_or_else(|| p.to_string(), |n| format!("ref={}", n - 1)));
        parts.collect::<Vec<_>>().join(" ")
    };
    words(obs).into_iter().map(less).collect::<Vec<_>>().join(" ")
}

/// Every answer that the kernel gave to a row.
fn answers(kernel: &Value) -> Vec<String> {
    let texts =
        [&kernel["obs"], &kernel["obs_norm"]].into_iter().chain(kernel["unstable"].as_array().into_iter().flatten());
    texts.filter_map(|t| t.as_str()).map(str::to_string).collect()
}

fn agrees(ours: &Answer, theirs: &[String]) -> bool {
    theirs.iter().any(|t| *t == ours.obs || *t == ours.obs_norm || normal(t) == ours.obs_norm)
}

/// What a row's answer says under each aspect.
fn aspects(obs: &str) -> Vec<Vec<String>> {
    let mut out = vec![Vec::new(); ASPECTS.len()];
    for word in words(&normal(obs)) {
        if let Some((_, state)) = word.split_once(":{") {
            for part in state.trim_end_matches('}').split(' ') {
                let aspect = match part.split('=').next().unwrap_or_default() {
                    "rw" | "ro" => 4,
                    "ae" | "swpexcl" => 5,
                    "map" => 6,
                    "ref" => 7,
                    p if p.len() > 1 && p.starts_with('p') && p[1..].bytes().all(|b| b.is_ascii_digit()) => 0,
                    _ => 8,
                };
                out[aspect].push(part.to_string());
            }
            continue;
        }
        let what = word.split_once(':').map_or("", |(_, w)| w);
        match what.split(['=', ':']).next().unwrap_or_default() {
            "pin" | "get" => out[0].push(word.clone()),
            "r" | "file" => out[1].push(word.clone()),
            "pipe" => out[2].push(word.clone()),
            "dmard" | "uwr" => out[3].push(word.clone()),
            _ => out[8].push(word.clone()),
        }
    }
    out
}

/// How one kernel and its design agree.
#[derive(Default)]
struct Agreement {
    rows: u32,
    /// To the letter, and but for the LRU batch.
    exact: u32,
    normal: u32,
    /// Rows that say something under an aspect, and those that say the same.
    aspects: [(u32, u32); ASPECTS.len()],
    /// The others, with what was seen.
    differ: BTreeMap<String, String>,
    not_modelled: BTreeSet<String>,
}

fn compare(kernel: &str, design: &str, switches: &[(&str, i64)]) -> Agreement {
    let mut runner = runner(design, switches);
    let mut out = Agreement::default();
    for line in ROWS.lines() {
        let row: Value = serde_json::from_str(line).expect("a row");
        let id = row["id"].as_str().expect("an id");
        // held in flight, or raced: scenarios of their own
        if id.starts_with('c') {
            continue;
        }
        let row_of_ours = Row::parse(line).unwrap_or_else(|bad| panic!("{id}: {}", bad.why));
        let theirs = answers(&row["kernels"][kernel]);
        assert!(!theirs.is_empty(), "{kernel} answered {id}");
        let ours = match runner.run(&row_of_ours) {
            Ok(ours) => ours,
            Err(Trouble::NotModelled(_)) => {
                let names = row_of_ours.steps.iter().map(|s| s.name.clone());
                out.not_modelled.extend(names.filter(|name| listed_as_missing().contains(name)));
                assert!(
                    row_of_ours.steps.iter().any(|s| listed_as_missing().contains(&s.name)),
                    "{kernel} {id}: not modelled"
                );
                continue;
            }
            Err(Trouble::Wrong(why)) => panic!("{kernel} {id}: {why}"),
        };
        out.rows += 1;
        out.exact += theirs.contains(&ours.obs) as u32;
        out.normal += agrees(&ours, &theirs) as u32;
        if !agrees(&ours, &theirs) {
            out.differ.insert(
                id.to_string(),
                format!("{}\n  ours    {}\n  theirs  {}", row["seq"], ours.obs, theirs.join("\n          ")),
            );
        }
        // under each aspect, the answer of theirs that is nearest
        let seen = aspects(&ours.obs);
        let near =
            theirs.iter().map(|t| aspects(t)).max_by_key(|t| t.iter().zip(&seen).filter(|(a, b)| a == b).count());
        for (i, (a, b)) in near.unwrap_or_default().iter().zip(&seen).enumerate() {
            if !a.is_empty() || !b.is_empty() {
                out.aspects[i].0 += 1;
                out.aspects[i].1 += (a == b) as u32;
            }
        }
    }
    out
}

/// The lines of `differences.txt`: (kernel, row) or (na, operation).
fn listed() -> BTreeSet<(String, String)> {
    let lines = DIFFERENCES.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines
        .map(|line| {
            let mut parts = line.splitn(3, ' ');
            let (kernel, row) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            assert!(parts.next().is_some_and(|reason| reason.len() > 20), "no reason: {line}");
            (kernel.to_string(), row.to_string())
        })
        .collect()
}

fn listed_as_missing() -> BTreeSet<String> {
    listed().into_iter().filter(|(kernel, _)| kernel == "na").map(|(_, operation)| operation).collect()
}

#[test]
fn designs_answer_as_their_kernels_did() {
    let mut wrong = Vec::new();
    let mut found = BTreeSet::new();
    println!("kernel design               rows exact as measured | {}", ASPECTS.join(", "));
    for (kernel, design, switches) in KERNELS {
        let a = compare(kernel, design, switches);
        let by_aspect: Vec<String> = a.aspects.iter().map(|(all, same)| format!("{same}/{all}")).collect();
        println!("{kernel:6} {design:20} {:4} {:5} {:11} | {}", a.rows, a.exact, a.normal, by_aspect.join(", "));
        for (id, seen) in &a.differ {
            if !listed().contains(&(kernel.to_string(), id.clone())) {
                wrong.push(format!("{kernel} {id} {seen}"));
            }
            found.insert((kernel.to_string(), id.clone()));
        }
        found.extend(a.not_modelled.into_iter().map(|operation| ("na".to_string(), operation)));
    }
    assert!(wrong.is_empty(), "{} rows differ:\n{}", wrong.len(), wrong.join("\n"));
    let gone: Vec<_> = listed().difference(&found).cloned().collect();
    assert!(gone.is_empty(), "these agree now, take them from differences.txt: {gone:?}");
}

/// A row at random: whatever is done, by whoever exists.
fn any_row(rng: &mut ChaCha8Rng, huge: bool) -> String {
    const MAPS: [&str; 5] = ["map", "mapshm", "mapfile", "mapfilero", "mapfilesh"];
    const OPS: [&str; 43] = [
        "wall=C",
        "ptemap",
        "unmaprest",
        "w=A",
        "w=B",
        "r",
        "st",
        "touch",
        "drain",
        "vms=0",
        "vmp=0",
        "vmc=0",
        "ureg",
        "urd=X",
        "uwr",
        "uunreg",
        "get=0",
        "get=1w",
        "get=1wf",
        "get=2wF",
        "pin=0l",
        "pin=1w",
        "pin=2wlf",
        "pin=3f",
        "pin=1wF",
        "dmard=0",
        "dmard=1",
        "dmawr=1:X",
        "put=0",
        "put=1",
        "odrd=X",
        "memw=B",
        "poke=X",
        "softdirty",
        "pageout",
        "mprot=r",
        "mprot=rw",
        "mprot=none",
        "dontneed",
        "dontfork",
        "wipefork",
        "unmap",
        "fileread",
    ];
    let mut below = |n: usize| (rng.next_u32() as usize) % n;
    let mut row = format!("P:{}", if huge { "mapthp P:wall=A" } else { MAPS[below(8).saturating_sub(3)] });
    let mut alive = vec!["P"];
    let mut born = 0;
    for _ in 0..4 + below(16) {
        let actor = alive[below(alive.len())];
        let child = ["C", "D"].into_iter().find(|c| !alive.contains(c));
        let op = match (below(8), child) {
            (0, Some(child)) if born < 7 => {
                born += 1;
                alive.push(child);
                format!("fork={child}")
            }
            (1, _) if actor != "P" => {
                alive.retain(|a| *a != actor);
                "exit".to_string()
            }
            _ => OPS[below(OPS.len())].to_string(),
        };
        row.push_str(&format!(" {actor}:{op}"));
    }
    row
}

#[test]
fn any_row_has_an_answer_on_any_design() {
    let mut rng = ChaCha8Rng::seed_from_u64(20);
    for (n, design) in library().designs.iter().enumerate() {
        let mut runner = runner(&design.id, &[]);
        let mut answered = 0;
        for i in 0..40 {
            // huge regions take their time
            let seq = any_row(&mut rng, i == 7);
            // each design with one kind of swap device: compiling is what takes time
            let id = format!("x{i}{}", if n % 2 == 0 { "r" } else { "" });
            let row = Row::parse(&serde_json::json!({ "id": id, "seq": seq }).to_string()).expect("a row");
            match runner.run_to_end(&row) {
                Ok((answer, mut end)) => {
                    answered += 1;
                    // The invariants do not know what slots and pipes still hold, so that is no leak, nor do they follow contents here; and the
                    // pins of a huge page are counted exactly.
                    let judged = |n: &u16| *n == broken::LOCKS || (*n == broken::COUNTS && i != 7);
                    end.muted = (broken::ISOLATION..broken::TRAP).filter(|n| !judged(n)).collect();
                    let wrong = end.check_end();
                    assert!(wrong.is_empty(), "{}: {wrong:?} after {seq}", design.id);
                    assert_eq!(normal(&answer.obs), answer.obs_norm, "{seq}");
                }
                Err(Trouble::NotModelled(_)) => {}
                Err(Trouble::Wrong(why)) => panic!("{} {id} {seq}: {why}", design.id),
            }
        }
        assert!(answered > 30, "{}: {answered}", design.id);
    }
}

#[test]
fn what_is_no_row_is_told_and_the_next_is_answered() {
    let mut runner = runner("6.1-anon-exclusive", &[]);
    let mut ask = |line: &str| answer_line(&mut runner, line).map(|v| v.to_string()).unwrap_or_default();
    assert!(ask("{").contains("no JSON"));
    assert!(ask(r#"{"id":"a"}"#).contains("needs \\\"seq\\\""));
    assert!(ask(r#"{"seq":"P:map"}"#).contains("needs \\\"id\\\""));
    assert!(ask(r#"{"id":"a","seq":"map"}"#).contains("no actor"));
    assert!(ask(r#"{"id":"a","seq":"P:w"}"#).contains("w is written w=X"));
    assert!(ask(r#"{"id":"a","seq":"P:map C:r"}"#).contains("does not exist"));
    assert!(ask(r#"{"id":"a","seq":"P:map P:juggle"}"#).contains(r#""na":"the operation `juggle`"#));
    assert_eq!(ask(""), "");
    let good = ask(r#"{"id":"a","seq":"P:map P:w=A P:drain P:st","kernels":"never read"}"#);
    assert_eq!(good, r#"{"id":"a","obs":"P:{p0 map=1 ref=1 ae=1 rw}","obs_norm":"P:{p0 map=1 ref=1 ae=1 rw}"}"#);
}

#[test]
fn a_switch_changes_the_answer() {
    let row = Row::parse(r#"{"id":"a","seq":"P:map P:w=A P:drain P:pin=0l P:fork=C P:w=B P:dmard=0"}"#).expect("a row");
    let with = runner("5.11-seqcount", &[]).run(&row).expect("an answer");
    let without = runner("5.11-seqcount", &[("FORK_PIN_TEST", 0)]).run(&row).expect("an answer");
    assert_eq!(with.obs, "P:pin:p0 P:dmard=B");
    assert_eq!(without.obs, "P:pin:p0 P:dmard=A");
}
