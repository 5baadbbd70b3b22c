//! The user's own C inside a link: deflated, in base64url.
//!
//! Before compression: for each file a line `path bytes`, then its text and a line feed.

use super::error::excerpt;
use super::{LinkError, OwnFile, limits};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Write;

/// Packs the files, in their order.
pub(super) fn pack(files: &[OwnFile]) -> String {
    let mut plain = String::new();
    for file in files {
        // Writing to a String can't fail.
        let _ = writeln!(plain, "{} {}\n{}", file.path, file.text.len(), file.text);
    }
    URL_SAFE_NO_PAD.encode(miniz_oxide::deflate::compress_to_vec(plain.as_bytes(), 9))
}

/// Unpacks what [`pack`] wrote.
///
/// # Errors
/// On anything else, and on more than [`limits::OWN_BYTES`] or [`limits::OWN_FILES`].
pub(super) fn unpack(text: &str) -> Result<Vec<OwnFile>, LinkError> {
    let broken = || LinkError::new("compressed C that is cut off or altered", "Copy the link again, whole");
    let packed = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
    // Room for the lines between the files, too.
    let most = limits::OWN_BYTES + limits::OWN_FILES * (limits::IDENTIFIER + 16);
    let plain = miniz_oxide::inflate::decompress_to_vec_with_limit(&packed, most).map_err(|e| match e.status {
        miniz_oxide::inflate::TINFLStatus::HasMoreOutput => too_much(),
        _ => broken(),
    })?;
    let mut rest = std::str::from_utf8(&plain).map_err(|_| broken())?;
    let mut files: Vec<OwnFile> = Vec::new();
    while !rest.is_empty() {
        let (file, after) = first_file(rest).ok_or_else(broken)?;
        check_path(&file.path)?;
        files.push(file);
        rest = after;
        if files.len() > limits::OWN_FILES || files.iter().map(|f| f.text.len()).sum::<usize>() > limits::OWN_BYTES {
            return Err(too_much());
        }
    }
    files.sort();
    if let Some(twice) = files.windows(2).find(|f| f[0].path == f[1].path) {
        let what = format!("two files of the path `{}`", excerpt(&twice[0].path));
        return Err(LinkError::new(what, "Give one of them another name"));
    }
    Ok(files)
}

fn first_file(rest: &str) -> Option<(OwnFile, &str)> {
    let (head, body) = rest.split_once('\n')?;
    let (path, length) = head.split_once(' ')?;
    let length: usize = length.parse().ok()?;
    let text = body.get(..length)?.to_owned();
    let after = body.get(length..)?.strip_prefix('\n')?;
    Some((OwnFile { path: path.to_owned(), text }, after))
}

fn too_much() -> LinkError {
    let (files, bytes) = (limits::OWN_FILES, limits::OWN_BYTES / 1024);
    LinkError::new(format!("C of more than {files} files or {bytes} KiB"), "Share it as a file instead")
}

/// Refuses a path that is empty, long, or has characters other than letters, digits, `.`, `_`, `-` and `/`.
pub(super) fn check_path(path: &str) -> Result<(), LinkError> {
    let fits = !path.is_empty() && path.len() <= limits::IDENTIFIER;
    if fits && path.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-/".contains(&c)) {
        return Ok(());
    }
    let mend = "Use at most 64 letters, digits, dots, dashes, underscores and slashes";
    Err(LinkError::new(format!("a file can't have the path `{}`", excerpt(path)), mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> OwnFile {
        OwnFile { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn files_survive() {
        let files = vec![file("a.c", "int x;\n"), file("b.c", ""), file("s/a.c", "ä\n\ns/b 3\n")];
        assert_eq!(unpack(&pack(&files)), Ok(files));
        assert_eq!(unpack(&pack(&[])), Ok(vec![]));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let bomb = pack(&[file("a.c", &" ".repeat(64 << 20))]);
        assert!(bomb.len() < limits::LINK, "{}", bomb.len());
        assert!(unpack(&bomb).expect_err("too much").what.starts_with("C of more than"));
        let many: Vec<OwnFile> = (0..17).map(|i| file(&format!("f{i}.c"), "")).collect();
        assert!(unpack(&pack(&many)).expect_err("too many").what.starts_with("C of more than"));
    }

    #[test]
    fn altered_files_are_refused() {
        let whole = pack(&[file("a.c", "int x; int y; int z;\n")]);
        assert!(unpack(&whole[..whole.len() / 2]).is_err());
        assert!(unpack("====").is_err());
        let same = [file("a.c", "1"), file("a.c", "2")];
        assert_eq!(unpack(&pack(&same)).expect_err("twice").what, "two files of the path `a.c`");
        let odd = [file("<b>", "1")];
        assert_eq!(unpack(&pack(&odd)).expect_err("a name").what, "a file can't have the path `<b>`");
    }
}
