//! A run of a sweep as a line: what `fzero sweep` writes and `fzero check` reads.

use super::summary::{Score, Summary};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One run of a sweep, or of anything that is to be compared by statistics. Everything but `elapsed_s`,
/// which stands last, is the same for the same configuration. A statistic that was not measured is
/// `None`, never 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Number of the run in its sweep, from 0.
    #[serde(default)]
    pub run: usize,
    /// The setting: key path -> value, in the order of the paths. Runs with the same are repetitions.
    pub point: Map<String, Value>,
    /// Seed of the die; none where there is no chip.
    pub die_seed: Option<u64>,
    /// Seed of the training.
    pub seed: u64,
    /// SHA-256 of the run's resolved configuration.
    #[serde(default)]
    pub config_hash: String,
    /// What the figures of `accuracy` are.
    #[serde(default)]
    pub score: Score,
    /// Scores on the test set; none of a run that failed.
    pub accuracy: Option<RowAccuracy>,
    /// Number of test samples behind each of them; 0 of a run that failed.
    pub test_images: usize,
    /// Samples sent through the device for training and calibration; 0 of a run that failed.
    pub queries: u64,
    /// Upper estimate of the memory that the run takes of the machine, in bytes, from the sizes of what it holds; none
    /// where it is not known.
    #[serde(default)]
    pub memory_estimate_bytes: Option<u64>,
    /// Why it failed.
    pub error: Option<String>,
    /// Time of the run on one thread, in s.
    pub elapsed_s: f64,
}

/// Test scores of a network: shares of images that were classified right, 0 to 1, or R^2.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowAccuracy {
    /// Of the network, as its layers vote.
    pub vote: Option<f64>,
    /// Of the last layer alone.
    pub last: Option<f64>,
    /// Of each layer, from the input; none of a layer that was not trained to predict.
    pub layers: Vec<Option<f64>>,
}

impl Row {
    /// The row of a run that ended with this summary, of no sweep yet: no number and no setting.
    pub fn of(summary: &Summary) -> Self {
        let layers: Vec<_> = summary.layers.iter().map(|layer| layer.test).collect();
        Self {
            run: 0,
            point: Map::new(),
            die_seed: summary.die_seed,
            seed: summary.seed,
            config_hash: summary.config_hash.clone(),
            score: summary.score,
            accuracy: Some(RowAccuracy {
                vote: summary.vote.test,
                last: layers.last().copied().flatten(),
                layers,
            }),
            test_images: summary.test_samples,
            queries: summary.ledger.budgeted_queries(),
            memory_estimate_bytes: summary.memory_estimate_bytes,
            error: None,
            elapsed_s: summary.elapsed_s,
        }
    }

    /// Test score of the network; `None` of a run that failed.
    pub fn network(&self) -> Option<f64> {
        self.accuracy.as_ref().and_then(|accuracy| accuracy.vote)
    }

    /// Reads the lines of a text. A last line without its end, left by a process that was killed while it
    /// wrote, is dropped.
    ///
    /// # Errors
    /// The number of a whole line that is no row, from 1, and why.
    pub fn read_lines(text: &str) -> Result<Vec<Self>, (usize, serde_json::Error)> {
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        let lines = whole.lines().enumerate();
        lines
            .filter(|(_, line)| !line.is_empty())
            .map(|(index, line)| serde_json::from_str(line).map_err(|error| (index + 1, error)))
            .collect()
    }

    /// As a line with its end.
    ///
    /// # Errors
    /// None in practice: a row can always be written as JSON.
    pub fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            run: 3,
            point: [
                ("b.x".to_owned(), 0.1.into()),
                ("a.y".to_owned(), "word".into()),
            ]
            .into_iter()
            .collect(),
            die_seed: Some(7),
            seed: 0,
            config_hash: "ab".into(),
            score: Score::Accuracy,
            accuracy: Some(RowAccuracy {
                vote: Some(0.9),
                last: Some(1.0 / 3.0),
                layers: vec![None, Some(1.0 / 3.0)],
            }),
            test_images: 360,
            queries: 12,
            memory_estimate_bytes: Some(1 << 20),
            error: None,
            elapsed_s: 0.25,
        }
    }

    #[test]
    fn a_row_reads_back_and_its_time_stands_last() {
        let line = String::from_utf8(row().to_line().unwrap()).unwrap();
        assert!(line.ends_with(",\"elapsed_s\":0.25}\n"), "{line}");
        assert!(line.contains("\"layers\":[null,0.33"), "{line}");
        assert_eq!(Row::read_lines(&line).unwrap(), [row()]);
    }

    #[test]
    fn a_torn_last_line_is_dropped_and_a_wrong_whole_one_is_named() {
        let line = String::from_utf8(row().to_line().unwrap()).unwrap();
        for cut in 0..line.len() {
            let text = format!("{line}{}", &line[..cut]);
            assert_eq!(Row::read_lines(&text).unwrap().len(), 1, "{cut}");
        }
        let (number, _) = Row::read_lines(&format!("{line}{{}}\n{line}")).unwrap_err();
        assert_eq!(number, 2);
    }

    #[test]
    fn what_another_program_wrote_needs_the_agreed_keys_alone() {
        let text = "{\"point\": {\"a\": 1}, \"die_seed\": 1, \"seed\": 2, \"accuracy\": {\"vote\": 0.5, \
                    \"last\": 0.5, \"layers\": [0.5]}, \"test_images\": 10, \"queries\": 3, \
                    \"elapsed_s\": 1.0, \"error\": null}\n";
        let rows = Row::read_lines(text).unwrap();
        assert_eq!(rows[0].network(), Some(0.5));
    }
}
