use super::*;
use tempfile::tempdir;

fn loaded() -> Loaded {
    Loaded::from_text(
        "a.toml",
        "name = \"a\"\nseed = 7\ndata.set = \"digits\"",
        &[],
    )
    .unwrap()
}

fn manifest() -> Manifest {
    Manifest {
        name: "a".into(),
        config_hash: loaded().hash(),
        config_file: "a.toml".into(),
        seed: 7,
        die_seed: Some(0),
        dataset: "digits".into(),
        dataset_source: "there".into(),
        dataset_licence: "CC BY 4.0".into(),
        dataset_files: Vec::new(),
        dataset_hash: "0".repeat(64),
        version: "0".into(),
        git_revision: None,
        command_line: vec!["fzero".into()],
        simd: "portable".into(),
        threads: 1,
        started: "1970-01-01T00:00:00Z".into(),
        cautions: Vec::new(),
    }
}

/// A results folder for the tests of what is written into one.
pub(in crate::record) fn scratch_folder(parent: &Path) -> ResultsFolder {
    create(&FolderChoice::Under(parent.into())).unwrap()
}

fn create(choice: &FolderChoice) -> Result<ResultsFolder, Error> {
    ResultsFolder::create(choice, &loaded(), &manifest())
}

fn named(path: &Path, overwrite: bool) -> FolderChoice {
    FolderChoice::Named {
        path: path.into(),
        overwrite,
    }
}

#[test]
fn names_are_numbered_and_files_are_there() {
    let parent = tempdir().unwrap();
    let choice = FolderChoice::Under(parent.path().join("results"));
    let name = format!("a-seed7-{}", &loaded().hash()[..8]);
    for expected in [name.clone(), format!("{name}-2"), format!("{name}-3")] {
        let folder = create(&choice).unwrap();
        assert_eq!(
            folder.path().file_name().unwrap().to_str(),
            Some(&*expected)
        );
        let text = fs::read_to_string(folder.file("config.toml")).unwrap();
        let again = Loaded::from_text("config.toml", &text, &[]).unwrap();
        assert_eq!(again.hash(), loaded().hash());
        assert!(text.lines().next().unwrap().ends_with(&again.hash()));
        let text = fs::read(folder.file("manifest.json")).unwrap();
        let back: Manifest = serde_json::from_slice(&text).unwrap();
        assert_eq!(back, manifest());
    }
}

#[test]
fn a_named_folder_is_created_with_its_parents_and_used_when_empty() {
    let parent = tempdir().unwrap();
    let path = parent.path().join("x/y");
    create(&named(&path, false)).unwrap();
    let empty = parent.path().join("empty");
    fs::create_dir(&empty).unwrap();
    create(&named(&empty, false)).unwrap();
    assert!(empty.join("manifest.json").is_file());
}

#[test]
fn an_earlier_result_is_kept_unless_it_may_be_replaced() {
    let parent = tempdir().unwrap();
    let path = parent.path().join("x");
    let folder = create(&named(&path, false)).unwrap();
    folder.write("summary.json", b"{}").unwrap();
    fs::write(path.join("notes.txt"), "mine").unwrap();
    let shown = path.display();
    assert_eq!(
        create(&named(&path, false)).unwrap_err().report(),
        format!(
            "--out {shown}: holds an earlier result\n  help: name another folder with --out, or \
             replace the result with --overwrite"
        )
    );
    assert!(path.join("summary.json").is_file());
    // Not while somebody is at work in it.
    let report = create(&named(&path, true)).unwrap_err().report();
    assert!(report.contains("another process"), "{report}");
    assert!(path.join("summary.json").is_file());
    drop(folder);
    create(&named(&path, true)).unwrap();
    assert!(!path.join("summary.json").exists());
    assert!(
        path.join("notes.txt").is_file(),
        "other files are not touched"
    );
}

#[test]
fn foreign_folders_and_files_are_refused() {
    let parent = tempdir().unwrap();
    fs::write(parent.path().join("thesis.tex"), "x").unwrap();
    for overwrite in [false, true] {
        let error = create(&named(parent.path(), overwrite)).unwrap_err();
        assert!(
            error.report().contains("not empty, and not a result"),
            "{error}"
        );
    }
    let file = parent.path().join("thesis.tex");
    let error = create(&named(&file, true)).unwrap_err();
    assert!(error.report().contains("not a folder"), "{error}");
    let below = create(&named(&file.join("x"), false)).unwrap_err();
    assert!(!below.report().is_empty());
    let under = create(&FolderChoice::Under(file.clone())).unwrap_err();
    assert!(under.report().contains("cannot be written"), "{under}");
    assert_eq!(fs::read(&file).unwrap(), b"x");
}
