//! The digest of a file, read a piece at a time.

use crate::audit::encoding::hex;
use ring::digest::{Context, SHA256};
use std::io::{self, BufRead};

/// SHA-256 of what is read, in hexadecimal digits.
///
/// # Errors
/// Where it cannot be read to its end.
pub fn sha256(mut file: impl BufRead) -> io::Result<String> {
    let mut hash = Context::new(&SHA256);
    loop {
        let read = file.fill_buf()?;
        if read.is_empty() {
            return Ok(hex(hash.finish().as_ref()));
        }
        hash.update(read);
        let length = read.len();
        file.consume(length);
    }
}
