//! Fields and cotangents back through a compiled mesh, block by block of samples.
//!
//! With f the fields and g the cotangents behind an MZI, in the gauge of the compiled mesh, two sums
//! over the samples are taken, u being the upper and l the lower port:
//!
//! ```text
//! difference   Re sum (g_u* f_l - g_l* f_u)
//! second       Im sum (g_u* f_l + g_l* f_u)      rotations
//!              Im sum  g_u* f_u before it        general form
//! ```
//! and Im sum g* f of every port behind the output screen. Lanes are added in a fixed order.

use super::gradient::Sums;
use super::tape::{Keep, Plan};
use crate::field::{LANES, PortLanes};
use crate::mesh::Topology;
use crate::mesh::general::Matrices;
use crate::mesh::propagate::{apply_screen, mix};
use crate::mesh::rotation::Rotations;
use crate::mesh::schedule::RUN;
use crate::real::Real;

/// Lanes that are summed side by side.
const WIDTH: usize = 16;

/// The sum of the lanes.
#[inline(always)]
fn total<T: Real>(mut lanes: [T; WIDTH]) -> T {
    let mut half = WIDTH / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// Im sum g* f of a port.
#[inline(always)]
fn overlap<T: Real, const ACTIVE: usize>(f: &PortLanes<T>, g: &PortLanes<T>) -> T {
    let mut sums = [T::ZERO; WIDTH];
    for k in 0..ACTIVE / WIDTH {
        for (j, sum) in sums.iter_mut().enumerate() {
            let i = k * WIDTH + j;
            *sum = g.re[i].mul_add(f.im[i], (-g.im[i]).mul_add(f.re[i], *sum));
        }
    }
    total(sums)
}

/// A lossless block: the inverse of the mesh is its adjoint, for both.
#[inline(always)]
pub(super) fn reverse_rotations<T: Real, const ACTIVE: usize>(
    topology: &Topology,
    operations: &[Rotations<T>],
    screen: &[[T; 2]],
    field: &mut [PortLanes<T>],
    cotangent: &mut [PortLanes<T>],
    sums: &mut Sums,
) {
    let ports = field.iter_mut().zip(&mut *cotangent);
    for ((f, g), (screen, sum)) in ports.zip(screen.iter().zip(&mut sums.outputs)) {
        *sum += overlap::<T, ACTIVE>(f, g).to_f64();
        let back = [[screen[0], -screen[1]]];
        apply_screen(&back, std::slice::from_mut(f));
        apply_screen(&back, std::slice::from_mut(g));
    }
    let runs = topology.schedule().pairs_of_runs_reversed();
    let places = operations.iter().zip(&mut sums.runs).rev();
    for (pairs, (r, [difference, second])) in runs.zip(places) {
        let phases = r.phase_re.iter().zip(&r.phase_im);
        let rotations = r.cos.iter().zip(&r.sin).zip(phases);
        let sums = difference.iter_mut().zip(second);
        for ((pair, sums), ((&c, &s), (&re, &im))) in pairs.iter().zip(sums).zip(rotations) {
            let ports = [pair.upper as usize, pair.lower as usize];
            if let (Ok(f), Ok(g)) = (
                field.get_disjoint_mut(ports),
                cotangent.get_disjoint_mut(ports),
            ) {
                let [a, b] = unrotate::<T, ACTIVE>([c, s, re, im], f, g);
                *sums.0 += a.to_f64();
                *sums.1 += b.to_f64();
            }
        }
    }
}

/// One MZI back, and its two sums.
#[inline(always)]
fn unrotate<T: Real, const ACTIVE: usize>(
    [c, s, re, im]: [T; 4],
    [fx, fy]: [&mut PortLanes<T>; 2],
    [gx, gy]: [&mut PortLanes<T>; 2],
) -> [T; 2] {
    let mut difference = [T::ZERO; WIDTH];
    let mut second = [T::ZERO; WIDTH];
    let back = |x: T, y: T| (x.mul_add(c, -(y * s)), x.mul_add(s, y * c));
    let turn = |x: T, y: T| (x.mul_add(re, y * im), y.mul_add(re, -(x * im)));
    for k in 0..ACTIVE / WIDTH {
        for j in 0..WIDTH {
            let i = k * WIDTH + j;
            let (fxr, fxi, fyr, fyi) = (fx.re[i], fx.im[i], fy.re[i], fy.im[i]);
            let (gxr, gxi, gyr, gyi) = (gx.re[i], gx.im[i], gy.re[i], gy.im[i]);
            let sum = gxr.mul_add(fyr, gxi.mul_add(fyi, difference[j]));
            difference[j] = (-gyr).mul_add(fxr, (-gyi).mul_add(fxi, sum));
            let sum = gxr.mul_add(fyi, (-gxi).mul_add(fyr, second[j]));
            second[j] = gyr.mul_add(fxi, (-gyi).mul_add(fxr, sum));
            let ((tr, br), (ti, bi)) = (back(fxr, fyr), back(fxi, fyi));
            (fx.re[i], fx.im[i]) = turn(tr, ti);
            (fy.re[i], fy.im[i]) = (br, bi);
            let ((tr, br), (ti, bi)) = (back(gxr, gyr), back(gxi, gyi));
            (gx.re[i], gx.im[i]) = turn(tr, ti);
            (gy.re[i], gy.im[i]) = (br, bi);
        }
    }
    [total(difference), total(second)]
}

/// The way back through a mesh with loss.
#[derive(Clone, Debug)]
pub(super) struct ReverseGeneral<T> {
    plan: Plan,
    /// In the order of computation; where inputs are kept nobody reads them.
    inverse: Vec<Matrices<T>>,
}

impl<T: Real> ReverseGeneral<T> {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            plan,
            inverse: Vec::new(),
        }
    }

    pub(super) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Inverts the matrices of a compiled mesh.
    pub(super) fn invert(&mut self, matrices: &[Matrices<T>]) {
        self.inverse.resize_with(matrices.len(), Matrices::default);
        numerics::vectorize(
            #[inline(always)]
            || {
                for (inverse, matrices) in self.inverse.iter_mut().zip(matrices) {
                    invert(matrices, inverse);
                }
            },
        );
    }

    /// One block: fields by the inverse or from what was kept, cotangents by the adjoint.
    #[inline(always)]
    #[allow(clippy::too_many_arguments, reason = "a kernel: what it reads and what it writes")]
    pub(super) fn block<const ACTIVE: usize>(
        &self,
        topology: &Topology,
        operations: &[Matrices<T>],
        screen: &[[T; 2]],
        kept: &[PortLanes<T>],
        field: &mut [PortLanes<T>],
        cotangent: &mut [PortLanes<T>],
        sums: &mut Sums,
    ) {
        let ports = field.iter().zip(&mut *cotangent);
        for ((f, g), (screen, sum)) in ports.zip(screen.iter().zip(&mut sums.outputs)) {
            *sum += overlap::<T, ACTIVE>(f, g).to_f64();
            apply_screen(&[[screen[0], -screen[1]]], std::slice::from_mut(g));
        }
        let mut kept = kept;
        pop(&mut kept, field);
        let runs = topology.schedule().pairs_of_runs_reversed();
        let places = operations.iter().zip(&self.inverse).zip(&mut sums.runs);
        let places = places.zip(self.plan.keep()).rev();
        for (pairs, (((m, inverse), [difference, second]), keep)) in runs.zip(places) {
            for (i, pair) in pairs.iter().enumerate().take(RUN).rev() {
                let ports = [pair.upper as usize, pair.lower as usize];
                if let (Ok([fx, fy]), Ok([gx, gy])) = (
                    field.get_disjoint_mut(ports),
                    cotangent.get_disjoint_mut(ports),
                ) {
                    difference[i] += cross::<T, ACTIVE>([&*fx, &*fy], [&*gx, &*gy]).to_f64();
                    if *keep == Keep::Inputs {
                        let mut inputs = [PortLanes::DARK; 2];
                        pop(&mut kept, &mut inputs);
                        [*fx, *fy] = inputs;
                    } else {
                        mix::<T, ACTIVE>(&std::array::from_fn(|k| inverse.0[k][i]), fx, fy);
                    }
                    let [a, b, c, d, e, f, g, h] = std::array::from_fn(|k| m.0[k][i]);
                    mix::<T, ACTIVE>(&[a, -b, e, -f, c, -d, g, -h], gx, gy);
                    second[i] += overlap::<T, ACTIVE>(fx, gx).to_f64();
                }
            }
            if *keep == Keep::Section {
                pop(&mut kept, field);
            }
        }
    }
}

/// Takes what was kept last.
#[inline(always)]
fn pop<T: Real>(kept: &mut &[PortLanes<T>], to: &mut [PortLanes<T>]) {
    if let Some(start) = kept.len().checked_sub(to.len()) {
        to.copy_from_slice(&kept[start..]);
        *kept = &kept[..start];
    }
}

/// Re sum (g_u* f_l - g_l* f_u).
#[inline(always)]
fn cross<T: Real, const ACTIVE: usize>(
    [fx, fy]: [&PortLanes<T>; 2],
    [gx, gy]: [&PortLanes<T>; 2],
) -> T {
    let mut sums = [T::ZERO; WIDTH];
    for k in 0..ACTIVE / WIDTH {
        for (j, sum) in sums.iter_mut().enumerate() {
            let i = k * WIDTH + j;
            let upper = gx.re[i].mul_add(fy.re[i], gx.im[i].mul_add(fy.im[i], *sum));
            *sum = (-gy.re[i]).mul_add(fx.re[i], (-gy.im[i]).mul_add(fx.im[i], upper));
        }
    }
    total(sums)
}

/// The inverse matrices of a run, in double precision on the way.
#[inline(always)]
fn invert<T: Real>(Matrices(m): &Matrices<T>, Matrices(inverse): &mut Matrices<T>) {
    for i in 0..RUN {
        let [ar, ai, br, bi, cr, ci, dr, di] = std::array::from_fn(|k| m[k][i].to_f64());
        let det_re = ar.mul_add(dr, -(ai * di)) - br.mul_add(cr, -(bi * ci));
        let det_im = ar.mul_add(di, ai * dr) - br.mul_add(ci, bi * cr);
        let square = det_re.mul_add(det_re, det_im * det_im);
        let (re, im) = (det_re / square, -(det_im / square));
        let times = |x: f64, y: f64| {
            [
                T::from_f64(x.mul_add(re, -(y * im))),
                T::from_f64(x.mul_add(im, y * re)),
            ]
        };
        let elements = [times(dr, di), times(-br, -bi), times(-cr, -ci), times(ar, ai)];
        for (k, x) in elements.into_iter().flatten().enumerate() {
            inverse[k][i] = x;
        }
    }
}

const _: () = assert!(LANES.is_multiple_of(2 * WIDTH) && RUN == WIDTH);
