//! Heaters that warm each other: a sum over all pairs of heaters in O(columns x ports).
//!
//! The share that passes between two heaters, `k exp(-|dx|/L) exp(-|dy|/L)` (see
//! [`ThermalCrosstalk`]), is a product, and an exponential goes on from one place to the next by one
//! factor. So the warmth from the left and from the right is carried from column to column, one
//! number per port, and within a column from port to port, upwards and downwards:
//!
//! ```text
//!  L[c] = own sources + exp(-pitch/L) L[c-1]       R[c] = exp(-pitch/L) (own sources + R[c+1])
//!  D[p] = (L + R)[p]  + exp(-pitch/L) D[p-1]       U[p] = exp(-pitch/L) ((L + R)[p+1] + U[p+1])
//!  warmth at port p of column c = k (D[p] + U[p] - own source)
//! ```
//! Columns may have different lengths ([`Topology::column_length`]): each has factors of its own.

use crate::design::{DesignError, within};
use crate::mesh::{Cell, Topology};
use crate::process::heater::ThermalCrosstalk;
use numerics::vectorize;
use std::sync::Arc;

/// Added everywhere, in rad: without it the exponentials would run into subnormal numbers, which are
/// slow, far from the only warm heater.
const FLOOR: f64 = 1e-30;

/// The thermal crosstalk of one layer.
#[derive(Clone, Debug)]
pub struct Crosstalk {
    topology: Arc<Topology>,
    /// The share at distance 0.
    share: f64,
    /// What is left after one port.
    per_port: f64,
    /// What is left from phi to theta of each column.
    inner: Vec<f64>,
    /// What is left from theta of each column to phi of the next, or to the output screen; one more than
    /// there are columns.
    outer: Vec<f64>,
    /// Warmth from the left at the theta heaters of every column, after a row of [`FLOOR`].
    left: Vec<f64>,
    /// Warmth from the right at the phi heaters of a column.
    right: Vec<f64>,
    /// Sources at the places of phi and theta, and what they lead to from above and from below.
    sources: Vec<[f64; 2]>,
    downwards: Vec<[f64; 2]>,
    upwards: Vec<[f64; 2]>,
}

impl Crosstalk {
    /// The crosstalk of a mesh; `None` where there is none.
    ///
    /// # Errors
    /// A heater that gets as much from all others together as it would give itself, if all were
    /// equally warm: then the phases cannot all be set.
    pub fn new(
        topology: &Arc<Topology>,
        process: &ThermalCrosstalk,
    ) -> Result<Option<Self>, DesignError> {
        if process.coupling == 0.0 {
            return Ok(None);
        }
        let ports = topology.ports();
        let left = |distance_m: f64| libm::exp(-distance_m / process.decay_length_m);
        let inner_m = process.theta_x_m - process.phi_x_m;
        // Places scale with the length of a column; the screen stands in one of the length of an MZI.
        let columns = topology.columns();
        let length = |column: usize| {
            if column < columns {
                topology.column_length(column)
            } else {
                1.0
            }
        };
        let outer_m = |column: usize| {
            let (here, next) = (length(column), length(column + 1));
            if (here, next) == (1.0, 1.0) {
                process.pitch_x_m - inner_m
            } else {
                here * (process.pitch_x_m - process.theta_x_m) + next * process.phi_x_m
            }
        };
        let mut crosstalk = Self {
            topology: topology.clone(),
            share: process.coupling / left(process.reference_m),
            per_port: left(process.pitch_y_m),
            inner: (0..columns).map(|c| left(length(c) * inner_m)).collect(),
            outer: (0..=columns).map(|c| left(outer_m(c))).collect(),
            left: vec![FLOOR; (columns + 1) * ports],
            right: vec![0.0; ports],
            sources: vec![[0.0; 2]; ports],
            downwards: vec![[0.0; 2]; ports],
            upwards: vec![[0.0; 2]; ports],
        };
        within(
            "thermal crosstalk, summed over all neighbours,",
            crosstalk.largest_total(),
            0.0..1.0,
            "in [0, 1), a share of the phase",
        )?;
        Ok(Some(crosstalk))
    }

    /// What the heater with the warmest neighbourhood gets from all others together where every
    /// heater gives 1.
    pub fn largest_total(&mut self) -> f64 {
        let mut ones = vec![1.0; 2 * self.topology.mzis() + self.topology.ports()];
        let missing = self.topology.missing_shifters();
        for &place in &missing {
            ones[place] = 0.0;
        }
        let mut sums = vec![0.0; ones.len()];
        self.add(&ones, &mut sums);
        for &place in &missing {
            sums[place] = 0.0;
        }
        // Not f64::max, which would lose NaN.
        sums.iter().map(|sum| sum - 1.0).fold(0.0, |most, sum| {
            if most.is_nan() || sum <= most {
                most
            } else {
                sum
            }
        })
    }

    /// Phases [theta | phi | gamma] in rad from what each heater alone would give: that, plus what
    /// all others contribute. Where there is no heater nothing must be given, and what is written means
    /// nothing.
    ///
    /// # Panics
    /// When a length does not fit.
    pub fn add(&mut self, alone_rad: &[f64], phase_rad: &mut [f64]) {
        let uniform = self.topology.is_uniform();
        vectorize(
            #[inline(always)]
            || {
                if uniform {
                    self.sum::<false>(alone_rad, phase_rad);
                } else {
                    self.sum::<true>(alone_rad, phase_rad);
                }
            },
        );
    }

    /// `MIXED`: cells may be symmetric MZIs, with phi below theta.
    #[inline(always)]
    fn sum<const MIXED: bool>(&mut self, alone: &[f64], phase: &mut [f64]) {
        let Self {
            topology,
            share,
            per_port,
            inner,
            outer,
            left,
            right,
            sources,
            downwards,
            upwards,
        } = self;
        let (share, per_port) = (*share, *per_port);
        let below = |cell: usize| MIXED && topology.cell(cell) == Cell::Symmetric;
        let (ports, mzis, columns) = (topology.ports(), topology.mzis(), topology.columns());
        assert!(alone.len() == 2 * mzis + ports && phase.len() == alone.len());
        let (theta, rest) = alone.split_at(mzis);
        let (phi, gamma) = rest.split_at(mzis);
        let (theta_sum, rest) = phase.split_at_mut(mzis);
        let (phi_sum, gamma_sum) = rest.split_at_mut(mzis);

        // In front of the first column there is nothing but the floor.
        let mut to_phi = outer[0];
        for column in 0..columns {
            let inner = inner[column];
            let pitch = inner * to_phi;
            to_phi = outer[column];
            let (before, here) = left[column * ports..][..2 * ports].split_at_mut(ports);
            for (here, before) in here.iter_mut().zip(before) {
                *here = before.mul_add(pitch, FLOOR);
            }
            let range = topology.column(column);
            let pairs = &topology.pairs()[range.clone()];
            let cells = range.clone().zip(pairs);
            for (((cell, pair), theta), phi) in cells.zip(&theta[range.clone()]).zip(&phi[range]) {
                if below(cell) {
                    here[pair.upper as usize] += theta;
                    here[pair.lower as usize] += phi;
                    continue;
                }
                let here = &mut here[pair.upper as usize];
                *here = phi.mul_add(inner, *here) + theta;
            }
        }

        let last = &left[columns * ports..];
        for ((source, gamma), left) in sources.iter_mut().zip(gamma).zip(last) {
            *source = [left.mul_add(to_phi, *gamma), 0.0];
        }
        spread(sources, downwards, upwards, per_port);
        for (p, (sum, gamma)) in gamma_sum.iter_mut().zip(gamma).enumerate() {
            *sum = (downwards[p][0] + upwards[p][0] - gamma).mul_add(share, *gamma);
            right[p] = gamma + FLOOR;
        }

        for column in (0..columns).rev() {
            let (inner, to_next) = (inner[column], outer[column]);
            let from_before = outer[column.saturating_sub(1)];
            let pitch = inner * to_next;
            let (before, here) = left[column * ports..][..2 * ports].split_at(ports);
            let columns = sources.iter_mut().zip(right.iter_mut());
            for ((source, right), (before, here)) in columns.zip(before.iter().zip(here)) {
                let at_theta = right.mul_add(to_next, *here);
                *right = right.mul_add(pitch, FLOOR);
                *source = [before.mul_add(from_before, *right), at_theta];
            }
            let range = topology.column(column);
            let pairs = &topology.pairs()[range.clone()];
            let (theta, phi) = (&theta[range.clone()], &phi[range.clone()]);
            let cells = range.clone().zip(pairs);
            for (((cell, pair), theta), phi) in cells.clone().zip(theta).zip(phi) {
                let p = pair.upper as usize;
                if below(cell) {
                    for (p, heat) in [(p, theta), (pair.lower as usize, phi)] {
                        right[p] += heat * inner;
                        sources[p][0] += heat * inner;
                    }
                    continue;
                }
                let own = theta.mul_add(inner, *phi);
                right[p] += own;
                sources[p][0] += own;
            }
            spread(sources, downwards, upwards, per_port);
            let sums = theta_sum[range.clone()].iter_mut();
            let sums = sums.zip(&mut phi_sum[range]);
            for ((((cell, pair), theta), phi), sums) in cells.zip(theta).zip(phi).zip(sums) {
                let p = pair.upper as usize;
                let [d, u] = [downwards[p], upwards[p]];
                *sums.0 = (d[1] + u[1] - theta).mul_add(share, *theta);
                if below(cell) {
                    let p = pair.lower as usize;
                    *sums.1 = (downwards[p][1] + upwards[p][1] - phi).mul_add(share, *phi);
                    continue;
                }
                *sums.1 = (d[0] + u[0] - phi).mul_add(share, *phi);
            }
        }
    }
}

/// From sources along the ports: what is at a port from it and those above, and from those below.
#[inline(always)]
fn spread(
    sources: &[[f64; 2]],
    downwards: &mut [[f64; 2]],
    upwards: &mut [[f64; 2]],
    per_port: f64,
) {
    let (mut down, mut up) = ([0.0_f64; 2], [0.0_f64; 2]);
    // Both ways at once: each step waits for the one before.
    let both = sources.iter().zip(downwards);
    for ((above, d), (below, u)) in both.zip(sources.iter().zip(upwards).rev()) {
        for i in 0..2 {
            down[i] = down[i].mul_add(per_port, above[i]);
            d[i] = down[i];
            u[i] = up[i] * per_port;
            up[i] = up[i].mul_add(per_port, below[i]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::Placed;
    use crate::mesh::rectangular::rectangular;
    use crate::mesh::triangular::triangular;
    use numerics::Streams;
    use rand::RngExt;

    fn process() -> ThermalCrosstalk {
        ThermalCrosstalk {
            coupling: 0.03,
            reference_m: 80e-6,
            decay_length_m: 70e-6,
            pitch_x_m: 190e-6,
            pitch_y_m: 90e-6,
            phi_x_m: 20e-6,
            theta_x_m: 130e-6,
        }
    }

    /// (x, y) of [theta | phi | gamma] in m.
    fn places(topology: &Topology, process: &ThermalCrosstalk) -> Vec<[f64; 2]> {
        let y = |port: u32| f64::from(port) * process.pitch_y_m;
        let (mut theta, mut phi) = (Vec::new(), Vec::new());
        let mut start = 0.0;
        for column in 0..topology.columns() {
            let length = topology.column_length(column);
            for cell in topology.column(column) {
                let pair = topology.pairs()[cell];
                let theta_x = length.mul_add(process.theta_x_m, start);
                theta.push([theta_x, y(pair.upper)]);
                phi.push(match topology.cell(cell) {
                    Cell::Symmetric => [theta_x, y(pair.lower)],
                    _ => [length.mul_add(process.phi_x_m, start), y(pair.upper)],
                });
            }
            start += length * process.pitch_x_m;
        }
        let x = start + process.phi_x_m;
        let gamma = (0..topology.ports() as u32).map(|port| [x, y(port)]);
        theta.into_iter().chain(phi).chain(gamma).collect()
    }

    /// The double sum over all heaters.
    fn direct(topology: &Topology, process: &ThermalCrosstalk, alone: &[f64]) -> Vec<f64> {
        let places = places(topology, process);
        let share = |a: &[f64; 2], b: &[f64; 2]| {
            let distance = (a[0] - b[0]).abs() + (a[1] - b[1]).abs();
            process.coupling * ((process.reference_m - distance) / process.decay_length_m).exp()
        };
        (0..alone.len())
            .map(|i| {
                let others = (0..alone.len()).filter(|&j| j != i);
                let sum: f64 = others
                    .map(|j| share(&places[i], &places[j]) * alone[j])
                    .sum();
                alone[i] + sum
            })
            .collect()
    }

    fn topologies() -> Vec<Arc<Topology>> {
        let far = (0..20).map(|k| vec![(k % 9, (k + 4) % 9), ((k + 7) % 9, (k + 1) % 9)]);
        let sparse = [vec![], vec![(5, 1)], vec![], vec![(2, 3), (0, 1)]];
        let on_two = |cell, upper, lower| Placed::on_two(cell, upper, lower);
        let mixed = [
            vec![on_two(Cell::Symmetric, 0, 1), on_two(Cell::Symmetric, 3, 2)],
            vec![on_two(Cell::EVEN_COUPLER, 1, 2)],
            vec![on_two(Cell::Mzi, 1, 2), Placed::on_one(Cell::Shifter, 0)],
            vec![Placed::on_one(Cell::Attenuator, 3)],
            vec![on_two(Cell::Crossing, 1, 2), on_two(Cell::Symmetric, 0, 3)],
        ];
        [
            Topology::of_cells("mixed", 4, mixed),
            rectangular(1),
            rectangular(2),
            rectangular(9),
            triangular(8),
            Topology::new("far", 9, far),
            Topology::new("sparse", 6, sparse),
        ]
        .into_iter()
        .map(|topology| Arc::new(topology.unwrap()))
        .collect()
    }

    #[test]
    fn it_is_the_double_sum_over_all_heaters() {
        for (case, topology) in topologies().iter().enumerate() {
            let mut crosstalk = Crosstalk::new(topology, &process()).unwrap().unwrap();
            let mut stream = Streams::new(1).derive("crosstalk", case as u64, 0);
            let heaters = 2 * topology.mzis() + topology.ports();
            // The second time nothing is left of the first.
            for _ in 0..2 {
                let mut alone: Vec<f64> =
                    (0..heaters).map(|_| 7.0 * stream.random::<f64>()).collect();
                for place in topology.missing_shifters() {
                    alone[place] = 0.0;
                }
                let mut found = vec![f64::NAN; heaters];
                crosstalk.add(&alone, &mut found);
                let expected = direct(topology, &process(), &alone);
                for (place, (found, expected)) in found.iter().zip(&expected).enumerate() {
                    if !topology.has_shifter(place) {
                        continue;
                    }
                    assert!(
                        (found - expected).abs() < 1e-14 * 7.0,
                        "{}",
                        topology.name()
                    );
                }
            }
        }
    }

    #[test]
    fn one_warm_heater_gives_every_other_its_share() {
        let topology = Arc::new(rectangular(6).unwrap());
        let mut crosstalk = Crosstalk::new(&topology, &process()).unwrap().unwrap();
        for warm in 0..36 {
            let mut alone = vec![0.0; 36];
            alone[warm] = 1.0;
            let mut found = vec![0.0; 36];
            crosstalk.add(&alone, &mut found);
            let expected = direct(&topology, &process(), &alone);
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn the_spread_of_random_settings_has_its_closed_form() {
        // Independent settings uniform in [0, 2 pi): variance (2 pi)^2 / 12 times the sum of squared
        // shares, far from the edges.
        let topology = Arc::new(rectangular(200).unwrap());
        let process = process();
        let mut crosstalk = Crosstalk::new(&topology, &process).unwrap().unwrap();
        let mut stream = Streams::new(2).derive("crosstalk", 0, 0);
        let heaters = 2 * topology.mzis() + topology.ports();
        let turn = std::f64::consts::TAU;
        let alone: Vec<f64> = (0..heaters)
            .map(|_| turn * stream.random::<f64>())
            .collect();
        let mut found = vec![0.0; heaters];
        crosstalk.add(&alone, &mut found);
        let places = places(&topology, &process);
        let size = [199.0 * process.pitch_y_m, 200.0 * process.pitch_x_m];
        let inside = |place: &[f64; 2]| {
            let edge = 12.0 * process.decay_length_m;
            (edge..size[1] - edge).contains(&place[0]) && (edge..size[0] - edge).contains(&place[1])
        };
        let middle = (0..topology.mzis())
            .min_by_key(|&i| {
                let [x, y] = places[i];
                (1e9 * ((x - 0.5 * size[1]).abs() + (y - 0.5 * size[0]).abs())) as i64
            })
            .unwrap();
        let squares: f64 = (0..heaters)
            .filter(|&j| j != middle)
            .map(|j| {
                let distance: f64 = (0..2)
                    .map(|axis| (places[middle][axis] - places[j][axis]).abs())
                    .sum();
                let share = (process.reference_m - distance) / process.decay_length_m;
                (process.coupling * share.exp()).powi(2)
            })
            .sum();
        let others: Vec<f64> = (0..topology.mzis())
            .filter(|&i| inside(&places[i]))
            .map(|i| found[i] - alone[i])
            .collect();
        let n = others.len() as f64;
        let mean = others.iter().sum::<f64>() / n;
        let variance = others.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        let expected = turn * (squares / 12.0).sqrt();
        assert!((variance.sqrt() / expected - 1.0).abs() < 0.02);
    }

    #[test]
    fn too_much_of_it_is_refused_with_the_number() {
        let topology = Arc::new(rectangular(8).unwrap());
        let mut most = Crosstalk::new(&topology, &process()).unwrap().unwrap();
        let total = most.largest_total();
        let heaters = 2 * topology.mzis() + topology.ports();
        let expected = direct(&topology, &process(), &vec![1.0; heaters])
            .into_iter()
            .fold(0.0, f64::max)
            - 1.0;
        assert!((total - expected).abs() < 1e-13);
        let with = |total_share: f64| {
            let coupling = 0.03 * total_share / total;
            Crosstalk::new(
                &topology,
                &ThermalCrosstalk {
                    coupling,
                    ..process()
                },
            )
        };
        with(0.999).unwrap();
        let DesignError::OutOfRange { value, .. } = with(1.25).unwrap_err() else {
            panic!("another error");
        };
        assert!((value - 1.25).abs() < 1e-12);
        assert!(with(0.0).unwrap().is_none());
    }

    #[test]
    fn a_reference_far_beyond_the_decay_length_is_refused_not_infinite() {
        let process = ThermalCrosstalk {
            reference_m: 1.0,
            decay_length_m: 1e-6,
            ..process()
        };
        Crosstalk::new(&topologies()[3], &process).unwrap_err();
    }
}
