//! Calibratability of symmetric and three-splitter MZIs, and what stands beside them.

use crate::common::{split, stream, uniform};
use crate::reachable::rank_of;
use nalgebra::DMatrix;
use photonics::mesh::{Cell, MeshHardware, MziForm, NamedTopology, Placed, Topology};
use photonics::validate::calibration::{
    Calibratability, OtherCell, PhiFinding, Setting, State, calibratability,
};
use std::f64::consts::{FRAC_PI_2, PI, TAU};
use std::sync::Arc;

fn formed(name: NamedTopology, ports: usize, form: MziForm) -> Arc<Topology> {
    Arc::new(name.build(ports).unwrap().with_mzis(form).unwrap())
}

fn of_cells(ports: usize, columns: Vec<Vec<Placed>>) -> Arc<Topology> {
    Arc::new(Topology::of_cells("cells", ports, columns).unwrap())
}

/// A mesh with unknown phases: it can be set, lit and read.
struct Bench {
    mesh: MeshHardware,
    offsets: Vec<f64>,
    set: Vec<f64>,
}

impl Bench {
    fn new(topology: &Arc<Topology>, seed: usize) -> Self {
        let mut stream = stream("offsets of cells", seed);
        let places = 2 * topology.mzis() + topology.ports();
        let mut any = || {
            (0..places)
                .map(|_| uniform(&mut stream, 0.0, TAU))
                .collect()
        };
        Self {
            mesh: MeshHardware::ideal(topology.clone()),
            offsets: any(),
            set: any(),
        }
    }

    /// The setting of one phase at which most light arrives.
    fn largest_at(&mut self, place: usize, input: usize, output: usize) -> f64 {
        let [mut sine, mut cosine, mut sum] = [0.0; 3];
        for third in [0.0, TAU / 3.0, 2.0 * TAU / 3.0] {
            self.set[place] = third;
            let phases: Vec<f64> = self
                .set
                .iter()
                .zip(&self.offsets)
                .map(|(x, y)| x + y)
                .collect();
            let found = self.mesh.matrix(split(&self.mesh, &phases));
            let power = found[(output, input)].norm_sqr();
            sine += power * third.sin();
            cosine += power * third.cos();
            sum += power;
        }
        let visibility = sine.hypot(cosine) / sum;
        assert!(visibility > 1e-5, "no fringe: {visibility}");
        sine.atan2(cosine)
    }
}

/// What is known of an MZI: settings of theta and phi at bar.
type Bars = Vec<Option<[f64; 2]>>;

/// The measurements of theta, in their order, of MZIs of one form: each is put into the state in which most
/// light arrives. Whether it then is in that state, whatever the others do, is checked by its own matrix.
fn calibrate(bench: &mut Bench, plan: &Calibratability) -> Bars {
    let topology = bench.mesh.topology().clone();
    let cells = topology.mzis();
    let is_symmetric = topology.parts().symmetric > 0;
    let mut bars: Bars = vec![None; cells];
    let put = |bench: &mut Bench, bars: &Bars, Setting { mzi, state }: Setting| {
        if let Some([theta, phi]) = bars[mzi] {
            // theta - phi half a turn on, or phi half a turn on.
            let cross = if state == State::Cross { PI } else { 0.0 };
            let [more, phi_more] = if is_symmetric {
                [cross, 0.0]
            } else {
                [0.0, cross]
            };
            (bench.set[mzi], bench.set[cells + mzi]) = (theta + more, phi + phi_more);
        }
    };
    for step in &plan.theta {
        for mzi in 0..cells {
            put(
                bench,
                &bars,
                Setting {
                    mzi,
                    state: step.others,
                },
            );
        }
        for &setting in &step.path {
            put(bench, &bars, setting);
        }
        let mzi = step.mzi;
        let theta = bench.largest_at(mzi, step.input, step.output);
        bench.set[mzi] = theta;
        let phi = if is_symmetric {
            bench.set[cells + mzi]
        } else {
            bench.largest_at(cells + mzi, step.input, step.output)
        };
        bench.set[cells + mzi] = phi;
        let cross = if step.state == State::Cross { PI } else { 0.0 };
        let bar = if is_symmetric {
            [theta - cross, phi]
        } else {
            [theta, phi - cross]
        };
        bars[mzi] = Some(bar);
        let of = |place: usize, set: f64| set + bench.offsets[place];
        let [theta, phi] = [of(mzi, bar[0]), of(cells + mzi, bar[1])];
        let through = if is_symmetric {
            (0.5 * (theta - phi)).sin().abs()
        } else {
            0.5 * (1.0 + theta.sin() * phi.sin())
        };
        assert!(
            (through - 1.0).abs() < 1e-8,
            "{} {mzi}: {through}",
            topology.name()
        );
    }
    bars
}

#[test]
fn settings_of_bar_and_cross_are_found_whatever_the_offsets() {
    for name in [
        NamedTopology::Rectangular,
        NamedTopology::Triangular,
        NamedTopology::Butterfly,
        NamedTopology::Diamond,
        NamedTopology::PermutingRectangular,
    ] {
        for ports in 2..7 {
            for form in [MziForm::Symmetric, MziForm::ThreeSplitter] {
                let plain = name.build(ports).unwrap();
                let as_plain = calibratability(&plain);
                let topology = formed(name, ports, form);
                let plan = calibratability(&topology).unwrap();
                // As many as with plain MZIs, crossings or not.
                let found = (
                    plan.theta.len(),
                    plan.theta_not_found.len(),
                    plan.mzis.len(),
                );
                let expected = as_plain.unwrap();
                let expected = (
                    expected.theta.len(),
                    expected.theta_not_found.len(),
                    expected.mzis.len(),
                );
                assert_eq!(found, expected, "{name:?} {ports} {form:?}");
                let mut bench = Bench::new(&topology, ports);
                let bars = calibrate(&mut bench, &plan);
                assert_eq!(bars.iter().flatten().count(), plan.theta.len());
            }
        }
    }
}

/// All |U_ij|^2 of a mesh at several settings with these offsets.
fn powers(topology: &Arc<Topology>, settings: usize, offsets: &[f64]) -> Vec<f64> {
    let mesh = MeshHardware::ideal(topology.clone());
    let one = |setting: usize| {
        let mut stream = stream("settings of cells", setting);
        let phases: Vec<f64> = offsets
            .iter()
            .map(|offset| offset + uniform(&mut stream, 0.0, TAU))
            .collect();
        let found = mesh.matrix(split(&mesh, &phases));
        found.iter().map(|x| x.norm_sqr()).collect::<Vec<_>>()
    };
    (0..settings).flat_map(one).collect()
}

/// How many combinations of the offsets of theta and phi any intensities tell.
fn visible_rank(topology: &Arc<Topology>) -> usize {
    let places = 2 * topology.mzis();
    let offsets = vec![0.0; places + topology.ports()];
    let columns: Vec<Vec<f64>> = (0..places)
        .map(|place| {
            let at = |shift: f64| {
                let mut offsets = offsets.clone();
                offsets[place] = shift;
                powers(topology, 8, &offsets)
            };
            // Exact: powers are sinusoids of each phase.
            let [more, less] = [at(FRAC_PI_2), at(-FRAC_PI_2)];
            more.iter().zip(&less).map(|(a, b)| 0.5 * (a - b)).collect()
        })
        .collect();
    let rows = columns[0].len();
    rank_of(DMatrix::from_fn(rows, places, |row, column| {
        columns[column][row]
    }))
}

#[test]
fn as_much_is_found_as_intensities_tell() {
    for name in [
        NamedTopology::Rectangular,
        NamedTopology::Triangular,
        NamedTopology::Butterfly,
    ] {
        for ports in 2..6 {
            let plain = formed(name, ports, MziForm::Plain);
            let symmetric = formed(name, ports, MziForm::Symmetric);
            let three = formed(name, ports, MziForm::ThreeSplitter);
            for topology in [plain, symmetric] {
                let plan = calibratability(&topology).unwrap();
                let found = plan.theta.len() + plan.phi_measured();
                assert_eq!(found, visible_rank(&topology), "{name:?} {ports}");
            }
            // Both phases of every three-splitter MZI, those of the first column as well.
            let plan = calibratability(&three).unwrap();
            let found = plan.theta.len() + plan.phi_measured();
            assert_eq!(found, 2 * plan.mzis.len(), "{name:?} {ports}");
            assert_eq!(found, visible_rank(&three), "{name:?} {ports}");
        }
    }
    // With columns to spare nothing can be isolated (one on an odd number of ports leaves the paths in one
    // direction single), though all offsets but those of N - 1 phi follow from many intensities together.
    for (ports, extra_columns) in [(3, 1), (4, 1), (3, 2), (4, 2), (5, 2), (4, 3)] {
        let name = NamedTopology::RedundantRectangular { extra_columns };
        let topology = formed(name, ports, MziForm::Plain);
        let plan = calibratability(&topology).unwrap();
        let mzis = topology.mzis();
        println!(
            "{ports} ports, {extra_columns} more: {} of {mzis} theta",
            plan.theta.len()
        );
        let isolated = extra_columns == 1 && ports % 2 == 1;
        assert_eq!(plan.theta.is_empty(), !isolated, "{ports} {extra_columns}");
        assert_eq!(visible_rank(&topology), 2 * mzis - (ports - 1));
    }
}

/// theta + pi and phi + pi of any three-splitter MZIs at once: which of them no intensity ever shows.
fn hidden_half_turns(topology: &Arc<Topology>, mzis: &[usize]) -> Vec<bool> {
    let cells = topology.mzis();
    let mut offsets = vec![0.0; 2 * cells + topology.ports()];
    let before = powers(topology, 3, &offsets);
    let mut hidden = vec![false; mzis.len()];
    for mask in 1_usize..1 << mzis.len() {
        for (bit, &mzi) in mzis.iter().enumerate() {
            let turn = if mask >> bit & 1 == 1 { PI } else { 0.0 };
            (offsets[mzi], offsets[cells + mzi]) = (turn, turn);
        }
        let after = powers(topology, 3, &offsets);
        if before
            .iter()
            .zip(&after)
            .all(|(a, b)| (a - b).abs() < 1e-12)
        {
            (0..mzis.len()).for_each(|bit| hidden[bit] |= mask >> bit & 1 == 1);
        }
    }
    hidden
}

#[test]
fn half_turns_are_seen_where_interferometers_show_them() {
    let three = |name, ports| formed(name, ports, MziForm::ThreeSplitter);
    let all = [
        three(NamedTopology::Rectangular, 2),
        three(NamedTopology::Rectangular, 3),
        three(NamedTopology::Rectangular, 4),
        three(NamedTopology::Triangular, 4),
        three(NamedTopology::Butterfly, 4),
        three(NamedTopology::Tree, 5),
    ];
    for topology in all {
        let plan = calibratability(&topology).unwrap();
        let found: Vec<bool> = plan
            .phi
            .iter()
            .map(|finding| *finding == PhiFinding::WithTheta { half_turn: false })
            .collect();
        assert_eq!(
            found,
            hidden_half_turns(&topology, &plan.mzis),
            "{}",
            topology.name()
        );
        assert_eq!(plan.half_turns(), found.iter().filter(|x| **x).count());
    }
}

#[test]
fn an_interferometer_needs_something_to_sweep() {
    let (two, one) = (Placed::on_two, Placed::on_one);
    let symmetric = |a, b| two(Cell::Symmetric, a, b);
    // A fork that leads to one MZI by two bare waveguides, and by one with a phase shifter; MZIs on port 2 let
    // each of the two be found by itself.
    for (between, finding) in [
        (vec![], PhiFinding::NoInterferometer),
        (vec![vec![one(Cell::Shifter, 0)]], PhiFinding::Blocked),
    ] {
        let mut columns = vec![vec![symmetric(0, 1)]];
        columns.extend(between);
        columns.push(vec![symmetric(0, 1)]);
        let plan = calibratability(&of_cells(2, columns)).unwrap();
        // Neither theta is found: two MZIs in a row.
        assert_eq!((plan.theta.len(), plan.phi[1].clone()), (0, finding));
    }
    // Between the two stands an MZI on each port, so that both are found. What these share can be swept, or
    // phi of plain ones; three-splitter MZIs have nothing to sweep.
    let outer = |cells: [Cell; 2], shifter: bool| {
        let mut columns = vec![
            vec![symmetric(1, 2)],
            vec![two(cells[0], 0, 1), two(cells[1], 2, 3)],
        ];
        if shifter {
            columns.push(vec![one(Cell::Shifter, 1)]);
        }
        columns.push(vec![symmetric(1, 2)]);
        calibratability(&of_cells(4, columns)).unwrap()
    };
    for cells in [[Cell::Symmetric; 2], [Cell::Mzi, Cell::Mzi]] {
        let plan = outer(cells, false);
        assert!(matches!(plan.phi[3], PhiFinding::Measured(_)), "{plan:?}");
    }
}

#[test]
fn what_the_rules_do_not_know_is_refused() {
    let two = Placed::on_two;
    let refused = |columns: Vec<Vec<Placed>>| calibratability(&of_cells(3, columns)).unwrap_err();
    for (columns, cell, kind) in [
        (
            vec![vec![Placed::on_one(Cell::Attenuator, 0)]],
            0,
            "attenuator",
        ),
        (vec![vec![two(Cell::EVEN_COUPLER, 0, 1)]], 0, "coupler"),
        (
            vec![
                vec![two(Cell::EVEN_COUPLER, 0, 1)],
                vec![two(Cell::Mzi, 1, 2)],
            ],
            0,
            "coupler",
        ),
        (
            vec![
                vec![two(Cell::coupler(0.4), 0, 1)],
                vec![two(Cell::Mzi, 0, 1)],
            ],
            0,
            "coupler",
        ),
    ] {
        assert_eq!(refused(columns), OtherCell { cell, kind });
    }
    let mixed = of_cells(
        3,
        vec![
            vec![Placed::on_one(Cell::Loss { loss_db: 1.0 }, 2)],
            vec![two(Cell::Mzi, 0, 1)],
            vec![two(Cell::Crossing, 1, 2)],
            vec![two(Cell::Mzi, 0, 1)],
        ],
    );
    // Behind the crossing port 1 carries what was on port 2, so both MZIs join ports that were apart.
    let plan = calibratability(&mixed).unwrap();
    assert_eq!(plan.mzis, [1, 3]);
    assert_eq!(plan.phi, [PhiFinding::Reference, PhiFinding::Reference]);
    assert_eq!(plan.theta.len(), 2);
}
