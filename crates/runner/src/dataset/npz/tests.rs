use super::*;
use proptest::prelude::*;
use std::io::Write;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MOST: u64 = 1 << 20;

fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

fn npz(method: CompressionMethod, arrays: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in arrays {
        archive.start_file(format!("{name}.npy"), options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn stored(x: Vec<u8>, y: Vec<u8>) -> Vec<u8> {
    npz(CompressionMethod::Stored, &[("x", x), ("y", y)])
}

/// Two images of 2 x 2 bytes with labels of int64, as Keras has them.
fn x() -> Vec<u8> {
    npy("|u1", "(2, 2, 2)", &[1, 2, 3, 4, 5, 6, 7, 255])
}

fn y() -> Vec<u8> {
    let labels: Vec<u8> = [3_i64, 0].iter().flat_map(|x| x.to_le_bytes()).collect();
    npy("<i8", "(2,)", &labels)
}

fn whole(file: &[u8]) -> RawImages {
    match read(file, MOST).unwrap_or_else(|fault| panic!("{fault}")) {
        RawSet::Whole(images) => images,
        split => panic!("{split:?}"),
    }
}

fn refused(x: Vec<u8>, y: Vec<u8>) -> String {
    let fault = read(&stored(x, y), MOST).unwrap_err();
    assert!(!fault.help().is_empty());
    fault.to_string()
}

#[test]
fn bytes_compressed_or_not() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let images = whole(&npz(method, &[("x", x()), ("y", y()), ("z", Vec::new())]));
        assert_eq!(images.pixels, Pixels::Bytes(vec![1, 2, 3, 4, 5, 6, 7, 255]));
        assert_eq!(images.labels, [3, 0]);
        assert_eq!((images.height, images.width), (2, 2));
        assert_eq!(images.full_scale, Some(255.0));
    }
}

#[test]
fn four_arrays_are_a_set_that_is_split() {
    let test = npy("|u1", "(1, 2, 2)", &[9; 4]);
    let arrays = [
        ("x_train", x()),
        ("y_train", y()),
        ("x_test", test),
        ("y_test", npy("|u1", "(1,)", &[7])),
        ("x", x()),
    ];
    let method = CompressionMethod::Deflated;
    let set = read(&npz(method, &arrays), MOST).unwrap();
    assert_eq!(set.train().labels, [3, 0]);
    assert_eq!(set.test().labels, [7]);
    let fault = read(&npz(method, &arrays[..3]), MOST).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "has no array y_test; its arrays are x_test, x_train, y_train"
    );
    let mut other = arrays.clone();
    other[2].1 = npy("|u1", "(1, 4, 1)", &[9; 4]);
    let fault = read(&npz(method, &other), MOST).unwrap_err();
    assert!(
        fault
            .to_string()
            .starts_with("x_test: has the shape [1, 4, 1], (N, 2, 2) is needed"),
        "{fault}"
    );
}

#[test]
fn every_type_of_number() {
    let expected = [0.0_f64, 1.0, 2.0, 100.0];
    macro_rules! check {
        ($($type:ty, $little:literal, $big:literal;)*) => {$(
            for (descr, bytes) in [
                ($little, expected.map(|x| (x as $type).to_le_bytes()).concat()),
                ($big, expected.map(|x| (x as $type).to_be_bytes()).concat()),
            ] {
                let images = whole(&stored(npy(descr, "(2, 2)", &bytes), y()));
                let mut row = Vec::new();
                images.copy(1, &mut row);
                assert_eq!(row, [2.0, 100.0], "{descr}");
                let labels = npy(descr, "(4, 1)", &bytes);
                let images = whole(&stored(npy("|u1", "(4, 1, 1)", &[0; 4]), labels));
                assert_eq!(images.labels, [0, 1, 2, 100], "{descr}");
            }
        )*};
    }
    check! {
        u8, "|u1", "|u1"; i8, "|i1", "|i1"; u16, "<u2", ">u2"; i16, "<i2", ">i2";
        u32, "<u4", ">u4"; i32, "<i4", ">i4"; u64, "<u8", ">u8"; i64, "<i8", ">i8";
        f32, "<f4", ">f4"; f64, "<f8", ">f8";
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let floats = |values: &[f32]| -> Vec<u8> {
        let bytes: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
        npy("<f4", "(2, 1)", &bytes)
    };
    let needed = "a finite number of 0 or more is needed";
    for bad in [f32::NAN, f32::INFINITY, -1.0] {
        assert_eq!(
            refused(floats(&[0.0, bad]), y()),
            format!("x: value 1 (counted from 0) is {bad}, {needed}")
        );
    }
    let large = npy(
        "<f8",
        "(2, 1)",
        &[1e39_f64, 0.0].map(f64::to_le_bytes).concat(),
    );
    assert!(refused(large, y()).starts_with("x: value 0 (counted from 0) is 1"));
    let half = npy(
        "<f4",
        "(2,)",
        &[0.5_f32, 1.0].map(f32::to_le_bytes).concat(),
    );
    assert_eq!(
        refused(x(), half),
        "y: value 0 (counted from 0) is 0.5, a whole number of 0 to 65535 is needed"
    );
    assert_eq!(
        refused(x(), npy("|u1", "(3,)", &[0; 3])),
        "y: has the shape [3], (2,) is needed"
    );
    assert_eq!(
        refused(npy("|u1", "(8,)", &[0; 8]), y()),
        "x: has the shape [8], (N, rows, columns) or (N, pixels) is needed"
    );
    assert!(refused(npy("|u1", "(0, 2, 2)", &[]), y()).contains("has the shape [0, 2, 2]"));
    assert_eq!(
        refused(npy("|u1", "(2, 2, 2)", &[0; 7]), y()),
        "x: is shorter than its shape says"
    );
    assert_eq!(
        refused(npy("|u1", "(2, 2, 2)", &[0; 9]), y()),
        "x: is longer than its shape says"
    );
    for (descr, shown) in [("<c8", "<c8"), ("<U3", "<U3"), ("|O", "|O"), ("<f2", "<f2")] {
        assert_eq!(
            refused(npy(descr, "(2, 1)", &[0; 16]), y())
                .split(';')
                .next(),
            Some(format!("x: holds values of type {shown}").as_str())
        );
    }
    let mut order = x();
    let at = order.windows(5).position(|word| word == b"False").unwrap();
    order[at..at + 5].copy_from_slice(b"True ");
    assert_eq!(refused(order, y()), "x: is in Fortran order");
    assert_eq!(
        refused(b"anything".to_vec(), y()),
        "x: not a plain array of NumPy"
    );
    let fault = read(b"anything", MOST).unwrap_err().to_string();
    assert!(fault.starts_with("not an .npz archive: "), "{fault}");
    let empty = npz(CompressionMethod::Stored, &[]);
    let fault = read(&empty, MOST).unwrap_err().to_string();
    assert_eq!(fault, "has no array x_train; its arrays are none");
}

#[test]
fn hostile_sizes_are_refused_before_memory_is_taken() {
    let shape = "(4000000000, 4000000000, 4000000000)";
    assert_eq!(
        refused(npy("|u1", shape, &[]), y()),
        "x: is too large: its shape is [4000000000, 4000000000, 4000000000], at most 1048576 bytes are \
         read"
    );
    // Below the limit, and not there.
    assert_eq!(
        refused(npy("|u1", "(1000000, 1, 1)", &[]), y()),
        "x: is shorter than its shape says"
    );
    // It would unpack to 16 MiB.
    let bomb = npy("|u1", "(2, 2, 2)", &vec![0; 1 << 24]);
    let file = npz(CompressionMethod::Deflated, &[("x", bomb), ("y", y())]);
    let fault = read(&file, MOST).unwrap_err().to_string();
    assert_eq!(fault, "x: is longer than its shape says");
}

proptest! {
    #[test]
    fn no_change_of_an_archive_panics(at in any::<prop::sample::Index>(), by in 1_u8..=255, cut in any::<prop::sample::Index>()) {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let mut file = npz(method, &[("x", x()), ("y", y())]);
            let length = file.len();
            file[at.index(length)] ^= by;
            let _ = read(&file, MOST);
            file.truncate(cut.index(length));
            let _ = read(&file, MOST);
        }
    }

    #[test]
    fn no_array_panics(descr in "[<>|]?[uifbc]?[0-9]{0,2}", shape in "\\([0-9, ]{0,12}\\)", data in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = read(&stored(npy(&descr, &shape, &data), y()), MOST);
        let _ = read(&stored(x(), npy(&descr, &shape, &data)), MOST);
    }
}
