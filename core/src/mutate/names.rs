//! What calls are for, by their names: the field's own.

/// What a statement is load-bearing as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Lock,
    Barrier,
    Flush,
    Recheck,
    Count,
}

impl Role {
    /// As ids have it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Role::Lock => "lock",
            Role::Barrier => "barrier",
            Role::Flush => "flush",
            Role::Recheck => "recheck",
            Role::Count => "count",
        }
    }
}

/// Pairs: what begins something that excludes others, and what ends it.
const PAIRS: [(&str, &str); 12] = [
    ("spin_lock", "spin_unlock"),
    ("spin_lock_irq", "spin_unlock_irq"),
    ("down_read", "up_read"),
    ("down_write", "up_write"),
    ("mmap_write_lock", "mmap_write_unlock"),
    ("lock_page", "unlock_page"),
    ("trylock_page", "unlock_page"),
    ("lock_huge_page", "unlock_page"),
    ("rcu_read_lock", "rcu_read_unlock"),
    ("local_irq_disable", "local_irq_enable"),
    ("local_irq_save", "local_irq_restore"),
    ("raw_write_seqcount_begin", "raw_write_seqcount_end"),
];

/// What ends what this call begins; `""` where nothing of the same function does. `None`: it begins nothing.
pub(super) fn ended_by(name: &str) -> Option<&'static str> {
    if matches!(name, "vma_start_write" | "fork_locks_vma") {
        return Some("");
    }
    PAIRS.iter().find(|(begin, _)| *begin == name).map(|(_, end)| *end)
}

/// A lock that is only tried: what it returns is tested.
pub(super) fn is_tried(name: &str) -> bool {
    name.contains("trylock")
}

/// The role of a call that is a statement of its own and needs no other to go with it.
pub(super) fn role_of(name: &str) -> Option<Role> {
    let flush = name.starts_with("flush_") || name.starts_with("invlpg") || name.starts_with("invpcid");
    if name.starts_with("smp_mb") || matches!(name, "smp_rmb" | "smp_wmb") {
        Some(Role::Barrier)
    } else if flush
        || matches!(name, "broadcast_invlpg" | "mov_cr3" | "send_ipi" | "try_to_unmap_flush" | "synchronize_rcu")
    {
        Some(Role::Flush)
    } else if is_count(name) {
        Some(Role::Count)
    } else {
        None
    }
}

fn is_count(name: &str) -> bool {
    let atomic = ["atomic_inc", "atomic_dec", "atomic_add", "atomic_sub"].iter().any(|begin| name.starts_with(begin));
    let of_pages = [
        "get_page",
        "put_page",
        "grab_page",
        "gup_put_page",
        "put_page_refs",
        "swap_free",
        "free_swap",
        "large_page_mapped",
    ];
    atomic || of_pages.contains(&name) || name.ends_with("_rmap") && !name.contains("try")
}

/// What is read in place of an update whose result is used, by the name of the update; `{}` is the counter.
pub(super) fn read_instead(name: &str) -> Option<&'static str> {
    Some(match name {
        "atomic_dec_return" | "atomic_inc_return" | "atomic_add_return" | "atomic_sub_return" => "atomic_read({})",
        "atomic_dec_and_test" | "atomic_sub_and_test" => "(atomic_read({}) == 0)",
        "atomic_add_unless" => "(atomic_read({}) != 0)",
        _ => return None,
    })
}

/// A call that tells whether something has changed since it was looked at.
pub(super) fn is_recheck(name: &str) -> bool {
    name.ends_with("_changed") || name == "read_seqcount_retry"
}

/// An operation that x86 does with a LOCK prefix, or a call that begins or ends with one.
pub(super) fn is_locked(name: &str) -> bool {
    let begins = [
        "atomic_",
        "test_and_",
        "set_bit",
        "clear_bit",
        "xchg",
        "cmpxchg",
        "spin_lock",
        "down_",
        "lock_page",
        "trylock_",
    ];
    name != "atomic_read" && name != "atomic_set" && begins.iter().any(|begin| name.starts_with(begin))
}

/// Texts for the judges, and devices: not the kernel's.
pub(super) fn is_no_kernel(path: &str) -> bool {
    matches!(path, "common/notes.c" | "common/dma.c" | "common/refs.c")
}

/// Texts that implement what others use, and texts for the judges and for user programs: their statements are no mutants, those
/// that use them are. Barriers are mutants everywhere.
pub(super) fn is_left_alone(path: &str) -> bool {
    let file = path.strip_prefix("common/").unwrap_or_default();
    matches!(
        file,
        "locks.c" | "sync.c" | "rcu.c" | "completion.c" | "config.c" | "notes.c" | "dma.c" | "refs.c" | "types.c"
    )
}
