//! Powers along the waveguides of an ideal mesh.

use super::layout::{Origin, changes_power};
use super::parts::{Device, Parts, Stage};
use num_complex::Complex64;
use numerics::math::sin_cos;
use photonics::component::coupler::coupler_matrix;
use photonics::units::loss_db_to_field_ratio;
use std::f64::consts::FRAC_PI_4;

/// Power in each piece of waveguide relative to that of the one input which has light.
pub(super) struct Powers {
    input: usize,
    /// Behind every change of it.
    changes: Vec<[f64; 2]>,
}

impl Powers {
    /// Light into `input`, the parameter vector in rad.
    pub(super) fn new(parts: &Parts, phases_rad: &[f64], input: usize) -> Self {
        let phase = |parameter: usize| phases_rad.get(parameter).copied().unwrap_or(0.0);
        let mut fields = vec![Complex64::ZERO; parts.ports];
        if let Some(field) = fields.get_mut(input) {
            *field = Complex64::ONE;
        }
        let mut changes = Vec::new();
        for cell in parts.columns.iter().flat_map(|column| &column.cells) {
            let [a, b] = cell.ports;
            for stage in &cell.stages {
                match *stage {
                    Stage::Arms(arms) => {
                        for (port, device) in cell.ports.into_iter().zip(arms) {
                            fields[port] *= match device {
                                Some(Device::Shifter { parameter, .. }) => {
                                    let (sin, cos) = sin_cos(phase(parameter));
                                    Complex64::new(cos, sin)
                                }
                                Some(Device::Attenuator { parameter }) => {
                                    let (sin, cos) = sin_cos(phase(parameter) / 2.0);
                                    Complex64::I * Complex64::new(cos, sin) * sin
                                }
                                Some(Device::Loss { loss_db }) => {
                                    loss_db_to_field_ratio(loss_db).into()
                                }
                                None => Complex64::ONE,
                            };
                        }
                    }
                    Stage::Couple { angle_rad, .. } => {
                        let m = coupler_matrix(angle_rad - FRAC_PI_4);
                        let (x, y) = (fields[a], fields[b]);
                        fields[a] = m[(0, 0)] * x + m[(0, 1)] * y;
                        fields[b] = m[(1, 0)] * x + m[(1, 1)] * y;
                    }
                    Stage::Cross => fields.swap(a, b),
                }
                if changes_power(stage) {
                    changes.push([fields[a], fields[b]].map(|field| field.norm_sqr()));
                }
            }
        }
        Self { input, changes }
    }

    /// Of the light of a piece.
    pub(super) fn of(&self, from: Origin) -> f64 {
        match from {
            Origin::Input(port) if port == self.input => 1.0,
            Origin::Input(_) => 0.0,
            Origin::Change(change, output) => self.changes[change][output],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::layout::Layout;
    use photonics::mesh::{Cell, MeshHardware, MeshPhases, NamedTopology, Placed, Topology};
    use std::sync::Arc;

    /// The powers in the last pieces are those of the library's own product of matrices.
    fn check(topology: Topology) {
        let topology = Arc::new(topology);
        let (cells, ports) = (topology.mzis(), topology.ports());
        let phases: Vec<f64> = (0..2 * cells + ports)
            .map(|index| 6.0 * (index as f64 * 0.77).sin())
            .collect();
        let mesh = MeshHardware::ideal(topology.clone());
        let u = mesh.matrix(MeshPhases::split(&phases, cells, ports).unwrap());
        let parts = Parts::of(&topology);
        let layout = Layout::of(&parts);
        for input in 0..ports {
            let powers = Powers::new(&parts, &phases, input);
            let mut found: Vec<_> = layout
                .guides
                .iter()
                .filter_map(|guide| {
                    let mut at = guide.start;
                    for step in &guide.steps {
                        at = step.to();
                    }
                    (at[0] == layout.width).then(|| (at[1], powers.of(guide.from)))
                })
                .collect();
            found.sort_by(|a, b| a.0.total_cmp(&b.0));
            assert_eq!(found.len(), ports);
            for (output, (_, power)) in found.into_iter().enumerate() {
                let expected = u[(output, input)].norm_sqr();
                // A few roundings per cell.
                let limit = 16.0 * f64::EPSILON * (1.0 + cells as f64);
                assert!((power - expected).abs() < limit, "{input} {output}");
            }
        }
    }

    #[test]
    fn light_comes_out_as_the_matrix_says() {
        use NamedTopology::{Butterfly, Rectangular, Tree};
        for ports in [1, 2, 5, 8] {
            for name in [Rectangular, Butterfly, Tree] {
                check(name.build(ports).unwrap());
            }
        }
    }

    #[test]
    fn light_comes_out_of_every_kind_of_cell_as_the_matrix_says() {
        let two = Placed::on_two;
        let one = Placed::on_one;
        let columns = [
            vec![two(Cell::Mzi, 0, 2), two(Cell::Symmetric, 4, 3)],
            vec![one(Cell::Attenuator, 0), two(Cell::Crossing, 1, 2)],
            vec![
                two(Cell::Coupler { angle_rad: 0.4 }, 0, 1),
                one(Cell::Loss { loss_db: 3.0 }, 2),
                one(Cell::Shifter, 3),
            ],
            vec![two(Cell::Crossing, 0, 4), two(Cell::Mzi, 3, 1)],
            vec![two(Cell::Symmetric, 2, 3), one(Cell::Attenuator, 4)],
        ];
        check(Topology::of_cells("all", 5, columns).unwrap());
    }
}
