//! Which images of a set are used: classes, order, split, limits.

use super::error::DataError;
use super::raw::RawSet;
use crate::config::checked::Data;
use numerics::Streams;
use rand::Rng;
use std::collections::BTreeSet;

/// The images that are used, by their places in the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) train: Vec<usize>,
    pub(super) test: Vec<usize>,
    /// The label of each class.
    pub(super) classes: Vec<u16>,
}

/// The class of each label, `None` where it is none.
#[derive(Clone, Debug)]
pub(super) struct ClassOf(Vec<Option<u16>>);

impl ClassOf {
    /// Classes count in the order of their labels.
    pub(super) fn new(classes: &[u16]) -> Self {
        let mut of = vec![None; 1 << 16];
        for (class, label) in (0..).zip(classes) {
            of[usize::from(*label)] = Some(class);
        }
        Self(of)
    }

    pub(super) fn get(&self, label: u16) -> Option<u16> {
        self.0[usize::from(label)]
    }
}

/// The stream of the permutation; indices: 0 for training images and for a set that is split, 1 for
/// test images; 0.
const STREAM: &str = "data-split";

pub(super) fn select(data: &Data, set: &RawSet) -> Result<Selection, DataError> {
    let classes = classes(data, set)?;
    let class_of = ClassOf::new(&classes);
    let order = |labels: &[u16], part: u64| {
        let mut order: Vec<usize> = (0..labels.len())
            .filter(|&index| class_of.get(labels[index]).is_some())
            .collect();
        if data.permuted == Some(true) {
            let streams = Streams::new(data.split_seed.unwrap_or(0));
            shuffle(&mut order, &mut streams.derive(STREAM, part, 0));
        }
        order
    };
    let (train, test) = match set {
        RawSet::Split { train, test } => {
            let mut kept = order(&train.labels, 0);
            limit("data.train_images", data.train_images, &mut kept)?;
            (kept, order(&test.labels, 1))
        }
        RawSet::Whole(images) => {
            let mut kept = order(&images.labels, 0);
            let all = kept.len();
            let train = data.train_images.unwrap_or(4 * all / 5);
            if train == 0 || train >= all {
                return Err(setting(
                    "data.train_images",
                    format!(
                        "{all} images cannot be split into {train} to train on and the rest to test on"
                    ),
                    format!("use 1 to {}", all.saturating_sub(1)),
                ));
            }
            let test = kept.split_off(train);
            (kept, test)
        }
    };
    let mut test = test;
    limit("data.test_images", data.test_images, &mut test)?;
    for (images, what) in [(&train, "training"), (&test, "test")] {
        if images.is_empty() {
            return Err(setting(
                "data.classes",
                format!("no {what} image has one of these labels"),
                format!("the labels are {}", listed(&present(set))),
            ));
        }
    }
    Ok(Selection {
        train,
        test,
        classes,
    })
}

fn limit(key: &'static str, most: Option<usize>, order: &mut Vec<usize>) -> Result<(), DataError> {
    let Some(most) = most else {
        return Ok(());
    };
    if most > order.len() {
        let why = format!("there are {}", order.len());
        let help = format!("use at most {}, or leave the key out for all", order.len());
        return Err(setting(key, why, help));
    }
    order.truncate(most);
    Ok(())
}

/// Labels that occur, in the training or the test images.
fn present(set: &RawSet) -> BTreeSet<u16> {
    let labels = set.train().labels.iter().chain(&set.test().labels);
    labels.copied().collect()
}

fn classes(data: &Data, set: &RawSet) -> Result<Vec<u16>, DataError> {
    let present = present(set);
    let Some(classes) = &data.classes else {
        if present.len() < 2 {
            return Err(setting(
                "data.set",
                format!("every image has the label {}", listed(&present)),
                "classes to tell apart are at least 2".to_owned(),
            ));
        }
        return Ok(present.into_iter().collect());
    };
    match classes.iter().find(|label| !present.contains(label)) {
        Some(label) => Err(setting(
            "data.classes",
            format!("no image has the label {label}"),
            format!("the labels are {}", listed(&present)),
        )),
        None => Ok(classes.clone()),
    }
}

/// Labels as ranges: `0 to 9, 12`.
fn listed(labels: &BTreeSet<u16>) -> String {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for &label in labels {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == label => *last = label,
            _ => ranges.push((label, label)),
        }
    }
    const SHOWN: usize = 12;
    let more = if ranges.len() > SHOWN { ", .." } else { "" };
    let shown = ranges
        .iter()
        .take(SHOWN)
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            _ => format!("{first} to {last}"),
        });
    shown.collect::<Vec<_>>().join(", ") + more
}

fn setting(key: &'static str, why: String, help: String) -> DataError {
    DataError::Setting { key, why, help }
}

/// A uniformly random permutation (Fisher and Yates; Durstenfeld 1964, doi:10.1145/364520.364540).
fn shuffle(order: &mut [usize], stream: &mut numerics::Stream) {
    for last in (1..order.len()).rev() {
        order.swap(last, below(last as u64 + 1, stream) as usize);
    }
}

/// A uniform number below `bound` (Lemire 2019, doi:10.1145/3230636).
fn below(bound: u64, stream: &mut numerics::Stream) -> u64 {
    let mut product = u128::from(stream.next_u64()) * u128::from(bound);
    let threshold = bound.wrapping_neg() % bound;
    while (product as u64) < threshold {
        product = u128::from(stream.next_u64()) * u128::from(bound);
    }
    (product >> 64) as u64
}

#[cfg(test)]
mod tests;
