//! SHA-256 as text.

use sha2::{Digest, Sha256};
use std::fmt::Write;

/// SHA-256 of some bytes as 64 lower-case hexadecimal digits (FIPS 180-4).
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The same of bytes that do not lie together.
pub fn sha256_of(bytes: impl IntoIterator<Item = u8>) -> String {
    let mut hash = Sha256::new();
    let mut bytes = bytes.into_iter();
    loop {
        let block: Vec<u8> = bytes.by_ref().take(1 << 16).collect();
        if block.is_empty() {
            return hex(&hash.finalize());
        }
        hash.update(&block);
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-2, appendix B.1.
    #[test]
    fn published_example() {
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn bytes_that_do_not_lie_together() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|x| (x % 251) as u8).collect();
        assert_eq!(sha256_of(bytes.iter().copied()), sha256_hex(&bytes));
        assert_eq!(sha256_of([]), sha256_hex(&[]));
    }
}
