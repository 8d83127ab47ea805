//! The same bits whatever the number of threads and the vector instructions.

use crate::common::{random_mesh, random_phases, stream, uniform};
use num_complex::Complex;
use numerics::Level;
use numerics::level::LEVEL_VARIABLE;
use photonics::mesh::{MeshHardware, NamedTopology};
use photonics::twin::{MeshTwin, Tape};
use photonics::{FieldBatch, Real};
use std::process::Command;
use std::sync::Arc;

/// Set in the processes that this test starts.
const CHILD: &str = "PHOTONICS_TWIN_CHILD";

/// FNV-1a over the bits of numbers.
pub(crate) struct Hash(pub(crate) u64);

impl Hash {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn add(&mut self, x: f64) {
        for byte in x.to_bits().to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

fn gradient<T: Real>(mesh: MeshHardware, samples: usize, hash: &mut Hash) {
    let ports = mesh.topology().ports();
    let mut twin = MeshTwin::<T>::new(Arc::new(mesh));
    let phases = random_phases(twin.hardware().topology(), &mut stream("phases", 0));
    twin.program(&phases);
    let mut stream = stream("light", samples);
    let mut field = FieldBatch::<T>::dark(ports, samples);
    for sample in 0..samples {
        for port in 0..ports {
            let re = T::from_f64(uniform(&mut stream, -1.0, 1.0));
            field.set(port, sample, Complex::new(re, T::ZERO));
        }
    }
    let (mut tape, mut gradient) = (Tape::default(), vec![0.0; twin.parameters()]);
    let mut cotangent = field.clone();
    twin.forward(&mut field, &mut tape);
    twin.vjp(&tape, &mut field, &mut cotangent, &mut gradient);
    gradient.iter().for_each(|x| hash.add(*x));
    for sample in 0..samples {
        for port in 0..ports {
            for e in [field.get(port, sample), cotangent.get(port, sample)] {
                hash.add(e.re.to_f64());
                hash.add(e.im.to_f64());
            }
        }
    }
}

fn hash_of_everything() -> u64 {
    let mut hash = Hash::new();
    // 1100 samples are more blocks than sums, and work for several threads.
    for (ports, samples) in [(21, 1100), (101, 130), (5, 40)] {
        let topology = Arc::new(NamedTopology::Rectangular.build(ports).unwrap());
        gradient::<f32>(MeshHardware::ideal(topology.clone()), samples, &mut hash);
        for lossy in [false, true] {
            let mesh = random_mesh(&topology, lossy, &mut stream("mesh", ports));
            gradient::<f32>(mesh.clone(), samples, &mut hash);
            if ports < 100 {
                gradient::<f64>(mesh, samples, &mut hash);
            }
        }
    }
    crate::chip::hash(&mut hash);
    hash.0
}

#[test]
fn threads_change_no_bit() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(hash_of_everything)
    };
    let one = on(1);
    for threads in [2, 3] {
        assert_eq!(one, on(threads), "{threads} threads");
    }
}

/// The level is read once per process, so this test starts itself anew for each.
#[test]
fn vector_instructions_change_no_bit() {
    if std::env::var_os(CHILD).is_some() {
        println!("\nbits {} {}", Level::active(), hash_of_everything());
        return;
    }
    let here = hash_of_everything();
    for level in Level::available() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "same_bytes::vector_instructions_change_no_bit",
                "--nocapture",
            ])
            .env(CHILD, "1")
            .env(LEVEL_VARIABLE, level.to_string())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let expected = format!("bits {level} {here}");
        assert!(
            output.status.success() && text.lines().any(|line| line == expected),
            "{expected}: {text}"
        );
    }
}
