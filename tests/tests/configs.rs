//! Every experiment that is shipped can be run.

use e2e::{Bench, binary};
use runner::config::Loaded;
use std::fs;

#[test]
fn every_shipped_experiment_loads_and_can_be_announced() {
    let folder = binary::root().join("configs/run");
    let mut names = Vec::new();
    let bench = Bench::new("");
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let loaded = Loaded::read(&path, &[]).unwrap_or_else(|error| panic!("{}", error.report()));
        assert_eq!(
            loaded.config.name, name,
            "the folder of its results would mislead"
        );
        let ended = bench
            .fzero(&["run", path.to_str().unwrap(), "--dry-run"])
            .done();
        assert!(ended.stdout.contains(&loaded.hash()), "{name}");
        // The published activation is dark, and these keep it; nothing else is worth a warning.
        let cautions: Vec<_> = ended.stderr.lines().collect();
        match name.as_str() {
            "digits" | "digits_paper" => {
                assert!(
                    cautions.len() == 1
                        && cautions[0].starts_with("caution: the activation takes 27 dB"),
                    "{name}: {cautions:?}"
                );
            }
            "digits_noisy" => assert!(cautions.is_empty(), "{cautions:?}"),
            _ => assert!(
                cautions.iter().all(|line| line.starts_with("caution: ")),
                "{name}: {cautions:?}"
            ),
        }
        names.push(name);
    }
    assert_eq!(bench.entries(), ["a.toml"]);
    for name in ["digits", "digits_noisy", "digits_paper"] {
        assert!(
            names.iter().any(|found| found == name),
            "no {name} in {}",
            folder.display()
        );
    }
}
