use super::*;
use proptest::prelude::*;

const LAST: LabelColumn = LabelColumn::Last;

fn values(images: &RawImages) -> &[f32] {
    match &images.pixels {
        Pixels::Reals(values) => values,
        Pixels::Bytes(_) => panic!("bytes"),
    }
}

#[track_caller]
fn refused(text: &str, label: LabelColumn, header: CsvHeader) -> String {
    let fault = read(text.as_bytes(), label, header).unwrap_err();
    assert!(!fault.help().is_empty());
    fault.to_string()
}

#[test]
fn the_label_first_or_last() {
    let text = "1,0.5,16,0,1e-3\n 2, 3 ,4,5,6\n";
    let images = read(text.as_bytes(), LabelColumn::First, CsvHeader::None).unwrap();
    assert_eq!(values(&images), [0.5, 16.0, 0.0, 1e-3, 3.0, 4.0, 5.0, 6.0]);
    assert_eq!(images.labels, [1, 2]);
    assert_eq!((images.height, images.width), (2, 2));
    let images = read(b"0.5,16,0,65535.0\r\n3,4,5,0\r\n", LAST, CsvHeader::None).unwrap();
    assert_eq!(images.labels, [65_535, 0]);
    // Three pixels are no square.
    assert_eq!((images.height, images.width), (1, 3));
    assert_eq!(images.full_scale, None);
}

#[test]
fn a_header_is_seen_or_stated() {
    let with = "pixel0,pixel1,label\n1,2,3\n";
    let without = "7,8,9\n1,2,3\n";
    let labels = |text: &str, header| {
        read(text.as_bytes(), LAST, header)
            .map(|images| images.labels)
            .ok()
    };
    assert_eq!(labels(with, CsvHeader::Auto), Some(vec![3]));
    assert_eq!(labels(without, CsvHeader::Auto), Some(vec![9, 3]));
    // Names of columns may be numbers.
    assert_eq!(labels(without, CsvHeader::Present), Some(vec![3]));
    assert_eq!(labels(without, CsvHeader::None), Some(vec![9, 3]));
    assert_eq!(labels(with, CsvHeader::None), None);
    // A mark of byte order is no text.
    let marked = format!("\u{feff}{without}");
    assert_eq!(labels(&marked, CsvHeader::Auto), Some(vec![9, 3]));
}

#[test]
fn lines_and_columns_are_named() {
    let none = CsvHeader::None;
    for (text, expected) in [
        ("1,2,0\n1,2\n", "line 2: 2 columns, the first row has 3"),
        ("1,2,0\n1,2,0,4\n", "line 2: 4 columns, the first row has 3"),
        (
            "1,2,0\r\n\r\n3,-4,0\r\n",
            "line 3, column 2: \"-4\" is not a number of 0 or more",
        ),
        (
            "1,2,0\r\n3,-4,0\r\n",
            "line 2, column 2: \"-4\" is not a number of 0 or more",
        ),
        (
            "a,b,c\n\n1,-2,0\n",
            "line 3, column 2: \"-2\" is not a number of 0 or more",
        ),
        (
            "1,nan,0\n",
            "line 1, column 2: \"nan\" is not a number of 0 or more",
        ),
        (
            "1,inf,0\n",
            "line 1, column 2: \"inf\" is not a number of 0 or more",
        ),
        // More than an f32 holds.
        (
            "1e39,1,0\n",
            "line 1, column 1: \"1e39\" is not a number of 0 or more",
        ),
        (
            "1,,0\n",
            "line 1, column 2: \"\" is not a number of 0 or more",
        ),
        (
            "1,2,0\n3,4,x\n",
            "line 2, column 3: \"x\" is not a label, a whole number of 0 to 65535",
        ),
        (
            "1,2,0.5\n",
            "line 1, column 3: \"0.5\" is not a label, a whole number of 0 to 65535",
        ),
        (
            "1,2,-1\n",
            "line 1, column 3: \"-1\" is not a label, a whole number of 0 to 65535",
        ),
        (
            "1,2,65536\n",
            "line 1, column 3: \"65536\" is not a label, a whole number of 0 to 65535",
        ),
        (
            "5\n6\n",
            "line 1: a single column, a label and pixels are needed",
        ),
        (
            "1;2;3\n",
            "line 1: a single column, a label and pixels are needed",
        ),
        ("", "holds no images"),
    ] {
        let header = if text.starts_with('a') {
            CsvHeader::Auto
        } else {
            none
        };
        assert_eq!(refused(text, LAST, header), expected, "{text:?}");
    }
    assert_eq!(refused("a,b,c\n", LAST, CsvHeader::Auto), "holds no images");
    let long = format!("{},2,0\n", "x".repeat(1000));
    assert!(refused(&long, LAST, none).len() < 100);
    let fault = read(b"1,\xff,0\n", LAST, none).unwrap_err().to_string();
    assert!(fault.starts_with("not comma-separated values: "), "{fault}");
}

proptest! {
    #[test]
    fn no_text_panics(text in "[0-9a,.\"\\-\n e]{0,60}", bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        for header in [CsvHeader::Auto, CsvHeader::Present, CsvHeader::None] {
            for label in [LabelColumn::First, LAST] {
                for file in [text.as_bytes(), &bytes] {
                    if let Ok(images) = read(file, label, header) {
                        let size = images.height * images.width;
                        prop_assert_eq!(values(&images).len(), images.count() * size);
                        prop_assert!(values(&images).iter().all(|x| x.is_finite() && *x >= 0.0));
                    }
                }
            }
        }
    }

    /// Every f32 comes back as it was written.
    #[test]
    fn values_come_back(rows in prop::collection::vec((any::<u16>(), prop::collection::vec(0.0_f32..=f32::MAX, 4)), 1..9)) {
        let text: String = rows.iter().map(|(label, row)| {
            let row: Vec<_> = row.iter().map(f32::to_string).collect();
            format!("{label},{}\n", row.join(","))
        }).collect();
        let images = read(text.as_bytes(), LabelColumn::First, CsvHeader::Auto).unwrap();
        prop_assert_eq!(values(&images), rows.iter().flat_map(|(_, row)| row.clone()).collect::<Vec<_>>());
        prop_assert_eq!(images.labels, rows.iter().map(|(label, _)| *label).collect::<Vec<_>>());
    }
}
