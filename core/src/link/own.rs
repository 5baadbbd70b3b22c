//! The user's own C inside a link: deflated, in base64url.
//!
//! Before compression: for each file a line `D name bytes` or `S name bytes` (design, scenario), then its text and a line
//! feed.

use super::error::excerpt;
use super::{LinkError, OwnFile, Role, limits};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Write;

/// Packs the files, in their order.
pub(super) fn pack(files: &[OwnFile]) -> String {
    let mut plain = String::new();
    for file in files {
        let role = match file.role {
            Role::Design => 'D',
            Role::Scenario => 'S',
        };
        // Writing to a String can't fail.
        let _ = writeln!(plain, "{role} {} {}\n{}", file.name, file.text.len(), file.text);
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
        check_file_name(&file.name)?;
        files.push(file);
        rest = after;
        if files.len() > limits::OWN_FILES || files.iter().map(|f| f.text.len()).sum::<usize>() > limits::OWN_BYTES {
            return Err(too_much());
        }
    }
    files.sort();
    if let Some(twice) = files.windows(2).find(|f| (f[0].role, &f[0].name) == (f[1].role, &f[1].name)) {
        let what = format!("two files of the name `{}`", excerpt(&twice[0].name));
        return Err(LinkError::new(what, "Give one of them another name"));
    }
    Ok(files)
}

fn first_file(rest: &str) -> Option<(OwnFile, &str)> {
    let (head, body) = rest.split_once('\n')?;
    let mut words = head.split(' ');
    let role = match words.next()? {
        "D" => Role::Design,
        "S" => Role::Scenario,
        _ => return None,
    };
    let name = words.next()?.to_owned();
    let length: usize = words.next()?.parse().ok()?;
    let text = body.get(..length)?.to_owned();
    let after = body.get(length..)?.strip_prefix('\n')?;
    words.next().is_none().then_some((OwnFile { role, name, text }, after))
}

fn too_much() -> LinkError {
    let (files, bytes) = (limits::OWN_FILES, limits::OWN_BYTES / 1024);
    LinkError::new(format!("C of more than {files} files or {bytes} KiB"), "Share it as a file instead")
}

/// Refuses a name that is empty, long, or has characters other than letters, digits, `.`, `_`, `-` and `/`.
pub(super) fn check_file_name(name: &str) -> Result<(), LinkError> {
    let fits = !name.is_empty() && name.len() <= limits::IDENTIFIER;
    if fits && name.bytes().all(|c| c.is_ascii_alphanumeric() || b"._-/".contains(&c)) {
        return Ok(());
    }
    let mend = "Use at most 64 letters, digits, dots, dashes, underscores and slashes";
    Err(LinkError::new(format!("a file can't have the name `{}`", excerpt(name)), mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(role: Role, name: &str, text: &str) -> OwnFile {
        OwnFile { role, name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn files_survive() {
        let files = vec![
            file(Role::Design, "a.c", "int x;\n"),
            file(Role::Design, "b.c", ""),
            file(Role::Scenario, "a.c", "ä\n\nS b 3\n"),
        ];
        assert_eq!(unpack(&pack(&files)), Ok(files));
        assert_eq!(unpack(&pack(&[])), Ok(vec![]));
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let bomb = pack(&[file(Role::Design, "a.c", &" ".repeat(64 << 20))]);
        assert!(bomb.len() < limits::LINK, "{}", bomb.len());
        assert!(unpack(&bomb).expect_err("too much").what.starts_with("C of more than"));
        let many: Vec<OwnFile> = (0..17).map(|i| file(Role::Design, &format!("f{i}.c"), "")).collect();
        assert!(unpack(&pack(&many)).expect_err("too many").what.starts_with("C of more than"));
    }

    #[test]
    fn altered_files_are_refused() {
        let whole = pack(&[file(Role::Design, "a.c", "int x; int y; int z;\n")]);
        assert!(unpack(&whole[..whole.len() / 2]).is_err());
        assert!(unpack("====").is_err());
        let same = [file(Role::Design, "a.c", "1"), file(Role::Design, "a.c", "2")];
        assert_eq!(unpack(&pack(&same)).expect_err("twice").what, "two files of the name `a.c`");
        let odd = [file(Role::Design, "<b>", "1")];
        assert_eq!(unpack(&pack(&odd)).expect_err("a name").what, "a file can't have the name `<b>`");
    }
}
