//! The receivers of a chip: from fields at the taps to currents.

use crate::design::Readout;
use crate::detector::Photodiode;
use crate::field::{FieldBatch, LANES};
use crate::real::Real;
use numerics::normal::fill_standard_normal;
use numerics::{Streams, vectorize};

#[derive(Debug)]
pub(super) struct Receiver {
    photodiode: Photodiode,
    streams: Streams,
    queries: u64,
    /// Currents of one block of samples: ports x lanes.
    currents: Vec<[f32; LANES]>,
    noise: Vec<f64>,
}

impl Receiver {
    pub(super) fn new(photodiode: Photodiode, streams: Streams) -> Self {
        Self {
            photodiode,
            streams,
            queries: 0,
            currents: Vec::new(),
            noise: Vec::new(),
        }
    }

    /// The number of the next query: readout noise is a stream of its own, indexed by it.
    pub(super) fn next_query(&mut self) -> u64 {
        self.queries += 1;
        self.queries
    }

    /// Currents in A at the tap of `layer`, row-major samples x readouts.
    pub(super) fn read<T: Real>(
        &mut self,
        query: u64,
        layer: usize,
        readout: Readout,
        field: &FieldBatch<T>,
        out: &mut [f32],
    ) {
        let ports = field.ports();
        let width = readout.count(ports);
        self.currents.resize(ports, [0.0; LANES]);
        let mut stream = self.streams.derive("readout", query, layer as u64);
        let diode = self.photodiode;
        let blocks = field.lanes().chunks_exact(ports);
        for (block, out) in blocks.zip(out.chunks_mut(LANES * width)) {
            let (responsivity, dark) = (diode.responsivity_a_per_w, diode.dark_current_a);
            vectorize(
                #[inline(always)]
                || {
                    for (currents, port) in self.currents.iter_mut().zip(block) {
                        for ((current, &re), &im) in currents.iter_mut().zip(&port.re).zip(&port.im)
                        {
                            let power = re.mul_add(re, im * im).to_f64();
                            *current = responsivity.mul_add(power, dark) as f32;
                        }
                    }
                },
            );
            if let Some(noise) = diode.noise {
                let (shot, thermal) = noise.terms();
                self.noise.resize(ports * LANES, 0.0);
                fill_standard_normal(&mut stream, &mut self.noise);
                let noise = self.noise.as_chunks::<LANES>().0;
                vectorize(
                    #[inline(always)]
                    || {
                        for (currents, noise) in self.currents.iter_mut().zip(noise) {
                            for (current, noise) in currents.iter_mut().zip(noise) {
                                let mean = f64::from(*current);
                                let sigma = shot.mul_add(mean, thermal).sqrt();
                                *current = sigma.mul_add(*noise, mean) as f32;
                            }
                        }
                    },
                );
            }
            // From ports x lanes to samples x readouts, in tiles that stay in the first-level cache.
            match readout {
                Readout::Intensity => {
                    transpose(&self.currents, width, out, |currents, lane| currents[lane]);
                }
                Readout::Signed => {
                    let pairs = self.currents.as_chunks().0;
                    transpose(
                        pairs,
                        width,
                        out,
                        |[plus, minus]: &[[f32; LANES]; 2], lane| plus[lane] - minus[lane],
                    );
                }
            }
        }
    }
}

/// Readouts that are transposed together.
const TILE: usize = 16;

/// Fills the rows of `out`, one per lane, with what `read` gives for each source.
fn transpose<S>(sources: &[S], width: usize, out: &mut [f32], read: impl Fn(&S, usize) -> f32) {
    for (tile, sources) in sources.chunks(TILE).enumerate() {
        for (lane, row) in out.chunks_exact_mut(width).enumerate() {
            let row = &mut row[tile * TILE..];
            for (out, source) in row.iter_mut().zip(sources) {
                *out = read(source, lane);
            }
        }
    }
}
