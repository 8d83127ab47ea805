//! The receivers of a chip: from fields at the taps to currents.

use crate::design::Readout;
use crate::detector::photodiode::{saturated_a, saturated_f32_a};
use crate::detector::{Adc, LayerDetectors};
use crate::field::{FieldBatch, LANES, PortLanes};
use crate::process::DetectorProcess;
use crate::real::Real;
use crate::units::loss_db_to_power_ratio;
use numerics::normal::fill_standard_normal_f32;
use numerics::{Streams, vectorize};
use report::{convert, digitise, scale_codes, subtract, transpose};

mod report;
#[cfg(test)]
mod tests;

/// One number per sample of a block.
type Lanes = [f32; LANES];

#[derive(Debug)]
pub(super) struct Receiver {
    layers: Vec<LayerReceiver>,
    electronics: Electronics,
    streams: Streams,
    /// Of its noise.
    stream: &'static str,
    queries: u64,
    scratch: Scratch,
}

/// What stands at the tap of one layer.
#[derive(Debug)]
pub(super) struct LayerReceiver {
    readout: Readout,
    /// kappa: the part of the power that the tap takes.
    tap_ratio: f64,
    detectors: LayerDetectors,
    /// kappa R of each photodiode in A/W.
    tapped_a_per_w: Vec<f64>,
    adc: Option<Adc>,
}

impl LayerReceiver {
    pub(super) fn new(
        readout: Readout,
        tap_ratio: f64,
        detectors: LayerDetectors,
        adc: Option<Adc>,
    ) -> Self {
        let responsivity = detectors.responsivity_a_per_w.iter();
        Self {
            readout,
            tap_ratio,
            tapped_a_per_w: responsivity.map(|r| tap_ratio * r).collect(),
            detectors,
            adc,
        }
    }
}

/// What is the same for all layers.
#[derive(Debug)]
struct Electronics {
    /// Part of the layer's power that every photodiode sees; 0 without stray light.
    stray: f64,
    /// 1 / I_sat in 1/A; 0 without saturation.
    per_saturation: f64,
    /// Shot noise variance per current in A and thermal noise variance of a diode in A^2.
    noise: Option<(f64, f64)>,
    averages: u32,
    /// sqrt(P_LO) exp(i phase).
    oscillator: [f64; 2],
}

#[derive(Debug, Default)]
struct Scratch {
    /// Mean currents of one block of samples in A: ports x lanes.
    currents: Vec<Lanes>,
    /// Currents that make the shot noise, where they are not those above.
    carried: Vec<Lanes>,
    /// Currents of one readout of the block.
    noisy: Vec<Lanes>,
    /// Sums of codes: readouts x lanes.
    codes: Vec<[f64; LANES]>,
    /// Differences of balanced diodes: readouts x lanes.
    difference: Vec<Lanes>,
    /// What a converter reports in A: readouts x lanes.
    read: Vec<Lanes>,
}

impl Receiver {
    pub(super) fn new(
        layers: Vec<LayerReceiver>,
        process: &DetectorProcess,
        streams: Streams,
    ) -> Self {
        let oscillator = process.local_oscillator;
        let amplitude = oscillator.power_w.sqrt();
        let (sine, cosine) = libm::sincos(oscillator.phase_rad);
        let terms = process.noise.map(|noise| noise.terms());
        Self {
            layers,
            electronics: Electronics {
                stray: process
                    .optical_crosstalk_floor_db
                    .map_or(0.0, loss_db_to_power_ratio),
                per_saturation: process.saturation_a.map_or(0.0, |limit| 1.0 / limit),
                noise: terms.filter(|&(shot, thermal)| shot > 0.0 || thermal > 0.0),
                averages: process.averages,
                oscillator: [amplitude * cosine, amplitude * sine],
            },
            streams,
            stream: "readout",
            queries: 0,
            scratch: Scratch::default(),
        }
    }

    /// With noise of its own, from the stream of this name.
    pub(super) fn with_stream(mut self, name: &'static str) -> Self {
        self.stream = name;
        self
    }

    pub(super) fn averages(&self) -> u32 {
        self.electronics.averages
    }

    /// Queries so far.
    pub(super) fn queries(&self) -> u64 {
        self.queries
    }

    /// Goes on after so many queries.
    pub(super) fn resume_at(&mut self, queries: u64) {
        self.queries = queries;
    }

    /// The number of the next query: readout noise is a stream of its own, indexed by it.
    pub(super) fn next_query(&mut self) -> u64 {
        self.queries += 1;
        self.queries
    }

    /// Currents in A at the tap of `layer`, row-major samples x readouts. `light`: the laser's amplitude
    /// for each sample relative to its mean, where it fluctuates; the field has it already, the local
    /// oscillators get it here.
    pub(super) fn read<T: Real>(
        &mut self,
        query: u64,
        layer: usize,
        light: Option<&[f32]>,
        field: &FieldBatch<T>,
        out: &mut [f32],
    ) {
        let Self {
            layers,
            electronics,
            streams,
            stream,
            scratch,
            ..
        } = self;
        let layer_receiver = &layers[layer];
        let ports = field.ports();
        let readout = layer_receiver.readout;
        let width = readout.count(ports);
        scratch.currents.resize(ports, [0.0; LANES]);
        let mut stream = streams.derive(stream, query, layer as u64);
        let blocks = field.lanes().chunks_exact(ports);
        for (index, (block, out)) in blocks.zip(out.chunks_mut(LANES * width)).enumerate() {
            let light = light.map(|light| &light[index * LANES..]);
            electronics.detect(layer_receiver, block, light, scratch);
            let repetitions = match (layer_receiver.adc, electronics.noise) {
                (None, noise) => {
                    if let Some((shot, thermal)) = noise {
                        // The mean of the repetitions, each with noise of its own.
                        let share = f64::from(electronics.averages).recip();
                        let terms = (shot * share, thermal * share);
                        scratch.add_noise(readout, terms, &mut stream);
                    }
                    let Scratch {
                        currents,
                        noisy,
                        difference,
                        ..
                    } = &mut *scratch;
                    let currents = if noise.is_some() { noisy } else { currents };
                    if readout == Readout::Signed {
                        subtract(currents, difference);
                        transpose(difference, out);
                    } else {
                        transpose(currents, out);
                    }
                    continue;
                }
                (Some(_), None) => 1,
                (Some(_), Some(_)) => electronics.averages,
            };
            let Some(adc) = layer_receiver.adc else {
                continue;
            };
            let scale = adc.scale(readout.is_signed());
            if repetitions == 1 {
                if let Some(terms) = electronics.noise {
                    scratch.add_noise(readout, terms, &mut stream);
                }
                let Scratch {
                    currents,
                    noisy,
                    difference,
                    read,
                    ..
                } = &mut *scratch;
                let noisy = electronics.noise.map_or(&*currents, |_| &*noisy);
                convert(readout, noisy, scale, difference, read);
                transpose(read, out);
                continue;
            }
            scratch.codes.clear();
            scratch.codes.resize(width, [0.0; LANES]);
            for _ in 0..repetitions {
                if let Some(terms) = electronics.noise {
                    scratch.add_noise(readout, terms, &mut stream);
                    digitise(readout, &scratch.noisy, scale, &mut scratch.codes);
                } else {
                    digitise(readout, &scratch.currents, scale, &mut scratch.codes);
                }
            }
            let step = scale.step_a / f64::from(repetitions);
            scale_codes(&scratch.codes, step, &mut scratch.read);
            transpose(&scratch.read, out);
        }
    }
}

impl Electronics {
    /// Light to mean currents, saturation included.
    fn detect<T: Real>(
        &self,
        layer: &LayerReceiver,
        block: &[PortLanes<T>],
        light: Option<&[f32]>,
        scratch: &mut Scratch,
    ) {
        let Scratch {
            currents, carried, ..
        } = scratch;
        let mut stray_w = [0.0; LANES];
        if self.stray > 0.0 {
            vectorize(
                #[inline(always)]
                || total_power(block, self.stray, &mut stray_w),
            );
        }
        if layer.readout == Readout::Homodyne {
            let mut amplitude = [1.0; LANES];
            for (amplitude, light) in amplitude.iter_mut().zip(light.into_iter().flatten()) {
                *amplitude = f64::from(*light);
            }
            carried.resize(block.len(), [0.0; LANES]);
            vectorize(
                #[inline(always)]
                || self.homodyne(layer, block, &amplitude, &stray_w, currents, carried),
            );
            return;
        }
        let LayerDetectors {
            responsivity_a_per_w: responsivity,
            dark_current_a: dark,
        } = &layer.detectors;
        let tapped = &layer.tapped_a_per_w;
        let stray_w = stray_w.map(|x| x as f32);
        vectorize(
            #[inline(always)]
            || {
                let diodes = tapped.iter().zip(responsivity).zip(dark);
                for ((currents, port), ((tapped, responsivity), dark)) in
                    currents.iter_mut().zip(block).zip(diodes)
                {
                    let (tapped, responsivity) = (*tapped as f32, *responsivity as f32);
                    let dark = *dark as f32;
                    for i in 0..LANES {
                        let (re, im) = (port.re[i], port.im[i]);
                        let power_w = re.mul_add(re, im * im).to_f64() as f32;
                        let more = responsivity.mul_add(stray_w[i], dark);
                        currents[i] = tapped.mul_add(power_w, more);
                    }
                    if self.per_saturation > 0.0 {
                        let per_saturation = self.per_saturation as f32;
                        for current in currents.iter_mut() {
                            *current = saturated_f32_a(*current, per_saturation);
                        }
                    }
                }
            },
        );
    }

    /// The difference of the two diodes of each port, and their sum in `carried`.
    #[inline(always)]
    fn homodyne<T: Real>(
        &self,
        layer: &LayerReceiver,
        block: &[PortLanes<T>],
        amplitude: &[f64; LANES],
        stray_w: &[f64; LANES],
        currents: &mut [Lanes],
        carried: &mut [Lanes],
    ) {
        let kappa = layer.tap_ratio;
        let root = kappa.sqrt();
        let [lo_re, lo_im] = self.oscillator;
        let lo_w = lo_re.mul_add(lo_re, lo_im * lo_im);
        let responsivity = layer.detectors.responsivity_a_per_w.as_chunks::<2>().0;
        let dark = layer.detectors.dark_current_a.as_chunks::<2>().0;
        let diodes = responsivity.iter().zip(dark);
        for (((current, carried), port), (r, dark)) in
            currents.iter_mut().zip(carried).zip(block).zip(diodes)
        {
            for i in 0..LANES {
                let (x, y) = (port.re[i].to_f64(), port.im[i].to_f64());
                let a = amplitude[i];
                // |E +- L|^2 / 2 of the two outputs of the coupler.
                let signal_w = kappa * x.mul_add(x, y * y);
                let half_w = 0.5 * (a * a).mul_add(lo_w, signal_w + stray_w[i]);
                let beat_w = root * a * x.mul_add(lo_re, y * lo_im);
                let diode = |k: usize, power_w: f64| {
                    // Rounding may leave less than 0 where the waves cancel.
                    let current = r[k].mul_add(power_w.max(0.0), dark[k]);
                    saturated_a(current, self.per_saturation)
                };
                let (plus, minus) = (diode(0, half_w + beat_w), diode(1, half_w - beat_w));
                current[i] = (plus - minus) as f32;
                carried[i] = (plus + minus) as f32;
            }
        }
    }
}

/// `share` of the power of all ports in W, summed port by port.
#[inline(always)]
fn total_power<T: Real>(block: &[PortLanes<T>], share: f64, total_w: &mut [f64; LANES]) {
    let mut sums = [T::ZERO; LANES];
    for port in block {
        for (sum, (&re, &im)) in sums.iter_mut().zip(port.re.iter().zip(&port.im)) {
            *sum += re.mul_add(re, im * im);
        }
    }
    for (total, sum) in total_w.iter_mut().zip(sums) {
        *total = share * sum.to_f64();
    }
}

impl Scratch {
    /// The mean currents with shot and thermal noise of these variances.
    fn add_noise(&mut self, readout: Readout, terms: (f64, f64), stream: &mut numerics::Stream) {
        let Self {
            currents,
            carried,
            noisy,
            ..
        } = self;
        let (shot, thermal) = terms;
        // The two diodes of a port have a load each, and together the noise of their sum.
        let (carried, thermal) = match readout {
            Readout::Homodyne => (&carried[..], 2.0 * thermal),
            Readout::Intensity | Readout::Signed => (&currents[..], thermal),
        };
        let shot = (shot * VARIANCE_SCALE) as f32;
        let thermal = (thermal * VARIANCE_SCALE) as f32;
        noisy.resize(currents.len(), [0.0; LANES]);
        // The numbers lie where the sums go.
        fill_standard_normal_f32(stream, noisy.as_flattened_mut());
        vectorize(
            #[inline(always)]
            || {
                let mean = currents.iter().zip(carried);
                for (noisy, (mean, carried)) in noisy.iter_mut().zip(mean) {
                    for i in 0..LANES {
                        let sigma = shot.mul_add(carried[i], thermal).sqrt() * SIGMA_SCALE;
                        noisy[i] = sigma.mul_add(noisy[i], mean[i]);
                    }
                }
            },
        );
    }
}

/// By which variances in A^2 are multiplied, and standard deviations in A found from them, so that
/// neither is too small for single precision: 2^80 and 2^-40, without rounding.
const VARIANCE_SCALE: f64 = (1_u128 << 80) as f64;
const SIGMA_SCALE: f32 = 1.0 / (1_u64 << 40) as f32;
