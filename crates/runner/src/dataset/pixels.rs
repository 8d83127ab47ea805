//! Smaller images: crop, then means over blocks.

use super::error::DataError;
use crate::config::checked::Data;

/// How an image becomes a smaller one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shrink {
    /// Columns of the image.
    columns: usize,
    /// First row and column that is kept.
    corner: (usize, usize),
    /// Rows and columns that are kept.
    kept: (usize, usize),
    /// Side of a block.
    block: usize,
}

impl Shrink {
    /// Checks what is asked for against images of `height` x `width` pixels.
    pub(super) fn new(data: &Data, height: usize, width: usize) -> Result<Self, DataError> {
        let mut kept = (height, width);
        if let Some(side) = data.crop_pixels {
            if side > height.min(width) {
                return Err(DataError::Setting {
                    key: "data.crop_pixels",
                    why: format!("the images have {height} x {width} pixels"),
                    help: format!("use at most {}, or leave the key out", height.min(width)),
                });
            }
            kept = (side, side);
        }
        let block = data.downsample.unwrap_or(1);
        if !kept.0.is_multiple_of(block) || !kept.1.is_multiple_of(block) {
            return Err(DataError::Setting {
                key: "data.downsample",
                why: format!(
                    "{} x {} pixels are not whole blocks of {block} x {block}",
                    kept.0, kept.1
                ),
                help: "use a divisor of both, or crop the images first with data.crop_pixels"
                    .to_owned(),
            });
        }
        Ok(Self {
            columns: width,
            corner: ((height - kept.0) / 2, (width - kept.1) / 2),
            kept,
            block,
        })
    }

    /// Rows and columns of the smaller image.
    pub(super) fn size(&self) -> (usize, usize) {
        (self.kept.0 / self.block, self.kept.1 / self.block)
    }

    /// Appends the smaller image, row-major.
    pub(super) fn append(&self, image: &[f32], to: &mut Vec<f32>) {
        let (rows, columns) = self.size();
        let pixels = (self.block * self.block) as f64;
        for row in 0..rows {
            for column in 0..columns {
                let top = self.corner.0 + row * self.block;
                let left = self.corner.1 + column * self.block;
                let lines = (top..top + self.block).map(|line| line * self.columns + left);
                // Bytes add up exactly.
                let sum: f64 = lines
                    .flat_map(|begin| &image[begin..begin + self.block])
                    .map(|value| f64::from(*value))
                    .sum();
                to.push((sum / pixels) as f32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::checked::DataSet;

    fn shrink(crop: Option<usize>, block: Option<usize>) -> Result<Vec<f32>, String> {
        let data = Data {
            crop_pixels: crop,
            downsample: block,
            ..Data::of(DataSet::Digits)
        };
        // 5 rows of 6 pixels: 10 x row + column.
        let image: Vec<f32> = (0..30).map(|at| (10 * (at / 6) + at % 6) as f32).collect();
        let shrink = Shrink::new(&data, 5, 6).map_err(|error| error.to_string())?;
        let mut small = Vec::new();
        shrink.append(&image, &mut small);
        assert_eq!(small.len(), shrink.size().0 * shrink.size().1);
        Ok(small)
    }

    #[test]
    fn the_centre_is_kept_the_upper_left_one_of_two() {
        // (5 - 4) / 2 = 0 rows above, (6 - 4) / 2 = 1 column to the left.
        assert_eq!(shrink(Some(4), None).unwrap()[..5], [1., 2., 3., 4., 11.]);
        assert_eq!(shrink(Some(1), None).unwrap(), [22.0]);
        assert_eq!(shrink(None, None).unwrap().len(), 30);
    }

    #[test]
    fn a_block_becomes_its_mean() {
        // (1 + 2 + 11 + 12) / 4 and so on.
        assert_eq!(shrink(Some(4), Some(2)).unwrap(), [6.5, 8.5, 26.5, 28.5]);
        assert_eq!(shrink(Some(4), Some(4)).unwrap(), [17.5]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(
            shrink(Some(6), None).unwrap_err(),
            "data.crop_pixels: the images have 5 x 6 pixels"
        );
        assert_eq!(
            shrink(None, Some(2)).unwrap_err(),
            "data.downsample: 5 x 6 pixels are not whole blocks of 2 x 2"
        );
        assert!(shrink(None, Some(7)).is_err());
    }
}
