//! Parameters before training.

use numerics::Stream;
use rand::Rng;

/// `count` numbers, uniform in +-1/sqrt(inputs): what PyTorch draws for weights and biases of a layer
/// with that many inputs per output (`torch.nn.Linear`, `torch.nn.Conv2d`).
pub(super) fn uniform(count: usize, inputs: usize, stream: &mut Stream) -> Vec<f64> {
    let bound = 1.0 / (inputs as f64).sqrt();
    (0..count).map(|_| bound * signed(stream)).collect()
}

/// Uniform between -1 and 1, never these.
pub(super) fn signed(stream: &mut Stream) -> f64 {
    (f64::from(stream.next_u32()) + 0.5) / 2_147_483_648.0 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use numerics::Streams;

    #[test]
    fn the_spread_is_that_of_a_uniform_distribution() {
        let n = 40_000;
        let x = uniform(n, 25, &mut Streams::new(1).derive("initial-weights", 0, 0));
        assert!(x.iter().all(|x| x.abs() < 0.2));
        let mean = |power: i32| x.iter().map(|x| x.powi(power)).sum::<f64>() / n as f64;
        // Variance b^2/3; five standard errors of the mean and of the square (fourth moment b^4/5).
        let (variance, root) = (0.04 / 3.0, (n as f64).sqrt());
        assert!(mean(1).abs() < 5.0 * f64::sqrt(variance) / root);
        let spread = f64::sqrt(0.0016 / 5.0 - variance * variance);
        assert!((mean(2) - variance).abs() < 5.0 * spread / root);
    }
}
