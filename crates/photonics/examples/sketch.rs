//! sketch
use photonics::mesh::*;
use photonics::mesh::rectangular::rectangular;
use photonics::FieldBatch;
use std::sync::Arc;
use std::time::Instant;
use numerics::Streams;
#[inline(always)]
fn fma_peak(n: usize) -> f32 {
    let mut a = [1.0f32; 256];
    for _ in 0..n {
        for x in &mut a { *x = x.mul_add(0.999, 0.001); }
    }
    a.iter().sum()
}
fn peak() -> f64 {
    let n = 1_000_000;
    let t = Instant::now();
    let r = numerics::vectorize(#[inline(always)] || fma_peak(n));
    assert!(r > 0.0);
    (n * 256) as f64 / t.elapsed().as_secs_f64()
}
fn median(mut v: Vec<f64>) -> f64 { v.sort_by(f64::total_cmp); v[v.len()/2] }
fn main() { rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(run) }
fn run() {
    println!("peak {:.2} {:.2} {:.2}", peak()/1e9, peak()/1e9, peak()/1e9);
    for ports in [16usize, 64, 196, 784] {
        let topo = Arc::new(rectangular(ports).unwrap());
        let phases = haar::haar_phases(&topo, &mut Streams::new(1).derive("a", 0, 0));
        let hw = MeshHardware::ideal(topo.clone());
        let ph = MeshPhases::split(&phases, topo.mzis(), ports).unwrap();
        let mut program = Program::<f32>::new(&hw, ph);
        let mut field = FieldBatch::<f32>::dark(ports, 128);
        field.encode(&vec![0.5; ports * 128], 1.0);
        let reps = (200_000_000f64 / (topo.mzis() * 128 * 12) as f64) as usize + 1;
        let (mut share, mut rate, mut comp) = (vec![], vec![], vec![]);
        for _ in 0..21 {
            let p = peak();
            let t = Instant::now();
            for _ in 0..reps { propagate::propagate(&topo, &program, &mut field); }
            let dt = t.elapsed().as_secs_f64() / reps as f64;
            let t = Instant::now();
            for _ in 0..reps { program.compile(&hw, ph); }
            comp.push(t.elapsed().as_secs_f64() / reps as f64 * 1e9 / topo.mzis() as f64);
            let r = (topo.mzis() * 128) as f64 / dt;
            rate.push(r / 1e9);
            share.push(12.0 * r / p * 100.0);
        }
        println!("ports {ports}: {:.2} G/s {:.1}% [{:.1} {:.1}] compile {:.1} ns/MZI", median(rate), median(share.clone()), share.iter().cloned().fold(1e9, f64::min), share.iter().cloned().fold(0.0, f64::max), median(comp));
    }
}
