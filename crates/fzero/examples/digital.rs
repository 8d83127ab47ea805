//! Trains the paper's digital models forward-only (FF+DD, arXiv:2603.24790), or times them:
//!
//! ```text
//! digital speed
//! digital classes file=digits.csv train=1437 [model=mlp|cnn] [key=value ..]
//! digital function name=f1|f2 [key=value ..]
//! ```
//! A row of the file is the pixels of a square image, then its class; the first `train` rows are the
//! training set. Each image is divided by its own maximum. The rate is that of the mean loss: the
//! published margin loss is a sum, so its 1e-3 at a batch of 256 is 0.256 here.

use fzero::digital::functions::{Function, FunctionData, SampleOptions};
use fzero::digital::{Cnn, CnnOptions, Grouping, Mlp, MlpOptions};
use fzero::estimate::{Difference, DirectionLaw, EstimatorChoice, Radius};
use fzero::goal::{LocalGoal, MarginGoal, PerChannel, Prototypes, RegressionCosine};
use fzero::layerwise::{self, LayerwisePlan, Outcome};
use fzero::optimizer::{OptimizerChoice, Schedule};
use fzero::{BlackBox, Dataset, Metered, Purpose, Samples, Silent, Split, Stream, Tap, Target};
use numerics::Streams;
use std::collections::BTreeMap;
use std::error::Error;
use std::hint::black_box;
use std::str::FromStr;
use std::time::Instant;

type Failure = Box<dyn Error>;
type Goal<Y> = Box<dyn LocalGoal<Y>>;

fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let command = words.next().unwrap_or_default();
    let mut keys = Keys::default();
    for word in words {
        let (key, value) = word.split_once('=').ok_or("arguments are key=value")?;
        keys.0.insert(key.to_owned(), value.to_owned());
    }
    match command.as_str() {
        "speed" => speed(),
        "classes" => classes(&keys),
        "function" => function(&keys),
        _ => Err("say speed, classes or function".into()),
    }
}

#[derive(Default)]
struct Keys(BTreeMap<String, String>);

impl Keys {
    fn get<T: FromStr>(&self, key: &str, default: T) -> Result<T, Failure> {
        match self.0.get(key) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| format!("{key} = {text}: not understood").into()),
        }
    }

    fn grouping(&self) -> Result<Grouping, Failure> {
        match self.get("grouping", "layer".to_owned())?.as_str() {
            "layer" => Ok(Grouping::Layer),
            "kinds" => Ok(Grouping::Kinds),
            other => Err(format!("grouping = {other}: layer or kinds").into()),
        }
    }

    fn plan(&self) -> Result<LayerwisePlan, Failure> {
        Ok(LayerwisePlan {
            epochs: self.get("epochs", 100)?,
            batch: self.get("batch", 256)?,
            evaluate_every: 0,
            learning_rate: self.get("rate", 0.256)?,
            estimator: EstimatorChoice::Directional {
                radius: Radius::Fixed(self.get("radius", 1e-3)?),
                directions: self.get("directions", 1)?,
                law: DirectionLaw::Gaussian,
                difference: Difference::Central,
            },
            optimizer: OptimizerChoice::Sgd {
                dimension_scaling: true,
                momentum: 0.0,
            },
            schedule: match self.get("decay", 1.0)? {
                1.0 => Schedule::Constant,
                final_fraction => Schedule::Cosine { final_fraction },
            },
            ..LayerwisePlan::default()
        })
    }
}

fn classes(keys: &Keys) -> Result<(), Failure> {
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for line in std::fs::read_to_string(keys.get("file", String::new())?)?.lines() {
        let (pixels, label) = line.rsplit_once(',').ok_or("a row has no label")?;
        let row = pixels
            .split(',')
            .map(f32::from_str)
            .collect::<Result<Vec<_>, _>>()?;
        let largest = row.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        values.extend(row.iter().map(|x| x / largest));
        labels.push(label.parse::<u16>()?);
    }
    let width = values.len() / labels.len().max(1);
    let train = keys.get("train", 1437)?.min(labels.len());
    let (train_values, test_values) = values.split_at(train * width);
    let (train_labels, test_labels) = labels.split_at(train);
    let data = Dataset {
        train: Split {
            values: train_values,
            labels: train_labels,
        },
        test: Split {
            values: test_values,
            labels: test_labels,
        },
        width,
        classes: 10,
    };
    let goal = |prototypes| -> Result<Goal<u16>, Failure> {
        Ok(Box::new(MarginGoal::new(prototypes, 0.3)?))
    };
    seeds(keys, |streams| {
        match keys.get("model", "mlp".to_owned())?.as_str() {
            "mlp" => {
                let mlp = mlp(keys, width)?;
                let initial = mlp.initial_parameters(streams);
                run(mlp, &data, initial, &[1; 4], goal, keys, streams)
            }
            "cnn" => {
                let side = (1..=width).find(|side| side * side >= width).unwrap_or(1);
                let mut options = CnnOptions {
                    height: side,
                    width: side,
                    grouping: keys.grouping()?,
                    ..CnnOptions::default()
                };
                for layer in &mut options.convolutions {
                    layer.channels = keys.get("channels", 4)?;
                    layer.kernel = keys.get("kernel", 6)?;
                }
                let mut cnn = Cnn::<f32>::new(&options, streams)?;
                let reference = keys.get("reference", 512)?.min(train);
                if reference > 0 {
                    cnn = cnn.with_reference(train_values[..reference * width].to_vec())?;
                }
                let initial = cnn.initial_parameters(streams);
                let channels: Vec<usize> =
                    (0..cnn.layers()).map(|layer| cnn.channels(layer)).collect();
                let per_channel = |channels: Vec<Goal<u16>>| -> Result<Goal<u16>, Failure> {
                    Ok(Box::new(PerChannel::new(channels)?))
                };
                let goals = goals(&cnn, data.classes, &channels, streams, goal)?;
                let goals = goals
                    .into_iter()
                    .map(|mut own| {
                        if own.len() == 1 {
                            Ok(own.remove(0))
                        } else {
                            per_channel(own)
                        }
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                train_on(cnn, &data, initial, &goals, keys, streams)
            }
            other => Err(format!("model = {other}: mlp or cnn").into()),
        }
    })
}

fn function(keys: &Keys) -> Result<(), Failure> {
    let function = match keys.get("name", "f1".to_owned())?.as_str() {
        "f1" => Function::F1,
        "f2" => Function::F2,
        other => return Err(format!("name = {other}: f1 or f2").into()),
    };
    seeds(keys, |streams| {
        let data = FunctionData::sample(function, &SampleOptions::default(), streams)?;
        let mlp = mlp(keys, data.width)?;
        let initial = mlp.initial_parameters(streams);
        let goal = |prototypes| -> Result<Goal<f64>, Failure> {
            Ok(Box::new(RegressionCosine::new(prototypes)?))
        };
        run(mlp, &data.dataset(), initial, &[1; 4], goal, keys, streams)
    })
}

fn mlp(keys: &Keys, inputs: usize) -> Result<Mlp, Failure> {
    Ok(Mlp::new(MlpOptions {
        inputs,
        activation_between_layers: keys.get("activation", true)?,
        grouping: keys.grouping()?,
        ..MlpOptions::default()
    })?)
}

/// The goals of each layer's channels.
fn goals<Y>(
    device: &dyn BlackBox,
    classes: usize,
    channels: &[usize],
    streams: &Streams,
    goal: impl Fn(Prototypes) -> Result<Goal<Y>, Failure>,
) -> Result<Vec<Vec<Goal<Y>>>, Failure> {
    let mut all = Vec::new();
    for (layer, &channels) in channels.iter().enumerate() {
        let readouts = device.layer(layer).readouts / channels;
        let mut own = Vec::new();
        for channel in 0..channels {
            let mut stream = Stream::Prototypes.derive(streams, layer, channel);
            own.push(goal(Prototypes::simplex(classes, readouts, &mut stream)?)?);
        }
        all.push(own);
    }
    Ok(all)
}

fn run<Y: Target>(
    device: Mlp,
    data: &Dataset<'_, Y>,
    initial: Vec<Vec<f64>>,
    channels: &[usize],
    goal: impl Fn(Prototypes) -> Result<Goal<Y>, Failure>,
    keys: &Keys,
    streams: &Streams,
) -> Result<Outcome, Failure> {
    let goals = goals(&device, data.classes, channels, streams, goal)?;
    let goals: Vec<_> = goals.into_iter().flatten().collect();
    train_on(device, data, initial, &goals, keys, streams)
}

fn train_on<Y: Target>(
    device: impl BlackBox,
    data: &Dataset<'_, Y>,
    initial: Vec<Vec<f64>>,
    goals: &[Goal<Y>],
    keys: &Keys,
    streams: &Streams,
) -> Result<Outcome, Failure> {
    let mut device = Metered::new(device);
    let plan = keys.plan()?;
    Ok(layerwise::train(
        &mut device,
        data,
        goals,
        initial,
        &plan,
        streams,
        &mut Silent,
    )?)
}

/// Runs every seed and prints test scores of the layers and of all together.
fn seeds(keys: &Keys, run: impl Fn(&Streams) -> Result<Outcome, Failure>) -> Result<(), Failure> {
    let count = keys.get("seeds", 3_u64)?;
    let mut scores: Vec<Vec<f64>> = Vec::new();
    for seed in 0..count {
        let began = Instant::now();
        let outcome = run(&Streams::new(seed))?;
        let mut row = outcome.test.layers.clone();
        row.push(outcome.test.vote);
        let text: Vec<String> = row.iter().map(|x| format!("{x:.3}")).collect();
        println!(
            "seed {seed}: test {} (layers, then all), train {:.3}, {} training queries, {:.1} s",
            text.join(" "),
            outcome.train.vote,
            outcome.ledger.training.queries,
            began.elapsed().as_secs_f64()
        );
        scores.push(row);
    }
    for column in 0..scores.first().map_or(0, Vec::len) {
        let n = scores.len() as f64;
        let mean = scores.iter().map(|row| row[column]).sum::<f64>() / n;
        let square = scores
            .iter()
            .map(|row| (row[column] - mean).powi(2))
            .sum::<f64>()
            / n;
        println!(
            "column {column}: {mean:.3} +- {:.3} (n = {count} seeds)",
            square.sqrt()
        );
    }
    Ok(())
}

/// A query of 128 samples on one thread against the fused multiply-adds that it needs.
fn speed() -> Result<(), Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let streams = Streams::new(0);
    let values = vec![0.5_f32; 128 * 784];
    let samples = Samples {
        values: &values,
        width: 784,
    };
    let mut mlp = Mlp::<f32>::new(MlpOptions::default())?;
    let parameters = mlp.initial_parameters(&streams);
    for (layer, parameters) in parameters.iter().enumerate() {
        mlp.program(layer, parameters, Purpose::Training)?;
    }
    let mut options = CnnOptions::default();
    options
        .convolutions
        .iter_mut()
        .for_each(|layer| layer.channels = 4);
    let mut cnn = Cnn::<f32>::new(&options, &streams)?;
    for (layer, parameters) in cnn.initial_parameters(&streams).iter().enumerate() {
        cnn.program(layer, parameters, Purpose::Training)?;
    }
    let mlp_work = 784.0 * 100.0 + 2.0 * 100.0 * 100.0 + 100.0 * 10.0;
    // Convolutions of 27 x 27 and 12 x 12 pixels, 4 channels, 6 x 6 taps; the dense layer.
    let cnn_work = 4.0 * 36.0 * 729.0 + 16.0 * 36.0 * 144.0 + 10.0 * 144.0;
    pool.install(|| {
        for _ in 0..5 {
            let peak = peak();
            let mut readouts = vec![0.0; 1280];
            let mut query = |device: &mut dyn BlackBox| {
                let layer = device.layers() - 1;
                let tap = Tap {
                    layer,
                    readouts: &mut readouts,
                };
                drop(device.query(samples, &mut [tap], Purpose::Training));
            };
            let mlp_s = time(|| query(&mut mlp));
            let cnn_s = time(|| query(&mut cnn));
            let program_s = time(|| drop(mlp.program(0, &parameters[0], Purpose::Training)));
            println!(
                "peak {:.1} G multiply-adds/s; mlp {:.3} ms, {:.0} % of peak; cnn {:.3} ms, {:.0} %; \
                 programming the first layer {:.3} ms",
                1e-9 * peak,
                1e3 * mlp_s,
                100.0 * 128.0 * mlp_work / mlp_s / peak,
                1e3 * cnn_s,
                100.0 * 128.0 * cnn_work / cnn_s / peak,
                1e3 * program_s
            );
        }
    });
    Ok(())
}

/// Mean time of `work` in s over at least 0.1 s.
fn time(mut work: impl FnMut()) -> f64 {
    work();
    let began = Instant::now();
    let mut repetitions = 0_u32;
    while began.elapsed().as_secs_f64() < 0.1 {
        work();
        repetitions += 1;
    }
    began.elapsed().as_secs_f64() / f64::from(repetitions)
}

/// Fused multiply-adds in f32 per s of one thread, as `fzero bench` measures them.
fn peak() -> f64 {
    [rate::<40>(), rate::<96>(), rate::<256>()]
        .into_iter()
        .fold(0.0, f64::max)
}

fn rate<const SUMS: usize>() -> f64 {
    const ROUNDS: usize = 10_000;
    let mut sums = [1.0_f32; SUMS];
    let time_s = time(|| {
        numerics::vectorize(
            #[inline(always)]
            || {
                let (factor, term) = (black_box(0.999), black_box(0.001));
                let mut local = sums;
                for _ in 0..ROUNDS {
                    for sum in &mut local {
                        *sum = sum.mul_add(factor, term);
                    }
                }
                sums = local;
            },
        );
        black_box(&mut sums);
    });
    (ROUNDS * SUMS) as f64 / time_s
}
