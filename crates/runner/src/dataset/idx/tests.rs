use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use std::io::Write;

const MOST: u64 = 1 << 20;

/// An IDX file of bytes.
pub(in super::super) fn idx(magic: u32, axes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let words = [&[magic], axes].concat();
    let header = words.iter().flat_map(|word| word.to_be_bytes());
    header.chain(bytes.iter().copied()).collect()
}

pub(in super::super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// Two images of 2 x 3 pixels.
fn valid() -> Vec<u8> {
    idx(IMAGES, &[2, 2, 3], &(1..=12).collect::<Vec<_>>())
}

fn refused(file: &[u8]) -> String {
    images(file, MOST).unwrap_err().to_string()
}

#[test]
fn packed_or_not() {
    let expected = IdxImages {
        count: 2,
        height: 2,
        width: 3,
        bytes: (1..=12).collect(),
    };
    assert_eq!(images(&valid(), MOST).unwrap(), expected);
    assert_eq!(images(&gzip(&valid()), MOST).unwrap(), expected);
    let file = idx(LABELS, &[3], &[7, 0, 255]);
    assert_eq!(labels(&file, MOST).unwrap(), [7, 0, 255]);
    assert_eq!(labels(&gzip(&file), MOST).unwrap(), [7, 0, 255]);
    // Exactly as much as is read.
    assert_eq!(images(&valid(), 12).unwrap(), expected);
    assert!(images(&valid(), 11).is_err());
}

#[test]
fn what_is_wrong_is_said() {
    let file = valid();
    assert_eq!(
        refused(&idx(LABELS, &[3], &[7, 0, 1])),
        "begins with 0x00000801, IDX images begin with 0x00000803"
    );
    // Floating-point values.
    assert_eq!(
        refused(&idx(0x0d03, &[1, 1, 1], &[0; 4])),
        "begins with 0x00000d03, IDX images begin with 0x00000803"
    );
    assert_eq!(
        refused(&file[..3]),
        "ends within its header, after 3 of 16 bytes"
    );
    assert_eq!(
        refused(&file[..15]),
        "ends within its header, after 15 of 16 bytes"
    );
    assert_eq!(refused(&[]), "ends within its header, after 0 of 16 bytes");
    assert_eq!(
        refused(&file[..27]),
        "ends after 11 of the 12 bytes of its axes 2 x 2 x 3"
    );
    assert_eq!(
        refused(&[&file[..], &[0]].concat()),
        "goes on after the 12 bytes of its axes 2 x 2 x 3"
    );
    assert_eq!(
        refused(&gzip(&[&file[..], &[0]].concat())),
        "goes on after the 12 bytes of its axes 2 x 2 x 3"
    );
    assert_eq!(
        refused(&idx(IMAGES, &[0, 28, 28], &[])),
        "holds nothing: its axes are 0 x 28 x 28"
    );
    let swapped = labels(&file, MOST).unwrap_err();
    assert!(swapped.help().contains("changed places"), "{swapped}");
}

/// Nothing of that size is there, and nothing of it is asked of the machine: with memory for it the
/// test would be killed.
#[test]
fn hostile_sizes_are_refused_before_memory_is_taken() {
    let axes = [u32::MAX; 3];
    assert_eq!(
        refused(&idx(IMAGES, &axes, &[1, 2])),
        "says that its axes are 4294967295 x 4294967295 x 4294967295, at most 1048576 bytes are read"
    );
    let most = u64::MAX - 1;
    let file = idx(IMAGES, &[u32::MAX, 28, 28], &[1, 2]);
    for file in [&file, &gzip(&file)] {
        assert_eq!(
            images(file, most).unwrap_err().to_string(),
            "ends after 2 of the 3367254359280 bytes of its axes 4294967295 x 28 x 28"
        );
    }
    // What unpacks to more than it says is not unpacked further.
    let bomb = gzip(&idx(IMAGES, &[1, 1, 1], &vec![0; 1 << 24]));
    assert!(refused(&bomb).starts_with("goes on"));
}

#[test]
fn damaged_packing_is_refused() {
    let packed = gzip(&valid());
    for cut in 2..packed.len() {
        assert!(images(&packed[..cut], MOST).is_err(), "{cut}");
    }
    // The sum of the unpacked bytes, and what stands behind it.
    let at = packed.len() - 8;
    let mut sum = packed.clone();
    sum[at] ^= 1;
    assert!(refused(&sum).starts_with("cannot be unpacked: "));
    assert!(images(&[&packed[..], b"x"].concat(), MOST).is_err());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for begin in [&[][..], &[0, 0, 8, 3], &[0, 0, 8, 1], &[0x1f, 0x8b, 8, 0]] {
            let file = [begin, &bytes].concat();
            let _ = images(&file, MOST);
            let _ = labels(&file, MOST);
        }
    }

    /// A changed byte of the pixels is another image; any other change is refused.
    #[test]
    fn a_changed_file_is_refused_or_has_other_pixels(at in 0_usize..28, by in 1_u8..=255) {
        let mut file = valid();
        file[at] ^= by;
        match images(&file, MOST) {
            Ok(found) => {
                prop_assert!(at >= 16);
                prop_assert_eq!(&found.bytes[..], &file[16..]);
            }
            Err(_) => prop_assert!(at < 16),
        }
        let mut packed = gzip(&valid());
        let at = at % packed.len();
        packed[at] ^= by;
        let _ = images(&packed, MOST);
    }
}
