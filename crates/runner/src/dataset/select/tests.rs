use super::super::raw::{Pixels, RawImages};
use super::*;
use crate::config::checked::DataSet;
use proptest::prelude::*;

fn images(labels: &[u16]) -> RawImages {
    RawImages {
        pixels: Pixels::Bytes(vec![0; labels.len()]),
        labels: labels.to_vec(),
        height: 1,
        width: 1,
        full_scale: None,
    }
}

fn whole(labels: &[u16]) -> RawSet {
    RawSet::Whole(images(labels))
}

fn data(permuted: Option<bool>) -> Data {
    Data {
        permuted,
        split_seed: permuted.and_then(|permuted| permuted.then_some(0)),
        ..Data::of(DataSet::Digits)
    }
}

#[track_caller]
fn refused(data: &Data, set: &RawSet) -> String {
    match select(data, set).unwrap_err() {
        DataError::Setting { key, why, help } => format!("{key}: {why} | {help}"),
        error => panic!("{error}"),
    }
}

#[test]
fn the_order_of_the_file_is_kept_where_it_is_asked_for() {
    let set = whole(&[5, 3, 5, 3, 5, 3, 5, 3, 5, 3]);
    for permuted in [None, Some(false)] {
        let found = select(&data(permuted), &set).unwrap();
        assert_eq!(found.train, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(found.test, [8, 9]);
        assert_eq!(found.classes, [3, 5]);
    }
    let few = Data {
        train_images: Some(3),
        test_images: Some(2),
        ..data(Some(false))
    };
    let found = select(&few, &set).unwrap();
    assert_eq!((found.train, found.test), (vec![0, 1, 2], vec![3, 4]));
}

#[test]
fn classes_are_those_listed_in_their_order() {
    let chosen = Data {
        classes: Some(vec![8, 3]),
        ..data(None)
    };
    let set = RawSet::Split {
        train: images(&[1, 3, 8, 3, 9]),
        test: images(&[8, 1, 3]),
    };
    let found = select(&chosen, &set).unwrap();
    assert_eq!((found.train, found.test), (vec![1, 2, 3], vec![0, 2]));
    assert_eq!(found.classes, [8, 3]);
    let class_of = ClassOf::new(&found.classes);
    assert_eq!(
        [8, 3, 1].map(|label| class_of.get(label)),
        [Some(0), Some(1), None]
    );
}

#[test]
fn what_does_not_fit_is_said() {
    let ten: Vec<u16> = (0..10).collect();
    let with = |change: &dyn Fn(&mut Data)| {
        let mut data = data(Some(true));
        change(&mut data);
        data
    };
    let set = whole(&ten);
    assert_eq!(
        refused(&with(&|data| data.classes = Some(vec![3, 12])), &set),
        "data.classes: no image has the label 12 | the labels are 0 to 9"
    );
    assert_eq!(
        refused(&with(&|data| data.train_images = Some(10)), &set),
        "data.train_images: 10 images cannot be split into 10 to train on and the rest to test on | use \
         1 to 9"
    );
    assert_eq!(
        refused(&with(&|data| data.test_images = Some(3)), &set),
        "data.test_images: there are 2 | use at most 2, or leave the key out for all"
    );
    let split = RawSet::Split {
        train: images(&[0, 1, 4, 6]),
        test: images(&[0, 9]),
    };
    assert_eq!(
        refused(&with(&|data| data.train_images = Some(5)), &split),
        "data.train_images: there are 4 | use at most 4, or leave the key out for all"
    );
    assert_eq!(
        refused(&with(&|data| data.classes = Some(vec![4, 6])), &split),
        "data.classes: no test image has one of these labels | the labels are 0 to 1, 4, 6, 9"
    );
    assert_eq!(
        refused(&data(None), &whole(&[7, 7, 7])),
        "data.set: every image has the label 7 | classes to tell apart are at least 2"
    );
}

/// A name or an index that changes gives other splits, so that results would silently be of other
/// images.
#[test]
fn the_permutation_of_seed_0_never_changes() {
    let labels: Vec<u16> = (0..10).collect();
    let found = select(&data(Some(true)), &whole(&labels)).unwrap();
    assert_eq!(
        [found.train, found.test].concat(),
        [6, 1, 4, 5, 9, 3, 7, 2, 8, 0]
    );
}

proptest! {
    #[test]
    fn a_split_is_disjoint_whole_and_depends_on_its_seed_alone(count in 40_usize..200, seed in 0_u64..1000) {
        let labels: Vec<u16> = (0..count).map(|at| (at % 3) as u16).collect();
        let with = |seed| Data { split_seed: Some(seed), ..data(Some(true)) };
        let found = select(&with(seed), &whole(&labels)).unwrap();
        prop_assert_eq!(found.train.len(), 4 * count / 5);
        let mut all = [&found.train[..], &found.test].concat();
        prop_assert_ne!(&all, &(0..count).collect::<Vec<_>>());
        all.sort_unstable();
        prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
        prop_assert_eq!(&select(&with(seed), &whole(&labels)).unwrap(), &found);
        prop_assert_ne!(select(&with(seed + 1), &whole(&labels)).unwrap().train, found.train);
    }
}

/// Each of 6 orders of three images comes up in a sixth of the seeds: binomial with n = 6000, so that a
/// count is 1000 +- 29, and 6 standard deviations are 173.
#[test]
fn every_order_is_as_likely() {
    let mut counts = std::collections::BTreeMap::new();
    for seed in 0..6000 {
        let mut order = vec![0, 1, 2];
        shuffle(&mut order, &mut Streams::new(seed).derive(STREAM, 0, 0));
        *counts.entry(order).or_insert(0_u32) += 1;
    }
    assert_eq!(counts.len(), 6);
    assert!(
        counts.values().all(|count| count.abs_diff(1000) < 173),
        "{counts:?}"
    );
}
