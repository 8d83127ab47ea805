use super::super::initial;
use super::*;
use crate::Stream;
use numerics::normal::fill_standard_normal;

const SAMPLES: usize = 19;

fn options() -> CnnOptions {
    let convolution = |channels, kernel, padding, pooling| ConvolutionOptions {
        channels,
        kernel,
        padding,
        pooling,
    };
    CnnOptions {
        height: 9,
        width: 8,
        channels: 2,
        convolutions: vec![convolution(5, 3, 1, 2), convolution(3, 4, 2, 2)],
        dimension: 4,
        widths: vec![7, 3],
        grouping: Grouping::Layer,
    }
}

fn normal(count: usize, index: u64) -> Vec<f64> {
    let mut values = vec![0.0; count];
    fill_standard_normal(&mut Streams::new(6).derive("test", index, 0), &mut values);
    values
}

fn images(samples: usize, index: u64) -> Vec<f32> {
    normal(samples * 144, index)
        .iter()
        .map(|&x| x as f32)
        .collect()
}

/// Parameters that are not special: gains and offsets too are drawn.
fn parameters(cnn: &Cnn<f64>) -> Vec<Vec<f64>> {
    let mut all = cnn.initial_parameters(&Streams::new(2));
    for (layer, parameters) in all.iter_mut().enumerate() {
        let noise = normal(parameters.len(), 40 + layer as u64);
        parameters
            .iter_mut()
            .zip(&noise)
            .for_each(|(p, x)| *p += 0.2 * x);
    }
    all
}

fn programmed() -> (Cnn<f64>, Vec<Vec<f64>>) {
    let mut cnn = Cnn::new(&options(), &Streams::new(2)).unwrap();
    let parameters = parameters(&cnn);
    for (layer, parameters) in parameters.iter().enumerate() {
        cnn.program(layer, parameters, Purpose::Training).unwrap();
    }
    (cnn, parameters)
}

fn samples(values: &[f32]) -> Samples<'_> {
    Samples { values, width: 144 }
}

/// Readouts of all layers (sample by sample) from the formulas, with moments of the whole batch.
fn oracle(parameters: &[Vec<f64>], images: &[f32]) -> Vec<Vec<f64>> {
    let options = options();
    let count = images.len() / 144;
    let mut all = Vec::new();
    let (mut channels, mut height, mut width) = (options.channels, options.height, options.width);
    let mut x: Vec<Vec<f64>> = images
        .chunks(144)
        .map(|image| image.iter().map(|&x| f64::from(x)).collect())
        .collect();
    for (layer, convolution) in options.convolutions.iter().enumerate() {
        let (kernel, padding) = (convolution.kernel, convolution.padding);
        let (rows, columns) = (
            height + 2 * padding + 1 - kernel,
            width + 2 * padding + 1 - kernel,
        );
        let own = channels * kernel * kernel + 2;
        let mut readouts = vec![Vec::new(); count];
        let (low, wide) = (rows / convolution.pooling, columns / convolution.pooling);
        let mut pooled = vec![Vec::new(); count];
        for channel in 0..convolution.channels {
            let parameters = &parameters[layer][channel * own..][..own];
            let value = |image: &[f64], row: usize, column: usize| {
                let mut sum = 0.0;
                for from in 0..channels {
                    for i in 0..kernel {
                        for j in 0..kernel {
                            let (y, x) = (row + i, column + j);
                            let inside = (padding..padding + height).contains(&y)
                                && (padding..padding + width).contains(&x);
                            if inside {
                                let pixel = (from * height + y - padding) * width + x - padding;
                                sum += parameters[(from * kernel + i) * kernel + j] * image[pixel];
                            }
                        }
                    }
                }
                sum
            };
            let raw: Vec<Vec<f64>> = x
                .iter()
                .map(|image| {
                    let places =
                        (0..rows * columns).map(|p| value(image, p / columns, p % columns));
                    places.collect()
                })
                .collect();
            let pixels = (count * rows * columns) as f64;
            let mean = raw.iter().flatten().sum::<f64>() / pixels;
            let variance = raw
                .iter()
                .flatten()
                .map(|x| (x - mean).powi(2))
                .sum::<f64>()
                / pixels;
            let mut stream = Stream::Projections.derive(&Streams::new(2), layer, channel);
            let pixels = rows * columns;
            let projection = initial::uniform(options.dimension * pixels, pixels, &mut stream);
            for (sample, raw) in raw.iter().enumerate() {
                let scale = parameters[own - 2] / (variance + 1e-5).sqrt();
                let y: Vec<f64> = raw
                    .iter()
                    .map(|x| scale * (x - mean) + parameters[own - 1])
                    .collect();
                for row in projection.chunks(pixels) {
                    readouts[sample].push(row.iter().zip(&y).map(|(p, y)| p * y).sum());
                }
                for place in 0..low * wide {
                    let (row, column) = (place / wide, place % wide);
                    let mut largest = 0.0_f64;
                    for i in 0..convolution.pooling {
                        for j in 0..convolution.pooling {
                            let at = (row * convolution.pooling + i) * columns;
                            largest = largest.max(y[at + column * convolution.pooling + j]);
                        }
                    }
                    pooled[sample].push(largest);
                }
            }
        }
        all.push(readouts.concat());
        (x, channels, height, width) = (pooled, convolution.channels, low, wide);
    }
    for (layer, &outputs) in options.widths.iter().enumerate() {
        let parameters = &parameters[options.convolutions.len() + layer];
        let mut readouts = Vec::new();
        for x in &mut x {
            let inputs = x.len();
            let y: Vec<f64> = (0..outputs)
                .map(|output| {
                    let row = &parameters[output * inputs..][..inputs];
                    let sum: f64 = row.iter().zip(&*x).map(|(w, x)| w * x).sum();
                    sum + parameters[outputs * inputs + output]
                })
                .collect();
            *x = y.iter().map(|y| y.max(0.0)).collect();
            readouts.extend(y);
        }
        all.push(readouts);
    }
    all
}

#[test]
fn readouts_are_those_of_the_formulas() {
    let (mut cnn, parameters) = programmed();
    let values = images(SAMPLES, 0);
    let expected = oracle(&parameters, &values);
    for (layer, expected) in expected.iter().enumerate() {
        let found = cnn.readouts(samples(&values), Purpose::Training, layer);
        assert_eq!(found.len(), expected.len());
        let size = expected.iter().map(|x| x.abs()).fold(0.0, f64::max);
        for (found, expected) in found.iter().zip(expected) {
            // Sums of up to 80 terms in each of four layers, and divisions by deviations of about 1.
            let tolerance = 4.0 * 80.0 * (layer + 1) as f64 * f64::EPSILON * size.max(1.0);
            assert!(
                (found - expected).abs() < tolerance,
                "{layer}: {found} {expected}"
            );
        }
    }
}

/// The derivative along `direction` of a layer's parameters, with its uncertainty: two central differences
/// show each other's error of the third order, and each term of the loss is rounded.
fn difference(mut loss: impl FnMut(f64) -> (f64, f64)) -> (f64, f64) {
    let mut slope = |step: f64| {
        let ((above, size), (below, _)) = (loss(step), loss(-step));
        (
            (above - below) / (2.0 * step),
            100.0 * size * f64::EPSILON / step,
        )
    };
    let ((coarse, _), (fine, rounding)) = (slope(2e-5), slope(1e-5));
    (fine, (coarse - fine).abs() + rounding)
}

fn check_gradients(purpose: Purpose, taps: &[usize]) {
    let (mut cnn, parameters) = programmed();
    cnn = cnn.with_reference(images(40, 1)).unwrap();
    let values = images(SAMPLES, 0);
    let weights: Vec<Vec<f64>> = (0..4)
        .map(|layer| normal(SAMPLES * cnn.layer(layer).readouts, 10 + layer as u64))
        .collect();
    let cotangents: Vec<Cotangent<'_>> = taps
        .iter()
        .map(|&layer| Cotangent {
            layer,
            readouts: &weights[layer],
        })
        .collect();
    let mut gradients: Vec<Vec<f64>> = parameters.iter().map(|p| vec![f64::NAN; p.len()]).collect();
    let mut asked: Vec<Gradient<'_>> = gradients
        .iter_mut()
        .enumerate()
        .map(|(layer, parameters)| Gradient { layer, parameters })
        .collect();
    cnn.vjp(samples(&values), purpose, &cotangents, &mut asked)
        .unwrap();
    let moments: Vec<_> = cnn
        .stages
        .iter()
        .map(|stage| stage.reference.clone())
        .collect();
    let deepest = taps.iter().copied().max().unwrap();
    for layer in 0..=deepest {
        let direction = normal(parameters[layer].len(), 30 + layer as u64);
        let (expected, tolerance) = difference(|step| {
            let moved = parameters[layer]
                .iter()
                .zip(&direction)
                .map(|(p, d)| p + step * d);
            let moved: Vec<f64> = moved.collect();
            cnn.program(layer, &moved, Purpose::Training).unwrap();
            // The reference counts as constant.
            for (stage, moments) in cnn.stages.iter_mut().zip(&moments) {
                stage.reference.clone_from(moments);
            }
            let mut terms = Vec::new();
            for &tap in taps {
                let readouts = cnn.readouts(samples(&values), purpose, tap);
                terms.extend(readouts.iter().zip(&weights[tap]).map(|(r, w)| r * w));
            }
            (terms.iter().sum(), terms.iter().map(|t| t.abs()).sum())
        });
        cnn.program(layer, &parameters[layer], Purpose::Training)
            .unwrap();
        let found: f64 = gradients[layer]
            .iter()
            .zip(&direction)
            .map(|(g, d)| g * d)
            .sum();
        assert!(
            tolerance < 1e-5 * expected.abs(),
            "{layer}: {expected} +- {tolerance}"
        );
        assert!(
            (found - expected).abs() < tolerance,
            "{layer}: {found} {expected} +- {tolerance}"
        );
    }
    for gradient in &gradients[deepest + 1..] {
        assert!(gradient.iter().all(|&g| g == 0.0));
    }
}

#[test]
fn gradients_are_central_differences() {
    for taps in [&[0][..], &[1], &[3], &[0, 1, 2, 3]] {
        check_gradients(Purpose::Training, taps);
    }
    check_gradients(Purpose::Evaluation, &[1, 3]);
}

#[test]
fn a_referred_evaluation_depends_on_parameters_and_sample_alone() {
    let (cnn, parameters) = programmed();
    let values = images(SAMPLES, 0);
    let mut referred = cnn.clone().with_reference(images(70, 1)).unwrap();
    let layers = [0, 1, 3];
    let mut expected = Vec::new();
    for layer in layers {
        expected.push(referred.readouts(samples(&values), Purpose::Evaluation, layer));
    }
    // Other queries and programmings come between, and the samples come in other company.
    referred.readouts(samples(&images(5, 2)), Purpose::Training, 3);
    let other: Vec<f64> = parameters[0].iter().map(|p| 2.0 * p + 0.1).collect();
    referred.program(0, &other, Purpose::Training).unwrap();
    let moved = referred.readouts(samples(&values), Purpose::Evaluation, 3);
    assert_ne!(moved, expected[2]);
    // The moments are those of the present parameters: the reference set as a training batch.
    let reference = images(70, 1);
    let evaluated = referred.readouts(samples(&reference), Purpose::Evaluation, 3);
    assert_eq!(
        evaluated,
        referred.readouts(samples(&reference), Purpose::Training, 3)
    );
    referred
        .program(0, &parameters[0], Purpose::Training)
        .unwrap();
    for (layer, expected) in layers.into_iter().zip(&expected) {
        let mut found = Vec::new();
        for part in values.chunks(4 * 144) {
            found.extend(referred.readouts(samples(part), Purpose::Evaluation, layer));
        }
        assert_eq!(&found, expected);
    }
    // Without a reference an evaluation normalises its own samples.
    let mut published = cnn;
    let found = published.readouts(samples(&values), Purpose::Evaluation, 3);
    assert_eq!(
        found,
        published.readouts(samples(&values), Purpose::Training, 3)
    );
    assert_ne!(found, expected[2]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let streams = Streams::new(0);
    type Change = fn(&mut CnnOptions);
    let changes: [(&str, Change); 10] = [
        ("height", |o| o.height = 0),
        ("width", |o| o.width = 0),
        ("channels", |o| o.channels = 0),
        ("convolutions", |o| o.convolutions.clear()),
        ("channels", |o| o.convolutions[1].channels = 0),
        ("kernel", |o| o.convolutions[0].kernel = 0),
        ("kernel", |o| o.convolutions[0].kernel = 11),
        ("pooling", |o| o.convolutions[1].pooling = 6),
        ("dimension", |o| o.dimension = 0),
        ("widths", |o| o.widths[0] = 0),
    ];
    for (expected, change) in changes {
        let mut options = options();
        change(&mut options);
        match Cnn::<f32>::new(&options, &streams) {
            Err(TrainError::Setting { key, .. }) => assert_eq!(key, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
    let (cnn, _) = programmed();
    assert!(cnn.clone().with_reference(Vec::new()).is_err());
    assert!(cnn.clone().with_reference(vec![0.0; 145]).is_err());
    assert!(cnn.clone().with_reference(vec![f32::NAN; 144]).is_err());
    let mut cnn = cnn;
    let mut query = |values: &[f32], layer, length| {
        let mut readouts = vec![0.0; length];
        let tap = Tap {
            layer,
            readouts: &mut readouts,
        };
        cnn.query(samples(values), &mut [tap], Purpose::Training)
    };
    assert_eq!(query(&[0.5; 288], 0, 40), Ok(()));
    assert_eq!(query(&[], 0, 0), Ok(()));
    assert!(query(&[0.5; 288], 4, 40).is_err());
    assert!(query(&[0.5; 288], 0, 41).is_err());
    assert!(query(&[0.5; 287], 0, 40).is_err());
    assert!(query(&[f32::NAN; 144], 0, 20).is_err());
}

#[test]
fn the_papers_sizes_are_its_sizes() {
    let options = CnnOptions {
        grouping: Grouping::Kinds,
        ..CnnOptions::default()
    };
    let cnn = Cnn::<f32>::new(&options, &Streams::new(0)).unwrap();
    assert_eq!((cnn.inputs(), cnn.layers()), (784, 3));
    // 36 taps, gain and offset per channel; 27 x 27 pixels pooled to 13, 12 x 12 to 6.
    assert_eq!(cnn.layer(0).parameters(), 16 * 38);
    assert_eq!(cnn.layer(1).parameters(), 16 * (16 * 36 + 2));
    assert_eq!(cnn.layer(2).parameters(), 10 * (16 * 36 + 1));
    assert_eq!((cnn.layer(0).readouts, cnn.layer(2).readouts), (160, 10));
    assert_eq!((cnn.channels(1), cnn.channels(2)), (16, 1));
    assert_eq!(cnn.layer(0).groups.len(), 16);
    let sizes: Vec<usize> = cnn
        .initial_parameters(&Streams::new(0))
        .iter()
        .map(Vec::len)
        .collect();
    assert_eq!(sizes, [608, 9248, 5770]);
}
