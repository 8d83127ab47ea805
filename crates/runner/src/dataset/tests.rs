use super::idx::tests::idx;
use super::*;
use crate::config::checked::{CsvHeader, IdxFiles, LabelColumn, Normalisation};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

#[test]
fn loaded_amplitudes_fill_0_to_1() {
    let set = Dataset::load(&Data::of(DataSet::Digits)).unwrap();
    for row in set.train.values.chunks_exact(64) {
        assert_eq!(row.iter().copied().fold(0.0, f32::max), 1.0);
        assert!(row.iter().all(|value| (0.0..=1.0).contains(value)));
    }
    assert_eq!(set.view().check(), Ok(()));
    // The first image's maximum is 16: 11 of 16.
    assert_eq!(set.train.values[2], 0.6875);
    assert_eq!((set.height_pixels, set.width_pixels, set.width), (8, 8, 64));
    assert!(set.files.is_empty());
}

fn csv(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn from_csv(file: PathBuf, label_column: LabelColumn) -> Data {
    Data {
        permuted: Some(false),
        ..Data::of(DataSet::Csv {
            file,
            test_file: None,
            label_column,
            header: CsvHeader::Auto,
        })
    }
}

/// The shipped digits as a file of the user give the same bytes.
#[test]
fn the_digits_come_back_from_their_file() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/digits/digits.csv");
    let digits = Dataset::load(&Data::of(DataSet::Digits)).unwrap();
    let data = Data {
        train_images: Some(1437),
        ..from_csv(file, LabelColumn::Last)
    };
    let read = Dataset::load(&data).unwrap();
    assert_eq!((&read.train, &read.test), (&digits.train, &digits.test));
    assert_eq!(read.sha256, digits.sha256);
    assert_eq!((read.name.as_str(), read.files.len()), ("digits.csv", 1));
    // Another order is another training.
    let permuted = Data {
        permuted: Some(true),
        split_seed: Some(0),
        ..data.clone()
    };
    assert_ne!(Dataset::load(&permuted).unwrap().sha256, digits.sha256);
    let limited = Data {
        train_images: Some(100),
        test_images: Some(10),
        ..Data::of(DataSet::Digits)
    };
    let few = Dataset::load(&limited).unwrap();
    assert_eq!(few.train.values, digits.train.values[..6400]);
    assert_eq!(few.test.labels, digits.test.labels[..10]);
}

#[test]
fn labels_become_classes_in_the_order_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let file = csv(&folder, "a.csv", "7,1,2\n9,2,1\n7,3,4\n4,1,1\n9,4,4\n");
    let load = |classes: Option<Vec<u16>>| {
        let data = Data {
            classes,
            ..from_csv(file.clone(), LabelColumn::First)
        };
        Dataset::load(&data).unwrap()
    };
    let all = load(None);
    assert_eq!((all.classes, &all.class_labels[..]), (3, &[4, 7, 9][..]));
    assert_eq!(
        [all.train.labels, all.test.labels].concat(),
        [1, 2, 1, 0, 2]
    );
    let two = load(Some(vec![9, 7]));
    assert_eq!((two.classes, &two.class_labels[..]), (2, &[9, 7][..]));
    assert_eq!(
        [&two.train.labels[..], &two.test.labels].concat(),
        [1, 0, 1, 0]
    );
    assert_eq!(two.train.values[..4], [0.5, 1.0, 1.0, 0.5]);
    assert_eq!(two.per_class(), [1, 2]);
    assert_eq!(two.shown_per_class(), "9: 1, 7: 2");
}

#[test]
fn test_images_of_a_file_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let data = |test: &str| Data {
        permuted: Some(true),
        ..Data::of(DataSet::Csv {
            file: csv(&folder, "a.csv", "1,1,2\n2,2,1\n"),
            test_file: Some(csv(&folder, "b.csv", test)),
            label_column: LabelColumn::First,
            header: CsvHeader::Auto,
        })
    };
    let set = Dataset::load(&data("label,a,b\n2,4,4\n")).unwrap();
    assert_eq!((set.train.count(), set.test.count()), (2, 1));
    assert_eq!(set.test.labels, [1]);
    assert_eq!(set.files.len(), 2);
    let error = Dataset::load(&data("2,4\n")).unwrap_err().to_string();
    assert!(
        error.ends_with("b.csv: images of 1 x 1 pixels, those to train on have 1 x 2"),
        "{error}"
    );
}

#[test]
fn full_scale_is_that_of_the_format_or_given() {
    let digits = Data {
        normalisation: Normalisation::FullScale,
        ..Data::of(DataSet::Digits)
    };
    let set = Dataset::load(&digits).unwrap();
    assert_eq!(set.train.values[2..4], [0.6875, 1.0]);
    let folder = tempfile::tempdir().unwrap();
    let file = csv(&folder, "a.csv", "1,1,2\n2,2,1\n");
    let mut data = Data {
        normalisation: Normalisation::FullScale,
        ..from_csv(file, LabelColumn::First)
    };
    assert_eq!(
        Dataset::load(&data).unwrap_err().to_string(),
        "data.normalisation: a.csv has no full scale of its own"
    );
    data.full_scale = Some(4.0);
    assert_eq!(Dataset::load(&data).unwrap().train.values, [0.25, 0.5]);
}

#[test]
fn two_files_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let load = |text: &str| {
        let file = csv(&folder, "a.csv", text);
        Dataset::load(&from_csv(file, LabelColumn::First)).unwrap()
    };
    let one = load("1,1,2\n2,2,1\n");
    let spelled = load("1,1.0,2\n2,2,1\n");
    let other = load("1,1,2\n2,2,1.5\n");
    assert_eq!(one.sha256, spelled.sha256, "the same images");
    assert_ne!(one.files, spelled.files, "other bytes");
    assert_ne!(one.sha256, other.sha256);
    let label = load("1,1,2\n3,2,1\n");
    assert_eq!(label.sha256, one.sha256, "classes are the same");
    assert_ne!(label.class_labels, one.class_labels);
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = |file: &Path| {
        let data = from_csv(file.to_owned(), LabelColumn::First);
        Dataset::load(&data).unwrap_err().to_string()
    };
    let none = folder.path().join("none.csv");
    let shown = none.display();
    assert_eq!(
        error(&none),
        format!("{shown}: cannot be read: No such file or directory (os error 2)")
    );
    let shown = folder.path().display();
    assert_eq!(error(folder.path()), format!("{shown}: not a file"));
}

#[test]
fn a_sparse_file_of_more_than_is_read_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t10k-images-idx3-ubyte");
    let file = fs::File::create(&path).unwrap();
    file.set_len(MAX_BYTES + 1).unwrap();
    let labels = idx(0x0801, &[2], &[0, 1]);
    fs::write(folder.path().join("t10k-labels-idx1-ubyte"), labels).unwrap();
    let data = Data::of(DataSet::Idx {
        folder: folder.path().to_owned(),
        files: IdxFiles::T10k,
        prefix: None,
    });
    let error = Dataset::load(&data).unwrap_err().to_string();
    assert!(
        error.ends_with("has 2147483649 bytes, at most 2147483648 are read"),
        "{error}"
    );
}

/// The test set of MNIST beside the checkout, where it is.
#[test]
fn mnist_where_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !folder.join("t10k-images-idx3-ubyte.gz").is_file() {
        eprintln!("skipped: no MNIST in {}", folder.display());
        return;
    }
    let mut data = Data {
        permuted: Some(false),
        crop_pixels: Some(8),
        ..Data::of(DataSet::Idx {
            folder,
            files: IdxFiles::T10k,
            prefix: None,
        })
    };
    let set = Dataset::load(&data).unwrap();
    assert_eq!(
        (set.train.count(), set.test.count(), set.width),
        (8000, 2000, 64)
    );
    assert_eq!(set.train.labels[0], 7);
    let mut counts = set.per_class();
    for label in &set.test.labels {
        counts[usize::from(*label)] += 1;
    }
    // Taken from the file with another program.
    assert_eq!(
        counts,
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    );
    assert_eq!(set.view().check(), Ok(()));
    data.permuted = Some(true);
    let permuted = Dataset::load(&data).unwrap();
    assert_ne!(permuted.train.labels[..100], set.train.labels[..100]);
    // The second half of the file is easier than the first, so that an order of the file is no fair
    // split; a permuted one has of each class about a fifth to test on.
    let shares: Vec<_> = permuted
        .per_class()
        .iter()
        .zip(&counts)
        .map(|(train, all)| *train as f64 / *all as f64)
        .collect();
    // Hypergeometric: at most sqrt(0.8 x 0.2 / 892) = 0.0134; 5 standard deviations.
    assert!(
        shares.iter().all(|share| (share - 0.8).abs() < 0.067),
        "{shares:?}"
    );
}
