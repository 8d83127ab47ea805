//! Shifters that a cell does not have: what stands in their slots has no effect on anything.

use super::*;

#[test]
fn places_without_a_shifter_are_those_of_the_cells() {
    let one = |cell| vec![Placed::on_one(cell, 1)];
    let two = |cell| vec![Placed::on_two(cell, 0, 1)];
    let mesh = Topology::of_cells(
        "all",
        2,
        [
            two(Cell::Mzi),
            two(Cell::Symmetric),
            two(Cell::EVEN_COUPLER),
            two(Cell::Crossing),
            one(Cell::Shifter),
            one(Cell::Attenuator),
            one(Cell::Loss { loss_db: 1.0 }),
        ],
    )
    .unwrap();
    // theta of 7 cells, phi of 7, gamma of 2 ports.
    assert_eq!(mesh.missing_shifters(), [2, 3, 6, 9, 10, 11, 12, 13]);
    assert_eq!(mesh.shifters(), 8);
    assert_eq!((0..17).filter(|&place| mesh.has_shifter(place)).count(), 8);
    let parts = mesh.parts();
    assert_eq!(parts.all_couplers(), 7);
    assert_eq!(
        parts.to_string(),
        "1 MZI, 1 symmetric MZI, 1 coupler, 1 crossing, 1 phase shifter, 1 attenuator, 1 loss"
    );
    let plain = photonics::mesh::rectangular::rectangular(5).unwrap();
    assert!(plain.is_uniform() && plain.missing_shifters().is_empty());
    assert_eq!(plain.shifters(), 25);
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn light_does_not_meet_them(seed in 0_usize..1000) {
        let mut stream = stream("missing", seed);
        let topology = random_cells(5, 6, &mut stream);
        let mesh = random_mesh(&topology, true, &mut stream);
        let phases = random_phases(&topology, &mut stream);
        let mut others = phases.clone();
        for place in topology.missing_shifters() {
            others[place] = uniform(&mut stream, -10.0, 10.0);
        }
        prop_assert_eq!(
            mesh.matrix(split(&mesh, &phases)),
            mesh.matrix(split(&mesh, &others))
        );
        prop_assert_eq!(transfer::<f32>(&mesh, &phases), transfer::<f32>(&mesh, &others));
        // And they meet every one that exists.
        for place in (0..phases.len()).filter(|&place| topology.has_shifter(place)) {
            let mut moved = phases.clone();
            moved[place] += 1.0;
            let change = distance(
                &mesh.matrix(split(&mesh, &phases)),
                &mesh.matrix(split(&mesh, &moved)),
            );
            prop_assert!(change > 1e-9, "{place}: {change}");
        }
    }
}
