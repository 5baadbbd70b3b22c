//! The words of the language.

/// Attribute words that may stand before a function or variable, with or without arguments.
pub const ATTRIBUTES: [&str; 13] = [
    "SETUP", "PROCESS", "CPU", "SYSCALL", "ATOMIC", "DEVICE", "DAEMON", "GHOST", "USER", "KERNEL", "AGENT", "CHECK",
    "CANON",
];

/// Keywords that begin or continue statements.
pub(crate) const STATEMENT_WORDS: [&str; 14] = [
    "break", "case", "continue", "default", "do", "else", "for", "goto", "if", "return", "switch", "while", "sizeof",
    "typeof",
];

/// Words of types that the language has.
pub(crate) const TYPE_WORDS: [&str; 12] =
    ["void", "bool", "_Bool", "char", "short", "int", "long", "signed", "unsigned", "struct", "enum", "typedef"];

/// Storage words that become attributes.
pub(crate) const STORAGE_WORDS: [&str; 4] = ["static", "inline", "__inline", "__inline__"];

/// Words that are read over wherever a declaration may carry them: they say nothing here.
const IGNORED: [&str; 35] = [
    "__init",
    "__exit",
    "__initdata",
    "__user",
    "__kernel",
    "__iomem",
    "__percpu",
    "__rcu",
    "__force",
    "__always_inline",
    "noinline",
    "__noinline",
    "__must_check",
    "__maybe_unused",
    "__always_unused",
    "__used",
    "__cold",
    "__hot",
    "__pure",
    "__read_mostly",
    "__ro_after_init",
    "__visible",
    "__weak",
    "__sched",
    "asmlinkage",
    "notrace",
    "noinline_for_stack",
    "volatile",
    "const",
    "register",
    "restrict",
    "__restrict",
    "extern",
    "_Noreturn",
    "__extension__",
];

/// Names for integer types that stand for one of the predeclared typedefs.
const ALIASES: [(&str, &str); 21] = [
    ("uint8_t", "u8"),
    ("uint16_t", "u16"),
    ("uint32_t", "u32"),
    ("uint64_t", "u64"),
    ("int8_t", "s8"),
    ("int16_t", "s16"),
    ("int32_t", "s32"),
    ("int64_t", "s64"),
    ("__u8", "u8"),
    ("__u16", "u16"),
    ("__u32", "u32"),
    ("__u64", "u64"),
    ("__s8", "s8"),
    ("__s16", "s16"),
    ("__s32", "s32"),
    ("__s64", "s64"),
    ("ssize_t", "s64"),
    ("ptrdiff_t", "s64"),
    ("intptr_t", "s64"),
    ("ulong", "size_t"),
    ("uint", "u32"),
];

/// The typedefs that every text sees.
pub(crate) const PREDECLARED: [&str; 10] =
    ["u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "size_t", "uintptr_t"];

/// Does the language have it as a word of its own?
pub(crate) fn is_word(word: &str) -> bool {
    STATEMENT_WORDS.contains(&word) || TYPE_WORDS.contains(&word) || STORAGE_WORDS.contains(&word) || is_ignored(word)
}

/// Is it read over in declarations?
pub(crate) fn is_ignored(word: &str) -> bool {
    // most words of a text end here
    let first = word.as_bytes().first();
    matches!(first, Some(b'_' | b'a' | b'c' | b'e' | b'n' | b'r' | b'v'))
        && (IGNORED.contains(&word) || is_gnu_attribute(word))
}

/// `__attribute__((...))`
pub(crate) fn is_gnu_attribute(word: &str) -> bool {
    matches!(word, "__attribute__" | "__attribute" | "__aligned" | "__printf")
}

/// One of [`ATTRIBUTES`]?
pub(crate) fn is_attribute(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase()) && ATTRIBUTES.contains(&word)
}

/// Two characters or more, in capitals, digits and underscores, the first a letter?
pub(crate) fn is_capitals(word: &str) -> bool {
    word.len() >= 2
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// The predeclared typedef that a name of stdint.h or of the kernel stands for.
pub(crate) fn alias(word: &str) -> Option<&'static str> {
    ALIASES.iter().find(|(name, _)| *name == word).map(|&(_, meant)| meant)
}

/// The names of [`alias`].
pub(crate) fn aliases() -> impl Iterator<Item = &'static str> {
    ALIASES.iter().map(|&(name, _)| name)
}
