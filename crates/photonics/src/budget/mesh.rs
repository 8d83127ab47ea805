//! What a mesh takes from the light, by cause.
//!
//! # Counting
//! As the mesh is made ([`crate::process::MeshProcess`]): an MZI has a coupler at either end, a phase
//! shifter on the upper arm inside (theta) and one outside (phi), half its length of waveguide inside
//! and half outside; a port that a column passes by has a column's length of waveguide; each output
//! has the phase shifter gamma; a port that changes places with others between columns passes a crossing
//! for each of them ([`crate::mesh::crossings`]). On its way through a mesh of M MZIs and N ports light meets
//! 2 M / N MZIs on average (N - 1 in a universal mesh): twice as many couplers, and, being in the upper
//! arm half the time, as many phase shifters, and one more at the output.
//!
//! # Mean
//! The mean is over the ports, lit alike, over the phases of a Haar-random unitary ([`crate::mesh::haar`]; in
//! a mesh that is not universal over MZIs that are each one), and over the spread of the losses from
//! element to element. All phi being random, powers add: column by column the mean
//! powers of the two ports of an MZI go through the 2 x 2 matrix of its mean power transmissions. Thus
//! also paths of unequal loss (a triangular mesh, arms with and without a phase shifter) count with the
//! light that takes them. Splitter errors move light, and do not change its sum; their effect on who
//! meets which loss is left out.
//!
//! # Other cells
//! In a mesh of other cells than MZIs ([`crate::mesh::cell`]) the phases are those of
//! [`crate::mesh::haar`] too: an MZI, symmetric or not, sends half of the power of either port to either
//! output on average, an attenuator passes half. A lone coupler splits as its angle says. Powers add here as
//! well, which is no longer exact where ports meet without a phase shifter in between, as in the first coupler
//! of a three-splitter MZI; it is where what is lost does not depend on the way. A rectangular mesh of 12 ports
//! of these is 0.015 dB off in 9.1 dB with phase shifters of 0.3 dB, and 0.9 dB in 20 dB with phase shifters
//! of 2 dB. What attenuators and losses
//! take by design is a cause of its own.

use crate::mesh::haar::sensitivity;
use crate::mesh::{Cell, Topology};
use crate::process::MeshProcess;
use crate::units::power_ratio_to_db;
use std::f64::consts::{LN_10, SQRT_2};

/// Loss of a mesh in dB, by cause. Each cause counts what it takes on top of those before it; the sum
/// is the loss of the mean power.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeshBudget {
    /// Couplers.
    pub couplers_db: f64,
    /// Phase shifters.
    pub shifters_db: f64,
    /// Waveguides.
    pub waveguides_db: f64,
    /// Waveguide crossings, those of the layout and those that are cells; 0 where there are none.
    pub crossings_db: f64,
    /// Attenuators, at a mean transmission of a half, and losses of the design; 0 in a mesh of MZIs.
    pub absorbers_db: f64,
}

impl MeshBudget {
    const LOSSLESS: Self = Self {
        couplers_db: 0.0,
        shifters_db: 0.0,
        waveguides_db: 0.0,
        crossings_db: 0.0,
        absorbers_db: 0.0,
    };

    /// All causes together in dB.
    pub fn total_db(&self) -> f64 {
        self.couplers_db
            + self.shifters_db
            + self.waveguides_db
            + self.crossings_db
            + self.absorbers_db
    }

    pub(super) fn new(topology: &Topology, process: &MeshProcess) -> Self {
        let column_db = process.waveguide_loss_db_per_m * process.mzi_length_m;
        let coupler = (process.coupler_loss_db, process.coupler_loss_sigma_db);
        let shifter = (process.shifter_loss_db, process.shifter_loss_sigma_db);
        let crossing = (process.crossing_loss_db, process.crossing_loss_sigma_db);
        let uncrossed = topology.is_planar() && topology.parts().crossings == 0;
        let clear = uncrossed || crossing == (0.0, 0.0);
        let absorbs = topology.absorbs();
        if clear && !absorbs && (coupler, shifter, column_db) == ((0.0, 0.0), (0.0, 0.0), 0.0) {
            return Self::LOSSLESS;
        }
        let alphas = sensitivity(topology);
        let loss_db = |elements: &Elements| {
            0.0 - power_ratio_to_db(mean_transmission(topology, &alphas, elements))
        };
        let mut elements = Elements::LOSSLESS;
        let mut before_db = 0.0;
        let mut added = |elements: &Elements, lossless: bool| {
            if lossless {
                return 0.0;
            }
            let all_db = loss_db(elements);
            let added_db = all_db - before_db;
            before_db = all_db;
            added_db
        };
        elements.coupler = Transmission::of(coupler.0, coupler.1);
        let couplers_db = added(&elements, coupler == (0.0, 0.0));
        elements.shifter = Transmission::of(shifter.0, shifter.1);
        let shifters_db = added(&elements, shifter == (0.0, 0.0));
        let sigma = process.waveguide_loss_relative_sigma;
        elements.arm = Transmission::of(0.5 * column_db, 0.5 * column_db * sigma);
        elements.passage = Transmission::of(column_db, column_db * sigma);
        let waveguides_db = added(&elements, column_db == 0.0);
        elements.crossing = Transmission::of(crossing.0, crossing.1);
        let crossings_db = added(&elements, clear);
        elements.absorbs = true;
        let absorbers_db = added(&elements, !absorbs);
        Self {
            couplers_db,
            shifters_db,
            waveguides_db,
            crossings_db,
            absorbers_db,
        }
    }
}

/// Mean transmissions of an element whose loss in dB is normal and not below 0.
#[derive(Clone, Copy, Debug)]
struct Transmission {
    field: f64,
    power: f64,
}

impl Transmission {
    const LOSSLESS: Self = Self {
        field: 1.0,
        power: 1.0,
    };

    fn of(mean_db: f64, sigma_db: f64) -> Self {
        Self {
            field: mean_of_exponential(mean_db, sigma_db, LN_10 / 20.0),
            power: mean_of_exponential(mean_db, sigma_db, LN_10 / 10.0),
        }
    }
}

/// Mean of exp(-k max(x, 0)) for x normal with this mean and standard deviation.
fn mean_of_exponential(mean: f64, sigma: f64, k: f64) -> f64 {
    if sigma == 0.0 {
        return libm::exp(-k * mean);
    }
    // The standard normal's probability below z.
    let below = |z: f64| 0.5 * libm::erfc(-z / SQRT_2);
    let z = mean / sigma;
    let ks = k * sigma;
    below(-z) + libm::exp(ks.mul_add(0.5 * ks, -k * mean)) * below(z - ks)
}

#[derive(Clone, Copy, Debug)]
struct Elements {
    coupler: Transmission,
    shifter: Transmission,
    /// Half the length of an MZI.
    arm: Transmission,
    /// The length of an MZI.
    passage: Transmission,
    /// One crossing on the way of one port.
    crossing: Transmission,
    /// Whether attenuators and losses of the design take what they should.
    absorbs: bool,
}

impl Elements {
    const LOSSLESS: Self = Self {
        coupler: Transmission::LOSSLESS,
        shifter: Transmission::LOSSLESS,
        arm: Transmission::LOSSLESS,
        passage: Transmission::LOSSLESS,
        crossing: Transmission::LOSSLESS,
        absorbs: false,
    };
}

/// Mean over inputs, phases and elements of the power that comes out, over what goes in.
fn mean_transmission(topology: &Topology, alphas: &[f64], elements: &Elements) -> f64 {
    let Elements {
        coupler,
        shifter,
        arm,
        passage,
        crossing,
        absorbs,
    } = elements;
    let ports = topology.ports();
    let couplers = coupler.power * coupler.power;
    // Inside: theta on the upper arm.
    let upper = arm.power * shifter.power;
    let squares = 0.25 * couplers * (upper + arm.power);
    let product = 0.5 * couplers * arm.field * shifter.field * arm.field;
    let mut power = vec![1.0; ports];
    // The length of what the port met in a column.
    let mut met = vec![0.0; ports];
    let cross = |power: &mut [f64], column: usize| {
        let counts = topology.crossings_before(column).unwrap_or_default();
        for (power, &count) in power.iter_mut().zip(counts) {
            *power *= libm::pow(crossing.power, f64::from(count));
        }
    };
    for column in 0..topology.columns() {
        cross(&mut power, column);
        met.fill(0.0);
        for mzi in topology.column(column) {
            let pair = topology.pairs()[mzi];
            let (a, b) = (pair.upper as usize, pair.lower as usize);
            let cell = topology.cell(mzi);
            (met[a], met[b]) = (cell.length(), cell.length());
            match cell {
                Cell::Mzi => {
                    // Mean of cos theta where cos^2(theta/2) = u^(1/alpha).
                    let cosine = (alphas[mzi] - 1.0) / (alphas[mzi] + 1.0);
                    // |exp(i theta) t_upper -+ t_lower|^2 / 4.
                    let bar = squares - product * cosine;
                    let cross = squares + product * cosine;
                    let (from_a, from_b) =
                        (power[a] * arm.power * shifter.power, power[b] * arm.power);
                    power[a] = bar * from_a + cross * from_b;
                    power[b] = cross * from_a + bar * from_b;
                }
                Cell::Symmetric => {
                    let each = 0.5 * couplers * upper * (power[a] + power[b]);
                    (power[a], power[b]) = (each, each);
                }
                Cell::Coupler { angle_rad } => {
                    let across = libm::sin(angle_rad) * libm::sin(angle_rad);
                    let (x, y) = (power[a], power[b]);
                    power[a] = coupler.power * (x - across * (x - y));
                    power[b] = coupler.power * (y + across * (x - y));
                }
                Cell::Crossing => {
                    let (x, y) = (power[a], power[b]);
                    (power[a], power[b]) = (crossing.power * y, crossing.power * x);
                }
                Cell::Shifter => power[a] *= upper,
                // |exp(i theta) t_upper - t_lower|^2 / 4 at a mean cosine of 0. Without absorption its
                // parts are counted as for light that is not dumped.
                Cell::Attenuator => power[a] *= squares * if *absorbs { 1.0 } else { 2.0 },
                Cell::Loss { loss_db } if *absorbs => {
                    power[a] *= crate::units::loss_db_to_power_ratio(loss_db);
                }
                Cell::Loss { .. } => {}
            }
        }
        let length = topology.column_length(column);
        for (power, &met) in power.iter_mut().zip(&met) {
            // What is left of the column: all of it, half or nothing.
            let rest = length - met;
            if rest == 1.0 {
                *power *= passage.power;
            } else if rest > 0.0 {
                *power *= arm.power;
            }
        }
    }
    cross(&mut power, topology.columns());
    shifter.power * power.iter().sum::<f64>() / ports as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::Placed;
    use crate::mesh::butterfly::butterfly;
    use crate::mesh::rectangular::rectangular;
    use crate::mesh::triangular::triangular;

    #[test]
    fn a_clipped_normal_loss_has_the_mean_of_its_integral() {
        for (mean, sigma) in [(0.3, 0.0), (0.3, 0.1), (0.05, 0.2), (0.0, 3.0), (2.0, 90.0)] {
            for k in [LN_10 / 10.0, LN_10 / 20.0] {
                let steps = 400_000;
                let step = 20.0 / f64::from(steps);
                let integral: f64 = (0..steps)
                    .map(|i| (f64::from(i) + 0.5).mul_add(step, -10.0))
                    .map(|z| (-0.5 * z * z - k * (mean + sigma * z).max(0.0)).exp())
                    .sum::<f64>()
                    * step
                    / std::f64::consts::TAU.sqrt();
                let found = mean_of_exponential(mean, sigma, k);
                assert!(
                    (found - integral).abs() < 1e-6,
                    "{mean} {sigma}: {found} {integral}"
                );
            }
        }
    }

    #[test]
    fn causes_are_counted_by_hand() {
        // Two ports, one MZI: two couplers; phi and theta and gamma; a column of waveguide.
        let process = MeshProcess {
            coupler_loss_db: 0.1,
            shifter_loss_db: 0.2,
            waveguide_loss_db_per_m: 300.0,
            mzi_length_m: 1e-3,
            ..MeshProcess::ideal()
        };
        let budget = MeshBudget::new(&rectangular(2).unwrap(), &process);
        assert!((budget.couplers_db - 0.2).abs() < 1e-12);
        assert!((budget.waveguides_db - 0.3).abs() < 1e-12);
        // Half the light meets phi, half theta, all gamma.
        let half_db = -power_ratio_to_db(0.5 + 0.5 * 10_f64.powf(-0.02));
        assert!((budget.shifters_db - 0.2 - 2.0 * half_db).abs() < 1e-12);
        assert_eq!(budget.crossings_db, 0.0);
    }

    #[test]
    fn crossings_are_counted_by_hand() {
        let process = MeshProcess {
            crossing_loss_db: 0.1,
            ..MeshProcess::ideal()
        };
        let db = |ports| {
            let budget = MeshBudget::new(&butterfly(ports).unwrap(), &process);
            assert_eq!(budget.total_db(), budget.crossings_db);
            budget.crossings_db
        };
        let mean = |powers: &[f64]| powers.iter().sum::<f64>() / powers.len() as f64;
        let t = |crossings: i32| 10_f64.powf(-0.01 * f64::from(crossings));
        // 4 ports: 1 and 2 cross before column 1 and behind it; an MZI shares its light evenly.
        let half = mean(&[1.0, t(1)]);
        let four = -power_ratio_to_db(mean(&[half, half * t(1), half * t(1), half]));
        assert!((db(4) - four).abs() < 1e-12);
        // 8 ports: columns of (0, 2) (1, 3) (4, 6) (5, 7), and of (0, 4) (1, 5) (2, 6) (3, 7).
        let pair = |a, b| mean(&[half * t(a), half * t(b)]);
        let columns = [pair(0, 3), pair(2, 3), pair(3, 2), pair(3, 0)];
        let behind = [0, 1, 2, 3, 3, 2, 1, 0];
        let out: Vec<f64> = (0..8)
            .map(|port| columns[port % 4] * t(behind[port]))
            .collect();
        assert!((db(8) + power_ratio_to_db(mean(&out))).abs() < 1e-12);
        assert_eq!(
            MeshBudget::new(&rectangular(8).unwrap(), &process).total_db(),
            0.0
        );
    }

    #[test]
    fn other_cells_are_counted_by_hand() {
        let process = MeshProcess {
            coupler_loss_db: 0.1,
            shifter_loss_db: 0.2,
            crossing_loss_db: 0.4,
            waveguide_loss_db_per_m: 300.0,
            mzi_length_m: 1e-3,
            ..MeshProcess::ideal()
        };
        let budget = |columns: Vec<Vec<Placed>>| {
            MeshBudget::new(&Topology::of_cells("test", 2, columns).unwrap(), &process)
        };
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12, "{found}");
        let two = |cell| vec![Placed::on_two(cell, 0, 1)];
        let both = |cell| vec![Placed::on_one(cell, 0), Placed::on_one(cell, 1)];
        // Each in turn: its parts, gamma on either output, no length of an MZI but half where there are
        // shifters.
        let coupler = budget(
            two(Cell::EVEN_COUPLER)
                .into_iter()
                .map(|cell| vec![cell])
                .collect(),
        );
        near(coupler.couplers_db, 0.1);
        near(coupler.shifters_db, 0.2);
        near(coupler.waveguides_db, 0.0);
        let symmetric = budget(vec![two(Cell::Symmetric)]);
        near(symmetric.couplers_db, 0.2);
        near(symmetric.shifters_db, 0.4);
        near(symmetric.waveguides_db, 0.15);
        let crossing = budget(vec![two(Cell::Crossing)]);
        near(crossing.crossings_db, 0.4);
        near(crossing.total_db(), 0.6);
        let shifters = budget(vec![both(Cell::Shifter)]);
        near(shifters.shifters_db, 0.4);
        near(shifters.waveguides_db, 0.15);
        let lost = budget(vec![both(Cell::Loss { loss_db: 1.7 })]);
        near(lost.absorbers_db, 1.7);
        near(lost.total_db(), 1.9);
        let attenuators = budget(vec![both(Cell::Attenuator)]);
        near(attenuators.couplers_db, 0.2);
        near(attenuators.absorbers_db, -power_ratio_to_db(0.5));
        // One shifter in a column of an MZI's length passes the other half of it as waveguide.
        let half = budget(vec![vec![Placed::on_one(Cell::Shifter, 0)], two(Cell::Mzi)]);
        near(half.waveguides_db, 0.15 + 0.3);
    }

    #[test]
    fn light_meets_one_mzi_less_than_there_are_ports() {
        let process = MeshProcess {
            coupler_loss_db: 1e-4,
            ..MeshProcess::ideal()
        };
        for topology in [
            rectangular(64).unwrap(),
            rectangular(9).unwrap(),
            triangular(20).unwrap(),
        ] {
            let mzis = MeshBudget::new(&topology, &process).total_db() / 2e-4;
            let expected = topology.ports() as f64 - 1.0;
            assert!((mzis / expected - 1.0).abs() < 1e-3, "{mzis} {expected}");
        }
        let ideal = MeshBudget::new(&rectangular(5).unwrap(), &MeshProcess::ideal());
        assert_eq!(ideal.total_db(), 0.0);
    }
}
