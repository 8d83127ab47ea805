//! Paths of an experiment, which begin at the folder of its file.

use super::check::problem_with;
use super::key::Kind;
use super::resolved::{Resolved, Value};
use crate::error::Problem;
use std::path::{self, Path};

/// Makes every path absolute, so that the resolved text means the same wherever it is read. Nothing
/// need exist there.
///
/// What cannot be written in TOML is a problem.
pub(super) fn locate(file: &str, resolved: &mut Resolved) -> Vec<Problem> {
    let folder = Path::new(file).parent().unwrap_or(Path::new(""));
    let mut problems = Vec::new();
    for at in 0..resolved.values.len() {
        let (index, value, _) = &resolved.values[at];
        let key = &resolved.table[*index];
        let (Kind::Path, Value::Text(text)) = (key.kind, value) else {
            continue;
        };
        let full = path::absolute(folder.join(text))
            .map_err(|error| format!("cannot be made absolute: {error}"))
            .and_then(|path| {
                let text = plain(&path).to_str().map(str::to_owned);
                text.ok_or_else(|| "lies in a folder whose name is not Unicode".to_owned())
            });
        match full {
            Ok(text) => resolved.values[at].1 = Value::Text(text),
            Err(why) => {
                let help = "give an absolute path".to_owned();
                problems.push(problem_with(file, resolved, key.path, why, help));
            }
        }
    }
    problems
}

/// Without `a/..` where that says the same: where `a` is a symbolic link or does not exist it stays.
fn plain(path: &Path) -> path::PathBuf {
    let mut kept = path::PathBuf::new();
    for part in path.components() {
        let folder = kept
            .symlink_metadata()
            .is_ok_and(|found| found.is_dir() && kept.file_name().is_some());
        if part == path::Component::ParentDir && folder {
            kept.pop();
        } else {
            kept.push(part);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Loaded, Override};
    use std::fs;

    fn folder(file: &str, given: &str) -> (String, String) {
        let text = format!("name = \"a\"\ndata.set = \"idx\"\ndata.folder = {given:?}\n");
        let loaded = Loaded::from_text(file, &text, &[]).unwrap();
        let Some(Value::Text(folder)) = loaded.value("data.folder") else {
            panic!("no path");
        };
        (folder.clone(), loaded.hash())
    }

    #[test]
    fn a_path_begins_at_the_folder_of_the_experiment() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("configs/run")).unwrap();
        let at = |path: &str| root.join(path).to_str().unwrap().to_owned();
        let file = at("configs/run/a.toml");
        let (relative, hash) = folder(&file, "../../data/mnist");
        assert_eq!(relative, at("data/mnist"));
        assert_eq!(folder(&file, "m\"n").0, at("configs/run/m\"n"));
        // Below what does not exist nothing is known of the parent.
        assert_eq!(folder(&file, "x/../m").0, at("configs/run/x/../m"));
        let (absolute, same) = folder("elsewhere.toml", &at("data/mnist"));
        assert_eq!(absolute, at("data/mnist"));
        let (moved, as_well) = folder(&file, "/mnt/mnist");
        assert_eq!(moved, "/mnt/mnist");
        assert_eq!(
            (&hash, &hash),
            (&same, &as_well),
            "the same on another machine"
        );
    }

    #[test]
    fn the_resolved_text_means_the_same_elsewhere() {
        let text = "name = \"a\"\ndata.set = \"idx\"\ndata.folder = \"b\"\n";
        let given = [Override::set("data.folder", "c \\ \"d\"")];
        for given in [&[][..], &given] {
            let loaded = Loaded::from_text("there/a.toml", text, given).unwrap();
            let again = Loaded::from_text("/here/b.toml", &loaded.canonical(), &[]).unwrap();
            assert_eq!(again.config, loaded.config);
            assert_eq!(again.canonical(), loaded.canonical());
        }
    }
}
