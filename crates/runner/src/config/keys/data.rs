//! The images.

use super::super::key::{
    Fallback::{Absent, Bool, Float, Integer, Text},
    Interval, Key,
};
use super::EXACT_MAX;

/// Sets that are read from files of the user.
const FILES: &[&str] = &["idx", "csv", "npz"];

/// Sets of images.
pub(super) const IMAGES: &[&str] = &["digits", "idx", "csv", "npz"];

/// Sets that are samples of a function.
const FUNCTIONS: &[&str] = &["f1", "f2"];

pub(super) const KEYS: &[Key] = &[
    Key::text("data.set", &["digits", "idx", "csv", "npz", "f1", "f2"])
        .doc("Images: digits = 1,797 handwritten digits of 8x8 pixels (doi:10.24432/C50P49), shipped; idx = files as MNIST comes in, csv and npz = other files (docs/data.md). Numbers, for an mlp alone: f1 = sin x0 + cos x1, f2 = exp(x0) sin x1 + x2 cos x3 - x4 x0, every x from -1 to 1."),
    Key::path("data.folder")
        .when("data.set", "idx")
        .doc("Folder with train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each as it is or .gz."),
    Key::text("data.files", &["both", "t10k"])
        .or(Text("both"))
        .when("data.set", "idx")
        .doc("Both pairs of files, or the t10k pair alone, of which a part becomes the training set."),
    Key::name("data.prefix")
        .or(Absent)
        .when("data.set", "idx")
        .doc("What the names of the files begin with, for example emnist-letters-; test- may then stand for t10k-."),
    Key::path("data.file")
        .when_in("data.set", &["csv", "npz"])
        .doc("The .csv file, or the .npz file with x_train, y_train, x_test, y_test, or with x and y."),
    Key::path("data.test_file")
        .or(Absent)
        .when("data.set", "csv")
        .doc("The test images; no key, a part of data.file becomes the test set."),
    Key::text("data.label_column", &["first", "last"])
        .when("data.set", "csv")
        .doc("Where the label stands in a row."),
    Key::text("data.header", &["auto", "present", "none"])
        .or(Text("auto"))
        .when("data.set", "csv")
        .doc("Whether the first row names the columns; auto: where one of its fields is no number."),
    Key::integers("data.classes", (0, 65_535), "labels")
        .or(Absent)
        .when_in("data.set", IMAGES)
        .doc("Labels of the classes to tell apart, at least 2; other images are left out, and class 0 is the first of the list. No key, all labels in ascending order."),
    Key::switch("data.permuted")
        .or(Bool(true))
        .when_in("data.set", FILES)
        .doc("Whether the images of each file are permuted before some are taken; false keeps the order of the file."),
    Key::integer("data.split_seed", (0, EXACT_MAX), "")
        .or(Integer(0))
        .when("data.permuted", "true")
        .doc("Seed of that permutation (not that of numpy)."),
    Key::integer("data.train_images", (1, 1 << 32), "images")
        .or(Absent)
        .when_in("data.set", IMAGES)
        .doc("Training images, the first ones; no key, all, or 4/5 where one file is split."),
    Key::integer("data.test_images", (1, 1 << 32), "images")
        .or(Absent)
        .when_in("data.set", IMAGES)
        .doc("Test images, the first ones, where one file is split those after the training images; no key, all that are left."),
    Key::integer("data.crop_pixels", (1, 65_535), "pixels")
        .or(Absent)
        .when_in("data.set", IMAGES)
        .doc("Side of the square that is cut out of the centre of each image; no key, the whole image."),
    Key::integer("data.downsample", (2, 65_535), "pixels")
        .or(Absent)
        .when_in("data.set", IMAGES)
        .doc("Side of the blocks, after the crop, of which each becomes one pixel, its mean."),
    Key::text(
        "data.normalisation",
        &["per-image-maximum", "per-image-norm", "full-scale"],
    )
    .or(Text("per-image-maximum"))
    .when_in("data.set", IMAGES)
    .doc("Divisor of an image: its own largest value (arXiv:2603.24790), its Euclidean norm (each image carries the same power), or full scale."),
    Key::float("data.full_scale", Interval::above(0.0, 1e30), "1")
        .or(Absent)
        .when("data.normalisation", "full-scale")
        .doc("Value that becomes amplitude 1; no key, the largest of the format: 16 for the digits, 255 for idx and for uint8 in npz."),
    Key::integer("data.train_samples", (2, 1 << 24), "samples")
        .or(Integer(10_000))
        .when_in("data.set", FUNCTIONS)
        .doc("Samples of the function to train on."),
    Key::integer("data.test_samples", (2, 1 << 24), "samples")
        .or(Integer(2_000))
        .when_in("data.set", FUNCTIONS)
        .doc("Samples to test on, without noise."),
    Key::float("data.noise", Interval::closed(0.0, 100.0), "1")
        .or(Float(0.05))
        .when_in("data.set", FUNCTIONS)
        .doc("Standard deviation of the noise on the training targets, as a share of theirs."),
];
