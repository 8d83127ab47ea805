//! What this machine can do at best.

use super::timing::Clock;
use std::hint::black_box;

/// Fused multiply-adds in f32 per s of one thread, at the active SIMD level: the most that any number of
/// independent sums reaches. There must be enough of them to hide the latency of a multiply-add, and few
/// enough to stay in the registers, of which the levels have different numbers and widths.
pub(super) fn fused_multiply_adds_per_s(clock: &Clock) -> f64 {
    [rate::<40>(clock), rate::<96>(clock), rate::<256>(clock)]
        .into_iter()
        .fold(0.0, f64::max)
}

/// The same for a number of sums.
fn rate<const SUMS: usize>(clock: &Clock) -> f64 {
    const ROUNDS: usize = 10_000;
    let mut sums = [1.0_f32; SUMS];
    let time_s = clock.time(|| {
        numerics::vectorize(
            #[inline(always)]
            || multiply_add(&mut sums, ROUNDS, black_box(0.999), black_box(0.001)),
        );
        black_box(&mut sums);
    });
    (ROUNDS * SUMS) as f64 / time_s
}

#[inline(always)]
fn multiply_add<const SUMS: usize>(sums: &mut [f32; SUMS], rounds: usize, factor: f32, term: f32) {
    let mut local = *sums;
    for _ in 0..rounds {
        for sum in &mut local {
            *sum = sum.mul_add(factor, term);
        }
    }
    *sums = local;
}

/// The largest resident memory of this process so far in MiB, where the system tells.
pub(super) fn peak_resident_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}
