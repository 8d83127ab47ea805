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
use crate::mesh::propagate::apply_screen;
use crate::mesh::rotation::Rotations;
use crate::mesh::schedule::RUN;
use crate::real::Real;

/// Partial sums that are kept side by side until a run of MZIs is through.
const WIDTH: usize = 8;

/// The partial sums of a run.
type Partial<T> = [[T; WIDTH]; RUN];

/// Adds the first `ACTIVE` lanes (16, 32 or 64) up to partial sums.
#[inline(always)]
fn fold<T: Real, const ACTIVE: usize>(x: &[T; LANES], partial: &mut [T; WIDTH]) {
    for i in 0..WIDTH {
        partial[i] = match ACTIVE {
            LANES => {
                ((x[i] + x[i + 8]) + (x[i + 16] + x[i + 24]))
                    + ((x[i + 32] + x[i + 40]) + (x[i + 48] + x[i + 56]))
            }
            32 => (x[i] + x[i + 8]) + (x[i + 16] + x[i + 24]),
            _ => x[i] + x[i + 8],
        };
    }
}

#[inline(always)]
fn total<T: Real>(x: &[T; WIDTH]) -> f64 {
    (((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))).to_f64()
}

/// Adds the sums of a run's MZIs; those beyond the run are numbers that nobody reads.
#[inline(always)]
fn add_totals<T: Real>(partial: &Partial<T>, sums: &mut [f64; RUN]) {
    for (sum, partial) in sums.iter_mut().zip(partial) {
        *sum += total(partial);
    }
}

/// Im sum g* f of a port.
#[inline(always)]
fn overlap<T: Real, const ACTIVE: usize>(
    f: &PortLanes<T>,
    g: &PortLanes<T>,
    partial: &mut [T; WIDTH],
) {
    let mut lanes = [T::ZERO; LANES];
    for (i, lane) in lanes.iter_mut().enumerate().take(ACTIVE) {
        *lane = g.re[i].mul_add(f.im[i], -(g.im[i] * f.re[i]));
    }
    fold::<T, ACTIVE>(&lanes, partial);
}

/// The same behind the whole mesh, where it is added to a port's sum.
#[inline(always)]
fn add_overlap<T: Real, const ACTIVE: usize>(f: &PortLanes<T>, g: &PortLanes<T>, sum: &mut f64) {
    let mut partial = [T::ZERO; WIDTH];
    overlap::<T, ACTIVE>(f, g, &mut partial);
    *sum += total(&partial);
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
        add_overlap::<T, ACTIVE>(f, g, sum);
        let back = [[screen[0], -screen[1]]];
        apply_screen(&back, std::slice::from_mut(f));
        apply_screen(&back, std::slice::from_mut(g));
    }
    let mut partial: [Partial<T>; 2] = [[[T::ZERO; WIDTH]; RUN]; 2];
    let [first, other] = &mut partial;
    let runs = topology.schedule().pairs_of_runs_reversed();
    let places = operations.iter().zip(&mut sums.runs).rev();
    for (pairs, (r, [difference, second])) in runs.zip(places) {
        let mut half_tangent = [T::ZERO; RUN];
        for (h, (&s, &c)) in half_tangent.iter_mut().zip(r.sin.iter().zip(&r.cos)) {
            *h = s / (T::ONE + c);
        }
        for (i, pair) in pairs.iter().enumerate().take(RUN) {
            let ports = [pair.upper as usize, pair.lower as usize];
            if let (Ok([fx, fy]), Ok([gx, gy])) = (
                field.get_disjoint_mut(ports),
                cotangent.get_disjoint_mut(ports),
            ) {
                let phase = [r.phase_re[i], r.phase_im[i]];
                let (c, s, h) = (r.cos[i], r.sin[i], half_tangent[i]);
                if c >= T::ZERO {
                    unrotate::<T, ACTIVE>(
                        phase,
                        #[inline(always)]
                        |x, y| {
                            let sheared = y.mul_add(-h, x);
                            let lower = sheared.mul_add(s, y);
                            (lower.mul_add(-h, sheared), lower)
                        },
                        fx,
                        fy,
                        gx,
                        gy,
                        &mut first[i],
                        &mut other[i],
                    );
                } else {
                    unrotate::<T, ACTIVE>(
                        phase,
                        #[inline(always)]
                        |x, y| (x.mul_add(c, -(y * s)), x.mul_add(s, y * c)),
                        fx,
                        fy,
                        gx,
                        gy,
                        &mut first[i],
                        &mut other[i],
                    );
                }
            }
        }
        add_totals(first, difference);
        add_totals(other, second);
    }
}

/// One MZI back, and its two sums. `back` undoes the rotation of two real numbers: three shears where
/// c >= 0, with h = tan(kappa/2) <= 1 in modulus, take 6 operations instead of 8.
///
/// References of their own let the compiler know that nothing overlaps.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "see above")]
fn unrotate<T: Real, const ACTIVE: usize>(
    [re, im]: [T; 2],
    back: impl Fn(T, T) -> (T, T),
    fx: &mut PortLanes<T>,
    fy: &mut PortLanes<T>,
    gx: &mut PortLanes<T>,
    gy: &mut PortLanes<T>,
    first: &mut [T; WIDTH],
    other: &mut [T; WIDTH],
) {
    let mut difference = [T::ZERO; LANES];
    let mut second = [T::ZERO; LANES];
    for i in 0..ACTIVE {
        let (fxr, fxi, fyr, fyi) = (fx.re[i], fx.im[i], fy.re[i], fy.im[i]);
        let (gxr, gxi, gyr, gyi) = (gx.re[i], gx.im[i], gy.re[i], gy.im[i]);
        let sum = gxr.mul_add(fyr, gxi * fyi);
        difference[i] = (-gyr).mul_add(fxr, (-gyi).mul_add(fxi, sum));
        let sum = gxr.mul_add(fyi, -(gxi * fyr));
        second[i] = gyr.mul_add(fxi, (-gyi).mul_add(fxr, sum));
        let ((tr, br), (ti, bi)) = (back(fxr, fyr), back(fxi, fyi));
        (fx.re[i], fx.im[i]) = (tr.mul_add(re, ti * im), ti.mul_add(re, -(tr * im)));
        (fy.re[i], fy.im[i]) = (br, bi);
        let ((tr, br), (ti, bi)) = (back(gxr, gyr), back(gxi, gyi));
        (gx.re[i], gx.im[i]) = (tr.mul_add(re, ti * im), ti.mul_add(re, -(tr * im)));
        (gy.re[i], gy.im[i]) = (br, bi);
    }
    fold::<T, ACTIVE>(&difference, first);
    fold::<T, ACTIVE>(&second, other);
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
    #[allow(
        clippy::too_many_arguments,
        reason = "a kernel: what it reads and what it writes"
    )]
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
            add_overlap::<T, ACTIVE>(f, g, sum);
            apply_screen(&[[screen[0], -screen[1]]], std::slice::from_mut(g));
        }
        let mut kept = kept;
        pop(&mut kept, field);
        let mut partial: [Partial<T>; 2] = [[[T::ZERO; WIDTH]; RUN]; 2];
        let [first, other] = &mut partial;
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
                    let m = std::array::from_fn(|k| m.0[k][i]);
                    let (first, other) = (&mut first[i], &mut other[i]);
                    if *keep == Keep::Inputs {
                        let mut inputs = [PortLanes::DARK; 2];
                        pop(&mut kept, &mut inputs);
                        unmix::<T, ACTIVE>(m, None, fx, fy, gx, gy, first, other);
                        [*fx, *fy] = inputs;
                        overlap::<T, ACTIVE>(fx, gx, other);
                    } else {
                        let inverse = std::array::from_fn(|k| inverse.0[k][i]);
                        unmix::<T, ACTIVE>(m, Some(inverse), fx, fy, gx, gy, first, other);
                    }
                }
            }
            add_totals(first, difference);
            add_totals(other, second);
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

/// (r0 + i i0) x + (r1 + i i1) y
#[inline(always)]
fn row<T: Real>([r0, i0, r1, i1]: [T; 4], [xr, xi, yr, yi]: [T; 4]) -> (T, T) {
    let re = xr.mul_add(r0, -(xi * i0));
    let im = xr.mul_add(i0, xi * r0);
    let re = yi.mul_add(-i1, yr.mul_add(r1, re));
    (re, yi.mul_add(r1, yr.mul_add(i1, im)))
}

/// One MZI of the general form back: the cotangents by the adjoint of `m`, the fields by `inverse` or
/// not at all, and the two sums.
#[inline(always)]
#[allow(clippy::too_many_arguments, reason = "as above")]
fn unmix<T: Real, const ACTIVE: usize>(
    [ar, ai, br, bi, cr, ci, dr, di]: [T; 8],
    inverse: Option<[T; 8]>,
    fx: &mut PortLanes<T>,
    fy: &mut PortLanes<T>,
    gx: &mut PortLanes<T>,
    gy: &mut PortLanes<T>,
    first: &mut [T; WIDTH],
    other: &mut [T; WIDTH],
) {
    let mut difference = [T::ZERO; LANES];
    let mut before = [T::ZERO; LANES];
    for i in 0..ACTIVE {
        let [fxr, fxi, fyr, fyi] = [fx.re[i], fx.im[i], fy.re[i], fy.im[i]];
        let [gxr, gxi, gyr, gyi] = [gx.re[i], gx.im[i], gy.re[i], gy.im[i]];
        let sum = gxr.mul_add(fyr, gxi * fyi);
        difference[i] = (-gyr).mul_add(fxr, (-gyi).mul_add(fxi, sum));
        let upper = row([ar, -ai, cr, -ci], [gxr, gxi, gyr, gyi]);
        (gx.re[i], gx.im[i]) = upper;
        (gy.re[i], gy.im[i]) = row([br, -bi, dr, -di], [gxr, gxi, gyr, gyi]);
        if let Some([ar, ai, br, bi, cr, ci, dr, di]) = inverse {
            let (re, im) = row([ar, ai, br, bi], [fxr, fxi, fyr, fyi]);
            (fy.re[i], fy.im[i]) = row([cr, ci, dr, di], [fxr, fxi, fyr, fyi]);
            (fx.re[i], fx.im[i]) = (re, im);
            before[i] = upper.0.mul_add(im, -(upper.1 * re));
        }
    }
    fold::<T, ACTIVE>(&difference, first);
    fold::<T, ACTIVE>(&before, other);
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
        let elements = [[dr, di], [-br, -bi], [-cr, -ci], [ar, ai]];
        for (k, [x, y]) in elements.into_iter().enumerate() {
            inverse[2 * k][i] = T::from_f64(x.mul_add(re, -(y * im)));
            inverse[2 * k + 1][i] = T::from_f64(x.mul_add(im, y * re));
        }
    }
}
