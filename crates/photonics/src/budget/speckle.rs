//! How the power behind a random mesh is distributed over the ports.
//!
//! A Haar-random unitary of N ports sends any field to a vector that is uniform on the sphere of its
//! total power. The power P at a port, x = P / (mean over the ports), has the density
//! (1 - 1/N) (1 - x/N)^(N-2) on 0..=N, a beta distribution; for many ports this is exp(-x), the law of
//! fully developed speckle and the complex case of Porter and Thomas, Phys. Rev. 104, 483 (1956),
//! doi:10.1103/PhysRev.104.483. With u uniform in 0..1, x = N (1 - u^(1/(N-1))).

use std::f64::consts::LN_10;

/// Gauss-Legendre abscissas and weights of 8 points on -1..1, the positive half.
const LEGENDRE: [[f64; 2]; 4] = [
    [0.183_434_642_495_649_8, 0.362_683_783_378_362],
    [0.525_532_409_916_329, 0.313_706_645_877_887_3],
    [0.796_666_477_413_626_7, 0.222_381_034_453_374_5],
    [0.960_289_856_497_536_3, 0.101_228_536_290_376_3],
];

/// Means over the ports behind a Haar-random mesh, by quadrature over t = -ln u.
#[derive(Clone, Debug)]
pub(super) struct Speckle {
    ports: f64,
    nodes: Vec<Node>,
    /// Mean of x over the nodes: 1 but for rounding.
    mean: f64,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    /// x: power over the mean power.
    relative: f64,
    weight: f64,
}

impl Speckle {
    pub(super) fn new(ports: usize) -> Self {
        let n = ports as f64;
        let mut nodes = Vec::new();
        if ports < 2 {
            nodes.push(Node {
                relative: 1.0,
                weight: 1.0,
            });
        } else {
            // Panels of half a mean where the weight exp(-t) is, for activations that turn by up to
            // 30 rad at the mean power; far out, where only a threshold
            // leaves anything, wide ones.
            let near = (0..80).map(|panel| (0.5 * f64::from(panel), 0.5_f64));
            let far = (0..66).map(|panel| (10.0f64.mul_add(f64::from(panel), 40.0), 10.0));
            for (start, width) in near.chain(far) {
                for [abscissa, weight] in LEGENDRE {
                    for side in [-1.0, 1.0] {
                        let t = (0.5 * width).mul_add(side * abscissa + 1.0, start);
                        nodes.push(Node {
                            relative: -n * libm::expm1(-t / (n - 1.0)),
                            weight: 0.5 * width * weight * libm::exp(-t),
                        });
                    }
                }
            }
        }
        let mean = nodes.iter().map(|node| node.weight * node.relative).sum();
        Self {
            ports: n,
            nodes,
            mean,
        }
    }

    /// Mean over the ports of `law(x)`.
    pub(super) fn mean(&self, law: impl Fn(f64) -> f64) -> f64 {
        self.nodes
            .iter()
            .map(|node| node.weight * law(node.relative))
            .sum()
    }

    /// Mean over the ports of `x law(x)` over the mean of x: a transmission as the power sees it.
    /// Exactly 1 where the law is 1.
    pub(super) fn power_mean(&self, law: impl Fn(f64) -> f64) -> f64 {
        let weighted = |node: &Node| node.weight * node.relative * law(node.relative);
        self.nodes.iter().map(weighted).sum::<f64>() / self.mean
    }

    /// Mean of x^2: 2 for many ports.
    pub(super) fn mean_square(&self) -> f64 {
        2.0 * self.ports / (self.ports + 1.0)
    }

    /// Mean of (x - x')^2 for two ports: 2 for many ports.
    pub(super) fn mean_square_difference(&self) -> f64 {
        self.mean_square()
    }
}

/// 10 log10 of a number given by its natural logarithm.
pub(super) fn ln_to_db(ln: f64) -> f64 {
    10.0 / LN_10 * ln
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_beta_distribution() {
        for ports in [2, 3, 8, 64, 4096] {
            let speckle = Speckle::new(ports);
            // E[x^k] = k! N^k / (N (N+1) .. (N+k-1))
            let mut expected = 1.0;
            for k in 0..12 {
                let found = speckle.mean(|x| x.powi(k));
                assert!(
                    (found / expected - 1.0).abs() < 1e-12,
                    "{ports} {k}: {found}"
                );
                expected *= f64::from(k + 1) * ports as f64 / (ports as f64 + f64::from(k));
            }
            let square = speckle.mean(|x| x * x);
            assert!((speckle.mean_square() / square - 1.0).abs() < 1e-12);
            // The sum of all ports is constant: (N - 1) E[x x'] = N - E[x^2].
            let product = (ports as f64 - square) / (ports as f64 - 1.0);
            let difference = 2.0 * (square - product);
            assert!((speckle.mean_square_difference() / difference - 1.0).abs() < 1e-10);
        }
    }

    #[test]
    fn oscillations_and_thresholds_are_resolved() {
        let speckle = Speckle::new(100_000_000);
        // Exponential: E[cos(w x)] = 1 / (1 + w^2), E[x > b] = exp(-b).
        for (w, limit) in [(0.1, 1e-8), (1.0, 1e-8), (10.0, 1e-8), (30.0, 1e-5)] {
            let error = speckle.mean(|x| (w * x).cos()) - 1.0 / (1.0 + w * w);
            assert!(error.abs() < limit, "{w}: {error}");
        }
        for b in [1.0, 5.0, 30.0] {
            let found = speckle.mean(|x| if x > b { 1.0 } else { 0.0 });
            assert!((found * b.exp() - 1.0).abs() < 1e-6, "{b}: {found}");
        }
        assert_eq!(Speckle::new(64).power_mean(|_| 1.0), 1.0);
        assert_eq!(Speckle::new(1).mean(|x| 3.0 * x), 3.0);
    }
}
