//! The phases that compilation pushes along the ports of a mesh.

use super::schedule::RUN;
use crate::real::Real;

/// One number for each of the MZIs that are compiled together.
pub(crate) type Lanes<T> = [T; RUN];

/// A complex number of modulus 1 per port.
///
/// Even and odd ports lie apart: the upper ports of a column are then neighbours in memory, and so
/// are the lower ones. Each list is longer than its ports by a run, so that whole vectors can be read
/// and written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pushed<T> {
    /// Even and odd ports, real and imaginary parts.
    parities: [[Vec<T>; 2]; 2],
}

impl<T: Real> Pushed<T> {
    /// No phase on any of `ports` ports.
    pub(crate) fn reset(&mut self, ports: usize) {
        for parts in &mut self.parities {
            for (part, start) in parts.iter_mut().zip([T::ONE, T::ZERO]) {
                part.clear();
                part.resize(ports / 2 + 1 + RUN, start);
            }
        }
    }

    /// The phase on one port: real and imaginary part.
    #[inline(always)]
    pub(crate) fn get(&self, port: usize) -> [T; 2] {
        let [re, im] = &self.parities[port % 2];
        [re[port / 2], im[port / 2]]
    }

    /// Sets the phase on one port.
    #[inline(always)]
    pub(crate) fn set(&mut self, port: usize, phase: [T; 2]) {
        let [re, im] = &mut self.parities[port % 2];
        [re[port / 2], im[port / 2]] = phase;
    }

    /// The phases on `port`, `port + 2`, .. and on `port + 1`, `port + 3`, .. in whole vectors,
    /// whatever lies beyond the last port: upper and lower, real and imaginary.
    #[inline(always)]
    pub(crate) fn neighbours(&mut self, port: usize) -> Option<[[&mut Lanes<T>; 2]; 2]> {
        let [even, odd] = &mut self.parities;
        let (upper, lower) = if port.is_multiple_of(2) {
            (even, odd)
        } else {
            (odd, even)
        };
        let [upper_re, upper_im] = upper;
        let [lower_re, lower_im] = lower;
        let (first, second) = (port / 2, port.div_ceil(2));
        Some([
            [
                upper_re.get_mut(first..)?.first_chunk_mut()?,
                upper_im.get_mut(first..)?.first_chunk_mut()?,
            ],
            [
                lower_re.get_mut(second..)?.first_chunk_mut()?,
                lower_im.get_mut(second..)?.first_chunk_mut()?,
            ],
        ])
    }
}
