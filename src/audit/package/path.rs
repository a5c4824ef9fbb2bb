//! Which names a file in the package may bear: those that mean the same file on every system.

/// The longest path, in bytes.
pub const MAX_PATH_BYTES: usize = 240;

/// Whether `path` is relative, stays within the folder it is unpacked to, and has only characters
/// that no file system reads in its own way: ASCII letters, digits and `. _ - @ + = ,` and the slash.
#[must_use]
pub fn is_safe(path: &str) -> bool {
    path.len() <= MAX_PATH_BYTES && path.split('/').all(is_safe_segment)
}

fn is_safe_segment(segment: &str) -> bool {
    let permitted = |b: u8| b.is_ascii_alphanumeric() || b"._-@+=,".contains(&b);
    // Windows drops a final dot, so that `a.` would be `a`
    !segment.is_empty() && !segment.ends_with('.') && segment.bytes().all(permitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_relative_paths() {
        for good in [
            "README.txt",
            "log/tile/0/x001/000.p/7",
            "notices/newsletter@3.json",
            "a/.b",
        ] {
            assert!(is_safe(good), "{good}");
        }
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "../x",
            "a/../b",
            "a/./b",
            "a//b",
            "a/",
            "a\\b",
            "C:x",
            "a\0b",
            "a\nb",
            "é",
            "..",
            ".",
            "a.",
            "a b",
            "~/x\u{202e}",
        ] {
            assert!(!is_safe(bad), "{bad}");
        }
        assert!(!is_safe(&"a".repeat(241)));
    }
}
