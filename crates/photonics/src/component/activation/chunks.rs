//! Elementwise work over the lanes of a field, on several threads where it pays.

use crate::field::{LANES, PortLanes};
use crate::real::Real;
use numerics::normal::fill_standard_normal_f32;
use numerics::{Stream, Streams, vectorize};
use rand::Rng;
use rayon::prelude::*;

/// Port lanes that one thread takes at a time and that share a noise stream.
pub(super) const CHUNK: usize = 64;

/// Port lanes below which a second thread costs more than it brings.
const SERIAL: usize = 4 * CHUNK;

/// Port lanes whose noise is drawn together.
const GROUP: usize = 8;

/// Runs `work` on every lane, compiled for the widest vector unit. `work` must be `#[inline(always)]`.
#[inline(always)]
pub(super) fn for_each_lane<T: Real>(
    lanes: &mut [PortLanes<T>],
    work: impl Fn(&mut PortLanes<T>) + Sync,
) {
    let run = |chunk: &mut [PortLanes<T>]| {
        vectorize(
            #[inline(always)]
            || {
                // Not for_each(&work): a call through a reference need not be inlined.
                for lane in &mut *chunk {
                    work(lane);
                }
            },
        );
    };
    if lanes.len() < SERIAL {
        run(lanes);
    } else {
        lanes.par_chunks_mut(CHUNK).for_each(run);
    }
}

/// The same with `N` standard normal numbers per lane element, in single precision; afterwards what
/// lies beyond the last sample is dark.
#[inline(always)]
pub(super) fn for_each_noisy_lane<T: Real, const N: usize>(
    lanes: &mut [PortLanes<T>],
    ports: usize,
    samples: usize,
    noise: &mut Stream,
    work: impl Fn(&mut PortLanes<T>, &[[f32; LANES]; N]) + Sync,
) {
    let streams = Streams::new(noise.next_u64());
    let run = |(index, chunk): (usize, &mut [PortLanes<T>])| {
        let mut stream = streams.derive("activation-noise", index as u64, 0);
        let mut normal = [[[0.0; LANES]; N]; GROUP];
        for group in chunk.chunks_mut(GROUP) {
            let drawn = &mut normal[..group.len()];
            fill_standard_normal_f32(&mut stream, drawn.as_flattened_mut().as_flattened_mut());
            vectorize(
                #[inline(always)]
                || {
                    for (lane, normal) in group.iter_mut().zip(&*drawn) {
                        work(lane, normal);
                    }
                },
            );
        }
    };
    if lanes.len() < SERIAL {
        lanes.chunks_mut(CHUNK).enumerate().for_each(run);
    } else {
        lanes.par_chunks_mut(CHUNK).enumerate().for_each(run);
    }
    darken(lanes, ports, samples);
}

/// Makes what lies beyond the last sample dark.
pub(super) fn darken<T: Real>(lanes: &mut [PortLanes<T>], ports: usize, samples: usize) {
    let lit = samples / LANES * ports;
    for PortLanes { re, im } in lanes.iter_mut().skip(lit) {
        re[samples % LANES..].fill(T::ZERO);
        im[samples % LANES..].fill(T::ZERO);
    }
}
