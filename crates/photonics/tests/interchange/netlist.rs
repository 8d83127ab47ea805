//! Meshes as netlists and back, and everything that can be wrong with one.

use crate::common::{cases, distance, named, random_errors, random_phases, stream};
use photonics::interchange::netlist::{
    Instance, InstancePort, Netlist, NetlistStyle, NoModel, Place,
};
use photonics::mesh::naive;
use photonics::mesh::{Cell, MeshHardware, MeshPhases, MziForm, NamedTopology, Placed, Topology};
use proptest::prelude::*;
use std::sync::Arc;

const STYLES: [NetlistStyle; 2] = [NetlistStyle::Mzi, NetlistStyle::Flat];

fn split<'a>(topology: &Topology, phases: &'a [f64]) -> MeshPhases<'a> {
    MeshPhases::split(phases, topology.mzis(), topology.ports()).unwrap()
}

fn sample(ports: usize, style: NetlistStyle) -> Netlist {
    let topology = NamedTopology::Rectangular.build(ports).unwrap();
    let mut stream = stream("netlist", ports);
    let phases = random_phases(&topology, &mut stream);
    let errors = random_errors(&topology, 0.3, &mut stream);
    Netlist::of_mesh(&topology, &errors, split(&topology, &phases), style).unwrap()
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn meshes_come_back_whatever_the_order(ports in 1_usize..12, seed in 0_usize..1000) {
        for topology in named(ports) {
            let mut stream = stream("netlist", seed);
            let phases = random_phases(&topology, &mut stream);
            let errors = random_errors(&topology, 0.7, &mut stream);
            for style in STYLES {
                let mut netlist =
                    Netlist::of_mesh(&topology, &errors, split(&topology, &phases), style).unwrap();
                netlist.instances.reverse();
                netlist.connections.reverse();
                netlist.ports.reverse();
                netlist.connections.iter_mut().step_by(2).for_each(|ends| ends.reverse());
                let back = netlist.mesh().unwrap();
                prop_assert_eq!(back.topology.pairs(), topology.pairs());
                // An empty column leaves no trace.
                if topology.columns() == back.topology.columns() && topology.mzis() > 0 {
                    let twin = topology.name();
                    let found = back.topology.name();
                    prop_assert!(found == twin || named(ports).iter().any(|x| x.name() == found));
                }
                let flat = back.errors_rad.as_flattened();
                match style {
                    NetlistStyle::Mzi => {
                        prop_assert_eq!(&back.phases_rad, &phases);
                        prop_assert_eq!(&back.errors_rad, &errors);
                    }
                    NetlistStyle::Flat => {
                        for (a, b) in back.phases_rad.iter().zip(&phases) {
                            // Divided and multiplied by pi.
                            prop_assert!((a - b).abs() <= 2.0 * f64::EPSILON * b.abs());
                        }
                        for (a, b) in flat.iter().zip(errors.as_flattened()) {
                            // A sine and its inverse: its slope at 1.4 is 6.
                            prop_assert!((a - b).abs() <= 6.0 * f64::EPSILON, "{} {}", a, b);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn phases_anywhere_are_the_same_matrix(ports in 2_usize..8, seed in 0_usize..1000) {
        let mut netlist = sample(ports, NetlistStyle::Flat);
        let before = netlist.mesh().unwrap();
        // A phase into every connection, on lower arms too, and the same taken from all the light.
        let connections = std::mem::take(&mut netlist.connections);
        let phase = 0.01 * seed as f64;
        for (index, [from, to]) in connections.into_iter().enumerate() {
            let name = format!("more_{index}");
            netlist.instances.push(Instance {
                name: name.clone(),
                component: "shifter".into(),
                settings: vec![("phase".into(), phase)],
            });
            netlist.connections.push([from, InstancePort::new(&name, "o1")]);
            netlist.connections.push([InstancePort::new(&name, "o2"), to]);
        }
        let after = netlist.mesh().unwrap();
        prop_assert_eq!(&after.topology, &before.topology);
        // The slow truth with that phase behind every component: on upper arms behind phi, the coupler and
        // theta, on lower arms behind the first coupler, and behind every MZI.
        let topology = Arc::new(before.topology.clone());
        let mesh = MeshHardware::new(topology.clone(), before.errors_rad.clone(), None);
        let mut phases = before.phases_rad.clone();
        let mzis = topology.mzis();
        let mut expected = nalgebra::DMatrix::identity(ports, ports);
        for column in 0..topology.columns() {
            for mzi in topology.column(column) {
                let pair = topology.pairs()[mzi];
                let turn = |x: f64| num_complex::Complex64::from_polar(1.0, x);
                let m = photonics::component::mzi::mzi_matrix(
                    phases[mzi] + phase, phases[mzi + mzis] + phase,
                    before.errors_rad[mzi][0], before.errors_rad[mzi][1],
                );
                let (a, b) = (pair.upper as usize, pair.lower as usize);
                for input in 0..ports {
                    let (x, y) = (expected[(a, input)], expected[(b, input)]);
                    // theta has one connection more than the lower arm, which has one itself.
                    let common = turn(2.0 * phase);
                    expected[(a, input)] = common * (m[(0, 0)] * x + m[(0, 1)] * y);
                    expected[(b, input)] = common * (m[(1, 0)] * x + m[(1, 1)] * y);
                }
            }
        }
        for (port, gamma) in phases.drain(2 * mzis..).enumerate() {
            let turn = num_complex::Complex64::from_polar(1.0, gamma);
            expected.row_mut(port).iter_mut().for_each(|x| *x *= turn);
        }
        let found = naive::matrix(&mesh, split(&topology, &after.phases_rad));
        // Up to 4 phases of up to 10 rad are added per column, on N ports.
        let limit = 40.0 * (topology.columns() * ports) as f64 * f64::EPSILON;
        prop_assert!(distance(&found, &expected) < limit);
    }
}

/// The message and the entry, after a change of a netlist of 4 ports.
fn refused(style: NetlistStyle, change: impl FnOnce(&mut Netlist)) -> (Place, String) {
    let mut netlist = sample(4, style);
    change(&mut netlist);
    let error = netlist.mesh().unwrap_err();
    (error.place, error.to_string())
}

fn port(text: &str) -> InstancePort {
    let (instance, port) = text.split_once(',').unwrap();
    InstancePort::new(instance, port)
}

#[test]
fn every_fault_names_its_instance() {
    use NetlistStyle::{Flat, Mzi};
    use Place::{Connection, Instance as Inst, Port, Whole};
    let shifter = |name: &str| Instance {
        name: name.into(),
        component: "shifter".into(),
        settings: Vec::new(),
    };
    type Change<'a> = Box<dyn FnOnce(&mut Netlist) + 'a>;
    let cases: Vec<(NetlistStyle, Change<'_>, Place, &str)> = vec![
        (
            Mzi,
            Box::new(|n| n.instances[2].name = "mzi_1".into()),
            Inst(2),
            "a second instance with the name mzi_1",
        ),
        (
            Mzi,
            Box::new(|n| n.instances[1].component = "ring".into()),
            Inst(1),
            "instance mzi_1 is of the unknown component ring (known: mzi, symmetric, coupler, crossing, shifter, attenuator, loss, \
             coupler_ideal, phase_shifter)",
        ),
        (
            Mzi,
            Box::new(|n| n.instances[0].settings.push(("delta_length".into(), 10.0))),
            Inst(0),
            "instance mzi_0: mzi has no setting delta_length (it has: theta, phi, e1, e2)",
        ),
        (
            Mzi,
            Box::new(|n| n.instances[0].settings[2].1 = 1.0),
            Inst(0),
            "instance mzi_0: e1 = 1: must be an angle error from -pi/4 to pi/4 rad",
        ),
        (
            Mzi,
            Box::new(|n| n.instances[0].settings[0].1 = f64::NAN),
            Inst(0),
            "instance mzi_0: theta = NaN: must be a finite number",
        ),
        (
            Flat,
            Box::new(|n| n.instances[0].settings.remove(0).1 = 0.0),
            Inst(0),
            "instance phi_0: length = 10: must be 0: with a length the phase depends on the wavelength",
        ),
        (
            Mzi,
            Box::new(|n| n.connections[1][0] = port("mzi_9,o3")),
            Connection(1),
            "no instance has the name mzi_9",
        ),
        (
            Mzi,
            Box::new(|n| n.connections[1][0].port = "o5".into()),
            Connection(1),
            "instance mzi_1: mzi has no port o5 (it has: o1, o2, o3, o4)",
        ),
        (
            Mzi,
            Box::new(|n| n.connections.push([port("mzi_0,o3"), port("mzi_1,o1")])),
            Connection(12),
            "port o3 of instance mzi_0 is used twice",
        ),
        (
            Mzi,
            Box::new(|n| n.connections[0] = [port("mzi_0,o4"), port("mzi_1,o3")]),
            Connection(0),
            "joins two outputs (mzi_0,o4 and mzi_1,o3): light goes from outputs to inputs",
        ),
        (
            Mzi,
            Box::new(|n| drop(n.connections.remove(0))),
            Inst(0),
            "port o4 of instance mzi_0 is dangling: neither connected nor external",
        ),
        (
            Mzi,
            Box::new(|n| n.ports[0].0 = "left".into()),
            Port(0),
            "the external port left is neither in0, in1, .. nor out0, out1, ..",
        ),
        (
            Mzi,
            Box::new(|n| n.ports[0].0 = "in01".into()),
            Port(0),
            "the external port in01 is neither",
        ),
        (
            Mzi,
            Box::new(|n| n.ports[1].0 = "in0".into()),
            Port(1),
            "a second external port with the name in0",
        ),
        (
            Mzi,
            Box::new(|n| n.ports[0].0 = "out9".into()),
            Port(0),
            "the external port out9 is at port o2 of instance mzi_0, an input",
        ),
        (
            Mzi,
            Box::new(|n| n.ports[0].0 = "in7".into()),
            Whole,
            "the external port in0 is missing: there are 4 inputs and 4 outputs",
        ),
        (
            Mzi,
            Box::new(|n| n.ports.clear()),
            Whole,
            "there are no external ports",
        ),
        (
            Mzi,
            Box::new(|n| {
                n.ports[6].0 = "out3".into();
                n.ports[7].0 = "out2".into();
            }),
            Whole,
            "out2 ends the waveguide of in3, that is of out3: waveguides do not change places",
        ),
        (
            Mzi,
            Box::new(|n| {
                n.instances.push(shifter("ring_a"));
                n.instances.push(shifter("ring_b"));
                n.connections.push([port("ring_a,o2"), port("ring_b,o1")]);
                n.connections.push([port("ring_b,o2"), port("ring_a,o1")]);
            }),
            Inst(10),
            "instance ring_a is part of a cycle: ring_a -> ring_b -> ring_a",
        ),
    ];
    for (style, change, place, message) in cases {
        let (found, text) = refused(style, change);
        assert!(text.starts_with(message), "{text}\n{message}");
        assert_eq!(found, place, "{message}");
    }
}

#[test]
fn ports_go_by_either_of_saxs_names() {
    let mut netlist = sample(4, NetlistStyle::Flat);
    let plain = netlist.mesh().unwrap();
    let rename = |instance: &str, name: &str| -> String {
        let one = instance.starts_with("phi")
            || instance.starts_with("theta")
            || instance.starts_with("gamma");
        match (one, name) {
            (true, "o1") | (false, "o1") => "in0",
            (true, _) => "out0",
            (false, "o2") => "in1",
            (false, "o3") => "out1",
            _ => "out0",
        }
        .into()
    };
    let ends = netlist.connections.iter_mut().flatten();
    for end in ends.chain(netlist.ports.iter_mut().map(|x| &mut x.1)) {
        end.port = rename(&end.instance, &end.port);
    }
    assert_eq!(netlist.mesh().unwrap(), plain);
}

#[test]
fn a_waveguide_without_an_mzi_is_a_port_too() {
    let topology = Topology::new("pair", 3, [vec![(0, 2)]]).unwrap();
    let phases = [0.1, 0.2, 0.3, 0.4, 0.5];
    for style in STYLES {
        let netlist =
            Netlist::of_mesh(&topology, &[[0.0; 2]], split(&topology, &phases), style).unwrap();
        let back = netlist.mesh().unwrap();
        assert_eq!(back.topology.name(), "netlist");
        assert_eq!(back.topology.pairs(), topology.pairs());
        assert_eq!(back.errors_rad, [[0.0; 2]]);
    }
}

/// Meshes with other cells, and which named one they come back as.
fn of_cells(ports: usize) -> Vec<(Topology, bool)> {
    let mixed = [NamedTopology::Svd, NamedTopology::PermutingRectangular];
    let mut all: Vec<_> = mixed
        .map(|name| (name.build(ports).unwrap(), true))
        .into_iter()
        .filter(|(mesh, _)| !mesh.is_uniform())
        .collect();
    for form in [MziForm::Symmetric, MziForm::ThreeSplitter] {
        let plain = NamedTopology::Triangular.build(ports).unwrap();
        all.push((plain.with_mzis(form).unwrap(), false));
    }
    let one = |cell| Placed::on_one(cell, ports - 1);
    let custom = [
        vec![one(Cell::Shifter)],
        vec![Placed::on_two(Cell::coupler(0.3), 1, 0)],
        vec![
            one(Cell::Loss { loss_db: 0.7 }),
            Placed::on_two(Cell::Mzi, 0, 1),
        ],
        vec![one(Cell::Attenuator)],
        vec![Placed::on_two(Cell::Crossing, 0, 1)],
        vec![Placed::on_two(Cell::Symmetric, ports - 1, 0)],
    ];
    all.push((Topology::of_cells("custom", ports, custom).unwrap(), false));
    all
}

/// Phases and errors that cells have, 0 elsewhere.
fn set(topology: &Topology, seed: usize) -> (Vec<f64>, Vec<[f64; 2]>) {
    let mut stream = stream("cells", seed);
    let mut phases = random_phases(topology, &mut stream);
    let mut errors = random_errors(topology, 0.3, &mut stream);
    for place in topology.missing_shifters() {
        phases[place] = 0.0;
    }
    for (cell, errors) in errors.iter_mut().enumerate() {
        errors[topology.cell(cell).couplers()..].fill(0.0);
    }
    (phases, errors)
}

fn matrix(
    topology: &Topology,
    errors: &[[f64; 2]],
    phases: &[f64],
) -> nalgebra::DMatrix<num_complex::Complex64> {
    let mesh = MeshHardware::new(Arc::new(topology.clone()), errors.to_vec(), None);
    naive::matrix(&mesh, split(topology, phases))
}

#[test]
fn other_cells_come_back_as_the_same_mesh() {
    for ports in [3, 4, 5, 8] {
        for (topology, is_named) in of_cells(ports) {
            let (phases, errors) = set(&topology, ports);
            let at = split(&topology, &phases);
            let mut netlist = Netlist::of_mesh(&topology, &errors, at, NetlistStyle::Mzi).unwrap();
            netlist.instances.reverse();
            netlist.connections.reverse();
            let back = netlist.mesh().unwrap();
            assert_eq!(back.topology.parts(), topology.parts());
            if is_named {
                assert_eq!(back.topology, topology);
                assert_eq!(back.phases_rad, phases);
                assert_eq!(back.errors_rad, errors);
            }
            // Cells in another order do the same to other ports: not a bit is different.
            assert_eq!(
                matrix(&back.topology, &back.errors_rad, &back.phases_rad),
                matrix(&topology, &errors, &phases),
                "{} {ports}",
                topology.name()
            );
        }
    }
}

#[test]
fn what_couplers_and_phase_shifters_cannot_be_is_refused() {
    for (topology, _) in of_cells(4) {
        let (phases, errors) = set(&topology, 1);
        let at = split(&topology, &phases);
        let flat = Netlist::of_mesh(&topology, &errors, at, NetlistStyle::Flat);
        let absent = [
            Cell::Crossing,
            Cell::Attenuator,
            Cell::Loss { loss_db: 0.7 },
        ];
        match topology
            .placed()
            .position(|placed| absent.contains(&placed.cell))
        {
            Some(cell) => {
                let kind = topology.cell(cell).name();
                assert_eq!(flat, Err(NoModel { kind, cell }));
            }
            // The components of SAX, two couplers of each symmetric MZI are an MZI.
            None if topology.parts().symmetric > 0 => {
                let back = flat.unwrap().mesh().unwrap();
                assert_eq!(back.topology.parts().mzis, topology.parts().symmetric);
                let found = matrix(&back.topology, &back.errors_rad, &back.phases_rad);
                assert!(distance(&found, &matrix(&topology, &errors, &phases)) < 1e-13);
            }
            None => {
                let flat = flat.unwrap();
                assert_eq!(
                    flat.instances.len(),
                    5 * topology.parts().mzis + 4,
                    "three couplers and two phases for each MZI, and gamma"
                );
                // Row by row of three: the first coupler is by itself, the others are an MZI.
                let back = flat.mesh().unwrap();
                assert!(back.topology.placed().eq(topology.placed()));
                for (found, given) in back.phases_rad.iter().zip(&phases) {
                    assert!((found - given).abs() <= 2.0 * f64::EPSILON * given.abs());
                }
                let flat = back.errors_rad.as_flattened().iter();
                for (found, given) in flat.zip(errors.as_flattened()) {
                    // A sine and its inverse: its slope at 0.6 is below 1.3.
                    assert!((found - given).abs() <= 2.0 * f64::EPSILON);
                }
            }
        }
    }
}

/// Couplers by themselves, phases on any arm in front of them and behind.
#[test]
fn single_couplers_are_cells_and_keep_the_phases_in_front_of_them() {
    let two = |cell, upper, lower| Placed::on_two(cell, upper, lower);
    let one = |port| Placed::on_one(Cell::Shifter, port);
    let columns = [
        vec![two(Cell::coupler(0.3), 0, 1), one(2)],
        vec![two(Cell::Symmetric, 1, 2), one(0)],
        vec![one(1), one(0)],
        vec![two(Cell::coupler(0.8), 0, 1)],
        vec![two(Cell::Mzi, 1, 2)],
        vec![one(2)],
        vec![two(Cell::coupler(0.45), 1, 2)],
        vec![one(1), one(0)],
        vec![two(Cell::Mzi, 0, 1)],
    ];
    let topology = Topology::of_cells("couplers", 3, columns).unwrap();
    for seed in 0..20 {
        let (phases, errors) = set(&topology, seed);
        let at = split(&topology, &phases);
        let flat = Netlist::of_mesh(&topology, &errors, at, NetlistStyle::Flat).unwrap();
        let back = flat.mesh().unwrap();
        // The coupler on 1 and 2 follows an MZI there, so that three are in a row: the first is by itself
        // and 50:50 but for its error.
        let parts = back.topology.parts();
        assert_eq!((parts.couplers, parts.mzis), (3, 3), "{parts}");
        let found = matrix(&back.topology, &back.errors_rad, &back.phases_rad);
        // Some 10 phases of up to 10 rad are added on a port; sqrt of a coupling doubles its rounding.
        assert!(distance(&found, &matrix(&topology, &errors, &phases)) < 1e-13);
        assert_eq!(back.instances.len(), back.topology.mzis());
        // Instances come in the order of the light.
        for (cell, &instance) in back.instances.iter().enumerate() {
            let coupler = flat.instances[instance].component == "coupler_ideal";
            assert_eq!(
                coupler,
                back.topology.cell(cell) != Cell::Shifter || coupler
            );
        }
    }
}

#[test]
fn an_instance_whose_arms_are_exchanged_is_odd() {
    let mut netlist = sample(4, NetlistStyle::Mzi);
    assert_eq!(netlist.mesh().unwrap().topology.lint(), []);
    // Port 0 comes in at the lower arm of the first MZI and leaves there, port 1 at the upper one.
    let ends = netlist.connections.iter_mut().flatten();
    for end in ends.chain(netlist.ports.iter_mut().map(|x| &mut x.1)) {
        if end.instance == "mzi_0" {
            let other = [("o1", "o2"), ("o2", "o1"), ("o3", "o4"), ("o4", "o3")];
            end.port = other
                .into_iter()
                .find(|(a, _)| *a == end.port)
                .unwrap()
                .1
                .into();
        }
    }
    let found = netlist.mesh().unwrap();
    let finding = photonics::mesh::Finding::Reversed {
        cell: 0,
        kind: Cell::Mzi,
        ports: [1, 0],
    };
    assert_eq!(found.topology.lint(), [finding]);
    assert_eq!(netlist.instances[found.instances[0]].name, "mzi_0");
}
