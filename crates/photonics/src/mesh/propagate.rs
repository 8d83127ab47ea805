//! Light through a compiled mesh, in place.
//!
//! Blocks of [`LANES`] samples run in parallel; within a block the
//! operations follow each other in the order of the mesh. Nothing is allocated.

use super::general::Matrices;
use super::program::{Operations, Program};
use super::schedule::RUN;
use super::topology::Topology;
use crate::field::{FieldBatch, LANES, PortLanes};
use crate::real::Real;
use numerics::vectorize;
use rayon::prelude::*;

/// Work below which a second thread costs more than it brings, in MZI-samples.
pub(crate) const SERIAL: usize = 1 << 19;

/// Sends `field` through the mesh.
///
/// # Panics
/// When the field has another number of ports than the mesh: an error of the caller.
pub fn propagate<T: Real>(topology: &Topology, program: &Program<T>, field: &mut FieldBatch<T>) {
    assert_eq!(field.ports(), topology.ports());
    let (ports, samples) = (topology.ports(), field.samples());
    let pass = |(block, lanes): (usize, &mut [PortLanes<T>])| {
        let active = samples - block * LANES;
        vectorize(
            #[inline(always)]
            || match active {
                ..=16 => pass_block::<T, 16>(topology, program, lanes),
                17..=32 => pass_block::<T, 32>(topology, program, lanes),
                _ => pass_block::<T, LANES>(topology, program, lanes),
            },
        );
    };
    if topology.mzis() * samples < SERIAL {
        field
            .lanes_mut()
            .chunks_exact_mut(ports)
            .enumerate()
            .for_each(pass);
    } else {
        field
            .lanes_mut()
            .par_chunks_exact_mut(ports)
            .enumerate()
            .for_each(pass);
    }
}

/// Sends the first `ACTIVE` lanes of a block through the mesh.
#[inline(always)]
fn pass_block<T: Real, const ACTIVE: usize>(
    topology: &Topology,
    program: &Program<T>,
    block: &mut [PortLanes<T>],
) {
    let runs = topology.schedule().pairs_of_runs();
    match &program.operations {
        Operations::Rotations(operations) => {
            for (pairs, r) in runs.zip(operations) {
                let phases = r.phase_re.iter().zip(&r.phase_im);
                let rotations = r.cos.iter().zip(&r.sin).zip(phases);
                for (pair, ((&c, &s), (&re, &im))) in pairs.iter().zip(rotations) {
                    let ports = [pair.upper as usize, pair.lower as usize];
                    if let Ok([x, y]) = block.get_disjoint_mut(ports) {
                        rotate::<T, ACTIVE>(c, s, re, im, x, y);
                    }
                }
            }
        }
        Operations::General(operations) => {
            for (pairs, Matrices(matrices)) in runs.zip(operations) {
                for (i, pair) in pairs.iter().enumerate().take(RUN) {
                    let ports = [pair.upper as usize, pair.lower as usize];
                    if let Ok([x, y]) = block.get_disjoint_mut(ports) {
                        mix::<T, ACTIVE>(&std::array::from_fn(|k| matrices[k][i]), x, y);
                    }
                }
            }
        }
    }
    apply_screen(&program.screen, block);
}

#[inline(always)]
fn rotate<T: Real, const ACTIVE: usize>(
    c: T,
    s: T,
    phase_re: T,
    phase_im: T,
    x: &mut PortLanes<T>,
    y: &mut PortLanes<T>,
) {
    for i in 0..ACTIVE {
        let (a_re, a_im) = (x.re[i], x.im[i]);
        let t_re = a_re.mul_add(phase_re, -(a_im * phase_im));
        let t_im = a_re.mul_add(phase_im, a_im * phase_re);
        let (b_re, b_im) = (y.re[i], y.im[i]);
        x.re[i] = t_re.mul_add(c, b_re * s);
        x.im[i] = t_im.mul_add(c, b_im * s);
        y.re[i] = b_re.mul_add(c, -(t_re * s));
        y.im[i] = b_im.mul_add(c, -(t_im * s));
    }
}

/// One MZI of the general form: Re and Im of the elements 00, 01, 10, 11.
#[inline(always)]
pub(crate) fn mix<T: Real, const ACTIVE: usize>(
    &[
        m00_re,
        m00_im,
        m01_re,
        m01_im,
        m10_re,
        m10_im,
        m11_re,
        m11_im,
    ]: &[T; 8],
    x: &mut PortLanes<T>,
    y: &mut PortLanes<T>,
) {
    for i in 0..ACTIVE {
        let (a_re, a_im, b_re, b_im) = (x.re[i], x.im[i], y.re[i], y.im[i]);
        let row = |r0: T, i0: T, r1: T, i1: T| {
            let re = a_re.mul_add(r0, -(a_im * i0));
            let im = a_re.mul_add(i0, a_im * r0);
            let re = b_im.mul_add(-i1, b_re.mul_add(r1, re));
            (re, b_im.mul_add(r1, b_re.mul_add(i1, im)))
        };
        (x.re[i], x.im[i]) = row(m00_re, m00_im, m01_re, m01_im);
        (y.re[i], y.im[i]) = row(m10_re, m10_im, m11_re, m11_im);
    }
}

/// Multiplies each port by a complex number.
#[inline(always)]
pub(crate) fn apply_screen<T: Real>(screen: &[[T; 2]], block: &mut [PortLanes<T>]) {
    for (&[c, s], port) in screen.iter().zip(block) {
        for i in 0..LANES {
            let (x, y) = (port.re[i], port.im[i]);
            port.re[i] = x.mul_add(c, -(y * s));
            port.im[i] = x.mul_add(s, y * c);
        }
    }
}
