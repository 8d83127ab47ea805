//! Rectification and maximum pooling: max(0, largest of a window).

use super::Real;
use super::batch::{Batch, LANES, Lanes};

/// Images of `channels` x `height` x `width` and square windows of `window` pixels side by side; what does
/// not fill a window at the right and lower edge is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pool {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) window: usize,
}

impl Pool {
    pub(super) fn out_height(&self) -> usize {
        self.height / self.window
    }

    pub(super) fn out_width(&self) -> usize {
        self.width / self.window
    }

    /// Pixels after pooling, of all channels.
    pub(super) fn outputs(&self) -> usize {
        self.channels * self.out_height() * self.out_width()
    }

    /// (channel, y, x) of the pixels after pooling.
    fn places(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let (height, width) = (self.out_height(), self.out_width());
        (0..self.channels)
            .flat_map(move |c| (0..height).flat_map(move |y| (0..width).map(move |x| (c, y, x))))
    }

    /// Rows of a window's pixels, line by line.
    #[inline(always)]
    fn window(&self, channel: usize, y: usize, x: usize) -> impl Iterator<Item = usize> {
        let (window, width) = (self.window, self.width);
        let first = (channel * self.height + y * window) * width + x * window;
        (0..window).flat_map(
            #[inline(always)]
            move |line| first + line * width..first + line * width + window,
        )
    }

    /// Pools into the rows of `to` that `row` names; its other rows become 0.
    pub(super) fn forward<T: Real>(
        &self,
        from: &Batch<T>,
        to: &mut Batch<T>,
        rows: usize,
        row: impl Fn(usize, usize, usize) -> usize + Sync + Send,
    ) {
        to.reshape(rows, from.samples());
        to.fill(
            from.rows(),
            #[inline(always)]
            |block, to| {
                let from = from.block(block);
                to.fill([T::default(); LANES]);
                for (channel, y, x) in self.places() {
                    let to = &mut to[row(channel, y, x)];
                    for pixel in self.window(channel, y, x) {
                        for lane in 0..LANES {
                            let value = from[pixel][lane];
                            // NaN has to stay NaN.
                            to[lane] = if value <= to[lane] { to[lane] } else { value };
                        }
                    }
                }
            },
        );
    }

    /// Adds the cotangents of the pooled pixels, in the rows of `g` that `row` names, to those of the
    /// pixels they are: the first largest of each window, if it is above 0.
    pub(super) fn backward<T: Real>(
        &self,
        from: &Batch<T>,
        g: &Batch<T>,
        row: impl Fn(usize, usize, usize) -> usize + Sync + Send,
        to: &mut Batch<T>,
    ) {
        to.fill(
            from.rows(),
            #[inline(always)]
            |block, to| {
                let (from, g) = (from.block(block), g.block(block));
                for (channel, y, x) in self.places() {
                    self.give(from, &g[row(channel, y, x)], (channel, y, x), to);
                }
            },
        );
    }

    #[inline(always)]
    fn give<T: Real>(
        &self,
        from: &[Lanes<T>],
        g: &Lanes<T>,
        (channel, y, x): (usize, usize, usize),
        to: &mut [Lanes<T>],
    ) {
        for lane in 0..LANES {
            let (mut largest, mut place) = (T::default(), None);
            for pixel in self.window(channel, y, x) {
                if from[pixel][lane] > largest {
                    (largest, place) = (from[pixel][lane], Some(pixel));
                }
            }
            if let Some(place) = place {
                to[place][lane] = to[place][lane] + g[lane];
            }
        }
    }
}
