//! The kernel library's ways to wait: each keeps what it promises on every schedule, and what it promises is not to be had without it.

mod common {
    pub mod search;
}

use common::search::{breaks, holds};

#[test]
fn a_grace_period_waits_for_readers() {
    let text = |wait: &str| {
        format!(
            "int *shared, a = 1, freed;
             SETUP PROCESS(0) CPU(0) void prepare(void) {{ shared = &a; }}
             PROCESS(0) CPU(0) void writer(void) {{ rcu_assign_pointer(shared, NULL); {wait} WRITE_ONCE(freed, 1); }}
             PROCESS(0) CPU(1) void reader(void) {{ rcu_read_lock(); int *p = rcu_dereference(shared);
                if (p) {{ int v = READ_ONCE(*p); assert(v == 1 && !freed); }} rcu_read_unlock(); }}"
        )
    };
    holds(&text("synchronize_rcu();"));
    breaks(&text(""), "assertion");
}

#[test]
fn completions_let_one_go_or_all() {
    let text = |bring: &str, wait: &str| {
        format!(
            "struct completion c; int x;
             PROCESS(0) CPU(0) void one(void) {{ WRITE_ONCE(x, 1); {bring} }}
             PROCESS(0) CPU(1) void two(void) {{ {wait} assert(x == 1); observe(\"x\", READ_ONCE(x)); }}"
        )
    };
    holds(&text("complete(&c);", "wait_for_completion(&c);"));
    holds(&text("complete_all(&c);", "wait_for_completion(&c); wait_for_completion(&c);"));
    breaks(&text("complete(&c);", "int v = READ_ONCE(x);"), "assertion");
    breaks(&text("complete(&c);", "wait_for_completion(&c); wait_for_completion(&c);"), "deadlock");
}

#[test]
fn tasks_meet_at_a_barrier_more_than_once() {
    let text = |meet: &str| {
        format!(
            "int x, y;
             PROCESS(0) CPU(0) void one(void) {{ WRITE_ONCE(x, 1); {meet} int v = READ_ONCE(y); assert(v == 1); {meet} WRITE_ONCE(x, 2); }}
             PROCESS(0) CPU(1) void two(void) {{ WRITE_ONCE(y, 1); {meet} int v = READ_ONCE(x); assert(v == 1); {meet} WRITE_ONCE(y, 2); }}"
        )
    };
    holds(&text("test_barrier(2);"));
    breaks(&text(""), "assertion");
    breaks(&text("test_barrier(3);"), "deadlock");
}

#[test]
fn locks_exclude() {
    for (take, give) in [
        ("u64 f; spin_lock_irqsave(&l, f);", "spin_unlock_irqrestore(&l, f);"),
        ("spin_lock_irq(&l);", "spin_unlock_irq(&l);"),
        ("if (!spin_trylock(&l)) return;", "spin_unlock(&l);"),
        ("if (!down_write_trylock(&l)) return;", "up_write(&l);"),
    ] {
        let task = format!(
            "{take} WRITE_ONCE(inside, READ_ONCE(inside) + 1); assert(inside == 1); WRITE_ONCE(inside, READ_ONCE(inside) - 1); {give}"
        );
        holds(&format!(
            "int l, inside; PROCESS(0) CPU(0) void one(void) {{ {task} }} PROCESS(0) CPU(1) void two(void) {{ {task} }}"
        ));
    }
    let readers = "int l, n; PROCESS(0) CPU(0) void one(void) { down_write(&l); WRITE_ONCE(n, 1); WRITE_ONCE(n, 2); downgrade_write(&l); up_read(&l); }
        PROCESS(0) CPU(1) void two(void) { if (down_read_trylock(&l)) { int v = READ_ONCE(n); assert(v != 1); up_read(&l); } }";
    holds(readers);
}

#[test]
fn a_sequence_count_tells_readers_of_writers() {
    let text = |retry: &str| {
        format!(
            "u64 seq; int a, b;
             PROCESS(0) CPU(0) void writer(void) {{ raw_write_seqcount_begin(&seq); WRITE_ONCE(a, 1); WRITE_ONCE(b, 1); raw_write_seqcount_end(&seq); }}
             PROCESS(0) CPU(1) void reader(void) {{ u64 s = read_seqcount_begin(&seq); int x = READ_ONCE(a); int y = READ_ONCE(b);
                if ({retry}) assert(x == y); }}"
        )
    };
    holds(&text("!read_seqcount_retry(&seq, s)"));
    breaks(&text("1"), "assertion");
}

#[test]
fn a_device_serves_its_queue() {
    let text = |wait: &str| {
        format!(
            "#define A 0x1000
             SETUP PROCESS(0) CPU(0) void prepare(void) {{ mmap(A, 1); store(A, 1); pin_user_pages(A, FOLL_WRITE, 0); }}
             PROCESS(0) CPU(0) void program(void) {{ io_submit_dma_write(0, 0, 7); {wait} assert_loaded(); }}
             DEVICE(\"disk\") DAEMON void disk(void) {{ dma_device(); }}
             ",
        )
        .replace("assert_loaded();", "u64 v = load(A); assert(v == 7);")
    };
    holds(&text("io_wait_dma();"));
    breaks(&text(""), "assertion");
}
