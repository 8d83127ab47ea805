//! Where waveguides cross: as many times as the wiring asks for, as data.
//!
//! # Layout
//! The waveguides of a mesh lie side by side. At the inputs and behind the outputs they lie in the order
//! of their port numbers. In a column the two ports of an MZI are neighbours: going down the ports by
//! number, a port is laid down as it comes, and the one that it is joined with right below it, before its
//! turn. Between two columns the waveguides change from the one order to the other, as straight lines
//! would: two of them cross once if their order differs, and not at all otherwise. No layout with these
//! orders needs fewer crossings; another order in the columns, or of the outputs, might.
//!
//! ```text
//!  column 0      column 1           butterfly of 4 ports: 1 and 2 cross before column 1,
//!  0 --a---------a----------- 0     and again behind it
//!  1 --a---. .---a---. .----- 1
//!           X         X
//!  2 --b---' '---b---' '----- 2
//!  3 --b---------b----------- 3
//! ```
//!
//! A mesh whose MZIs all join ports of neighbouring numbers is planar: it has none. The rule is the same
//! for every cell on two ports. A [crossing](super::cell::Cell::Crossing) that is a cell of the mesh is
//! not counted here: what it is drawn between is neighbours.

use super::topology::PortPair;

/// Crossings that light meets, port by port: `ports` numbers for before each of the columns, and as many
/// for behind the last. `None` where there are none at all.
pub(crate) fn crossings<'a>(
    ports: usize,
    columns: impl Iterator<Item = &'a [PortPair]>,
) -> Option<Vec<u32>> {
    let mut counts = Vec::new();
    let mut any = false;
    let straight: Vec<u32> = (0..ports as u32).collect();
    let mut order = straight.clone();
    let mut change_to = |next: Vec<u32>| {
        let start = counts.len();
        counts.resize(start + ports, 0);
        if next != order {
            any = true;
            inversions(&order, &next, &mut counts[start..]);
            order = next;
        }
    };
    for pairs in columns {
        change_to(order_of(ports, pairs));
    }
    change_to(straight);
    any.then_some(counts)
}

/// The ports as they lie in a column with these MZIs, from above ([layout](self)).
///
/// # Panics
/// When a pair has a port that does not exist: an error of the caller, not of a user.
pub fn order_of(ports: usize, pairs: &[PortPair]) -> Vec<u32> {
    let mut partner = vec![None; ports];
    for pair in pairs.iter().filter(|pair| !pair.is_one_port()) {
        partner[pair.upper as usize] = Some(pair.lower);
        partner[pair.lower as usize] = Some(pair.upper);
    }
    let mut order = Vec::with_capacity(ports);
    for (port, &partner) in (0..ports as u32).zip(&partner) {
        match partner {
            Some(partner) if partner < port => {}
            Some(partner) => order.extend([port, partner]),
            None => order.push(port),
        }
    }
    order
}

/// For every port the number of others that lie on another side of it after than before, in
/// O(N log N).
fn inversions(before: &[u32], after: &[u32], counts: &mut [u32]) {
    let ports = before.len();
    let mut place = vec![0; ports];
    for (index, &port) in before.iter().enumerate() {
        place[port as usize] = index;
    }
    // A Fenwick tree over the places before: how many of those met so far lie above a place.
    let mut met = vec![0_usize; ports + 1];
    for (index, &port) in after.iter().enumerate() {
        let place = place[port as usize];
        let mut above = 0;
        let mut node = place;
        while node > 0 {
            above += met[node];
            node &= node - 1;
        }
        node = place + 1;
        while node <= ports {
            met[node] += 1;
            node += node & node.wrapping_neg();
        }
        // From below to above it, and from above to below it.
        counts[port as usize] = ((index - above) + (place - above)) as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mesh::butterfly::butterfly;
    use crate::mesh::diamond::diamond;
    use crate::mesh::rectangular::rectangular;
    use crate::mesh::redundant_rectangular::redundant_rectangular;
    use crate::mesh::topology::Topology;
    use crate::mesh::tree::tree;
    use crate::mesh::triangular::triangular;

    fn table(mesh: &Topology) -> Vec<&[u32]> {
        (0..=mesh.columns())
            .map(|column| mesh.crossings_before(column).unwrap())
            .collect()
    }

    #[test]
    fn small_meshes_are_counted_by_hand() {
        // 1 and 2 cross, twice.
        let four: [&[u32]; 3] = [&[0; 4], &[0, 1, 1, 0], &[0, 1, 1, 0]];
        assert_eq!(table(&butterfly(4).unwrap()), four);
        assert_eq!(table(&tree(4).unwrap()), four);
        // Orders 0 2 1 3 4 6 5 7, 0 4 1 5 2 6 3 7 and that of the ports: 2, 8 and 6 crossings.
        let eight: [&[u32]; 4] = [
            &[0; 8],
            &[0, 1, 1, 0, 0, 1, 1, 0],
            &[0, 2, 3, 3, 3, 3, 2, 0],
            &[0, 1, 2, 3, 3, 2, 1, 0],
        ];
        assert_eq!(table(&butterfly(8).unwrap()), eight);
        // Orders 0 2 1 3 4 6 5 7 and 0 4 1 2 3 5 6 7: 2, 5 and 3 crossings.
        let eight: [&[u32]; 4] = [
            &[0; 8],
            &[0, 1, 1, 0, 0, 1, 1, 0],
            &[0, 2, 2, 1, 3, 1, 1, 0],
            &[0, 1, 1, 1, 3, 0, 0, 0],
        ];
        assert_eq!(table(&tree(8).unwrap()), eight);
    }

    #[test]
    fn neighbours_do_not_cross() {
        for ports in 1..12 {
            for mesh in [
                rectangular(ports),
                triangular(ports),
                diamond(ports),
                redundant_rectangular(ports, 3),
            ] {
                assert_eq!(mesh.unwrap().crossings_before(0), None);
            }
        }
        // Neither do neighbours that are named from below.
        let turned = Topology::new("turned", 2, [vec![(1, 0)]]).unwrap();
        assert_eq!(turned.crossings_before(0), None);
    }

    #[test]
    fn fast_counts_are_those_of_all_pairs() {
        for ports in [3, 6, 16, 21] {
            let mesh = butterfly(ports).unwrap();
            let straight: Vec<u32> = (0..ports as u32).collect();
            let mut orders = vec![straight.clone()];
            for column in 0..mesh.columns() {
                orders.push(order_of(ports, &mesh.pairs()[mesh.column(column)]));
            }
            orders.push(straight);
            for (column, orders) in orders.windows(2).enumerate() {
                let place = |order: &[u32], port: usize| {
                    order.iter().position(|&other| other as usize == port)
                };
                let expected: Vec<u32> = (0..ports)
                    .map(|a| {
                        let differs = |&b: &usize| {
                            let above = |order| place(order, a) < place(order, b);
                            a != b && above(&orders[0]) != above(&orders[1])
                        };
                        (0..ports).filter(differs).count() as u32
                    })
                    .collect();
                assert_eq!(mesh.crossings_before(column).unwrap(), expected);
            }
        }
    }
}
