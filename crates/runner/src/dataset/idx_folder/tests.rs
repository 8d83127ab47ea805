use super::super::idx::tests::{gzip, idx};
use super::*;
use std::fs;
use tempfile::TempDir;

fn images(count: u32, first: u8) -> Vec<u8> {
    let bytes: Vec<u8> = (0..4 * count as u8)
        .map(|at| at.wrapping_add(first))
        .collect();
    idx(0x0803, &[count, 2, 2], &bytes)
}

fn labels(labels: &[u8]) -> Vec<u8> {
    idx(0x0801, &[labels.len() as u32], labels)
}

/// A folder of three training and two test images, its names as `name` makes them.
fn folder(packed: bool, name: impl Fn(&str) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (part, bytes) in [
        ("train-images-idx3-ubyte", images(3, 0)),
        ("train-labels-idx1-ubyte", labels(&[0, 1, 2])),
        ("t10k-images-idx3-ubyte", images(2, 100)),
        ("t10k-labels-idx1-ubyte", labels(&[1, 2])),
    ] {
        let bytes = if packed { gzip(&bytes) } else { bytes };
        fs::write(folder.path().join(name(part)), bytes).unwrap();
    }
    folder
}

fn both(folder: &TempDir, prefix: Option<&str>) -> Result<RawData, DataError> {
    load(folder.path(), IdxFiles::Both, prefix)
}

#[track_caller]
fn refused(result: Result<RawData, DataError>) -> String {
    let error = result.unwrap_err();
    let help = match &error {
        DataError::Setting { help, .. } => help.clone(),
        DataError::File { fault, .. } => fault.help().to_owned(),
        DataError::Shipped(_) => String::new(),
    };
    format!("{error} | {help}")
}

#[test]
fn every_name_that_the_files_come_with() {
    let plain = both(&folder(false, str::to_owned), None).unwrap().set;
    assert_eq!(plain.train().labels, [0, 1, 2]);
    assert_eq!(plain.test().labels, [1, 2]);
    assert_eq!((plain.test().height, plain.test().width), (2, 2));
    let Pixels::Bytes(bytes) = &plain.test().pixels else {
        panic!("{plain:?}");
    };
    assert_eq!(bytes[..], [100, 101, 102, 103, 104, 105, 106, 107]);
    let names: [&dyn Fn(&str) -> String; 3] = [
        &|part| format!("{part}.gz"),
        &|part| part.replace("-idx", ".idx"),
        &|part| part.replace("-idx", ".idx") + ".gz",
    ];
    for name in names {
        for packed in [false, true] {
            assert_eq!(both(&folder(packed, name), None).unwrap().set, plain);
        }
    }
    let emnist = |part: &str| format!("emnist-a-{}", part.replace("t10k", "test"));
    let data = both(&folder(true, emnist), Some("emnist-a-")).unwrap();
    assert_eq!(data.set, plain);
    assert!(data.name.starts_with("emnist-a-"));
}

#[test]
fn the_test_pair_alone() {
    let folder = folder(true, |part| format!("{part}.gz"));
    for part in ["images-idx3", "labels-idx1"] {
        fs::remove_file(folder.path().join(format!("train-{part}-ubyte.gz"))).unwrap();
    }
    let data = load(folder.path(), IdxFiles::T10k, None).unwrap();
    let RawSet::Whole(images) = &data.set else {
        panic!("{data:?}");
    };
    assert_eq!(images.labels, [1, 2]);
    let named: Vec<_> = data.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(named.len(), 2);
    assert!(named[0].ends_with("t10k-images-idx3-ubyte.gz"));
    // Who has the test pair alone is told what can be done with it.
    let message = refused(both(&folder, None));
    assert!(
        message.starts_with(
            "data.folder: no train-images-idx3-ubyte, no train-labels-idx1-ubyte in it | put \
             train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, \
             t10k-labels-idx1-ubyte there, each as it is or .gz; MNIST: https://"
        ),
        "{message}"
    );
    assert!(message.ends_with("or set data.files = \"t10k\" to split the test images"));
}

#[test]
fn what_is_missing_is_said_with_where_to_get_it() {
    let nowhere = load(Path::new("/no/such/mnist"), IdxFiles::T10k, None);
    let message = refused(nowhere);
    assert!(
        message.starts_with(
            "data.folder: no such folder | put t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte there"
        ),
        "{message}"
    );
    assert!(message.contains("https://storage.googleapis.com/cvdf-datasets/mnist/"));
    let folder = folder(false, str::to_owned);
    let file = folder.path().join("t10k-labels-idx1-ubyte");
    assert!(refused(load(&file, IdxFiles::Both, None)).starts_with("data.folder: not a folder"));
    fs::remove_file(&file).unwrap();
    let message = refused(both(&folder, None));
    assert!(
        message.starts_with("data.folder: no t10k-labels-idx1-ubyte in it | "),
        "{message}"
    );
    assert!(!message.contains("data.files"), "{message}");
}

#[test]
fn files_that_do_not_go_together() {
    let folder = folder(false, str::to_owned);
    let at = |name: &str| folder.path().join(name);
    let write = |name: &str, bytes: Vec<u8>| fs::write(at(name), bytes).unwrap();
    write("t10k-labels-idx1-ubyte", labels(&[1, 2, 0]));
    let message = refused(both(&folder, None));
    assert_eq!(
        message,
        format!(
            "{}: 3 labels, its images are 2 | take both files from the same set",
            at("t10k-labels-idx1-ubyte").display()
        )
    );
    write("t10k-labels-idx1-ubyte", labels(&[1, 2]));
    write("t10k-images-idx3-ubyte", idx(0x0803, &[2, 1, 2], &[0; 4]));
    let message = refused(both(&folder, None));
    assert!(
        message.contains("images of 1 x 2 pixels, those to train on have 2 x 2"),
        "{message}"
    );
    write("t10k-images-idx3-ubyte", labels(&[1, 2]));
    let message = refused(both(&folder, None));
    assert!(message.contains("begins with 0x00000801"), "{message}");
    assert!(message.contains("changed places"), "{message}");
}
