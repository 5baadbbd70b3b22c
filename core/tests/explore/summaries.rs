//! Results as data: written, read, merged; and the estimate of what is left.

use crate::models::protocol::{Protocol, Variant};
use cowscope_core::explore::{
    Budget, End, Exhaustive, Limit, MergeError, Narrow, Options, Part, Plan, Random, Search, Status,
};
use cowscope_core::explore::{Strategy, Summary, Verdict, merge};

fn shard(index: u32, of: u32, runs: u64) -> Summary {
    let plan = Plan {
        strategy: Strategy::Pct { depth: 3 },
        seed: 5,
        first: index as u64,
        stride: of as u64,
        runs,
        max_steps: 500,
        first_break: false,
    };
    let mut search = Random::new(Protocol::new(Variant::f(1)), plan, Budget::NONE);
    let Status::Ended(end) = search.run(u64::MAX) else { panic!("no slice") };
    Summary::of(&search, end, "F, one page, PCT 3, seed 5", Part { index, of })
}

#[test]
fn shards_of_random_runs_merge_into_what_one_search_finds() {
    let parts: Vec<Summary> = (0..3).map(|i| shard(i, 3, 4_000)).collect();
    let texts: Vec<String> = parts.iter().map(|p| serde_json::to_string(p).expect("plain data")).collect();
    let read: Vec<Summary> = texts.iter().rev().map(|t| serde_json::from_str(t).expect("what was written")).collect();
    let merged = merge(read).expect("three parts of one question");
    let whole = shard(0, 1, 12_000);
    assert_eq!(merged.counts.transitions, whole.counts.transitions);
    assert_eq!(merged.counts.runs, 12_000);
    assert_eq!((merged.verdict(), merged.end), (Verdict::Breaks, End::Sampled));
    let times = |s: &Summary| s.findings.iter().map(|f| (f.what, f.times)).collect::<Vec<_>>();
    assert_eq!(times(&merged), times(&merge(vec![whole]).expect("one part")));
    assert_eq!(merge(parts.clone()), merge(parts.into_iter().rev().collect()), "the order does not matter");
}

#[test]
fn what_does_not_belong_together_is_not_merged() {
    let part = |question: &str, index, of, end| Summary {
        question: question.to_string(),
        parts: vec![Part { index, of }],
        end,
        counts: Default::default(),
        findings: Vec::new(),
    };
    let a = part("a", 0, 2, End::Complete);
    assert_eq!(merge(Vec::new()), Err(MergeError::Nothing));
    assert_eq!(merge(vec![a.clone(), a.clone()]), Err(MergeError::SamePart(Part { index: 0, of: 2 })));
    assert!(matches!(merge(vec![a.clone(), part("b", 1, 2, End::Complete)]), Err(MergeError::OtherQuestion(..))));
    assert!(matches!(merge(vec![a.clone(), part("a", 1, 3, End::Complete)]), Err(MergeError::SamePart(_))));
    assert_eq!(a.verdict(), Verdict::NotDecided, "half an answer is none");
    let verdict = |end| merge(vec![a.clone(), part("a", 1, 2, end)]).map(|s| s.verdict());
    assert_eq!(verdict(End::Complete), Ok(Verdict::Holds));
    assert_eq!(verdict(End::Bounded(2)), Ok(Verdict::HoldsWithin(2)));
    assert_eq!(verdict(End::Sampled), Ok(Verdict::NotSeen));
    assert_eq!(verdict(End::BudgetReached(Limit::States)), Ok(Verdict::NotDecided));
    assert_eq!(verdict(End::Cancelled), Ok(Verdict::NotDecided));
}

#[test]
fn the_estimate_of_what_is_left_is_of_the_right_size_and_ends_at_nothing() {
    let mut search = Exhaustive::<_, Narrow>::new(Protocol::new(Variant::sf(2)), Options::default(), Budget::NONE);
    assert_eq!(search.run(100_000), Status::Running);
    let left = search.coverage(200, 1).states_left(&search.counts()).expect("some of it is known");
    let truly = 134_220 - search.counts().states;
    assert!((truly / 8..truly * 8).contains(&left), "estimated {left}, in truth {truly}");
    assert_eq!(search.run(u64::MAX), Status::Ended(End::Complete));
    let coverage = search.coverage(200, 1);
    assert_eq!(coverage.met, coverage.known);
    assert_eq!(coverage.states_left(&search.counts()), Some(0));
}
