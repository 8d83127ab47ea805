//! Integers modulo a prime that has the numbers of an ideal mesh: i and the square root of 2.

use numerics::Stream;
use rand::RngExt;

/// Primes are drawn from here to twice this.
pub(super) const SMALLEST: u64 = 1 << 23;

/// Primes of 1 modulo 8 in SMALLEST..2 SMALLEST (a test counts them).
pub(super) const PRIMES: u64 = 128_431;

/// Integers modulo a prime q of 1 modulo 8, with a primitive 8th root of unity.
#[derive(Clone, Copy, Debug)]
pub(super) struct PrimeField {
    pub(super) modulus: u64,
    /// The square of the root.
    i: u64,
    /// 1 / sqrt(2), where sqrt(2) is the root plus its inverse.
    half_root: u64,
}

impl PrimeField {
    /// A prime and one of its four roots, uniformly at random.
    pub(super) fn random(stream: &mut Stream) -> Self {
        let modulus = loop {
            let q = SMALLEST + 8 * stream.random_range(0..SMALLEST / 8) + 1;
            if is_prime(q) {
                break q;
            }
        };
        loop {
            let x = stream.random_range(1..modulus);
            let root = power(x, (modulus - 1) / 8, modulus);
            if power(root, 4, modulus) == modulus - 1 {
                let sum = root + power(root, 7, modulus);
                return Self {
                    modulus,
                    i: root * root % modulus,
                    half_root: sum % modulus * modulus.div_ceil(2) % modulus,
                };
            }
        }
    }

    /// A random phase factor: any number but 0.
    pub(super) fn random_unit(&self, stream: &mut Stream) -> u64 {
        stream.random_range(1..self.modulus)
    }

    /// Both outputs of a 50:50 coupler.
    #[inline(always)]
    pub(super) fn couple(&self, x: u64, y: u64) -> [u64; 2] {
        // Numbers have 24 bits, so nothing overflows.
        let turn = |z: u64| self.i * z % self.modulus;
        [x + turn(y), y + turn(x)].map(|sum| self.half_root * sum % self.modulus)
    }

    /// Both outputs of a coupler with cos = (t + 1/t) / 2, i sin = (t - 1/t) / 2.
    pub(super) fn couple_by(&self, t: u64, x: u64, y: u64) -> [u64; 2] {
        let q = self.modulus;
        let (half, inverse) = (q.div_ceil(2), self.invert(t));
        let straight = (t + inverse) * half % q;
        let across = (t + q - inverse) * half % q;
        [straight * x + across * y, straight * y + across * x].map(|sum| sum % q)
    }

    /// The same with i and -i exchanged.
    pub(super) fn conjugate(self) -> Self {
        Self {
            i: self.modulus - self.i,
            ..self
        }
    }

    /// 1 / x.
    pub(super) fn invert(&self, x: u64) -> u64 {
        power(x, self.modulus - 2, self.modulus)
    }

    /// An attenuator, (z - 1) / 2.
    pub(super) fn attenuation(&self, z: u64) -> u64 {
        (z + self.modulus - 1) % self.modulus * self.modulus.div_ceil(2) % self.modulus
    }

    /// -x.
    pub(super) fn negate(&self, x: u64) -> u64 {
        (self.modulus - x) % self.modulus
    }

    /// The product.
    #[inline(always)]
    pub(super) fn multiply(&self, x: u64, y: u64) -> u64 {
        x * y % self.modulus
    }
}

/// For odd numbers.
fn is_prime(q: u64) -> bool {
    (3..)
        .step_by(2)
        .take_while(|d| d * d <= q)
        .all(|d| !q.is_multiple_of(d))
}

fn power(mut x: u64, mut exponent: u64, modulus: u64) -> u64 {
    let mut product = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            product = product * x % modulus;
        }
        x = x * x % modulus;
        exponent >>= 1;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;

    #[test]
    fn it_has_the_numbers_of_a_coupler() {
        for trial in 0..20 {
            let mut stream = Streams::new(1).derive("field", trial, 0);
            let field = PrimeField::random(&mut stream);
            let q = field.modulus;
            assert!((SMALLEST..2 * SMALLEST).contains(&q) && q % 8 == 1);
            assert_eq!(field.i * field.i % q, q - 1);
            assert_eq!(2 * field.half_root % q * field.half_root % q, 1);
            // Two couplers in a row are a crossing with a factor i.
            let [x, y] = [
                field.random_unit(&mut stream),
                field.random_unit(&mut stream),
            ];
            let [a, b] = field.couple(x, y);
            let expected = [y, x].map(|z| field.multiply(field.i, z));
            assert_eq!(field.couple(a, b), expected);
        }
    }

    #[test]
    fn there_are_as_many_primes_as_stated() {
        // The sieve of Eratosthenes.
        let end = 2 * SMALLEST as usize;
        let mut composite = vec![false; end];
        for d in (3..).step_by(2).take_while(|d| d * d < end) {
            if !composite[d] {
                (d * d..end)
                    .step_by(2 * d)
                    .for_each(|x| composite[x] = true);
            }
        }
        let count = (SMALLEST as usize + 1..end)
            .step_by(8)
            .filter(|&x| !composite[x])
            .count();
        assert_eq!(count as u64, PRIMES);
    }
}
