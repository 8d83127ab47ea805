//! The ideal path against the plain formula, bit for bit.

use super::*;
use crate::detector::ReceiverNoise;
use num_complex::Complex;

const SAMPLES: usize = 150;

fn receiver(readout: Readout, ports: usize, process: &DetectorProcess) -> Receiver {
    let detectors = LayerDetectors {
        responsivity_a_per_w: vec![process.responsivity_a_per_w; ports],
        dark_current_a: vec![process.dark_current_a; ports],
    };
    let layer = LayerReceiver::new(readout, 1.0, detectors, process.adc);
    Receiver::new(vec![layer], process, Streams::new(5))
}

fn field<T: Real>(ports: usize, samples: usize) -> FieldBatch<T> {
    let mut field = FieldBatch::dark(ports, samples);
    for sample in 0..samples {
        for port in 0..ports {
            let k = (sample * ports + port) as f64;
            let part = |x: f64| T::from_f64(1e-2 * (x % 1.0) - 3e-3);
            field.set(port, sample, Complex::new(part(0.37 * k), part(0.61 * k)));
        }
    }
    field
}

/// R |E|^2 + I_dark, then noise of variance 2 q I B + 4 k T B / R, then the difference of a pair.
fn formula<T: Real>(
    readout: Readout,
    field: &FieldBatch<T>,
    process: &DetectorProcess,
) -> Vec<f32> {
    let ports = field.ports();
    let mut stream = Streams::new(5).derive("readout", 9, 0);
    let mut normal = vec![0.0; ports * LANES];
    let mut out = Vec::new();
    for sample in 0..field.samples() {
        if sample % LANES == 0 {
            fill_standard_normal(&mut stream, &mut normal);
        }
        let currents: Vec<f32> = (0..ports)
            .map(|port| {
                let e = field.get(port, sample);
                let power_w = e.re.mul_add(e.re, e.im * e.im).to_f64();
                let mean = process
                    .responsivity_a_per_w
                    .mul_add(power_w, process.dark_current_a) as f32;
                process.noise.map_or(mean, |noise| {
                    let sigma = noise.variance_a2(f64::from(mean)).sqrt();
                    let z = normal[port * LANES + sample % LANES];
                    sigma.mul_add(z, f64::from(mean)) as f32
                })
            })
            .collect();
        match readout {
            Readout::Signed => out.extend(currents.chunks_exact(2).map(|pair| pair[0] - pair[1])),
            Readout::Intensity | Readout::Homodyne => out.extend(currents),
        }
    }
    out
}

fn same_bits<T: Real>() {
    let plain = DetectorProcess::ideal();
    let noisy = DetectorProcess {
        responsivity_a_per_w: 0.9,
        dark_current_a: 1e-6,
        noise: Some(ReceiverNoise::new(1e9, 50.0, 300.0)),
        ..plain
    };
    for ports in [2, 5, 33] {
        let field = field::<T>(ports, SAMPLES);
        for process in [plain, noisy] {
            for readout in [Readout::Intensity, Readout::Signed] {
                let mut out = vec![0.0; SAMPLES * readout.count(ports)];
                receiver(readout, ports, &process).read(9, 0, None, &field, &mut out);
                assert_eq!(out, formula(readout, &field, &process));
            }
        }
    }
}

#[test]
fn without_further_effects_a_reading_is_the_plain_formula() {
    same_bits::<f32>();
    same_bits::<f64>();
}
