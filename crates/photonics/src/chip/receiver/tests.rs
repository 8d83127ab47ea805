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

/// R |E|^2 + I_dark, then noise of variance 2 q I B + 4 k T B / R, then the difference of a pair: in single
/// precision as a receiver does it, and in double precision with what single precision may be off.
fn formula<T: Real>(
    readout: Readout,
    field: &FieldBatch<T>,
    process: &DetectorProcess,
) -> Vec<(f32, f64, f64)> {
    let ports = field.ports();
    let mut stream = Streams::new(5).derive("readout", 9, 0);
    let mut normal = vec![0.0; ports * LANES];
    let mut out = Vec::new();
    let (responsivity, dark) = (process.responsivity_a_per_w, process.dark_current_a);
    for sample in 0..field.samples() {
        if sample % LANES == 0 {
            fill_standard_normal_f32(&mut stream, &mut normal);
        }
        let currents: Vec<_> = (0..ports)
            .map(|port| {
                let e = field.get(port, sample);
                let power_w = e.re.mul_add(e.re, e.im * e.im).to_f64();
                let exact = responsivity.mul_add(power_w, dark);
                let mean = (responsivity as f32).mul_add(power_w as f32, dark as f32);
                let (current, exact, size) = match process.noise {
                    None => (mean, exact, exact),
                    Some(noise) => {
                        let z = normal[port * LANES + sample % LANES];
                        let (shot, thermal) = noise.terms();
                        let large = |variance: f64| (variance * 2_f64.powi(80)) as f32;
                        let variance = large(shot).mul_add(mean, large(thermal));
                        let sigma = variance.sqrt() * 2_f32.powi(-40);
                        let added = noise.variance_a2(exact).sqrt() * f64::from(z);
                        let size = exact + added.abs();
                        (sigma.mul_add(z, mean), exact + added, size)
                    }
                };
                // Of the mean three numbers and a sum are rounded, of the noise as many and a root, and
                // their sum: each by half an epsilon.
                (current, exact, 4.0 * f64::from(f32::EPSILON) * size)
            })
            .collect();
        match readout {
            Readout::Signed => out.extend(currents.as_chunks().0.iter().map(|[plus, minus]| {
                let difference = plus.0 - minus.0;
                let rounding = f64::from(f32::EPSILON * difference.abs());
                (difference, plus.1 - minus.1, plus.2 + minus.2 + rounding)
            })),
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
                let expected = formula(readout, &field, &process);
                assert_eq!(out.len(), expected.len());
                for (found, (bits, exact, off)) in out.into_iter().zip(expected) {
                    assert_eq!(found, bits);
                    assert!((f64::from(found) - exact).abs() <= off, "{found} {exact}");
                }
            }
        }
    }
}

#[test]
fn without_further_effects_a_reading_is_the_plain_formula() {
    same_bits::<f32>();
    same_bits::<f64>();
}
