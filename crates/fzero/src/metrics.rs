//! Figures of merit of predictions.

/// The class with the largest score; of equal scores the lowest class, 0 where none is a number.
pub fn argmax(scores: &[f64]) -> u16 {
    let mut best = 0;
    for (class, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = class;
        }
    }
    best as u16
}

/// Share of predictions that equal their label; `None` without predictions.
pub fn accuracy(predictions: &[u16], labels: &[u16]) -> Option<f64> {
    let count = predictions.len().min(labels.len());
    let correct = predictions.iter().zip(labels).filter(|(p, l)| p == l);
    (count > 0).then(|| correct.count() as f64 / count as f64)
}

/// Coefficient of determination R^2 = 1 - sum (y - p)^2 / sum (y - mean y)^2: 1 for perfect predictions, 0
/// for those of the mean, negative for worse ones. `None` without labels, or where all are equal.
pub fn r_squared(predictions: &[f64], labels: &[f64]) -> Option<f64> {
    let mean = labels.iter().sum::<f64>() / labels.len() as f64;
    let total: f64 = labels.iter().map(|y| (y - mean).powi(2)).sum();
    let pairs = predictions.iter().zip(labels);
    let rest: f64 = pairs.map(|(p, y)| (y - p).powi(2)).sum();
    (total > 0.0).then(|| 1.0 - rest / total)
}

/// `classes` x `classes` counts, row = label, column = prediction. Pairs in which either number is no
/// class are left out.
pub fn confusion(predictions: &[u16], labels: &[u16], classes: usize) -> Vec<Vec<u32>> {
    let mut counts = vec![vec![0; classes]; classes];
    for (&prediction, &label) in predictions.iter().zip(labels) {
        let (row, column) = (usize::from(label), usize::from(prediction));
        if row < classes && column < classes {
            counts[row][column] += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argmax_takes_the_lowest_of_equals() {
        assert_eq!(argmax(&[0.1, 0.7, 0.7, -1.0]), 1);
        assert_eq!(argmax(&[-2.0, -3.0]), 0);
        assert_eq!(argmax(&[]), 0);
    }

    #[test]
    fn r_squared_of_the_mean_is_0_and_of_the_labels_1() {
        let labels = [1.0, 2.0, 4.0, 5.0];
        assert_eq!(r_squared(&labels, &labels), Some(1.0));
        assert_eq!(r_squared(&[3.0; 4], &labels), Some(0.0));
        // Residuals 1, 0, 0, 1 of a total of 4 + 1 + 1 + 4.
        assert_eq!(r_squared(&[2.0, 2.0, 4.0, 4.0], &labels), Some(0.8));
        assert_eq!(r_squared(&[1.0], &[1.0]), None);
        assert_eq!(r_squared(&[], &[]), None);
    }

    #[test]
    fn accuracy_and_confusion_count_the_same_hits() {
        let (predictions, labels) = ([0, 1, 2, 1, 0], [0, 1, 1, 1, 2]);
        assert_eq!(accuracy(&predictions, &labels), Some(0.6));
        assert_eq!(accuracy(&[], &[]), None);
        assert_eq!(
            confusion(&predictions, &labels, 3),
            [[1, 0, 0], [0, 2, 1], [1, 0, 0]]
        );
    }
}
