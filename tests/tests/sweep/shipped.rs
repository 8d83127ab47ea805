//! Every sweep that is shipped can be run.

use super::SMALL;
use e2e::{Bench, binary};
use runner::config::Sweep;
use std::fs;

#[test]
fn every_shipped_sweep_loads_and_can_be_announced() {
    let folder = binary::root().join("configs/sweep");
    let bench = Bench::new("");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let sweep = Sweep::read(&path, &[]).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(sweep.name, path.file_stem().unwrap().to_str().unwrap());
        let ended = bench
            .fzero(&["sweep", path.to_str().unwrap(), "--dry-run"])
            .done();
        assert!(
            ended.stdout.contains(&format!("= {} runs", sweep.runs())),
            "{}",
            ended.stdout
        );
        names.push(sweep.name);
    }
    assert!(names.contains(&"noise_digits".to_owned()), "{names:?}");
    assert_eq!(bench.entries(), ["a.toml"]);
}

#[test]
fn an_announcement_counts_the_queries_of_all_runs() {
    let bench = Bench::new(SMALL);
    let ended = bench.fzero(&["sweep", "a.toml", "--dry-run"]).done();
    assert!(
        ended
            .stdout
            .starts_with("small: 6 settings x 2 dies x 1 trainings = 12 runs\n"),
        "{}",
        ended.stdout
    );
    let announced = ended
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix("sample queries"));
    let announced: u64 = announced.unwrap().trim().replace(',', "").parse().unwrap();
    // As an experiment of the same keys announces for one run.
    let single = Bench::new("name = \"a\"\ndata.set = \"digits\"\ntraining.epochs = 1\n");
    let summary = single.run("out", &[]).summary();
    assert_eq!(announced, 12 * summary.ledger.total_queries());
    assert_eq!(bench.entries(), ["a.toml"]);
}
