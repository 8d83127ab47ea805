//! Named, seeded, counter-based random streams.
//!
//! A stream is ChaCha with 8 rounds whose 256-bit key is (seed, name, two indices). Nothing is drawn
//! in sequence from a shared generator, so who draws, when, and on which thread cannot change what
//! another draws.

use rand::TryRng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::convert::Infallible;

/// All streams of one seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams of `seed`.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream with this name and these two indices (for example layer and step).
    ///
    /// The same four values give the same numbers; any difference gives unrelated numbers.
    ///
    /// ```
    /// use numerics::Streams;
    /// use rand::Rng;
    /// let streams = Streams::new(7);
    /// let first = streams.derive("directions", 0, 3).next_u64();
    /// assert_eq!(first, streams.derive("directions", 0, 3).next_u64());
    /// assert_ne!(first, streams.derive("directions", 1, 3).next_u64());
    /// assert_ne!(first, streams.derive("batches", 0, 3).next_u64());
    /// ```
    pub fn derive(&self, name: &str, a: u64, b: u64) -> Stream {
        let mut key = [0; 32];
        for (slot, word) in key.chunks_exact_mut(8).zip([self.seed, fnv1a(name), a, b]) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        Stream(ChaCha8Rng::from_seed(key))
    }
}

/// One stream: an [`rand::Rng`] of 32-bit words.
#[derive(Clone, Debug)]
pub struct Stream(ChaCha8Rng);

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

/// FNV-1a of a name: it only has to keep the few names of the project apart.
fn fnv1a(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
