//! What is trained: a chip, or a network computed in numbers.

use super::super::key::{
    Fallback::{Bool, Integer, Integers, Text},
    Key,
};

pub(super) const KIND: &str = "model.kind";
pub(super) const MESH: &str = "mesh";
const MLP: &str = "mlp";
const CNN: &str = "cnn";

/// Largest size of a layer.
const MOST: i64 = 1 << 16;

pub(super) const KEYS: &[Key] = &[
    Key::text(KIND, &[MESH, MLP, CNN])
        .or(Text(MESH))
        .unstated()
        .doc("What is trained: the meshes of a chip, or a network computed in numbers behind the same interface (digital.md): dense layers (mlp), or convolutional ones with dense ones behind them (cnn)."),
    Key::integers("model.widths", (1, MOST), "outputs")
        .or(Integers(&[100, 100, 100, 10]))
        .when(KIND, MLP)
        .doc("Outputs of each dense layer, from the input; each is a readout of its layer."),
    Key::switch("model.activation_between_layers")
        .or(Bool(true))
        .when(KIND, MLP)
        .doc("Whether a layer gets max(0, y) of the one before it; false as published, where all layers together are one affine map."),
    Key::integers("model.channels", (1, MOST), "channels")
        .or(Integers(&[16, 16]))
        .when(KIND, CNN)
        .doc("Channels that each convolutional layer yields, from the input; as many layers as numbers. The published code has [4, 4]."),
    Key::integers("model.kernel_pixels", (1, MOST), "pixels")
        .or(Integers(&[6]))
        .when(KIND, CNN)
        .doc("Side of the square filters; one for all convolutional layers, or one for each."),
    Key::integers("model.padding_pixels", (0, MOST), "pixels")
        .or(Integers(&[2]))
        .when(KIND, CNN)
        .doc("Zeros around the image; one for all convolutional layers, or one for each."),
    Key::integers("model.pooling_pixels", (1, MOST), "pixels")
        .or(Integers(&[2]))
        .when(KIND, CNN)
        .doc("Side of the windows of the maximum pooling, 1 for none; one for all convolutional layers, or one for each."),
    Key::integer("model.dimension", (1, MOST), "readouts")
        .or(Integer(10))
        .when(KIND, CNN)
        .doc("Readouts of each channel of a convolutional layer: its pixels times a fixed random matrix."),
    Key::integers("model.dense_widths", (1, MOST), "outputs")
        .or(Integers(&[10]))
        .when(KIND, CNN)
        .doc("Outputs of each dense layer behind the convolutional ones; [] for none."),
    Key::integer("model.reference_images", (0, 1 << 20), "images")
        .or(Integer(512))
        .when(KIND, CNN)
        .doc("Training images, the first ones, whose moments the batch norm uses in evaluations; 0 as published, where each query is normalised by itself."),
    Key::text("model.grouping", &["layer", "kinds"])
        .or(Text("layer"))
        .when_in(KIND, &[MLP, CNN])
        .doc("Which parameters share a unit direction: all of a layer, or weights, biases and the parameters of each channel for themselves."),
];
