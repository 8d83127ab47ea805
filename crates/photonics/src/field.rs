//! Light at a cross-section of the chip: complex amplitudes, ports x samples.

use crate::real::Real;
use num_complex::Complex;
use numerics::transpose::{TILE, Transpose};

/// Samples that are propagated together: the real parts of a port in one block fill four vector
/// registers of the widest unit in single precision. With fewer, the reading of the operation shows.
pub const LANES: usize = 64;

/// The real and imaginary parts of one port for one block of samples, on whole cache lines.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C, align(64))]
pub struct PortLanes<T> {
    /// Real parts in sqrt(W).
    pub re: [T; LANES],
    /// Imaginary parts in sqrt(W).
    pub im: [T; LANES],
}

impl<T: Real> PortLanes<T> {
    /// No light.
    pub const DARK: Self = Self {
        re: [T::ZERO; LANES],
        im: [T::ZERO; LANES],
    };
}

/// Complex amplitudes in sqrt(W), ports x samples.
///
/// Stored as blocks of [`LANES`] samples; within a block port by port, within a port first the real
/// and then the imaginary parts. Lanes beyond the last sample are dark.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldBatch<T> {
    ports: usize,
    samples: usize,
    lanes: Vec<PortLanes<T>>,
}

impl<T: Real> FieldBatch<T> {
    /// A dark field.
    pub fn dark(ports: usize, samples: usize) -> Self {
        let mut field = Self {
            ports,
            samples: 0,
            lanes: Vec::new(),
        };
        field.resize(samples);
        field
    }

    /// Changes the number of samples and keeps the memory; the content is dark afterwards.
    pub fn resize(&mut self, samples: usize) {
        self.samples = samples;
        self.lanes.clear();
        self.lanes
            .resize(samples.div_ceil(LANES) * self.ports, PortLanes::DARK);
    }

    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.ports
    }

    /// Number of samples.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Sets real amplitudes (phase 0) of all samples: row-major `samples x ports`, each multiplied by
    /// `scale` (in sqrt(W)). The number of samples follows from the length.
    pub fn encode(&mut self, amplitudes: &[f32], scale: f64) {
        let ports = self.ports;
        let scale = T::from_f64(scale);
        self.samples = amplitudes.len() / ports;
        let size = self.samples.div_ceil(LANES) * ports;
        self.lanes.resize(size, PortLanes::DARK);
        numerics::vectorize(
            #[inline(always)]
            || {
                let blocks = self.lanes.chunks_exact_mut(ports);
                for (block, rows) in blocks.zip(amplitudes.chunks(LANES * ports)) {
                    encode_block(block, rows, scale);
                }
            },
        );
    }

    /// The amplitude of one sample at one port, in sqrt(W).
    ///
    /// # Panics
    /// When the port or the sample does not exist.
    pub fn get(&self, port: usize, sample: usize) -> Complex<T> {
        assert!(sample < self.samples, "sample {sample} of {}", self.samples);
        let PortLanes { re, im } = &self.lanes[sample / LANES * self.ports + port];
        Complex::new(re[sample % LANES], im[sample % LANES])
    }

    /// Sets the amplitude of one sample at one port, in sqrt(W).
    ///
    /// # Panics
    /// When the port or the sample does not exist.
    pub fn set(&mut self, port: usize, sample: usize, amplitude: Complex<T>) {
        assert!(sample < self.samples, "sample {sample} of {}", self.samples);
        let PortLanes { re, im } = &mut self.lanes[sample / LANES * self.ports + port];
        re[sample % LANES] = amplitude.re;
        im[sample % LANES] = amplitude.im;
    }

    /// Total power of one sample in W.
    pub fn power_w(&self, sample: usize) -> f64 {
        (0..self.ports)
            .map(|port| {
                let e = self.get(port, sample);
                e.re.to_f64().powi(2) + e.im.to_f64().powi(2)
            })
            .sum()
    }

    /// Multiplies all amplitudes.
    pub(crate) fn scale(&mut self, factor: f64) {
        let factor = T::from_f64(factor);
        numerics::vectorize(
            #[inline(always)]
            || {
                for PortLanes { re, im } in &mut self.lanes {
                    re.iter_mut().chain(im).for_each(|x| *x *= factor);
                }
            },
        );
    }

    /// All lanes in memory order: blocks x ports.
    pub(crate) fn lanes_mut(&mut self) -> &mut [PortLanes<T>] {
        &mut self.lanes
    }

    /// All lanes in memory order: blocks x ports.
    pub(crate) fn lanes(&self) -> &[PortLanes<T>] {
        &self.lanes
    }
}

/// Sets the real amplitudes of one block of samples.
#[inline(always)]
fn encode_block<T: Real>(block: &mut [PortLanes<T>], rows: &[f32], scale: T) {
    let (ports, samples) = (block.len(), rows.len() / block.len());
    let transpose = Transpose::new();
    for (tile, lanes) in block.chunks_mut(TILE).enumerate() {
        let first = tile * TILE;
        for port in lanes.iter_mut() {
            port.im = [T::ZERO; LANES];
            if samples < LANES {
                port.re = [T::ZERO; LANES];
            }
        }
        for lane in (0..samples).step_by(TILE) {
            transpose.tile(
                rows,
                lane * ports + first,
                ports,
                samples - lane,
                #[inline(always)]
                |port, column| {
                    let port = lanes.get_mut(port).and_then(|port| port.re.get_mut(lane..));
                    if let Some(places) = port.and_then(|lanes| lanes.first_chunk_mut::<TILE>()) {
                        for (place, &amplitude) in places.iter_mut().zip(column) {
                            *place = T::from_f64(f64::from(amplitude)) * scale;
                        }
                    }
                },
            );
        }
    }
}
