//! Several tests at once.

/// Holm's adjusted p values, in the order given: a test with an adjusted p of at most α is rejected, and
/// the probability that any true hypothesis is rejected is at most α, whatever the dependence between
/// the tests.
///
/// S. Holm, Scand. J. Stat. 6, 65 (1979), <https://www.jstor.org/stable/4615733>.
///
/// ```
/// let adjusted = runner::check::holm::adjusted(&[0.01, 0.04, 0.03]);
/// assert_eq!(adjusted, [0.03, 0.06, 0.06]);
/// ```
pub fn adjusted(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max((p.len() - rank) as f64 * p[index]).min(1.0);
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_left_as_it_is_and_equal_ones_are_equal() {
        assert_eq!(adjusted(&[]), [0.0; 0]);
        assert_eq!(adjusted(&[0.2]), [0.2]);
        assert_eq!(adjusted(&[0.5, 0.5]), [1.0, 1.0]);
        assert_eq!(adjusted(&[0.9, 0.001, 0.02]), [0.9, 0.003, 0.04]);
    }
}
