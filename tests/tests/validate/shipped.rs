//! Every validation that is shipped loads, and a small form of it runs.

use e2e::{Bench, binary};
use runner::config::validation::LoadedValidation;
use std::fs;

#[test]
fn every_shipped_validation_loads_and_runs_in_small() {
    let folder = binary::root().join("configs/validate");
    let bench = Bench::new("");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let loaded = LoadedValidation::read(&path, &[]);
        let loaded = loaded.unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(loaded.validation.name, name);
        let mut arguments = vec!["validate", path.to_str().unwrap()];
        for set in [
            "validate.dies=4",
            "validate.tolerance_dies=2",
            "validate.targets=1",
            "validate.fit_iterations=3",
            "validate.fit_starts=1",
        ] {
            arguments.extend(["--set", set]);
        }
        let ended = bench.fzero(&arguments);
        assert!(
            matches!(ended.code, Some(0 | 1)),
            "{name}: {}",
            ended.stderr
        );
        assert_eq!(ended.stderr, "");
        names.push(name);
    }
    names.sort();
    assert_eq!(names, ["clements64", "reck_vs_clements", "topologies16"]);
}
