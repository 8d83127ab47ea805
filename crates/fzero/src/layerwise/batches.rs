//! The order of the training samples.

use numerics::Stream;
use rand::Rng;

/// Writes a uniformly random permutation of 0 .. n (Fisher and Yates; Durstenfeld 1964,
/// doi:10.1145/364520.364540), which depends on `stream` and n alone.
pub(super) fn shuffle(order: &mut [u32], stream: &mut Stream) {
    for (place, index) in order.iter_mut().enumerate() {
        *index = place as u32;
    }
    for last in (1..order.len()).rev() {
        let pick = below(last as u32 + 1, stream);
        order.swap(last, pick as usize);
    }
}

/// A uniform number below `bound` (Lemire 2019, doi:10.1145/3230636).
pub(super) fn below(bound: u32, stream: &mut Stream) -> u32 {
    let mut product = u64::from(stream.next_u32()) * u64::from(bound);
    let threshold = bound.wrapping_neg() % bound;
    while (product as u32) < threshold {
        product = u64::from(stream.next_u32()) * u64::from(bound);
    }
    (product >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;

    #[test]
    fn a_shuffle_is_a_permutation_whatever_was_there_before() {
        let streams = Streams::new(2);
        let mut order = [9; 100];
        shuffle(&mut order, &mut streams.derive("batches", 0, 1));
        let mut again = [0; 100];
        shuffle(&mut again, &mut streams.derive("batches", 0, 1));
        assert_eq!(order, again);
        again.sort_unstable();
        assert!(again.iter().enumerate().all(|(i, &x)| i == x as usize));
        assert_ne!(order, again);
    }

    #[test]
    fn all_orders_are_equally_likely() {
        let draws = 24_000;
        let mut counts = [0_u32; 256];
        for step in 0..draws {
            let mut order = [0; 4];
            shuffle(&mut order, &mut Streams::new(7).derive("batches", 0, step));
            counts[order.iter().fold(0, |code, &x| 4 * code + x as usize)] += 1;
        }
        let seen: Vec<u32> = counts.into_iter().filter(|&count| count > 0).collect();
        assert_eq!(seen.len(), 24);
        let expected = draws as f64 / 24.0;
        let chi: f64 = seen
            .iter()
            .map(|&n| (f64::from(n) - expected).powi(2) / expected)
            .sum();
        // 23 degrees of freedom: mean 23, standard deviation 6.8.
        assert!(chi < 23.0 + 5.0 * 6.8, "{chi}");
    }
}
