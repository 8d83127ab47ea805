//! What compilation carries along the ports of a mesh.

use super::schedule::RUN;

/// One number for each of the MZIs that are compiled together.
pub(crate) type Lanes<T> = [T; RUN];

/// One number per port.
///
/// Even and odd ports lie apart: the upper ports of a column are then neighbours in memory, and so
/// are the lower ones. Each list is longer than its ports by a run, so that whole vectors can be read
/// and written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pushed<T> {
    /// Even and odd ports.
    parities: [Vec<T>; 2],
}

impl<T: Copy> Pushed<T> {
    /// The same on each of `ports` ports.
    pub(crate) fn reset(&mut self, ports: usize, start: T) {
        for part in &mut self.parities {
            part.clear();
            part.resize(ports / 2 + 1 + RUN, start);
        }
    }

    /// What is on one port.
    #[inline(always)]
    pub(crate) fn get(&self, port: usize) -> T {
        self.parities[port % 2][port / 2]
    }

    /// Sets what is on one port.
    #[inline(always)]
    pub(crate) fn set(&mut self, port: usize, value: T) {
        self.parities[port % 2][port / 2] = value;
    }

    /// What is on `port`, `port + 2`, .. and on `port + 1`, `port + 3`, .. in whole vectors, whatever
    /// lies beyond the last port: upper and lower.
    #[inline(always)]
    pub(crate) fn neighbours(&mut self, port: usize) -> Option<[&mut Lanes<T>; 2]> {
        let [even, odd] = &mut self.parities;
        let (upper, lower) = if port.is_multiple_of(2) {
            (even, odd)
        } else {
            (odd, even)
        };
        Some([
            upper.get_mut(port / 2..)?.first_chunk_mut()?,
            lower.get_mut(port.div_ceil(2)..)?.first_chunk_mut()?,
        ])
    }
}
