//! The analyses on meshes of other cells than plain MZIs.

use crate::common::{cases, random_mesh, split, stream, uniform};
use crate::reachable::{dimension, svd_rank};
use crate::sensitivity::is_what_differences_show;
use numerics::{Stream, Streams};
use photonics::mesh::haar::haar_phases;
use photonics::mesh::rectangular::rectangular;
use photonics::mesh::{Cell, MeshHardware, MziForm, NamedTopology, Placed, Topology};
use photonics::process::{MeshProcess, Process};
use photonics::validate::die_yield::{YieldError, YieldOptions, die_yield};
use photonics::validate::path_loss::{nominal, path_loss};
use photonics::validate::reach::{Method, fidelity_reach};
use photonics::validate::reachable::{Shifters, reachable_dimension};
use photonics::validate::tolerance::{ToleranceOptions, tolerance};
use proptest::prelude::*;
use rand::RngExt;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

fn formed(ports: usize, form: MziForm) -> Arc<Topology> {
    Arc::new(rectangular(ports).unwrap().with_mzis(form).unwrap())
}

fn of_cells(ports: usize, columns: Vec<Vec<Placed>>) -> Arc<Topology> {
    Arc::new(Topology::of_cells("test", ports, columns).unwrap())
}

/// Two MZIs of either kind, an MZI in parts, a crossing, and what takes light.
fn blocks() -> Arc<Topology> {
    of_cells(
        4,
        vec![
            vec![
                Placed::on_two(Cell::Mzi, 0, 1),
                Placed::on_two(Cell::Symmetric, 3, 2),
            ],
            vec![Placed::on_two(Cell::Crossing, 1, 2)],
            vec![
                Placed::on_two(Cell::coupler(0.4), 0, 1),
                Placed::on_one(Cell::Attenuator, 3),
            ],
            vec![
                Placed::on_one(Cell::Shifter, 0),
                Placed::on_one(Cell::Loss { loss_db: 0.5 }, 2),
            ],
            vec![
                Placed::on_two(Cell::EVEN_COUPLER, 0, 1),
                Placed::on_two(Cell::Mzi, 2, 3),
            ],
            vec![Placed::on_two(Cell::Symmetric, 1, 2)],
        ],
    )
}

fn meshes(ports: usize) -> Vec<Arc<Topology>> {
    let named = |name: NamedTopology| Arc::new(name.build(ports).unwrap());
    let mut meshes = vec![
        formed(ports, MziForm::ThreeSplitter),
        formed(ports, MziForm::Symmetric),
        named(NamedTopology::Svd),
        named(NamedTopology::PermutingRectangular),
    ];
    if ports == 4 {
        meshes.push(blocks());
    }
    meshes
}

#[test]
fn sensitivities_are_what_differences_show() {
    for topology in [2, 3, 4].into_iter().flat_map(meshes) {
        for lossy in [false, true] {
            is_what_differences_show(&random_mesh(&topology, lossy, &mut stream("die", 1)));
        }
    }
}

/// All ways of light from `input`: (output, loss in dB).
fn paths(mesh: &MeshHardware, input: usize) -> Vec<(usize, f64)> {
    let losses = mesh.losses().unwrap();
    let db = |t: f64| -20.0 * t.log10();
    let mut paths = vec![(input, 0.0)];
    for (placed, arms) in mesh.topology().placed().zip(&losses.arms) {
        let [upper, lower] = placed.ports;
        let step = |(port, loss_db): (usize, f64)| -> Vec<(usize, f64)> {
            if port != upper && port != lower {
                return vec![(port, loss_db)];
            }
            let (outer, inner, other) = if port == upper {
                (arms.outer_upper, arms.inner_upper, lower)
            } else {
                (arms.outer_lower, arms.inner_lower, upper)
            };
            let along = loss_db + db(outer * inner);
            let arms = [arms.inner_upper, arms.inner_lower].map(|arm| loss_db + db(outer * arm));
            match placed.cell {
                Cell::Mzi | Cell::Symmetric => {
                    let both = |out| arms.map(|loss_db| (out, loss_db));
                    [both(upper), both(lower)].concat()
                }
                Cell::Attenuator => arms.map(|loss_db| (port, loss_db)).to_vec(),
                Cell::Coupler { .. } => vec![(port, along), (other, along)],
                Cell::Crossing => vec![(other, along)],
                Cell::Shifter => vec![(port, along)],
                Cell::Loss { loss_db } => vec![(port, along + loss_db)],
            }
        };
        paths = paths.into_iter().flat_map(step).collect();
    }
    let out = |(port, loss_db): (usize, f64)| (port, loss_db + db(losses.output[port]));
    paths.into_iter().map(out).collect()
}

#[test]
fn path_losses_are_those_of_all_paths() {
    for topology in [2, 3, 4].into_iter().flat_map(meshes) {
        if topology.mzis() > 12 {
            // Four million ways.
            continue;
        }
        let mesh = random_mesh(&topology, true, &mut stream("paths", 7));
        let table = path_loss(&mesh);
        let ports = topology.ports();
        for input in 0..ports {
            let paths = paths(&mesh, input);
            for output in 0..ports {
                let losses = paths.iter().filter(|path| path.0 == output);
                let losses: Vec<f64> = losses.map(|path| path.1).collect();
                let Some(entry) = table.entry(output, input) else {
                    assert_eq!(losses.len(), 0, "{}", topology.name());
                    continue;
                };
                let best = losses.iter().copied().fold(f64::INFINITY, f64::min);
                let worst = losses.iter().copied().fold(0.0, f64::max);
                // A sum of some 20 losses of a few dB.
                assert!((entry.best_db - best).abs() < 1e-12, "{}", topology.name());
                assert!(
                    (entry.worst_db - worst).abs() < 1e-12,
                    "{}",
                    topology.name()
                );
            }
        }
    }
}

/// The mean losses of a mesh, and from random settings with the limit of four standard errors:
/// (computed, found, limit) in dB.
fn means(topology: &Arc<Topology>, draws: u32) -> Vec<(f64, f64, f64)> {
    let ports = topology.ports();
    let lossy = random_mesh(topology, true, &mut stream("mean", 0));
    let lossless = MeshHardware::new(topology.clone(), lossy.errors_rad().to_vec(), None);
    let table = path_loss(&lossy);
    let mut sums = vec![[0.0; 4]; ports * ports];
    let mut stream = stream("settings", 1);
    for _ in 0..draws {
        let phases = haar_phases(topology, &mut stream);
        let [lossy, lossless] = [&lossy, &lossless].map(|mesh| mesh.matrix(split(mesh, &phases)));
        for (sum, (x, y)) in sums.iter_mut().zip(lossy.iter().zip(&lossless)) {
            let (x, y) = (x.norm_sqr(), y.norm_sqr());
            *sum = [sum[0] + x, sum[1] + x * x, sum[2] + y, sum[3] + y * y];
        }
    }
    let n = f64::from(draws);
    let mut found = Vec::new();
    for (index, sum) in sums.iter().enumerate() {
        let [x, xx, y, yy] = sum.map(|sum| sum / n);
        let Some(entry) = table.entry(index % ports, index / ports) else {
            assert_eq!(x, 0.0);
            continue;
        };
        // Relative errors of both means, which are correlated: their sum is an upper limit.
        let relative = ((xx / x / x - 1.0) / n).sqrt() + ((yy / y / y - 1.0) / n).sqrt();
        let limit_db = 4.0 * 10.0 / 10_f64.ln() * relative;
        found.push((entry.mean_db, 10.0 * (y / x).log10(), limit_db));
    }
    found
}

#[test]
fn mean_losses_are_those_of_random_settings() {
    for topology in [
        formed(4, MziForm::Symmetric),
        Arc::new(NamedTopology::Svd.build(4).unwrap()),
        Arc::new(NamedTopology::PermutingRectangular.build(4).unwrap()),
    ] {
        for (computed, found, limit) in means(&topology, 20_000) {
            assert!(
                (computed - found).abs() < limit,
                "{computed} {found} {limit}"
            );
            assert!(limit < 0.6, "too few draws: {limit}");
        }
    }
}

#[test]
fn losses_by_hand() {
    let loss = |db| Cell::Loss { loss_db: db };
    let mesh = of_cells(
        2,
        vec![
            vec![Placed::on_one(loss(1.0), 0), Placed::on_one(loss(2.0), 1)],
            vec![Placed::on_two(Cell::Crossing, 0, 1)],
            vec![Placed::on_one(Cell::Shifter, 0)],
        ],
    );
    let process = MeshProcess {
        crossing_loss_db: 0.25,
        shifter_loss_db: 0.5,
        ..MeshProcess::ideal()
    };
    let table = path_loss(&nominal(&mesh, &process));
    // A loss, the crossing, the shifter on port 0, and the shifter of the screen.
    for (output, input, expected) in [(0, 1, 3.25), (1, 0, 1.75)] {
        let entry = table.entry(output, input).unwrap();
        for found in [entry.best_db, entry.mean_db, entry.worst_db] {
            assert!((found - expected).abs() < 1e-12, "{entry:?} {expected}");
        }
    }
    assert_eq!((table.entry(0, 0), table.entry(1, 1)), (None, None));
    // A coupler that is all across, or all straight, leads only there.
    for (ratio, output) in [(1.0, 1), (0.0, 0)] {
        let mesh = of_cells(2, vec![vec![Placed::on_two(Cell::coupler(ratio), 0, 1)]]);
        let table = path_loss(&MeshHardware::ideal(mesh));
        assert!(
            table
                .entry(output, 0)
                .is_some_and(|entry| entry.mean_db.abs() < 1e-12)
        );
        assert_eq!(table.entry(1 - output, 0), None);
    }
}

fn all(topology: &Topology) -> usize {
    2 * topology.mzis() + topology.ports()
}

#[test]
fn reachable_dimensions_are_the_ranks_that_singular_values_show() {
    for topology in [2, 3, 4].into_iter().flat_map(meshes) {
        let (rank, _) = dimension(&topology, Shifters::All);
        assert_eq!(
            rank,
            svd_rank(&topology, all(&topology)),
            "{}",
            topology.name()
        );
        let (rank, _) = dimension(&topology, Shifters::WithoutScreen);
        let shifters = 2 * topology.mzis();
        assert_eq!(rank, svd_rank(&topology, shifters), "{}", topology.name());
    }
}

#[test]
fn known_reachable_dimensions() {
    let streams = Streams::new(3);
    let of = |topology: &Topology| {
        let found = reachable_dimension(topology, Shifters::All, &streams, 1 << 30).unwrap();
        (found.rank, found.full, found.redundancy())
    };
    for ports in 1..8 {
        let square = ports * ports;
        // V^H has N^2 - N, as its output phases are those of U; the attenuators have N, U has N^2.
        let svd = of(&NamedTopology::Svd.build(ports).unwrap());
        assert_eq!(svd, (2 * square, 2 * square, 0));
        assert_eq!(
            of(&formed(ports, MziForm::ThreeSplitter)),
            (square, square, 0)
        );
        let symmetric = formed(ports, MziForm::Symmetric);
        let spare = symmetric.shifters() - square;
        assert_eq!(of(&symmetric), (square, square, spare));
    }
    let mzi = |first: Cell, last: Cell| {
        of_cells(
            2,
            vec![
                vec![Placed::on_one(Cell::Shifter, 0)],
                vec![Placed::on_two(first, 0, 1)],
                vec![Placed::on_one(Cell::Shifter, 0)],
                vec![Placed::on_two(last, 0, 1)],
            ],
        )
    };
    // An MZI of any couplers that divide light; with one that does not both phases are those of the screen.
    assert_eq!(of(&mzi(Cell::EVEN_COUPLER, Cell::coupler(0.3))), (4, 4, 0));
    for none in [Cell::coupler(0.0), Cell::coupler(1.0), Cell::Crossing] {
        assert_eq!(of(&mzi(Cell::EVEN_COUPLER, none)), (3, 4, 1), "{none:?}");
    }
    // Two couplers of 50:50 in a row are a crossing, three divide the light again.
    let twice = Cell::Coupler {
        angle_rad: FRAC_PI_2,
    };
    let thrice = Cell::Coupler {
        angle_rad: 1.5 * FRAC_PI_2,
    };
    assert_eq!(of(&mzi(Cell::EVEN_COUPLER, twice)), (3, 4, 1));
    assert_eq!(of(&mzi(Cell::EVEN_COUPLER, thrice)), (4, 4, 0));
    // An attenuator is any factor of size 0 to 1 with the phase of the screen; a loss only takes.
    let single = |cell| of_cells(1, vec![vec![Placed::on_one(cell, 0)]]);
    assert_eq!(of(&single(Cell::Attenuator)), (2, 2, 0));
    assert_eq!(of(&single(Cell::Loss { loss_db: 1.0 })), (1, 2, 0));
    assert_eq!(of(&single(Cell::Loss { loss_db: 0.0 })), (1, 1, 0));
    assert_eq!(of(&single(Cell::Shifter)), (1, 1, 1));
}

fn random_cells(ports: usize, columns: usize, stream: &mut Stream) -> Arc<Topology> {
    let columns = (0..columns).map(|_| {
        let (upper, further) = (stream.random_range(0..ports), stream.random_range(1..ports));
        let two = |cell| Placed::on_two(cell, upper, (upper + further) % ports);
        vec![match stream.random_range(0..8) {
            0 => two(Cell::Mzi),
            1 => two(Cell::Symmetric),
            2 => two(Cell::EVEN_COUPLER),
            3 => two(Cell::coupler(uniform(stream, 0.2, 0.8))),
            4 => Placed::on_two(
                Cell::Crossing,
                upper.min(ports - 2),
                upper.min(ports - 2) + 1,
            ),
            5 => Placed::on_one(Cell::Shifter, upper),
            6 => Placed::on_one(Cell::Attenuator, upper),
            _ => {
                let loss_db = uniform(stream, 0.5, 3.0);
                Placed::on_one(Cell::Loss { loss_db }, upper)
            }
        }]
    });
    of_cells(ports, columns.collect())
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn any_cells_have_the_rank_that_singular_values_show(
        seed in 0_usize..1000, ports in 2_usize..5, columns in 0_usize..12,
    ) {
        let topology = random_cells(ports, columns, &mut stream("rank", seed));
        let (rank, _) = dimension(&topology, Shifters::All);
        prop_assert_eq!(rank, svd_rank(&topology, all(&topology)));
    }
}

#[test]
fn svd_is_set_by_its_own_decomposition() {
    for ports in [1, 2, 5, 8] {
        let topology = Arc::new(NamedTopology::Svd.build(ports).unwrap());
        let fit = |_: &MeshHardware, _: &_, _| Err("not needed");
        let found = fidelity_reach(&topology, 3, &Streams::new(1), fit)
            .unwrap()
            .unwrap();
        assert_eq!(found.method, Method::Decomposition);
        assert!(found.fidelity.min > 1.0 - 1e-12, "{found:?}");
    }
    // Forms of the universal meshes are set by the decomposition of the plain one.
    let fit = |_: &MeshHardware, _: &_, _| Err("asked");
    for ports in [2, 5, 8] {
        for form in [MziForm::ThreeSplitter, MziForm::Symmetric] {
            let found = fidelity_reach(&formed(ports, form), 3, &Streams::new(1), fit);
            let found = found.unwrap().unwrap();
            assert_eq!(found.method, Method::Decomposition);
            assert!(found.fidelity.min > 1.0 - 1e-12, "{found:?}");
        }
    }
    let butterfly = NamedTopology::Butterfly.build(4).unwrap();
    let butterfly = butterfly.with_mzis(MziForm::ThreeSplitter).unwrap();
    let found = fidelity_reach(&Arc::new(butterfly), 1, &Streams::new(1), fit);
    assert_eq!(found, Err("asked"));
}

#[test]
fn what_cannot_be_corrected_says_so() {
    let streams = Streams::new(1);
    let options = |corrected| ToleranceOptions {
        fidelity: 0.9,
        dies: 20,
        corrected,
    };
    let blocks = blocks();
    assert!(tolerance(&blocks, &options(true), &streams, 1).is_err());
    let options_of_dies = YieldOptions {
        fidelity: 0.9,
        dies: 2,
        first_die: 1,
        corrected: true,
    };
    let found = die_yield(&blocks, &Process::ideal(), &options_of_dies, &streams);
    assert!(matches!(found, Err(YieldError::Correct(_))), "{found:?}");
    // The correction knows attenuators, crossings and other forms of MZIs.
    for topology in meshes(4).into_iter().filter(|mesh| *mesh != blocks) {
        let [plain, better] = [false, true].map(|corrected| {
            tolerance(&topology, &options(corrected), &streams, 1)
                .unwrap()
                .unwrap()
        });
        assert!(
            better.sigma_rad > 2.0 * plain.sigma_rad,
            "{plain:?} {better:?}"
        );
    }
}

/// The point of the third splitter: corrected, a large mesh stands larger errors, though it has half as many
/// couplers again. The law of its misses is in `tests/correct_cells.rs`.
#[test]
fn corrected_three_splitters_tolerate_more() {
    let options = ToleranceOptions {
        fidelity: 0.99,
        dies: 60,
        corrected: true,
    };
    let [plain, symmetric, three] = [MziForm::Plain, MziForm::Symmetric, MziForm::ThreeSplitter]
        .map(|form| {
            let found = tolerance(&formed(24, form), &options, &Streams::new(2), 10);
            found.unwrap().unwrap()
        });
    println!("{plain:?}\n{symmetric:?}\n{three:?}");
    let [low, high] = plain.interval_rad.unwrap();
    assert!(three.interval_rad.unwrap()[0] > 1.2 * high);
    // The same MZIs with the same errors but for the numbers drawn for phase shifters among them.
    let [from, to] = symmetric.interval_rad.unwrap();
    assert!(from < high && to > low, "{plain:?} {symmetric:?}");
}

/// A third coupler in front of each MZI: half as many couplers again, F = exp(-3 (N - 1) sigma^2).
#[test]
fn the_tolerance_of_three_splitter_cells_follows_the_law() {
    let (ports, fidelity) = (16, 0.9_f64);
    let options = ToleranceOptions {
        fidelity,
        dies: 100,
        corrected: false,
    };
    let three = formed(ports, MziForm::ThreeSplitter);
    let found = tolerance(&three, &options, &Streams::new(2), 10)
        .unwrap()
        .unwrap();
    let law = (-fidelity.ln() / (3.0 * (ports as f64 - 1.0))).sqrt();
    let [low, high] = found.interval_rad.unwrap();
    // Four standard errors, and var(k) of the couplers on a path as in `tolerance.rs`.
    let limit = (high - low) + 0.03 * law;
    assert!((found.sigma_rad - law).abs() < limit, "{found:?} {law}");
}
