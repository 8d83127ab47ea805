//! Time and energy on the bench for people.

use super::{percent, seconds, si};
use crate::record::bench::{BenchRecord, CostRecord};

/// Columns of a line; what is longer goes on below.
const WIDTH: usize = 80;

/// Columns of the labels, as in the lines around.
const LABEL: usize = 16;

/// The time and the energy, each with its parts and with the shares of the purposes; nothing where
/// neither is stated.
pub fn bench_lines(bench: &BenchRecord) -> Vec<String> {
    let cost = &bench.total;
    if cost.total_s.is_none() && cost.total_j.is_none() {
        return Vec::new();
    }
    let times = [
        ("settling", cost.settling_s),
        ("integration", cost.integration_s),
    ];
    let energies = [
        ("laser", cost.laser_j),
        ("heaters", cost.heaters_j),
        ("modulators", cost.modulators_j),
        ("DACs", cost.dac_j),
        ("ADCs", cost.adc_j),
        ("TIAs", cost.tia_j),
    ];
    let mut lines = part_lines("bench time", cost.total_s, &times, bench_time);
    lines.extend(shares(bench, |cost| cost.total_s));
    let energy = |energy_j: f64| si(energy_j, "J");
    lines.extend(part_lines("bench energy", cost.total_j, &energies, energy));
    lines.extend(shares(bench, |cost| cost.total_j));
    lines
}

/// What went to each purpose, where there is more than one.
fn shares(bench: &BenchRecord, total: fn(&CostRecord) -> Option<f64>) -> Option<String> {
    let all = total(&bench.total)?;
    let shares: Vec<_> = [
        ("training", &bench.training),
        ("evaluation", &bench.evaluation),
        ("calibration", &bench.calibration),
    ]
    .into_iter()
    .filter_map(|(name, cost)| Some((name, total(cost).filter(|part| *part > 0.0)?)))
    .map(|(name, part)| format!("{name} {}", percent(Some(part / all))))
    .collect();
    (shares.len() > 1).then(|| format!("{:LABEL$}{}", "", shares.join(", ")))
}

fn bench_time(time_s: f64) -> String {
    if time_s < 99.95 {
        si(time_s, "s")
    } else {
        seconds(time_s)
    }
}

/// `label   total: this a, that b; not stated: ..`, broken between the parts.
fn part_lines(
    label: &str,
    total: Option<f64>,
    parts: &[(&str, Option<f64>)],
    show: fn(f64) -> String,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = format!("{label:LABEL$}");
    let mut stated = Vec::new();
    let mut missing = Vec::new();
    for (name, value) in parts {
        match value {
            Some(value) => stated.push(format!("{name} {}", show(*value))),
            None => missing.push(*name),
        }
    }
    let mut pieces = vec![total.map_or_else(|| "not stated".to_owned(), show)];
    if stated.len() > 1 || (!stated.is_empty() && !missing.is_empty()) {
        pieces[0].push(':');
        let last = stated.pop();
        pieces.extend(stated.into_iter().map(|part| part + ","));
        pieces.extend(last);
    } else if let Some(part) = stated.first() {
        pieces[0] = part.clone();
    }
    if !missing.is_empty() && total.is_some() {
        if let Some(last) = pieces.last_mut() {
            last.push(';');
        }
        pieces.push(format!("not stated: {}", missing.join(", ")));
    }
    for (index, piece) in pieces.into_iter().enumerate() {
        let space = usize::from(index > 0);
        if line.chars().count() + space + piece.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, " ".repeat(LABEL)));
        } else if space == 1 {
            line.push(' ');
        }
        line.push_str(&piece);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(total: CostRecord) -> String {
        let bench = BenchRecord {
            total,
            ..BenchRecord::default()
        };
        bench_lines(&bench).join("\n")
    }

    fn whole() -> CostRecord {
        CostRecord {
            total_s: Some(2.8800007),
            settling_s: Some(2.88),
            integration_s: Some(7e-7),
            total_j: Some(76.41),
            laser_j: Some(0.9216),
            heaters_j: Some(74.3),
            modulators_j: Some(1.23e-6),
            dac_j: Some(2.75e-3),
            adc_j: Some(1.7e-8),
            tia_j: Some(1.11),
        }
    }

    #[test]
    fn everything_stated() {
        assert_eq!(
            lines(whole()),
            "\
bench time      2.88 s: settling 2.88 s, integration 700 ns
bench energy    76.4 J: laser 922 mJ, heaters 74.3 J, modulators 1.23 µJ,
                DACs 2.75 mJ, ADCs 17.0 nJ, TIAs 1.11 J"
        );
    }

    #[test]
    fn what_is_not_stated_is_said_and_never_zero() {
        let cost = CostRecord {
            settling_s: None,
            modulators_j: None,
            dac_j: None,
            heaters_j: None,
            ..whole()
        };
        assert_eq!(
            lines(cost),
            "\
bench time      2.88 s: integration 700 ns; not stated: settling
bench energy    76.4 J: laser 922 mJ, ADCs 17.0 nJ, TIAs 1.11 J;
                not stated: heaters, modulators, DACs"
        );
        assert_eq!(lines(CostRecord::default()), "");
        let untimed = CostRecord {
            total_j: Some(1e-9),
            adc_j: Some(1e-9),
            ..CostRecord::default()
        };
        assert_eq!(
            lines(untimed),
            "\
bench time      not stated
bench energy    1.00 nJ: ADCs 1.00 nJ;
                not stated: laser, heaters, modulators, DACs, TIAs"
        );
    }

    #[test]
    fn long_times_are_in_hours() {
        let cost = CostRecord {
            total_s: Some(7384.0),
            settling_s: Some(7384.0),
            integration_s: Some(0.0),
            ..CostRecord::default()
        };
        assert_eq!(
            lines(cost).lines().next().unwrap(),
            "bench time      2 h 03 min: settling 2 h 03 min, integration 0 s"
        );
    }

    #[test]
    fn purposes_have_their_shares() {
        let part = |time_s: f64, energy_j: f64| CostRecord {
            total_s: Some(time_s),
            integration_s: Some(time_s),
            total_j: Some(energy_j),
            laser_j: Some(energy_j),
            ..CostRecord::default()
        };
        let bench = BenchRecord {
            training: part(3.0, 1.0),
            evaluation: part(1.0, 1.0),
            calibration: part(0.0, 0.0),
            total: part(4.0, 2.0),
        };
        assert_eq!(
            bench_lines(&bench).join("\n"),
            "\
bench time      4.00 s: integration 4.00 s; not stated: settling
                training 75.0 %, evaluation 25.0 %
bench energy    2.00 J: laser 2.00 J;
                not stated: heaters, modulators, DACs, ADCs, TIAs
                training 50.0 %, evaluation 50.0 %"
        );
    }
}
