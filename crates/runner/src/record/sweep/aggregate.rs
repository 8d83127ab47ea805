//! Statistics of each setting of a sweep.

use super::plan::Plan;
use crate::check::student::two_sided;
use crate::record::Row;
use crate::record::summary::Score;
use photonics::validate::statistics::{Proportion, Summary};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Level of all intervals.
const CONFIDENCE: f64 = 0.95;

/// `aggregates.json`: nothing in it depends on the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Aggregates {
    /// Name of the sweep.
    pub name: String,
    /// SHA-256 of what its runs are.
    pub sweep_hash: String,
    /// What the figures are.
    pub score: Score,
    /// Level of all intervals.
    pub confidence: f64,
    /// Score of a good die.
    pub yield_at: Option<f64>,
    /// Key paths of the axes, in their order.
    pub axes: Vec<String>,
    /// Per setting, in the order of the sweep.
    pub settings: Vec<Aggregate>,
}

/// One setting. What too few runs say nothing of is `None`, never 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    /// Its number, from 0.
    pub setting: usize,
    /// Key path -> value.
    pub point: Map<String, Value>,
    /// Runs that were finished and did not fail.
    pub n: usize,
    /// Runs that failed.
    pub failed: usize,
    /// Runs that are missing.
    pub missing: usize,
    /// Test samples behind the score of each run.
    pub test_images: Option<usize>,
    /// Test score of the network over all runs.
    pub network: Option<Figures>,
    /// Mean test score of the last layer alone.
    pub last_layer_mean: Option<f64>,
    /// The same between dies: each with the mean over its trainings.
    pub over_dies: Option<Spread>,
    /// The same between trainings: each with the mean over the dies.
    pub over_trainings: Option<Spread>,
    /// Share of good dies; only where the sweep says what a good die is.
    #[serde(rename = "yield")]
    pub good: Option<Yield>,
    /// Mean of the samples sent through the device for training and calibration.
    pub mean_queries: Option<f64>,
}

/// Of a list of scores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation (n - 1).
    pub sd: Option<f64>,
    /// The smallest.
    pub min: f64,
    /// Quantile, as of [`Summary`].
    pub q05: f64,
    /// Quantile.
    pub q25: f64,
    /// Median.
    pub q50: f64,
    /// Quantile.
    pub q75: f64,
    /// Quantile.
    pub q95: f64,
    /// The largest.
    pub max: f64,
}

/// Between dies, or between trainings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many.
    pub n: usize,
    /// Mean of their means.
    pub mean: f64,
    /// Standard deviation of their means (n - 1).
    pub sd: Option<f64>,
    /// Lower end of Student's interval of the mean.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// Share of good dies, with Wilson's interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Yield {
    /// Good ones.
    pub good: usize,
    /// Of how many.
    pub dies: usize,
    /// The share.
    pub share: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Aggregates {
    /// Of the rows that there are.
    pub fn of(plan: &Plan, rows: &BTreeMap<usize, Row>) -> Self {
        let count = plan.repetitions();
        let settings = plan.settings.iter().enumerate().map(|(setting, planned)| {
            let range = setting * count..(setting + 1) * count;
            let rows: Vec<&Row> = rows.range(range).map(|(_, row)| row).collect();
            Aggregate::of(setting, planned.point.clone(), plan, &rows)
        });
        let score = rows
            .values()
            .find(|row| row.error.is_none())
            .map_or(Score::default(), |row| row.score);
        Self {
            name: plan.name.clone(),
            sweep_hash: plan.sweep_hash.clone(),
            score,
            confidence: CONFIDENCE,
            yield_at: plan.yield_at,
            axes: plan.axes.clone(),
            settings: settings.collect(),
        }
    }
}

impl Aggregate {
    fn of(setting: usize, point: Map<String, Value>, plan: &Plan, rows: &[&Row]) -> Self {
        let scored: Vec<(&Row, f64)> = rows
            .iter()
            .filter_map(|row| Some((*row, row.network()?)))
            .collect();
        let failed = rows.iter().filter(|row| row.error.is_some()).count();
        let scores: Vec<f64> = scored.iter().map(|(_, score)| *score).collect();
        let last = scored
            .iter()
            .filter_map(|(row, _)| row.accuracy.as_ref()?.last);
        let last: Vec<f64> = last.collect();
        let queries: Vec<f64> = scored.iter().map(|(row, _)| row.queries as f64).collect();
        let dies = means(scored.iter().map(|(row, score)| (row.die_seed, *score)));
        let trainings = means(scored.iter().map(|(row, score)| (row.seed, *score)));
        let has_dies = plan.die_seeds.iter().any(Option::is_some);
        let good = plan.yield_at.filter(|_| has_dies && !dies.is_empty());
        Self {
            setting,
            point,
            n: scored.len(),
            failed,
            missing: plan.repetitions() - rows.len(),
            test_images: scored.first().map(|(row, _)| row.test_images),
            network: Summary::of(&scores).map(Figures::from),
            last_layer_mean: Summary::of(&last).map(|found| found.mean),
            over_dies: if has_dies { Spread::of(&dies) } else { None },
            over_trainings: Spread::of(&trainings),
            good: good.map(|least| Yield::of(&dies, least)),
            mean_queries: Summary::of(&queries).map(|found| found.mean),
        }
    }
}

/// The mean of the scores of each group, in the order of the groups.
fn means<K: Ord>(scores: impl Iterator<Item = (K, f64)>) -> Vec<f64> {
    let mut groups: BTreeMap<K, Vec<f64>> = BTreeMap::new();
    for (group, score) in scores {
        groups.entry(group).or_default().push(score);
    }
    let groups = groups.values().filter_map(|scores| Summary::of(scores));
    groups.map(|found| found.mean).collect()
}

impl From<Summary> for Figures {
    fn from(found: Summary) -> Self {
        let [q05, q25, q50, q75, q95] = found.quantiles;
        Self {
            mean: found.mean,
            sd: found.sd,
            min: found.min,
            q05,
            q25,
            q50,
            q75,
            q95,
            max: found.max,
        }
    }
}

impl Spread {
    fn of(means: &[f64]) -> Option<Self> {
        let found = Summary::of(means)?;
        let half = found
            .standard_error()
            .map(|error| two_sided(CONFIDENCE, found.n - 1) * error);
        Some(Self {
            n: found.n,
            mean: found.mean,
            sd: found.sd,
            low: half.map(|half| found.mean - half),
            high: half.map(|half| found.mean + half),
        })
    }
}

impl Yield {
    fn of(dies: &[f64], least: f64) -> Self {
        let good = dies.iter().filter(|score| **score >= least).count();
        let found = Proportion::of(good, dies.len());
        Self {
            good,
            dies: dies.len(),
            share: good as f64 / dies.len() as f64,
            low: found.low,
            high: found.high,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::Planned;
    use super::*;
    use crate::record::row::RowAccuracy;

    fn plan(dies: &[u64], seeds: &[u64]) -> Plan {
        Plan {
            name: "a".into(),
            sweep_hash: "b".into(),
            yield_at: Some(0.8),
            die_seeds: dies.iter().copied().map(Some).collect(),
            seeds: seeds.to_vec(),
            axes: Vec::new(),
            settings: vec![Planned {
                point: Map::new(),
                config_hash: String::new(),
            }],
        }
    }

    fn row(run: usize, die_seed: u64, seed: u64, score: Option<f64>) -> (usize, Row) {
        let row = Row {
            run,
            point: Map::new(),
            die_seed: Some(die_seed),
            seed,
            config_hash: String::new(),
            score: Score::Accuracy,
            accuracy: score.map(|score| RowAccuracy {
                vote: Some(score),
                last: Some(score / 2.0),
                layers: vec![Some(score / 2.0)],
            }),
            test_images: 10,
            queries: 100,
            memory_estimate_bytes: None,
            error: score.is_none().then(|| "no".to_owned()),
            elapsed_s: 1.0,
        };
        (run, row)
    }

    /// By hand: dies 0.7 and 0.9, trainings 0.75 and 0.85.
    #[test]
    fn dies_and_trainings_apart() {
        let rows = [
            row(0, 5, 0, Some(0.6)),
            row(1, 5, 1, Some(0.8)),
            row(2, 6, 0, Some(0.9)),
            row(3, 6, 1, Some(0.9)),
        ];
        let found = Aggregates::of(&plan(&[5, 6], &[0, 1]), &rows.into_iter().collect());
        let [setting] = found.settings.as_slice() else {
            panic!("one setting");
        };
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        let network = setting.network.unwrap();
        close(network.mean, 0.8);
        close(network.sd.unwrap(), (0.06_f64 / 3.0).sqrt());
        close(network.q50, 0.85);
        let dies = setting.over_dies.unwrap();
        close(dies.sd.unwrap(), 0.02_f64.sqrt());
        // t of one degree of freedom times 0.1.
        close(dies.high.unwrap(), 0.8 + 1.270_620_473_617_47);
        let trainings = setting.over_trainings.unwrap();
        close(trainings.sd.unwrap(), 0.005_f64.sqrt());
        let good = setting.good.unwrap();
        assert_eq!((good.good, good.dies), (1, 2));
        close(setting.last_layer_mean.unwrap(), 0.4);
        assert_eq!((setting.n, setting.failed, setting.missing), (4, 0, 0));
    }

    #[test]
    fn what_failed_or_is_missing_is_counted_and_left_out() {
        let rows = [row(0, 5, 0, Some(0.6)), row(1, 5, 1, None)];
        let found = Aggregates::of(&plan(&[5, 6], &[0, 1]), &rows.into_iter().collect());
        let setting = &found.settings[0];
        assert_eq!((setting.n, setting.failed, setting.missing), (1, 1, 2));
        assert_eq!(setting.network.unwrap().sd, None);
        assert_eq!(setting.over_dies.unwrap().high, None);
        assert_eq!(setting.good.unwrap().dies, 1);
        let none = Aggregates::of(&plan(&[5], &[0]), &BTreeMap::new());
        let setting = &none.settings[0];
        assert_eq!(
            (setting.network, setting.good, setting.missing),
            (None, None, 1)
        );
    }
}
