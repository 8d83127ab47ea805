//! Fields through an activation.

use super::Activation;
use crate::field::FieldBatch;
use crate::real::Real;
use num_complex::{Complex, Complex64};
use numerics::Streams;

/// One sample at one port.
pub(super) fn pass<T: Real>(activation: Activation, e: Complex64) -> Complex64 {
    let mut field = FieldBatch::<T>::dark(1, 1);
    field.set(0, 0, Complex::new(T::from_f64(e.re), T::from_f64(e.im)));
    run(activation, &mut field, 0);
    let e = field.get(0, 0);
    Complex64::new(e.re.to_f64(), e.im.to_f64())
}

/// The same field in `count` samples at three ports, one of which is returned.
pub(super) fn repeat(activation: Activation, e: Complex64, count: usize) -> Vec<Complex64> {
    let mut field = FieldBatch::<f64>::dark(3, count);
    for sample in 0..count {
        for port in 0..3 {
            field.set(port, sample, e);
        }
    }
    run(activation, &mut field, 1);
    (0..count).map(|sample| field.get(1, sample)).collect()
}

pub(super) fn run<T: Real>(activation: Activation, field: &mut FieldBatch<T>, seed: u64) {
    let (ports, samples) = (field.ports(), field.samples());
    let mut noise = Streams::new(seed).derive("test", 0, 0);
    activation.apply(field.lanes_mut(), ports, samples, &mut noise);
}
