//! How a step and a word of the machine end.

/// How an attempted step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Stopped,
    Blocked,
    Dropped,
}

/// What a word answers.
pub(crate) enum Answer {
    Value(u64),
    End(End),
    /// A handler was pushed and goes on at once.
    Handler(u32),
}
