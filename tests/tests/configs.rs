//! Every experiment that is shipped can be run.

use e2e::{Bench, TINY, binary};
use runner::config::{Loaded, preset};
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
        names.push(name.clone());
        // Images that are not shipped may lie beside the checkout.
        let folder = loaded.value("data.folder").map(|_| {
            let folder = binary::root().join("../shared/data/mnist");
            format!("data.folder={}", folder.display())
        });
        let mut arguments = vec!["run", path.to_str().unwrap(), "--dry-run"];
        if let Some(folder) = &folder {
            if !binary::root().join("../shared/data/mnist").is_dir() {
                eprintln!("skipped: no images for {name}");
                continue;
            }
            arguments.extend(["--set", folder]);
        }
        let ended = bench.fzero(&arguments).done();
        assert!(ended.stdout.contains(&loaded.hash()), "{name}");
        // The published activation is dark, and these keep it; nothing else is worth a warning.
        let cautions: Vec<_> = ended.stderr.lines().collect();
        match name.as_str() {
            "mlp_digits" | "cnn_mnist10k" | "f1" | "f2" => {
                assert!(cautions.is_empty(), "{name}: {cautions:?}");
            }
            "mnist10k" => assert!(
                cautions.len() == 1
                    && cautions[0].starts_with("caution: the activation takes 22 dB"),
                "{name}: {cautions:?}"
            ),
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
    }
    assert_eq!(bench.entries(), ["a.toml"]);
    for name in [
        "digits",
        "digits_noisy",
        "digits_paper",
        "mnist10k",
        "mlp_digits",
        "cnn_mnist10k",
        "f1",
        "f2",
    ] {
        assert!(
            names.iter().any(|found| found == name),
            "no {name} in {}",
            folder.display()
        );
    }
}

#[test]
fn every_shipped_preset_can_be_named_or_given_as_a_file() {
    let folder = binary::root().join("configs/process");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let by_path = |name: &str| {
            let text = format!("{TINY}process.preset = {name:?}\n");
            let loaded = Loaded::from_text("a.toml", &text, &[]);
            loaded
                .unwrap_or_else(|error| panic!("{}", error.report()))
                .hash()
        };
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let as_file = by_path(path.to_str().unwrap());
        if preset::SHIPPED.iter().any(|(name, _)| *name == stem) {
            assert_eq!(by_path(stem), as_file, "{stem}");
        }
        files.push(stem.to_owned());
    }
    for (name, _) in preset::SHIPPED {
        assert!(
            files.iter().any(|file| file == name),
            "no {name} in {files:?}"
        );
    }
}
