//! One prediction from the scores of all layers.

use crate::metrics::argmax;
use serde::{Deserialize, Serialize};

/// How layers vote on a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VoteRule {
    /// The class that most layers predict; of equally many, the one with the largest sum of scores
    /// over the layers. With two layers this is the class with the larger sum wherever they differ.
    #[default]
    AllLayers,
    /// As in the published code (arXiv:2603.24790): the class that most layers *but the last* predict;
    /// of equally many, the one to which the last layer gives the largest score. With two layers that
    /// is exactly the first layer's prediction, with one layer that layer's.
    Published,
    /// The class with the largest sum of scores over all layers but the first, or the only layer's: the
    /// accumulated goodness of Hinton, arXiv:2212.13345.
    Accumulated,
    /// The class that the last layer predicts: where all layers are trained together for its readouts.
    LastLayer,
}

impl VoteRule {
    /// The layers whose scores are summed, of a rule that sums them.
    pub(crate) fn judged<'a, 'b>(self, scores: &'a [&'b [f64]]) -> &'a [&'b [f64]] {
        let first = usize::from(self == Self::Accumulated && scores.len() > 1);
        &scores[first..]
    }

    /// The class voted for. `scores`: for each layer, one score per class; `votes` is scratch.
    pub(crate) fn predict(self, scores: &[&[f64]], votes: &mut Vec<u32>) -> u16 {
        let classes = scores.first().map_or(0, |scores| scores.len());
        votes.clear();
        votes.resize(classes, 0);
        let (voters, judges) = match self {
            Self::AllLayers => (scores, scores),
            Self::Published => scores.split_at(scores.len().saturating_sub(1)),
            Self::Accumulated => (&[][..], self.judged(scores)),
            Self::LastLayer => {
                let last = &scores[scores.len().saturating_sub(1)..];
                (last, last)
            }
        };
        for scores in voters {
            if let Some(vote) = votes.get_mut(usize::from(argmax(scores))) {
                *vote += 1;
            }
        }
        let most = votes.iter().copied().max().unwrap_or(0);
        let mut best: Option<(usize, f64)> = None;
        for (class, _) in votes
            .iter()
            .enumerate()
            .filter(|(_, votes)| **votes == most)
        {
            let sum: f64 = judges.iter().map(|scores| scores[class]).sum();
            if best.is_none_or(|(_, best)| sum > best) {
                best = Some((class, sum));
            }
        }
        best.map_or(0, |(class, _)| class as u16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vote(rule: VoteRule, scores: &[&[f64]]) -> u16 {
        rule.predict(scores, &mut vec![7; 9])
    }

    #[test]
    fn the_majority_wins_over_a_louder_minority() {
        let scores: [&[f64]; 3] = [&[0.1, 0.2, 0.0], &[0.3, 0.4, 0.0], &[0.0, 0.0, 5.0]];
        assert_eq!(vote(VoteRule::AllLayers, &scores), 1);
        assert_eq!(vote(VoteRule::Published, &scores), 1);
    }

    #[test]
    fn a_tie_goes_to_the_largest_sum_among_the_tied() {
        // Layers say 0 and 2; class 1 has the largest sum, but no vote.
        let scores: [&[f64]; 2] = [&[0.6, 0.59, 0.1], &[0.1, 0.69, 0.7]];
        assert_eq!(vote(VoteRule::AllLayers, &scores), 2);
        assert_eq!(vote(VoteRule::AllLayers, &[&[0.5, 0.5], &[0.5, 0.5]]), 0);
    }

    #[test]
    fn the_published_vote_of_two_layers_is_the_first_layers() {
        let scores: [&[f64]; 2] = [&[0.11, 0.1, 0.0], &[-1.0, 0.0, 9.0]];
        assert_eq!(vote(VoteRule::Published, &scores), 0);
        assert_eq!(vote(VoteRule::AllLayers, &scores), 2);
        // Three layers, the first two differ: the last one's larger score of those two decides.
        let scores: [&[f64]; 3] = [&[1.0, 0.0, 0.0], &[0.0, 1.0, 0.0], &[0.1, 0.2, 0.9]];
        assert_eq!(vote(VoteRule::Published, &scores), 1);
        assert_eq!(vote(VoteRule::Published, &[&[0.0, 0.3, 0.2]]), 1);
    }

    #[test]
    fn accumulated_scores_leave_the_first_layer_out() {
        let scores: [&[f64]; 3] = [&[9.0, 0.0, 0.0], &[0.1, 0.5, 0.4], &[0.3, 0.1, 0.4]];
        assert_eq!(vote(VoteRule::Accumulated, &scores), 2);
        assert_eq!(vote(VoteRule::Accumulated, &scores[..1]), 0);
    }

    #[test]
    fn the_last_layer_speaks_alone() {
        let scores: [&[f64]; 3] = [&[9.0, 0.0], &[9.0, 0.0], &[0.1, 0.2]];
        assert_eq!(vote(VoteRule::LastLayer, &scores), 1);
        assert_eq!(vote(VoteRule::LastLayer, &[&[0.2, 0.2]]), 0);
    }
}
