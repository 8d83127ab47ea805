//! Where everything in a picture of a mesh lies, as data.
//!
//! Waveguides lie on tracks, in each column in the order of [`crossings`](photonics::mesh::crossings);
//! between two columns of different order they are straight lines, which cross where the waveguides do.

use super::parts::{Device, Parts, Stage};

/// Distance of two tracks; all lengths are in units of the picture.
pub const PITCH: f64 = 30.0;

/// Distance of the waveguides in the middle of a coupler.
const GAP: f64 = 6.0;

/// Columns from which on parts are drawn close together.
const MANY: usize = 24;

/// Lengths of what is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lengths {
    /// A stage of phase shifters.
    pub arms: f64,
    /// A coupler.
    pub couple: f64,
    /// Its straight part in the middle.
    pub straight: f64,
    /// What lies between the columns of a planar mesh.
    pub between: f64,
    /// Along which a waveguide changes by one track.
    pub slope: f64,
    /// Half the size of the box of a phase shifter.
    pub shifter: [f64; 2],
}

const WIDE: Lengths = Lengths {
    arms: 22.0,
    couple: 26.0,
    straight: 6.0,
    between: 10.0,
    slope: 14.0,
    shifter: [8.0, 6.0],
};

const CLOSE: Lengths = Lengths {
    arms: 12.0,
    couple: 14.0,
    straight: 4.0,
    between: 4.0,
    slope: 10.0,
    shifter: [5.0, 9.0],
};

/// A picture of a mesh; the origin is the upper left corner of the mesh.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// By which it is drawn.
    pub lengths: Lengths,
    /// From the inputs to the outputs.
    pub width: f64,
    /// From the first track to the last.
    pub height: f64,
    /// Left and right end of each column.
    pub columns: Vec<[f64; 2]>,
    /// Pieces of waveguide in which the power is the same.
    pub guides: Vec<Guide>,
    /// What stands on one waveguide.
    pub devices: Vec<PlacedDevice>,
    /// The middles of the couplers, by their numbers.
    pub couplers: Vec<Option<[f64; 2]>>,
}

/// A piece of waveguide in which the power does not change.
#[derive(Clone, Debug, PartialEq)]
pub struct Guide {
    /// Where its light comes from.
    pub from: Origin,
    /// Where it begins.
    pub start: [f64; 2],
    /// On from there.
    pub steps: Vec<Step>,
}

/// Where the light of a piece of waveguide comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The input of a port.
    Input(usize),
    /// The change of power of this number, in the order of the parts, and its output: 0 for the first
    /// port of the cell.
    Change(usize, usize),
}

/// A step of a waveguide to a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// As a straight line.
    Line([f64; 2]),
    /// As an S that begins and ends level.
    Bend([f64; 2]),
}

impl Step {
    /// Where it ends.
    pub fn to(self) -> [f64; 2] {
        let (Self::Line(to) | Self::Bend(to)) = self;
        to
    }
}

/// A device and its middle.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedDevice {
    /// Its middle.
    pub at: [f64; 2],
    /// The device.
    pub device: Device,
    /// Its column; `None` for those of the output screen.
    pub column: Option<usize>,
    /// The port on which it stands.
    pub port: usize,
}

/// The waveguides as they grow to the right.
struct Pen {
    guides: Vec<Guide>,
    /// The piece that is open on each port.
    open: Vec<usize>,
    /// Where it has come to.
    at: Vec<[f64; 2]>,
    /// Changes of power so far.
    changes: usize,
}

impl Pen {
    fn new(ports: usize) -> Self {
        let mut pen = Self {
            guides: Vec::new(),
            open: vec![0; ports],
            at: (0..ports).map(|port| [0.0, track(port)]).collect(),
            changes: 0,
        };
        for port in 0..ports {
            pen.begin(port, Origin::Input(port));
        }
        pen
    }

    /// Another piece begins where the last one of this port has come to.
    fn begin(&mut self, port: usize, from: Origin) {
        self.open[port] = self.guides.len();
        self.guides.push(Guide {
            from,
            start: self.at[port],
            steps: Vec::new(),
        });
    }

    fn line(&mut self, port: usize, to: [f64; 2]) {
        if self.at[port] == to {
            return;
        }
        self.push(port, to, Step::Line(to));
    }

    fn bend(&mut self, port: usize, to: [f64; 2]) {
        self.push(port, to, Step::Bend(to));
    }

    fn push(&mut self, port: usize, to: [f64; 2], step: Step) {
        self.guides[self.open[port]].steps.push(step);
        self.at[port] = to;
    }
}

fn track(place: usize) -> f64 {
    PITCH * place as f64
}

impl Lengths {
    fn of(self, stage: &Stage) -> f64 {
        match stage {
            Stage::Arms(_) => self.arms,
            Stage::Couple { .. } | Stage::Cross => self.couple,
        }
    }
}

impl Layout {
    /// Lays out the parts of a mesh.
    pub fn of(parts: &Parts) -> Self {
        let ports = parts.ports;
        let lengths = if parts.columns.len() > MANY {
            CLOSE
        } else {
            WIDE
        };
        let mut layout = Self {
            lengths,
            width: 0.0,
            height: track(ports.saturating_sub(1)),
            columns: Vec::with_capacity(parts.columns.len()),
            guides: Vec::new(),
            devices: Vec::new(),
            couplers: vec![None; parts.couplers],
        };
        let mut pen = Pen::new(ports);
        let mut places: Vec<usize> = (0..ports).collect();
        let mut x = lengths.between;
        for (index, column) in parts.columns.iter().enumerate() {
            let mut next = vec![0; ports];
            for (place, &port) in column.order.iter().enumerate() {
                next[port as usize] = place;
            }
            x = change(&mut pen, &places, &next, x, lengths);
            places = next;
            let widths = column.cells.iter().map(|cell| {
                let stages = cell.stages.iter();
                stages.map(|stage| lengths.of(stage)).sum()
            });
            let width = widths.fold(0.0, f64::max);
            for cell in &column.cells {
                let mut left = x;
                for stage in &cell.stages {
                    layout.stage(&mut pen, cell.ports, stage, left, index);
                    left += lengths.of(stage);
                }
            }
            layout.columns.push([x, x + width]);
            x += width + lengths.between;
        }
        let straight: Vec<usize> = (0..ports).collect();
        x = change(&mut pen, &places, &straight, x, lengths);
        for (port, &parameter) in parts.screen.iter().enumerate() {
            layout.devices.push(PlacedDevice {
                at: [x + lengths.arms / 2.0, track(port)],
                device: Device::Shifter {
                    parameter,
                    symbol: "γ",
                },
                column: None,
                port,
            });
            pen.line(port, [x + lengths.arms + lengths.between, track(port)]);
        }
        layout.width = x + lengths.arms + lengths.between;
        layout.guides = pen.guides;
        layout
    }

    fn stage(&mut self, pen: &mut Pen, ports: [usize; 2], stage: &Stage, left: f64, column: usize) {
        let Lengths {
            arms: length,
            couple,
            straight,
            ..
        } = self.lengths;
        match *stage {
            Stage::Arms(arms) => {
                let middle = left + length / 2.0;
                for (arm, (&port, device)) in ports.iter().zip(arms).enumerate() {
                    let Some(device) = device else { continue };
                    let y = pen.at[port][1];
                    self.devices.push(PlacedDevice {
                        at: [middle, y],
                        device,
                        column: Some(column),
                        port,
                    });
                    if device.absorbs() {
                        pen.line(port, [middle, y]);
                        pen.begin(port, Origin::Change(pen.changes, arm));
                    }
                }
                pen.changes += usize::from(changes_power(stage));
            }
            Stage::Couple { coupler, .. } => {
                let middle = left + couple / 2.0;
                let ys = ports.map(|port| pen.at[port][1]);
                let y = (ys[0] + ys[1]) / 2.0;
                for (output, &port) in ports.iter().enumerate() {
                    let own = ys[output];
                    let near = y + (own - y).signum() * GAP / 2.0;
                    pen.line(port, [left, own]);
                    pen.bend(port, [middle - straight / 2.0, near]);
                    pen.line(port, [middle, near]);
                    pen.begin(port, Origin::Change(pen.changes, output));
                    pen.line(port, [middle + straight / 2.0, near]);
                    pen.bend(port, [left + couple, own]);
                }
                self.couplers[coupler] = Some([middle, y]);
                pen.changes += 1;
            }
            Stage::Cross => {
                let [a, b] = ports;
                let tracks = ports.map(|port| pen.at[port][1]);
                for (port, other) in [(a, tracks[1]), (b, tracks[0])] {
                    pen.line(port, [left, pen.at[port][1]]);
                    pen.line(port, [left + couple, other]);
                }
                // From here on the light of the one is on the other.
                pen.open.swap(a, b);
                pen.at.swap(a, b);
            }
        }
    }
}

/// Whether power is another behind a stage, so that other pieces of waveguide begin.
pub(super) fn changes_power(stage: &Stage) -> bool {
    match stage {
        Stage::Arms(devices) => devices.iter().flatten().any(|device| device.absorbs()),
        Stage::Couple { .. } => true,
        Stage::Cross => false,
    }
}

/// Leads the waveguides from one order to another; returns where the next column begins.
fn change(pen: &mut Pen, before: &[usize], after: &[usize], x: f64, lengths: Lengths) -> f64 {
    let far = before.iter().zip(after).map(|(a, b)| a.abs_diff(*b)).max();
    let far = far.unwrap_or(0);
    if far == 0 {
        return x;
    }
    let end = x + lengths.slope * far as f64;
    for port in 0..before.len() {
        pen.line(port, [x, track(before[port])]);
        pen.line(port, [end, track(after[port])]);
    }
    end + lengths.between
}

#[cfg(test)]
mod tests {
    use super::*;
    use photonics::mesh::NamedTopology::{self, Butterfly, Rectangular, Tree, Triangular};
    use photonics::mesh::{Cell, Placed, Topology};

    fn layout(name: NamedTopology, ports: usize) -> Layout {
        Layout::of(&Parts::of(&name.build(ports).unwrap()))
    }

    /// Every waveguide goes on where it came to, to the right, and ends at its output.
    #[test]
    fn waveguides_are_whole() {
        for name in [Rectangular, Triangular, Butterfly, Tree] {
            for ports in [1, 2, 5, 8] {
                let layout = layout(name, ports);
                let mut ends = Vec::new();
                for guide in &layout.guides {
                    let mut at = guide.start;
                    for step in &guide.steps {
                        let to = step.to();
                        assert!(to[0] > at[0], "{name:?} {ports}");
                        at = to;
                    }
                    if at[0] < layout.width {
                        // In the middle of a coupler, where the next piece of it begins.
                        let near = |start: &[f64; 2]| *start == at;
                        let next = layout.guides.iter().filter(|next| near(&next.start));
                        assert_eq!(next.count(), 1, "{name:?} {ports}");
                    } else {
                        ends.push(at[1]);
                    }
                }
                ends.sort_by(f64::total_cmp);
                let tracks: Vec<f64> = (0..ports).map(track).collect();
                assert_eq!(ends, tracks, "{name:?} {ports}");
            }
        }
    }

    /// Lines of the picture cross as often as the layout of the library counts.
    #[test]
    fn as_many_lines_cross_as_waveguides() {
        for name in [Rectangular, Butterfly, Tree] {
            for ports in [4, 8, 13] {
                let topology = name.build(ports).unwrap();
                let layout = layout(name, ports);
                let mut lines = Vec::new();
                for guide in &layout.guides {
                    let mut at = guide.start;
                    for step in &guide.steps {
                        let to = step.to();
                        if matches!(step, Step::Line(_)) && to[1] != at[1] {
                            lines.push([at, to]);
                        }
                        at = to;
                    }
                }
                let mut found = 0;
                for (index, a) in lines.iter().enumerate() {
                    for b in &lines[..index] {
                        let same = a[0][0] == b[0][0];
                        let before = a[0][1] < b[0][1];
                        found += usize::from(same && before != (a[1][1] < b[1][1]));
                    }
                    // With those that go straight on.
                }
                let counted: u32 = (0..=topology.columns())
                    .filter_map(|column| topology.crossings_before(column))
                    .flatten()
                    .sum();
                let straight = straight_crossings(&layout, &lines);
                assert_eq!(2 * (found + straight), counted as usize, "{name:?} {ports}");
            }
        }
    }

    /// Crossings of slanted lines with level ones.
    fn straight_crossings(layout: &Layout, lines: &[[[f64; 2]; 2]]) -> usize {
        let mut level = Vec::new();
        for guide in &layout.guides {
            let mut at = guide.start;
            for step in &guide.steps {
                let to = step.to();
                if to[1] == at[1] {
                    level.push([at, to]);
                }
                at = to;
            }
        }
        let crosses = |line: &[[f64; 2]; 2], flat: &[[f64; 2]; 2]| {
            let y = flat[0][1];
            let between = (line[0][1] - y) * (line[1][1] - y) < 0.0;
            between && flat[0][0] <= line[0][0] && flat[1][0] >= line[1][0]
        };
        let all = lines.iter();
        all.map(|line| level.iter().filter(|flat| crosses(line, flat)).count())
            .sum()
    }

    /// Behind a crossing light goes on along the other track: nothing but the crossing itself is slanted.
    #[test]
    fn a_crossing_leads_to_the_other_track() {
        let columns = [
            vec![Placed::on_two(Cell::Crossing, 0, 1)],
            vec![Placed::on_two(Cell::Mzi, 0, 1)],
        ];
        let topology = Topology::of_cells("crossing", 2, columns).unwrap();
        let layout = Layout::of(&Parts::of(&topology));
        let mut slanted = Vec::new();
        for guide in &layout.guides {
            let mut at = guide.start;
            for step in &guide.steps {
                let to = step.to();
                if matches!(step, Step::Line(_)) && to[1] != at[1] {
                    slanted.push((guide.from, [at[1], to[1]]));
                }
                at = to;
            }
        }
        assert_eq!(
            slanted,
            [
                (Origin::Input(0), [track(0), track(1)]),
                (Origin::Input(1), [track(1), track(0)]),
            ]
        );
    }

    #[test]
    fn every_part_has_its_place_once() {
        let layout = layout(Triangular, 6);
        let mut parameters: Vec<_> = layout
            .devices
            .iter()
            .filter_map(|placed| placed.device.parameter())
            .collect();
        parameters.sort_unstable();
        assert_eq!(parameters, (0..36).collect::<Vec<_>>());
        assert_eq!(layout.couplers.len(), 30);
        assert!(layout.couplers.iter().all(Option::is_some));
        // Boxes of a column stand side by side, not on each other.
        for (index, a) in layout.devices.iter().enumerate() {
            for b in &layout.devices[..index] {
                let apart = (a.at[0] - b.at[0]).abs() >= layout.lengths.arms
                    || (a.at[1] - b.at[1]).abs() >= PITCH;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }
}
