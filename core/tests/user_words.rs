//! What user programs can say: accesses through the MMU, system calls, choices, and blocks of one step.

mod common {
    pub mod search;
}

use common::search::{breaks, holds, search};
use cowscope_core::trace::Verdict;

/// Two threads on two CPUs, on one page of which the first words are 0.
fn threads(shared: &str, one: &str, two: &str, end: &str) -> String {
    format!(
        "{shared}
         enum {{ A = 0x1000, B = 0x1008 }};
         SETUP PROCESS(0) CPU(0) void prepare(void) {{ mmap(A, 1); store(A, 0); store(B, 0); }}
         PROCESS(0) CPU(0) void one(void) {{ {one} }}
         PROCESS(0) CPU(1) void two(void) {{ {two} }}
         CHECK void end(void) {{ {end} }}"
    )
}

#[test]
fn user_atomics_are_one_step() {
    let text = |body: &str| threads("int got;", body, body, "assert(got == 1);");
    holds(&text("u64 v = user_xchg(A, 1); if (v == 0) atomic_inc(&got);"));
    holds(&text("u64 v = user_cmpxchg(A, 0, 1); if (v == 0) atomic_inc(&got);"));
    breaks(&text("u64 v = load(A); store(A, 1); if (v == 0) atomic_inc(&got);"), "assertion");
    let kept = "u64 v = user_cmpxchg(A, 7, 1); assert(v == 0); u64 w = load(A); assert(w == 0);";
    holds(&threads("", kept, kept, ""));
}

#[test]
fn stores_wait_in_the_buffer_and_mfence_waits_for_them() {
    let text = |fence: &str| {
        threads(
            "u64 seen[2];",
            &format!("store(A, 1); {fence} u64 v = load(B); WRITE_ONCE(seen[0], v);"),
            &format!("store(B, 1); {fence} u64 v = load(A); WRITE_ONCE(seen[1], v);"),
            "assert(seen[0] || seen[1]);",
        )
    };
    assert_eq!(search(&text(""), "sc").0, Verdict::Holds);
    assert_eq!(search(&text("mfence();"), "tso").0, Verdict::Holds);
    let (verdict, found, _) = search(&text(""), "tso");
    assert_eq!(verdict, Verdict::Breaks);
    assert!(found.iter().any(|f| f == "assertion"), "{found:?}");
    // A locked operation is as good as a fence.
    assert_eq!(search(&text("user_xchg(A + 16, 1);"), "tso").0, Verdict::Holds);
}

#[test]
fn a_refused_access_is_told() {
    let text = "SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(0x1000, 1); store(0x1000, 3); mprotect(0x1000, 1, PROT_READ); }
         PROCESS(0) CPU(0) void program(void) {
             u64 v = load(0x1000); assert(v == 3 && !faulted());
             store(0x1000, 4); assert(faulted());
             v = load(0x1000); assert(v == 3 && !faulted());
             v = load(0x5000); assert(faulted());
         }";
    holds(text);
}

#[test]
fn a_parent_waits_for_its_child() {
    let text = |wait: &str| {
        format!(
            "int done;
             SETUP PROCESS(0) CPU(0) void prepare(void) {{ mmap(0x1000, 1); store(0x1000, 5); }}
             PROCESS(0) CPU(0) void parent(void) {{ fork(1); {wait} int d = READ_ONCE(done); assert(d); u64 v = load(0x1000); assert(v == 5); }}
             PROCESS(1) CPU(1) void child(void) {{ u64 v = load(0x1000); assert(v == 5); store(0x1000, 6); WRITE_ONCE(done, 1); exit(); }}"
        )
    };
    holds(&text("wait(1);"));
    breaks(&text(""), "assertion");
}

#[test]
fn references_are_taken_and_read() {
    let text = |call: &str| {
        format!(
            "SETUP PROCESS(0) CPU(0) void prepare(void) {{ mmap(0x1000, 1); store(0x1008, 9); }}
             PROCESS(0) CPU(0) void program(void) {{ int n = {call}; assert(n == 1);
                u64 v = dma_read(0, 1); assert(v == 9); dma_write(0, 1, 10); unpin(0); v = load(0x1008); assert(v == 10); }}"
        )
    };
    for call in ["get_user_pages", "get_user_pages_fast", "pin_user_pages", "pin_user_pages_fast"] {
        holds(&text(&format!("{call}(0x1000, FOLL_WRITE, 0)")));
    }
    let queued = "SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(0x1000, 1); store(0x1000, 9); }
         PROCESS(0) CPU(0) void program(void) { pin_user_pages(0x1000, 0, 0); io_submit_dma_read(0, 0); io_wait_dma(); unpin(0); }
         DEVICE(\"disk\") DAEMON void disk(void) { dma_device(); }";
    holds(queued);
    let pipe = "SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(0x1000, 1); store(0x1000, 9); }
         PROCESS(0) CPU(0) void program(void) { vmsplice(0, 0x1000); u64 v = read_pipe(0); assert(v == 9); close_pipe(0); }";
    holds(pipe);
}

#[test]
fn a_program_without_a_step_is_over_at_once() {
    holds(
        "SIZE(NR_CPUS, 3)\nint x; CPU(0) void one(void) { x = 1; x = 2; x = 3; } CPU(1) void two(void) { } PROCESS(1) CPU(2) void three(void) { }",
    );
    let (verdict, found, states) =
        search("CPU(0) void one(void) { } CPU(1) void two(void) { int k = 1; assert(k); }", "sc");
    assert_eq!((verdict, states), (Verdict::Holds, 1), "{found:?}");
    breaks("int x; CPU(0) void one(void) { x = 1; } CPU(1) void two(void) { await(x == 2); }", "deadlock");
}

/// A CPU that an address space was used on answers flushes, also when its program is over before the search begins, or it has none.
#[test]
fn a_cpu_with_nothing_to_do_takes_interrupts() {
    let text = "SETUP PROCESS(0) CPU(1) void s(void) { mmap(0x1000, 1); store(0x1000, 1); }\n\
                PROCESS(0) CPU(0) void p(void) { munmap(0x1000, 1); }\n";
    holds(text);
    holds(&format!("{text}PROCESS(0) CPU(1) void q(void) {{ }}"));
}

#[test]
fn choices_are_all_made_and_assumptions_drop_runs() {
    let text = |allowed: &str, claim: &str| {
        format!(
            "int x; CPU(0) void f(void) {{ WRITE_ONCE(x, 0); int c = choose(3); assume({allowed}); WRITE_ONCE(x, c); assert({claim}); WRITE_ONCE(x, 5); }}"
        )
    };
    holds(&text("1", "x == 0 || x == 1 || x == 2"));
    for one in 0..3 {
        breaks(&text("1", &format!("x != {one}")), "assertion");
    }
    holds(&text("c != 1", "x != 1"));
    breaks(&text("c != 1", "x != 2"), "assertion");
}

/// The value of each variable at the end, which is the same on all schedules.
#[test]
fn blocks_of_one_step_are_left_in_the_middle() {
    let text = |body: &str, claim: &str| {
        format!(
            "int x, y, go;
             static int first(int k) {{ atomic {{ x = x + 1; if (k) return x; y = 9; }} return 0; }}
             CPU(0) void f(void) {{ {body} assert({claim}); WRITE_ONCE(go, 1); }}
             CPU(1) void other(void) {{ int a = READ_ONCE(x); int b = READ_ONCE(y); await(go); }}"
        )
    };
    holds(&text("atomic { x = 1; if (x) goto out; y = 7; } y = 3; out: ;", "x == 1 && y == 0"));
    holds(&text("atomic { x = 1; if (!x) goto out; y = 7; } y = 3; out: ;", "x == 1 && y == 3"));
    holds(&text("int v = first(1);", "v == 1 && x == 1 && y == 0"));
    holds(&text("int v = first(0);", "v == 0 && x == 1 && y == 9"));
    holds(&text("for (int i = 0; i < 3; i++) { atomic { x = x + 1; if (x == 2) break; } }", "x == 2"));
    holds(&text(
        "for (int i = 0; i < 3; i++) { atomic { x = x + 1; if (x < 3) continue; y = x; } }",
        "x == 3 && y == 3",
    ));
}
