//! Parts of something that is divided: `--shard I/N`.

/// Part I of N, counted from 0.
///
/// # Errors
/// How to write it.
pub fn parse(text: &str) -> Result<(u32, u32), String> {
    let parts = text.split_once('/').and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    parts.filter(|(i, n)| i < n).ok_or_else(|| "write it as I/N with I below N, for example 0/4".to_owned())
}
