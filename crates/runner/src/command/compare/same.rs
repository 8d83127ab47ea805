//! Whether experiments can be compared.

use crate::config::Loaded;
use crate::error::Problem;
use serde::Serialize;

/// What keeps experiments from being compared: another die, other images, another seed, or the name of
/// another one.
pub(super) fn problems(loaded: &[Loaded]) -> Vec<Problem> {
    let Some((first, rest)) = loaded.split_first() else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for (index, other) in rest.iter().enumerate() {
        let (a, b) = (&first.config, &other.config);
        let mut differs = |key: &str, same: bool| {
            if !same {
                problems.push(Problem {
                    place: other.file.clone(),
                    subject: key.to_owned(),
                    why: format!("not that of {}", first.file),
                    help: "a comparison is made on one die, with one set of images and one seed; make \
                           them equal, also with --set for all files"
                        .to_owned(),
                });
            }
        };
        differs("seed", a.seed == b.seed);
        differs("data", same(&a.data, &b.data));
        differs("chip", same(&a.chip, &b.chip));
        differs("process", same(&a.process, &b.process));
        let mut before = loaded[..=index].iter();
        if let Some(twin) = before.find(|before| before.config.name == b.name) {
            problems.push(other.problem(
                "name",
                format!("the name of {} as well", twin.file),
                "give each experiment a name of its own: its results are in a folder of that name",
            ));
        }
    }
    problems
}

fn same<T: Serialize>(a: &T, b: &T) -> bool {
    match (toml::Value::try_from(a), toml::Value::try_from(b)) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Override;

    fn load(name: &str, set: &[(&str, &str)]) -> Loaded {
        let text = format!("name = \"{name}\"\ndata.set = \"digits\"");
        let overrides: Vec<_> = set.iter().map(|(k, v)| Override::set(*k, *v)).collect();
        Loaded::from_text(&format!("{name}.toml"), &text, &overrides).unwrap()
    }

    #[test]
    fn trainings_may_differ_and_dies_may_not() {
        let first = || load("a", &[]);
        let subjects = |name: &str, set: &[(&str, &str)]| -> Vec<String> {
            problems(&[first(), load("b", &[]), load(name, set)])
                .into_iter()
                .map(|problem| problem.subject)
                .collect()
        };
        assert!(subjects("c", &[("training.epochs", "7"), ("vote.rule", "published")]).is_empty());
        assert_eq!(subjects("c", &[("seed", "1")]), ["seed"]);
        assert_eq!(
            subjects(
                "c",
                &[
                    ("data.normalisation", "full-scale"),
                    ("data.full_scale", "9")
                ]
            ),
            ["data"]
        );
        assert_eq!(subjects("c", &[("chip.die_seed", "1")]), ["chip"]);
        assert_eq!(
            subjects("c", &[("process.mesh.splitter_error_sigma_rad", "0.1")]),
            ["process"]
        );
        assert_eq!(subjects("b", &[]), ["name = \"b\""]);
    }
}
